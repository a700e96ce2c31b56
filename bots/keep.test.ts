// The two commands as a person runs them, on a database of their own.
import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { open } from "../db/connect.ts";
import { openS3, type S3 } from "../test/emulators/s3/server.ts";
import { type TestHouse, testHouse } from "../test/house.ts";
import { withDatabase } from "../test/server.ts";
import { makeWork } from "../test/works.ts";
import { bucketOf } from "./parts/files.ts";

let house: TestHouse;
let home: string;
const empty = `k_${randomUUID().replaceAll("-", "")}`;
beforeAll(async () => {
  house = await testHouse();
  home = mkdtempSync(join(tmpdir(), "impresario-keep-"));
  await house.ask("whoami");
  const admin = open(inject("server").url, { max: 1 });
  await admin`create database ${admin(empty)}`;
  await admin.end();
});
afterAll(async () => {
  const admin = open(inject("server").url, { max: 1 });
  await admin`drop database ${admin(empty)} with (force)`;
  await admin.end();
  rmSync(home, { recursive: true, force: true });
  await house.close();
});

let more: Record<string, string> = {};
const keep = (databaseUrl: string, ...args: string[]) =>
  new Promise<{ code: number; out: string }>((done) => {
    const env = {
      PATH: process.env.PATH,
      DATABASE_URL: databaseUrl,
      DATA_DIR: join(home, args[1] ?? "x", "data"),
      LOG_FORMAT: "json",
      ...more,
    };
    execFile(process.execPath, [resolve("bots/keep.ts"), ...args], { env, cwd: home }, (error, out, err) =>
      done({ code: Number(error?.code ?? 0), out: out + err }),
    );
  });

test("backup writes one file, restore brings it back, and each says what it did", async () => {
  const file = join(home, "all.tar.gz");
  const kept = await keep(house.database.ownerUrl, "backup", file);
  expect(kept).toMatchObject({ code: 0 });
  expect(kept.out).toMatch(/\d+ rows and 0 files: everything is in/);
  const back = await keep(withDatabase(inject("server").url, empty), "restore", file);
  expect(back).toMatchObject({ code: 0 });
  const restored = open(withDatabase(inject("server").url, empty), { max: 1 });
  expect((await restored`select count(*)::int as n from inbox`)[0]?.n).toBe(1);
  await restored.end();
});

test("files in a bucket are kept too, and come back into the bucket that is named then", async () => {
  const [from, to] = [await openS3(), await openS3({ bucket: "another-one" })];
  const env = ({ url, bucket, keys }: S3) => ({
    S3_ENDPOINT: url,
    S3_BUCKET: bucket,
    S3_REGION: keys.region,
    S3_ACCESS_KEY_ID: keys.id,
    S3_SECRET_ACCESS_KEY: keys.secret,
    S3_PREFIX: "radio",
  });
  house.bucket = bucketOf(env(from));
  const { id } = await makeWork(house, { bytes: Buffer.alloc(9_000_000, 7) });
  house.bucket = undefined;
  const file = join(home, "bucket.tar.gz");
  more = env(from);
  expect(await keep(house.database.ownerUrl, "backup", file)).toMatchObject({
    code: 0,
    out: expect.stringContaining("and 1 files"),
  });
  const name = `k_${randomUUID().replaceAll("-", "")}`;
  const admin = open(inject("server").url, { max: 1 });
  await admin`create database ${admin(name)}`;
  more = env(to);
  const back = await keep(withDatabase(inject("server").url, name), "restore", file);
  more = {};
  await admin`drop database ${admin(name)} with (force)`;
  await admin.end();
  expect(back).toMatchObject({ code: 0, out: expect.stringContaining("1 files are in the bucket again") });
  const key = `radio/${house.owner.workspaceId}/${id}`;
  expect(to.objects.get(key)?.bytes.equals(from.objects.get(key)!.bytes)).toBe(true);
  await Promise.all([from.close(), to.close()]);
});

test("what is wrong is one line that says what to do", async () => {
  expect((await keep(house.database.ownerUrl, "backup")).out).toContain("npm run backup -- FILE");
  writeFileSync(join(home, "no.tar.gz"), "not an archive");
  const wrong = await keep(house.database.ownerUrl, "restore", join(home, "no.tar.gz"));
  expect(wrong.code).toBe(1);
  expect(wrong.out.trim()).toBe("The archive is cut off or damaged.");
});
