// A bucket that takes the bytes and fails at giving them their name: what a provider gives only once is not ordered again.
import { afterEach, expect, test } from "vitest";
import { openBucket } from "../core/assets/index.ts";
import { inWorkspace, rawOf } from "../db/connect.ts";
import { type Fault, openS3, type S3 } from "../test/emulators/s3/server.ts";
import { type Workshop, workshop } from "../test/jobs.ts";
import { provider, song, tone } from "../test/provider.ts";
import { batchJob } from "./batch.ts";
import { makeJob } from "./make.ts";

let shop: Workshop;
let s3: S3;
afterEach(async () => {
  await shop.close();
  await s3.close();
});
const rows = <T>(query: string) =>
  inWorkspace(
    shop.house.database,
    shop.house.owner.workspaceId,
    async (tx) => [...(await rawOf(tx).unsafe(query))] as unknown as T[],
  );

test.each<[string, number, Fault]>([
  ["is away for a while", 12, { status: 503, code: "SlowDown", message: "Please reduce your request rate." }],
  ["copies and says nothing", 12, "cut after"],
  ["says 200, and in the body that it failed", 1, { late: "InternalError" }],
])("the bucket %s at the copy: one order, one payment, and the file is there", async (_, times, fault) => {
  s3 = await openS3();
  const bytes = tone(2);
  const one = provider({ submit: async () => song(bytes) });
  shop = await workshop({ providers: [one], handlers: [makeJob, batchJob], slots: { make: 2 } });
  const { house } = shop;
  const { bucket: name, keys, url } = s3;
  const more = { session: undefined, prefix: "", address: "path", direct: false } as const;
  const settings = { name, endpoint: new URL(url), region: keys.region, keyId: keys.id, secret: keys.secret, ...more };
  house.bucket = openBucket(settings, { now: Date.now, random: Math.random, wait: async () => {} });
  await house.ask("budget set", { amount: "100" });
  const copies: string[] = [];
  s3.fault = ({ method, key }) => {
    // A name of our own choosing is put first; the second is the one that was promised.
    if (method !== "PUT") return undefined;
    if (copies.length === 0) {
      copies.push(key);
      return undefined;
    }
    copies.push(key);
    return copies.length <= times ? fault : undefined;
  };
  const asked = await house.ask("generate song", {});
  let reply = await house.answer(asked.run);
  while (reply?.status === "running") {
    house.clock.pass(2000);
    await new Promise((done) => setTimeout(done, 20));
    reply = await house.answer(asked.run);
  }
  expect(reply?.status).toBe("done");
  const [item] = await rows<{ id: string; status: string }>("select id, status from item");
  expect(new Set(copies.slice(1))).toEqual(new Set([`${house.owner.workspaceId}/${item!.id}`]));
  expect(copies.length).toBeGreaterThan(times);
  expect(one.calls).toHaveLength(1);
  expect(await rows("select status, cost::int from attempt")).toEqual([{ status: "done", cost: 60_000 }]);
  expect(await rows("select sum(held)::int as held, sum(spent)::int as spent from budget_use")).toEqual([
    { held: 0, spent: 60_000 },
  ]);
  expect([...s3.objects].map(([key, { bytes: there }]) => [key, there.equals(bytes)])).toEqual([
    [`${house.owner.workspaceId}/${item!.id}`, true],
  ]);
});
