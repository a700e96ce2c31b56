import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openBucket } from "../../core/assets/index.ts";
import type { Plan } from "../../core/streams/index.ts";
import { openS3, type S3 } from "../../test/emulators/s3/server.ts";
import { type TestHouse, testHouse } from "../../test/house.ts";
import { makeWork } from "../../test/works.ts";
import { itemHere, planHere } from "./here.ts";

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

test("what an engine opens is on this machine, also when its bytes are in a bucket", async () => {
  const { bucket: name, keys, url } = s3;
  const more = { session: undefined, prefix: "", address: "path", direct: false } as const;
  house.bucket = openBucket(
    { name, endpoint: new URL(url), region: keys.region, keyId: keys.id, secret: keys.secret, ...more },
    { now: Date.now, random: Math.random, wait: async () => {} },
  );
  const { id } = await makeWork(house, { bytes: Buffer.from("a song") });
  const { workspaceId } = house.owner;
  const path = join(house.files, workspaceId, id);
  const item = { id: "1", asset: id, kind: "song", file: path, title: "A" } as const;
  const here = await itemHere(house, workspaceId, item);
  expect([here.file === path, readFileSync(here.file, "utf8")]).toEqual([false, "a song"]);
  const plan = await planHere(house, workspaceId, { loop: path, emergency: [item] } as unknown as Plan);
  expect([plan.loop, plan.emergency[0]!.file]).toEqual([here.file, here.file]);
  // A bucket that is away keeps nothing else from going on.
  s3.fault = () => ({ status: 403, code: "AccessDenied", message: "Access Denied" });
  const other = await itemHere(house, workspaceId, { ...item, asset: house.sources.newId() });
  expect(other.file).toBe(path);
  house.bucket = undefined;
  expect(await itemHere(house, workspaceId, item)).toEqual(item);
});
