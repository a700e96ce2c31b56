// Files in a bucket, as the house sees them: saved, read, moved over from the disk, and never half there.
import { fork } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openS3, type S3 } from "../../test/emulators/s3/server.ts";
import { type TestHouse, testHouse } from "../../test/house.ts";
import { actFor } from "../../test/works.ts";
import { openBucket } from "./bucket/bucket.ts";
import { bringBytes, fileHere, type NewAsset, openBytes, readBytes, saveAsset, sizeOf, tidyAssets } from "./index.ts";

let house: TestHouse;
let s3: S3;
beforeAll(async () => {
  house = await testHouse();
  s3 = await openS3();
});
afterAll(async () => {
  rmSync(`${house.files}-copies`, { recursive: true, force: true });
  await s3.close();
  await house.close();
});

const DAY = 86_400_000;
const ws = () => house.owner.workspaceId;
const use = (on: boolean) => {
  const { bucket: name, keys, url } = s3;
  const more = { session: undefined, prefix: "", address: "path", direct: false } as const;
  const settings = { name, endpoint: new URL(url), region: keys.region, keyId: keys.id, secret: keys.secret, ...more };
  house.bucket = on
    ? openBucket(settings, { now: Date.now, random: Math.random, wait: async () => {} }, { partBytes: 5 * 1024 * 1024 })
    : undefined;
};
const save = (text: string, more: Partial<NewAsset> = {}) =>
  actFor(house, house.owner, (act) =>
    saveAsset(act, { kind: "song", type: "audio/mpeg", name: "a.mp3", bytes: Buffer.from(text), ...more }),
  );
const onDisk = (id: string) => existsSync(join(house.files, ws(), id));
const inBucket = (id: string) => s3.objects.get(`${ws()}/${id}`)?.bytes.toString();
const read = async (id: string) => (await readBytes(house, ws(), id))?.toString();
const tidy = () => tidyAssets(house, house.database, ws());

test("with a bucket, new files go there, and those of before are read from the disk until they have moved", async () => {
  use(false);
  const before = await save("before");
  const damaged = await save("damaged");
  writeFileSync(join(house.files, ws(), damaged.id), "changed");
  use(true);
  const after = await save("after");
  expect([onDisk(after.id), inBucket(after.id)]).toEqual([false, "after"]);
  expect([await read(before.id), await read(after.id)]).toEqual(["before", "after"]);
  expect(await sizeOf(house, ws(), after.id)).toBe(5);
  const part = await openBytes(house, { workspaceId: ws(), id: after.id, range: { start: 1, end: 2 } });
  expect(Buffer.concat(await part!.toArray()).toString()).toBe("ft");
  const copy = (await fileHere(house, ws(), after.id))!;
  expect([readFileSync(copy, "utf8"), await fileHere(house, ws(), after.id)]).toEqual(["after", copy]);
  expect(await fileHere(house, ws(), before.id)).toBe(join(house.files, ws(), before.id));
  const said: object[] = [];
  house.log = { ...house.log, error: (about) => void said.push(about) };
  await tidy();
  expect([onDisk(before.id), inBucket(before.id), await read(before.id)]).toEqual([false, "before", "before"]);
  // What is not what its row says stays where somebody can look at it.
  expect([onDisk(damaged.id), inBucket(damaged.id)]).toEqual([true, undefined]);
  expect(said).toMatchObject([{ asset: damaged.id }]);
  expect(existsSync(copy)).toBe(true);
  utimesSync(copy, 1, 1);
  await tidy();
  expect(existsSync(copy)).toBe(false);
  expect(await fileHere(house, ws(), house.sources.newId())).toBeUndefined();
  expect(await openBytes(house, { workspaceId: ws(), id: house.sources.newId() })).toBeUndefined();
});

test("expired files, those of undone runs and what nobody named leave the bucket; no others do", async () => {
  use(true);
  const kept = await save("kept");
  const brief = await save("brief", { expiresAt: new Date(house.clock.now.getTime() + 1000) });
  let undone = "";
  await actFor(house, house.owner, async (act) => {
    undone = (await saveAsset(act, { kind: "song", type: "audio/mpeg", name: "u", bytes: Buffer.from("undone") })).id;
    throw new Error("undone");
  }).catch(() => {});
  const { brought } = await bringBytes(house, ws(), () => Buffer.from("never named"));
  house.clock.pass(2000);
  await tidy();
  expect([kept.id, brief.id, undone, brought].map(inBucket)).toEqual(["kept", undefined, "undone", "never named"]);
  house.clock.pass(2 * DAY);
  await tidy();
  expect([kept.id, undone, brought].map(inBucket)).toEqual(["kept", undefined, undefined]);
});

test("what was brought gets its name in one step; a bucket that is away loses nothing", async () => {
  use(true);
  const bytes = Buffer.from("a made song");
  const named = async () => {
    const brought = await bringBytes(house, ws(), () => bytes);
    return save("", { bytes: brought });
  };
  const one = await named();
  expect([one.bytes, one.sha256]).toEqual([bytes.length, createHash("sha256").update(bytes).digest()]);
  expect([onDisk(one.id), inBucket(one.id)]).toEqual([false, "a made song"]);
  const count = s3.objects.size;
  s3.fault = () => ({ status: 503, code: "SlowDown", message: "Please reduce your request rate." });
  const two = await named();
  s3.fault = undefined;
  expect([onDisk(two.id), await read(two.id), s3.objects.size]).toEqual([true, "a made song", count]);
  await tidy();
  expect([onDisk(two.id), inBucket(two.id)]).toEqual([false, "a made song"]);
});

test("killed in the middle of an upload: no file, and what was begun is dropped a day later", async () => {
  use(true);
  const id = house.sources.newId();
  const { keys, url, bucket } = s3;
  const child = fork(resolve("test/programs/uploader.ts"), [
    JSON.stringify({ url, bucket, keys, key: `${ws()}/${id}` }),
  ]);
  await expect
    .poll(() => s3.seen.filter((s) => s.query.get("partNumber")).length, { timeout: 30_000 })
    .toBeGreaterThan(1);
  const ended = new Promise((done) => child.once("exit", done));
  child.kill("SIGKILL");
  await ended;
  expect(inBucket(id)).toBeUndefined();
  expect(s3.uploads.size).toBe(1);
  expect(await read(id)).toBeUndefined();
  house.clock.pass(10 * DAY);
  await tidy();
  expect(s3.uploads.size).toBe(0);
  expect(readdirSync(join(house.files, ws())).filter((n) => n.startsWith(id))).toEqual([]);
});
