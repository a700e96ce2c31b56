import { randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, expect, inject, test } from "vitest";
import { type TestHouse, testHouse } from "../../test/house.ts";
import { withDatabase } from "../../test/server.ts";
import { connect, type Database, open } from "../connect.ts";
import { migrate } from "../migrate.ts";
import { APP_ROLE } from "../secure.ts";
import { backup } from "./backup.ts";
import { restore } from "./restore.ts";
import { header, tarReader, tarWriter } from "./tar.ts";

let house: TestHouse;
let folder: string;
let kept: string;
const made: string[] = [];
const now = new Date("2026-11-20T12:00:00Z");

beforeAll(async () => {
  house = await testHouse();
  folder = mkdtempSync(join(tmpdir(), "impresario-backup-"));
  for (let n = 0; n < 3; n++) await house.ask("whoami");
  await house.database.client.begin(async (sql) => {
    await sql`select set_config('app.workspace', ${house.owner.workspaceId}, true)`;
    // Whatever a person may type: tabs, line feeds, backslashes, letters of every script.
    for (const [key, value] of [
      ["odd", 'a\tb\nc\\d "e" \u{1F3B5} 日本'],
      ["empty", ""],
    ]) {
      await sql`insert into setting (workspace_id, key, value, updated_at)
        values (${house.owner.workspaceId}, ${key!}, ${JSON.stringify(value)}::text::jsonb, ${now.toISOString()})`;
    }
    await sql`insert into event (workspace_id, id, name, at, payload)
      select ${house.owner.workspaceId}, gen_random_uuid(), 'bulk', now(), jsonb_build_object('n', n, 'fill', repeat('x', 300))
      from generate_series(1, 20000) n`;
  });
  mkdirSync(join(folder, "assets", "w1"), { recursive: true });
  writeFileSync(join(folder, "assets", "w1", "song"), Buffer.alloc(3_000_001, 7));
  writeFileSync(join(folder, "assets", "w1", "empty"), "");
  writeFileSync(join(folder, "secret.key"), "key-of-this-house");
  kept = join(folder, "kept.tar.gz");
  await backup({
    file: kept,
    databases: [house.database],
    files: join(folder, "assets"),
    keyFile: join(folder, "secret.key"),
    now,
  });
});
afterAll(async () => {
  const admin = open(inject("server").url, { max: 1 });
  for (const name of made) await admin`drop database if exists ${admin(name)} with (force)`;
  await admin.end();
  rmSync(folder, { recursive: true, force: true });
  await house.close();
});

let target: { name: string; ownerUrl: string };
let home: string;
beforeEach(async () => {
  const name = `r_${randomUUID().replaceAll("-", "")}`;
  made.push(name);
  const admin = open(inject("server").url, { max: 1 });
  await admin`create database ${admin(name)}`;
  await admin.end();
  target = { name: "main", ownerUrl: withDatabase(inject("server").url, name) };
  home = mkdtempSync(join(folder, "home-"));
});

const rowsOf = async (url: string) => {
  const sql = open(url, { max: 1 });
  const tables = await sql<
    { name: string }[]
  >`select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' order by 1`;
  const all: Record<string, unknown> = {};
  for (const { name } of tables) {
    const not = name === "event" ? sql`- 'tx'` : sql``;
    const [sum] =
      await sql`select count(*)::int as n, coalesce(md5(string_agg(j, '|' order by j)), '') as sum from (select (to_jsonb(t) ${not})::text as j from ${sql(name)} t) s`;
    all[name] = sum;
  }
  await sql.end();
  return all;
};

