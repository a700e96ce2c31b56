// Puts a backup into empty databases: schema as it was then, rows, later migrations, rules, files. All or nothing:
// rows are committed only when the archive was read to its end and every sum was right.
import { createHash, type Hash } from "node:crypto";
import { once } from "node:events";
import { createReadStream, createWriteStream, existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rename, rm, rmdir, writeFile } from "node:fs/promises";
import { dirname, resolve, sep } from "node:path";
import type { Writable } from "node:stream";
import { createGunzip } from "node:zlib";
import type postgres from "postgres";
import { open } from "../connect.ts";
import { migrateTo } from "../migrate.ts";
import { type Ending, FORMAT } from "./backup.ts";
import { quoted, tablesOf } from "./tables.ts";
import { type TarEntry, tarReader } from "./tar.ts";

export type RestoreOptions = {
  file: string;
  databases: readonly { name: string; ownerUrl: string }[];
  files: string;
  keyFile?: string;
  tell?(line: string): void;
};

export async function restore(options: RestoreOptions): Promise<Ending> {
  const { file, databases, files, tell = () => {} } = options;
  if (!existsSync(file)) throw new Error(`There is no file ${file}.`);
  const ending = await readEnding(file);
  for (const name of Object.keys(ending.databases)) {
    if (!databases.some((d) => d.name === name)) {
      throw new Error(`The backup holds the database "${name}". Name an empty one for it in WORKSPACE_DATABASES.`);
    }
  }
  if (existsSync(files) && (await readdir(files)).length > 0) {
    throw new Error(`${files} is not empty. Restore into a new DATA_DIR, so that nothing is overwritten.`);
  }
  await mkdir(dirname(files), { recursive: true });
  const folder = await mkdtemp(`${files}.restore-`);
  const rooms: Room[] = [];
  try {
    for (const { name, ownerUrl } of databases.filter((d) => ending.databases[d.name])) {
      rooms.push(await prepare(name, ownerUrl, ending.databases[name]!.migrations.length));
    }
    tell("Rows and files");
    const key = await pour(file, ending, rooms, folder);
    for (const room of rooms) await room.finish(true);
    if (existsSync(files)) await rmdir(files);
    await rename(folder, files);
    if (key && options.keyFile) await writeFile(options.keyFile, key, { mode: 0o600 });
    return ending;
  } catch (error) {
    for (const room of rooms) await room.finish(false);
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** The last entry says what all others must be. Read first: a cut file is refused before anything is touched. */
async function readEnding(file: string): Promise<Ending> {
  let ending: Ending | undefined;
  for await (const entry of entries(file)) {
    if (entry.name === "end.json") ending = JSON.parse((await whole(entry)).toString("utf8")) as Ending;
  }
  if (!ending) throw new Error("The archive is cut off.");
  if (ending.format !== FORMAT)
    throw new Error(
      `This backup has format ${ending.format}; this version reads ${FORMAT}. Use the version that made it.`,
    );
  return ending;
}

async function* entries(file: string): AsyncGenerator<TarEntry> {
  const input = createReadStream(file).pipe(createGunzip());
  try {
    yield* tarReader(input as AsyncIterable<Buffer>);
  } catch (error) {
    const code = (error as { code?: string }).code ?? "";
    if (code.startsWith("Z_") || code.startsWith("ERR_")) throw new Error("The archive is cut off or damaged.");
    throw error;
  }
}

async function whole({ body }: TarEntry): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of body) parts.push(Buffer.from(part));
  return Buffer.concat(parts);
}

type Room = {
  name: string;
  /** The stream of one table's COPY, opened when its first part comes. */
  into(table: string): Promise<Writable>;
  settled(): Promise<void>;
  finish(keep: boolean): Promise<void>;
};

async function prepare(name: string, ownerUrl: string, migrations: number): Promise<Room> {
  const owner = open(ownerUrl, {
    max: 1,
    connection: { application_name: "impresario restore", statement_timeout: 0 } as never,
  });
  const [there] = await owner<
    { n: number }[]
  >`select count(*)::int as n from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')`;
  if (there && there.n > 0) {
    await owner.end();
    throw new Error(`The database "${name}" is not empty. Restore into a new one.`);
  }
  await owner.end();
  await migrateTo(ownerUrl, migrations);
  return fill(name, open(ownerUrl, { max: 1, connection: { statement_timeout: 0 } as never }), ownerUrl);
}

