import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { connect, inWorkspace, rawOf } from "../../db/connect.ts";
import { type TestHouse, testHouse } from "../../test/house.ts";
import { openPlatform, type Platform } from "../../test/platform.ts";
import { rowsOf } from "../../test/tally.ts";
import { openWire } from "../../test/wire.ts";
import { view } from "../view/index.ts";
import { announceRun, edit, type Outbox, type OutboxOptions, post, remove, startOutbox } from "./index.ts";
import type { Writer } from "./write.ts";

let house: TestHouse;
let platform: Platform;
const running: Outbox[] = [];
beforeAll(async () => {
  house = await testHouse();
});
beforeEach(async () => {
  platform = await openPlatform();
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.stop()));
  await platform.close();
  // Each test begins with nothing on its way.
  await rowsOf(house.database, house.owner, "delete from outbox");
});
afterAll(() => house.close());

function outboxWith(options: OutboxOptions = {}, sender = platform.sender): Outbox {
  const outbox = startOutbox(house, [sender], { sweep: 50, patience: 300, lease: 1000, ...options });
  running.push(outbox);
  return outbox;
}
const place = (external: string) => ({ surface: "test", tenant: "t1", external });
const write = <T>(work: (act: Writer) => Promise<T>) =>
  inWorkspace(house.database, house.owner.workspaceId, (tx) =>
    work({
      db: tx,
      now: house.clock.now,
      newId: house.sources.newId,
      workspace: { id: house.owner.workspaceId },
    }),
  );
const say = (where: string, subject: string, text = subject) =>
  write((act) => post(act, { place: place(where), subject, view: view(text) }));
const change = (where: string, subject: string, text: string) =>
  write((act) => edit(act, { place: place(where), subject, view: view(text) }));
type Out = {
  subject: string;
  status: string;
  kind: string;
  attempts: number;
  external: string | null;
  error: string | null;
  lost: string[] | null;
  text: string;
};
const rows = (where = "true") =>
  rowsOf<Out>(
    house.database,
    house.owner,
    `select subject, status, kind, attempts, external, error, lost, view->>'text' as text from outbox
     where ${where} order by seq, created_at`,
  );
const settled = (timeout = 10_000) =>
  expect.poll(async () => (await rows("status in ('waiting', 'sending')")).length, { timeout, interval: 20 }).toBe(0);
const texts = (where?: string) => platform.taken.filter((c) => !where || c.place === where).map((c) => c.text);
/** Repetitions in a row are one: at least once is what was promised. */
const once = (list: string[]) => list.filter((text, at) => text !== list[at - 1]);

test("what is posted is sent at once, in the order of each place, and its id is kept", async () => {
  const outbox = outboxWith({ sweep: 60_000 });
  await expect.poll(() => outbox.leads("test")).toBe(true);
  for (let n = 0; n < 10; n++) await say(n % 2 ? "a" : "b", `m${n}`);
  await settled();
  expect(texts("b")).toEqual(["m0", "m2", "m4", "m6", "m8"]);
  expect(texts("a")).toEqual(["m1", "m3", "m5", "m7", "m9"]);
  for (const row of await rows()) expect(row).toMatchObject({ status: "sent", attempts: 1, external: /^m\d+$/ });
});

test("a rolled back message never leaves", async () => {
  outboxWith();
  const undone = write(async (act) => {
    await post(act, { place: place("a"), subject: "no", view: view("no") });
    throw new Error("undone");
  });
  await expect(undone).rejects.toThrow("undone");
  await say("a", "yes");
  await settled();
  expect(texts()).toEqual(["yes"]);
});

test("edits name the message they change, and only the newest waiting one leaves", async () => {
  await say("a", "run1", "0%");
  for (let n = 1; n <= 50; n++) await change("a", "run1", `${n * 2}%`);
  await say("a", "next");
  outboxWith();
  await settled();
  expect(texts("a")).toEqual(["0%", "100%", "next"]);
  const [first, last] = platform.taken;
  expect(first?.target).toBeNull();
  expect(last).toMatchObject({ kind: "edit", target: (await rows("kind = 'post'"))[0]?.external });
  expect((await rows("status = 'replaced'")).length).toBe(49);
});

test("edits of two subjects do not replace each other", async () => {
  await say("a", "one");
  await say("a", "two");
  await change("a", "one", "one!");
  await change("a", "two", "two!");
  outboxWith();
  await settled();
  expect(texts("a")).toEqual(["one", "two", "one!", "two!"]);
});

test("an edit of what was never sent fails, says why, and stops nobody", async () => {
  platform.fault = ({ text }) => (text === "bad" ? { kind: "refused" } : undefined);
  await say("a", "bad");
  await change("a", "bad", "better");
  await say("a", "next");
  outboxWith();
  await settled();
  expect((await rows()).map((r) => r.status)).toEqual(["failed", "failed", "sent"]);
  expect((await rows("kind = 'edit'"))[0]?.error).toContain("never sent");
});