test("all rows, files and the key come back, in a database that works", async () => {
  await restore({ file: kept, databases: [target], files: join(home, "assets"), keyFile: join(home, "secret.key") });
  await migrate(target.ownerUrl, inject("server").appPassword);
  expect(await rowsOf(target.ownerUrl)).toEqual(await rowsOf(house.database.ownerUrl));
  expect(readFileSync(join(home, "assets", "w1", "song"))).toEqual(readFileSync(join(folder, "assets", "w1", "song")));
  expect(statSync(join(home, "assets", "w1", "empty")).size).toBe(0);
  expect(readFileSync(join(home, "secret.key"), "utf8")).toBe("key-of-this-house");
  expect(statSync(join(home, "secret.key")).mode & 0o777).toBe(0o600);
  const app = new URL(target.ownerUrl);
  app.username = APP_ROLE;
  app.password = inject("server").appPassword;
  const back: Database = connect({ ownerUrl: target.ownerUrl, appUrl: app.href });
  const seen = await back.client`select count(*)::int as n from event`;
  expect(seen[0]?.n, "row-level security is in force again").toBe(0);
  await back.client.begin(async (sql) => {
    await sql`select set_config('app.workspace', ${house.owner.workspaceId}, true)`;
    const [row] = await sql`insert into event (workspace_id, id, name, at, payload)
      values (${house.owner.workspaceId}, gen_random_uuid(), 'after', now(), '{}') returning seq`;
    expect(Number(row?.seq), "numbers go on").toBeGreaterThan(20000);
    const [older] =
      await sql`select count(*)::int as n from event where tx >= pg_snapshot_xmin(pg_current_snapshot()) and name = 'bulk'`;
    expect(older?.n, "what was restored lies before everything new").toBe(0);
  });
  await back.close();
});

test("the file is ours alone, and is never written over another", async () => {
  expect(statSync(kept).mode & 0o777).toBe(0o600);
  await expect(backup({ file: kept, databases: [house.database], files: folder, now })).rejects.toThrow(
    "is there already",
  );
});

test("a cut or changed archive restores nothing, and the database is empty for the next try", async () => {
  const bytes = readFileSync(kept);
  const half = join(home, "half.tar.gz");
  writeFileSync(half, bytes.subarray(0, bytes.length / 2));
  const options = { databases: [target], files: join(home, "assets") };
  await expect(restore({ ...options, file: half })).rejects.toThrow(/cut off/);
  const plain = gunzipSync(bytes);
  const at = plain.indexOf(Buffer.from("test-radio"));
  plain.write("best-radio", at);
  const changed = join(home, "changed.tar.gz");
  writeFileSync(changed, gzipSync(plain, { level: 1 }));
  await expect(restore({ ...options, file: changed })).rejects.toThrow("not those that were kept");
  await restore({ ...options, file: kept });
});

test("it restores into nothing that holds something", async () => {
  const options = { file: kept, databases: [house.database], files: join(home, "assets") };
  await expect(restore(options)).rejects.toThrow("is not empty");
  mkdirSync(join(home, "assets"));
  writeFileSync(join(home, "assets", "mine"), "x");
  await expect(restore({ ...options, databases: [target] })).rejects.toThrow("is not empty");
  await expect(restore({ ...options, file: "/nowhere" })).rejects.toThrow("There is no file");
  await expect(restore({ ...options, databases: [] })).rejects.toThrow("WORKSPACE_DATABASES");
});

test("a name in an archive cannot leave the folder", async () => {
  const plain = gunzipSync(readFileSync(kept));
  const at = plain.indexOf(Buffer.from("files/w1/song"));
  const size = Number.parseInt(plain.subarray(at + 124, at + 136).toString("latin1"), 8);
  header("files/../../evil", size).copy(plain, at);
  const bad = join(home, "bad.tar.gz");
  writeFileSync(bad, gzipSync(plain, { level: 1 }));
  await expect(restore({ file: bad, databases: [target], files: join(home, "assets") })).rejects.toThrow(
    "outside its folder",
  );
});

test("tar: what goes in comes out, whatever the sizes of the pieces", async () => {
  const { PassThrough } = await import("node:stream");
  const pipe = new PassThrough();
  const writer = tarWriter(pipe);
  const bodies = [0, 1, 511, 512, 513, 5000].map((n) => Buffer.alloc(n, n % 251));
  const writing = (async () => {
    for (const [n, body] of bodies.entries()) await writer.add(`n/${n}`, body);
    await writer.end();
  })();
  const seen: Buffer[] = [];
  for await (const { body } of tarReader(pipe as AsyncIterable<Buffer>)) {
    const parts: Buffer[] = [];
    for await (const part of body) parts.push(Buffer.from(part));
    seen.push(Buffer.concat(parts));
  }
  await writing;
  expect(seen).toEqual(bodies);
});