async function fill(name: string, sql: postgres.Sql, ownerUrl: string): Promise<Room> {
  const tables = new Map((await tablesOf(sql)).map((t) => [t.name, t]));
  const connection = await sql.reserve();
  await connection`begin`;
  for (const table of tables.keys()) await connection.unsafe(`alter table ${quoted(table)} disable trigger user`);
  let current: { table: string; stream: Writable } | undefined;
  const settled = async () => {
    if (!current) return;
    const done = once(current.stream, "finish");
    current.stream.end();
    await done;
    current = undefined;
  };
  return {
    name,
    async into(table) {
      if (current?.table === table) return current.stream;
      await settled();
      const known = tables.get(table);
      if (!known) throw new Error(`The backup holds a table "${table}" that its own schema does not have.`);
      const columns = known.columns.map((c) => quoted(c.name)).join(", ");
      const stream = await connection.unsafe(`copy ${quoted(table)} (${columns}) from stdin`).writable();
      current = { table, stream };
      return stream;
    },
    settled,
    async finish(keep) {
      await settled();
      if (keep) {
        for (const table of tables.keys()) await connection.unsafe(`alter table ${quoted(table)} enable trigger user`);
        await connection.unsafe(SEQUENCES);
      }
      await connection.unsafe(keep ? "commit" : "rollback");
      connection.release();
      if (!keep)
        await sql.unsafe("drop schema public cascade; create schema public; drop schema if exists drizzle cascade");
      await sql.end({ timeout: 5 });
      if (!keep) return;
      const check = open(ownerUrl, { max: 1 });
      await check`analyze`;
      await check.end();
    },
  };
}

/** Numbers go on after the highest there is. */
const SEQUENCES = `do $$ declare s record; begin
  for s in select pg_get_serial_sequence(quote_ident(c.relname), a.attname) as seq, c.relname, a.attname
    from pg_class c join pg_attribute a on a.attrelid = c.oid
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped
      and pg_get_serial_sequence(quote_ident(c.relname), a.attname) is not null
  loop execute format('select setval(%L, coalesce((select max(%I) from %I), 0) + 1, false)', s.seq, s.attname, s.relname); end loop; end $$`;

async function pour(file: string, ending: Ending, rooms: Room[], folder: string): Promise<Buffer | undefined> {
  const sums = new Map<string, Hash>();
  const files = new Map<string, string>();
  let key: Buffer | undefined;
  for await (const entry of entries(file)) {
    const [kind, ...rest] = entry.name.split("/");
    if (entry.name === "secret.key") key = await whole(entry);
    if (kind === "files") files.set(rest.join("/"), await keepFile(folder, rest.join("/"), entry));
    if (kind === "databases") {
      const [database = "", table = ""] = rest;
      const room = rooms.find((r) => r.name === database);
      if (!room) continue;
      const sum = sums.get(`${database}/${table}`) ?? createHash("sha256");
      sums.set(`${database}/${table}`, sum);
      const stream = await room.into(table);
      for await (const part of entry.body) {
        sum.update(part);
        if (!stream.write(Buffer.from(part))) await once(stream, "drain");
      }
    }
  }
  for (const room of rooms) await room.settled();
  for (const [database, { tables }] of Object.entries(ending.databases)) {
    for (const [table, { sha256 }] of Object.entries(tables)) {
      const sum = (sums.get(`${database}/${table}`) ?? createHash("sha256")).digest("hex");
      if (sum !== sha256) throw new Error(`The rows of ${table} are not those that were kept. The archive is damaged.`);
    }
  }
  for (const [name, sha256] of Object.entries(ending.files)) {
    if (files.get(name) !== sha256)
      throw new Error(`The file ${name} is not the one that was kept. The archive is damaged.`);
  }
  return key;
}

/** Never outside the folder, whatever the name in the archive says. */
async function keepFile(folder: string, name: string, entry: TarEntry): Promise<string> {
  const path = resolve(folder, name);
  if (!path.startsWith(resolve(folder) + sep)) throw new Error(`The archive names a file outside its folder: ${name}.`);
  await mkdir(dirname(path), { recursive: true });
  const out = createWriteStream(path, { mode: 0o600, flags: "wx" });
  const digest = createHash("sha256");
  for await (const part of entry.body) {
    digest.update(part);
    if (!out.write(Buffer.from(part))) await once(out, "drain");
  }
  out.end();
  await once(out, "close");
  return digest.digest("hex");
}