test("a message is taken back", async () => {
  await say("a", "oops");
  await write((act) => remove(act, { place: place("a"), subject: "oops" }));
  outboxWith();
  await settled();
  expect(platform.taken.map((c) => c.kind)).toEqual(["post", "delete"]);
  expect(platform.taken[1]?.target).toBe("m1");
});

test("429 is obeyed: nothing before it is over, and it does not count as a try", async () => {
  let asked = 0;
  platform.fault = () => (++asked <= 2 ? { kind: "slow down", after: 300 } : undefined);
  await say("a", "m0");
  await say("a", "m1");
  outboxWith();
  await settled();
  expect(texts()).toEqual(["m0", "m1"]);
  const at = platform.asked.map((c) => c.at);
  expect(at[1]! - at[0]!).toBeGreaterThanOrEqual(300);
  expect(at[2]! - at[1]!).toBeGreaterThanOrEqual(300);
  expect((await rows("subject = 'm0'"))[0]?.attempts).toBe(1);
});

test("a global 429 stops every place", async () => {
  let first = true;
  platform.fault = () => {
    if (!first) return undefined;
    first = false;
    return { kind: "slow down", after: 400, everywhere: true };
  };
  await say("a", "m0");
  const outbox = outboxWith();
  await expect.poll(() => platform.asked.length).toBe(1);
  await say("b", "m1");
  await say("c", "m2");
  expect(outbox.leads("test")).toBe(true);
  await settled();
  for (const call of platform.asked.slice(1)) expect(call.at - platform.asked[0]!.at).toBeGreaterThanOrEqual(400);
});

test("the pace is learned from the replies: hardly any 429 after the first window", async () => {
  await platform.close();
  platform = await openPlatform("test", { limit: 5, per: 200 });
  for (let n = 0; n < 25; n++) await say("a", `m${n}`);
  outboxWith();
  await settled();
  expect(texts()).toEqual(Array.from({ length: 25 }, (_, n) => `m${n}`));
  expect(platform.asked.length - platform.taken.length).toBeLessThanOrEqual(2);
});

test("500, a hang, a reset and a lost answer: at least once, in order, and each says what it was", async () => {
  const faults = ["broken", "hang", "reset", "lost answer"] as const;
  const seen = new Map<string, number>();
  platform.fault = ({ id, text }) => {
    const times = (seen.get(id) ?? 0) + 1;
    seen.set(id, times);
    const kind = faults[Number(text.slice(1)) % 5];
    return times === 1 && kind ? { kind } : undefined;
  };
  for (let n = 0; n < 10; n++) await say("a", `m${n}`);
  outboxWith();
  await settled(20_000);
  expect(once(texts())).toEqual(Array.from({ length: 10 }, (_, n) => `m${n}`));
  // Only the lost answers came twice, and with the same id: a platform that knows nonces takes them once.
  expect(texts().filter((text, at, all) => text === all[at - 1])).toEqual(["m3", "m8"]);
  expect((await rows()).map((r) => r.attempts)).toEqual([2, 2, 2, 2, 1, 2, 2, 2, 2, 1]);
}, 30_000);

test("one place in trouble does not hold up another", async () => {
  platform.fault = (call) => (call.place === "bad" ? { kind: "hang" } : undefined);
  await say("bad", "stuck");
  for (let n = 0; n < 5; n++) await say("good", `m${n}`);
  outboxWith();
  await expect.poll(() => texts("good").length, { timeout: 2000 }).toBe(5);
});

test("an error that nobody knows is tried a few times, then told", async () => {
  const sender = { ...platform.sender, classify: () => ({ kind: "unknown" }) as const };
  platform.fault = ({ text }) => (text === "cursed" ? { kind: "broken" } : undefined);
  await say("a", "cursed");
  await rowsOf(house.database, house.owner, "update outbox set attempts = 6");
  await say("a", "next");
  const outbox = outboxWith({}, sender);
  await expect.poll(() => rows("status = 'waiting' and attempts = 7")).toHaveLength(1);
  await rowsOf(house.database, house.owner, "update outbox set not_before = now()");
  outbox.wake({ workspaceId: house.owner.workspaceId, surface: "test", tenant: "t1", place: "a" });
  await settled();
  expect((await rows()).map((r) => r.status)).toEqual(["failed", "sent"]);
  const [told] = await rowsOf<{ payload: { error: string } }>(
    house.database,
    house.owner,
    "select payload from event where name = 'message.failed' and subject = 'cursed'",
  );
  expect(told?.payload.error).toBe("HTTP 500");
});

test("a place that is gone is marked once, told once, and asked no more", async () => {
  await rowsOf(
    house.database,
    house.owner,
    `insert into place (workspace_id, id, surface, tenant, external, created_at)
     values ('${house.owner.workspaceId}', '${house.sources.newId()}', 'test', 't1', 'left', now())`,
  );
  platform.fault = (call) => (call.place === "left" ? { kind: "gone" } : undefined);
  for (let n = 0; n < 5; n++) await say("left", `m${n}`);
  await say("here", "fine");
  outboxWith();
  await settled();
  expect(platform.asked.filter((c) => c.place === "left")).toHaveLength(1);
  await say("left", "late");
  await settled();
  expect(platform.asked.filter((c) => c.place === "left")).toHaveLength(1);
  expect((await rows("place = 'left'")).every((r) => r.status === "failed")).toBe(true);
  expect((await rows("place = 'here'"))[0]?.status).toBe("sent");
  const told = await rowsOf<{ payload: object }>(
    house.database,
    house.owner,
    "select payload from event where name = 'place.gone'",
  );
  expect(told.map((e) => e.payload)).toEqual([{ surface: "test", tenant: "t1", place: "left", unsent: 5 }]);
  const [marked] = await rowsOf<{ gone: boolean }>(
    house.database,
    house.owner,
    "select gone_at is not null as gone from place where external = 'left'",
  );
  expect(marked?.gone).toBe(true);
});

