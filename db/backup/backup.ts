// Everything in one file: the rows of every database as of one moment, the made files, and the key that opens what is
// stored encrypted. The server's own tools are not needed, so it works the same on ours and on yours.
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream, existsSync } from "node:fs";
import { open as openFile, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { createGzip } from "node:zlib";
import { open } from "../connect.ts";
import { quoted, tablesOf } from "./tables.ts";
import { type TarWriter, tarWriter } from "./tar.ts";

export const FORMAT = 1;
/** One part of a table in the archive: small enough to hold in memory. */
const PART = 4 * 1024 * 1024;

export type Kept = { tables: Record<string, { rows: number; sha256: string }>; migrations: string[] };
export type Ending = { format: number; at: string; databases: Record<string, Kept>; files: Record<string, string> };

export type Elsewhere = {
  list(): AsyncIterable<string>;
  /** Undefined: it was removed since it was listed. */
  open(name: string): Promise<{ bytes: number; body: AsyncIterable<Uint8Array> } | undefined>;
};

export type BackupOptions = {
  file: string;
  databases: readonly { name: string; ownerUrl: string }[];
  /** The folder of made files. */
  files: string;
  /** Made files that are not in the folder, such as those of a bucket. One that is in both is taken from the folder. */
  elsewhere?: Elsewhere;
  /** The file of the secret key, when it is kept in a file. */
  keyFile?: string;
  now: Date;
  tell?(line: string): void;
};

export async function backup({
  file,
  databases,
  files,
  elsewhere,
  keyFile,
  now,
  tell = () => {},
}: BackupOptions): Promise<Ending> {
  if (existsSync(file)) throw new Error(`${file} is there already. Name another file, or move that one away.`);
  const part = `${file}.part`;
  const out = createGzip({ level: 6 });
  const target = createWriteStream(part, { mode: 0o600 });
  const written = new Promise<void>((resolve, reject) => {
    target.on("close", resolve);
    target.on("error", reject);
    out.on("error", reject);
  });
  out.pipe(target);
  try {
    const tar = tarWriter(out);
    const ending: Ending = { format: FORMAT, at: now.toISOString(), databases: {}, files: {} };
    await tar.add("impresario.json", Buffer.from(JSON.stringify({ format: FORMAT, at: ending.at })));
    if (keyFile && existsSync(keyFile)) await tar.add("secret.key", await readFile(keyFile));
    for (const { name, ownerUrl } of databases) {
      tell(`Database ${name}`);
      ending.databases[name] = await keepDatabase(tar, name, ownerUrl);
    }
    tell("Files");
    ending.files = await keepFiles(tar, files);
    if (elsewhere) await keepOthers(tar, elsewhere, ending.files);
    await tar.add("end.json", Buffer.from(JSON.stringify(ending)));
    await Promise.race([tar.end(), written]);
    await written;
    await settle(part, file);
    return ending;
  } catch (error) {
    target.destroy();
    await rm(part, { force: true });
    throw error;
  }
}

/** On the disk, and only then under its name: a file that has the name is whole. */
async function settle(part: string, file: string): Promise<void> {
  for (const [path, then] of [
    [part, () => rename(part, file)],
    [dirname(file), undefined],
  ] as const) {
    const handle = await openFile(path, "r");
    await handle.sync();
    await handle.close();
    await then?.();
  }
}

async function keepDatabase(tar: TarWriter, name: string, ownerUrl: string): Promise<Kept> {
  const owner = open(ownerUrl, {
    max: 1,
    connection: { application_name: "impresario backup", statement_timeout: 0 } as never,
  });
  try {
    return (await owner.begin("isolation level repeatable read read only", async (sql) => {
      const kept: Kept = { tables: {}, migrations: [] };
      kept.migrations = (await sql<{ hash: string }[]>`select hash from drizzle.__drizzle_migrations order by id`).map(
        (m) => m.hash,
      );
      for (const { name: table, columns } of await tablesOf(sql)) {
        const list = columns.map((c) => c.read).join(", ");
        const rows = await sql.unsafe(`copy (select ${list} from ${quoted(table)}) to stdout`).readable();
        const digest = createHash("sha256");
        let held: Buffer[] = [];
        let size = 0;
        let count = 0;
        let parts = 0;
        const flush = async () => {
          await tar.add(`databases/${name}/${table}/${String(parts++).padStart(6, "0")}`, Buffer.concat(held));
          held = [];
          size = 0;
        };
        for await (const chunk of rows) {
          const bytes = chunk as Buffer;
          digest.update(bytes);
          // In COPY's text form a line feed always ends a row: one inside a value is written as \n.
          for (const byte of bytes) if (byte === 10) count++;
          held.push(Buffer.from(bytes));
          size += bytes.length;
          if (size >= PART) await flush();
        }
        if (size > 0) await flush();
        kept.tables[table] = { rows: count, sha256: digest.digest("hex") };
      }
      return kept;
    })) as Kept;
  } finally {
    await owner.end({ timeout: 5 });
  }
}

async function keepFiles(tar: TarWriter, folder: string): Promise<Record<string, string>> {
  const sums: Record<string, string> = {};
  if (!existsSync(folder)) return sums;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.name.endsWith(".part")) continue;
    const path = join(entry.parentPath, entry.name);
    const name = relative(folder, path);
    const { size } = await stat(path);
    const digest = createHash("sha256");
    const body = createReadStream(path);
    body.on("data", (chunk) => digest.update(chunk));
    await tar.add(`files/${name}`, body, size);
    sums[name] = digest.digest("hex");
  }
  return sums;
}

async function keepOthers(
  tar: TarWriter,
  { list, open: read }: Elsewhere,
  sums: Record<string, string>,
): Promise<void> {
  for await (const name of list()) {
    const found = sums[name] === undefined ? await read(name) : undefined;
    if (!found) continue;
    const digest = createHash("sha256");
    const summed = async function* () {
      for await (const piece of found.body) {
        digest.update(piece);
        yield piece;
      }
    };
    await tar.add(`files/${name}`, summed(), found.bytes);
    sums[name] = digest.digest("hex");
  }
}
