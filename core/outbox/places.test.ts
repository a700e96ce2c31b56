// What is known of a message and of a place changes on the way: nothing is lost by it, and nothing said twice.
import { beforeEach, expect, test } from "vitest";
import { postOffice } from "../../test/post.ts";

const office = postOffice();
const { rows, outboxWith, say, change, settled, texts, sql } = office;

const bind = (external: string, workspaceId = office.house.owner.workspaceId) =>
  sql(`insert into place (workspace_id, id, surface, tenant, external, created_at)
     values ('${workspaceId}', '${office.house.sources.newId()}', 'test', 't1', '${external}', now())`);
const places = async () =>
  (await sql<{ external: string }>("select external from place where gone_at is null")).map((p) => p.external);
const told = async (name: string) =>
  (await sql<{ payload: object }>(`select payload from event where name = '${name}'`)).map((e) => e.payload);

beforeEach(async () => {
  await sql("delete from place");
});

test("what an edit added is known to the next one, in another process too", async () => {
  await say("a", "run");
  const first = outboxWith();
  await settled();
  office.platform.fault = (call) => (call.kind === "edit" ? { kind: "grows" } : undefined);
  await change("a", "run", "longer");
  await settled();
  await first.stop();
  office.platform.fault = () => undefined;
  outboxWith();
  await change("a", "run", "short");
  await settled();
  expect(office.platform.taken.map((c) => c.target)).toEqual([null, "m1", "m1+m2"]);
  expect((await rows("kind = 'post'"))[0]?.external).toBe("m1+m2");
});

test("of a message that arrived in part, only the rest is sent again", async () => {
  let tries = 0;
  office.platform.fault = () => (tries++ === 0 ? { kind: "half" } : undefined);
  await say("a", "long");
  outboxWith();
  await settled();
  expect(office.platform.asked.map((c) => c.sent)).toEqual([null, "h1"]);
});

test("an edit that is replaced after a part of it arrived leaves what it added to the one after it", async () => {
  await say("a", "run");
  outboxWith();
  await settled();
  let tries = 0;
  office.platform.fault = (call) => (call.kind === "edit" && tries++ === 0 ? { kind: "half" } : undefined);
  await change("a", "run", "one");
  await expect.poll(() => tries).toBeGreaterThan(0);
  await change("a", "run", "two");
  await settled();
  expect(office.platform.taken.at(-1)).toMatchObject({ text: "two", target: "h2" });
});

test("a place that moved takes along what waits for it, in its order, and what may be changed there", async () => {
  await bind("old");
  await say("old", "run");
  outboxWith();
  await settled();
  office.platform.fault = (call) => (call.place === "old" ? { kind: "moved", to: "new" } : undefined);
  for (let n = 0; n < 5; n++) await say("old", `m${n}`);
  await change("old", "run", "changed");
  await settled();
  expect(texts("new")).toEqual(["m0", "m1", "m2", "m3", "m4", "changed"]);
  expect(office.platform.taken.at(-1)?.target).toBe("m1");
  expect(await places()).toEqual(["new"]);
  expect(await told("place.moved")).toEqual([{ surface: "test", tenant: "t1", from: "old", to: "new" }]);
});

test("a change that was written for a message as its place moved follows it", async () => {
  await bind("before");
  await say("before", "run");
  await say("before", "other");
  outboxWith();
  await settled();
  office.platform.fault = (call) => (call.place === "before" ? { kind: "moved", to: "after" } : undefined);
  await change("before", "other", "moves it");
  await settled();
  await change("before", "run", "changed");
  await settled();
  expect(office.platform.taken.at(-1)).toMatchObject({ place: "after", text: "changed", target: "m1" });
});

test("a place that moved to where another one of ours is becomes that one", async () => {
  await bind("old");
  await bind("new");
  office.platform.fault = (call) => (call.place === "old" ? { kind: "moved", to: "new" } : undefined);
  await say("old", "hello");
  outboxWith();
  await settled();
  expect(texts("new")).toEqual(["hello"]);
  expect(await places()).toEqual(["new"]);
});