test("what was lost in fitting is kept with the message", async () => {
  const send = async () => ({ external: "x", lost: ["3 buttons"] });
  await say("a", "big");
  outboxWith({}, { ...platform.sender, send });
  await settled();
  expect((await rows())[0]?.lost).toEqual(["3 buttons"]);
});

test("two processes: one sends for a surface, and the other when the first is gone", async () => {
  const one = outboxWith();
  await expect.poll(() => one.leads("test")).toBe(true);
  const two = outboxWith();
  for (let n = 0; n < 20; n++) await say("a", `m${n}`);
  await settled();
  expect(two.leads("test")).toBe(false);
  expect(texts()).toEqual(Array.from({ length: 20 }, (_, n) => `m${n}`));
  running.splice(running.indexOf(one), 1);
  await one.stop();
  await say("a", "after");
  await settled();
  expect(two.leads("test")).toBe(true);
  expect(texts().at(-1)).toBe("after");
});

test("what a dead process was sending is sent again when its lease is over, in order", async () => {
  await say("a", "m0");
  await say("a", "m1");
  await rowsOf(
    house.database,
    house.owner,
    "update outbox set status = 'sending', attempts = 1, lease_until = now() + interval '400 ms' where subject = 'm0'",
  );
  const begun = performance.now();
  outboxWith();
  await settled();
  expect(texts()).toEqual(["m0", "m1"]);
  expect(platform.asked[0]!.at - begun).toBeGreaterThan(300);
  expect((await rows())[0]?.attempts).toBe(2);
});

test("the database goes away while messages leave: each once, in order", async () => {
  const wire = await openWire(house.database.appUrl);
  const far = connect({ ownerUrl: house.database.ownerUrl, appUrl: wire.url });
  for (let n = 0; n < 40; n++) await say(`p${n % 4}`, `m${n}`);
  platform.fault = () => {
    if (platform.asked.length === 12) void wire.cut();
    return undefined;
  };
  const outbox = startOutbox({ ...house, databases: [far] }, [platform.sender], { sweep: 50, lease: 3000 });
  await expect.poll(() => platform.asked.length).toBeGreaterThan(11);
  await new Promise((done) => setTimeout(done, 300));
  await wire.mend();
  await settled();
  await outbox.stop();
  await Promise.all(Array.from({ length: 10 }, () => far.client`select pg_sleep(0.02)`));
  await far.close();
  await wire.close();
  for (let p = 0; p < 4; p++) {
    expect(texts(`p${p}`)).toEqual(Array.from({ length: 10 }, (_, n) => `m${n * 4 + p}`));
  }
}, 30_000);

test("a stop finishes what is on its way and leaves the rest", async () => {
  platform.fault = () => undefined;
  for (let n = 0; n < 200; n++) await say("a", `m${n}`);
  const outbox = outboxWith();
  await expect.poll(() => platform.taken.length).toBeGreaterThan(3);
  running.pop();
  await outbox.stop();
  expect(await rows("status = 'sending'")).toEqual([]);
  expect((await rows("status = 'sent'")).length).toBe(platform.taken.length);
  expect((await rows("status = 'waiting'")).length).toBeGreaterThan(0);
});

test("a run that changes is followed wherever it is shown, and nowhere else", async () => {
  const { run } = await house.ask("whoami");
  await write(async (act) => {
    for (const where of ["a", "b"]) await post(act, { place: place(where), subject: run, view: view("before") });
    await post(act, { place: place("c"), subject: "other", view: view("other") });
    await post(act, { place: place("d"), subject: run, view: view("before") });
    await remove(act, { place: place("d"), subject: run });
    await rawOf(act.db)`update inbox set answer = '{"view":{"text":"after","blocks":[]}}'::json where id = ${run}`;
    await announceRun(act, run);
    await announceRun(act, house.sources.newId());
  });
  outboxWith();
  await settled();
  expect([texts("a"), texts("b"), texts("c")]).toEqual([["before", "after"], ["before", "after"], ["other"]]);
  expect(platform.taken.filter((c) => c.place === "d").map((c) => c.kind)).toEqual(["post", "delete"]);
});

test("a view whose buttons have no tokens yet does not get out", async () => {
  const bare = view("x", { kind: "buttons", buttons: [{ label: "Go", press: { command: "whoami" } }] });
  const posted = write((act) => post(act, { place: place("a"), subject: "x", view: bare }));
  await expect(posted).rejects.toThrow("sealed");
});
