// Everything that a platform, a database and another process may do to a message on its way.
import { expect, test } from "vitest";
import { connect } from "../../db/connect.ts";
import { openPlatform } from "../../test/platform.ts";
import { postOffice } from "../../test/post.ts";
import { openWire } from "../../test/wire.ts";
import { Half, startOutbox } from "./index.ts";

const office = postOffice();
const { sql, rows, outboxWith, say, settled, texts } = office;

/** Repetitions in a row are one: at least once is what was promised. */
const once = (list: string[]) => list.filter((text, at) => text !== list[at - 1]);

test("429 is obeyed: nothing before it is over, and it does not count as a try", async () => {
  let asked = 0;
  office.platform.fault = () => (++asked <= 2 ? { kind: "slow down", after: 300 } : undefined);
  await say("a", "m0");
  await say("a", "m1");
  outboxWith({ patience: 5_000, lease: 15_000 });
  await settled();
  expect(texts()).toEqual(["m0", "m1"]);
  const at = office.platform.asked.map((c) => c.at);
  expect(at[1]! - at[0]!).toBeGreaterThanOrEqual(300);
  expect(at[2]! - at[1]!).toBeGreaterThanOrEqual(300);
  expect((await rows("subject = 'm0'"))[0]?.attempts).toBe(1);
});

test("the pace is learned from the replies: hardly any 429 after the first window", async () => {
  await office.platform.close();
  office.platform = await openPlatform("test", { limit: 5, per: 200 });
  for (let n = 0; n < 25; n++) await say("a", `m${n}`);
  outboxWith();
  await settled();
  expect(texts()).toEqual(Array.from({ length: 25 }, (_, n) => `m${n}`));
  expect(office.platform.asked.length - office.platform.taken.length).toBeLessThanOrEqual(2);
});

test("500, a hang, a reset and a lost answer: at least once, in order, and each says what it was", async () => {
  const faults = ["broken", "hang", "reset", "lost answer"] as const;
  const seen = new Map<string, number>();
  office.platform.fault = ({ id, text }) => {
    const times = (seen.get(id) ?? 0) + 1;
    seen.set(id, times);
    const kind = faults[Number(text.slice(1)) % 5];
    return times === 1 && kind ? { kind } : undefined;
  };
  for (let n = 0; n < 10; n++) await say("a", `m${n}`);
  outboxWith();
  await settled(20_000);
  expect(once(texts())).toEqual(Array.from({ length: 10 }, (_, n) => `m${n}`));
  // Only the lost answers came twice, and with the same id: a office.platform that knows nonces takes them once.
  expect(texts().filter((text, at, all) => text === all[at - 1])).toEqual(["m3", "m8"]);
  expect((await rows()).map((r) => r.attempts)).toEqual([2, 2, 2, 2, 1, 2, 2, 2, 2, 1]);
}, 30_000);

test("what had arrived when a send was given up is known to the next try, in this process or another", async () => {
  const { sender } = office.platform;
  const said: string[] = [];
  const slow: typeof sender = {
    ...sender,
    async send({ external, attempts }, signal) {
      if (external === null) said.push("words");
      if (attempts < 2) {
        await new Promise((done) => signal.addEventListener("abort", done));
        throw new Half("w1", signal.reason);
      }
      said.push("film");
      return { external: `${external}+f1` };
    },
  };
  await say("a", "m0");
  outboxWith({}, slow);
  await settled();
  expect(said).toEqual(["words", "film"]);
  expect((await rows())[0]).toMatchObject({ status: "sent", external: "w1+f1", attempts: 3 });
});

test("one place in trouble does not hold up another", async () => {
  office.platform.fault = (call) => (call.place === "bad" ? { kind: "hang" } : undefined);
  await say("bad", "stuck");
  for (let n = 0; n < 5; n++) await say("good", `m${n}`);
  outboxWith();
  await expect.poll(() => texts("good").length, { timeout: 2000 }).toBe(5);
});

test("an error that nobody knows is tried a few times, then told", async () => {
  const sender = { ...office.platform.sender, classify: () => ({ kind: "unknown" }) as const };
  office.platform.fault = ({ text }) => (text === "cursed" ? { kind: "broken" } : undefined);
  await say("a", "cursed");
  await sql("update outbox set attempts = 6");
  await say("a", "next");
  const outbox = outboxWith({}, sender);
  await expect.poll(() => rows("status = 'waiting' and attempts = 7")).toHaveLength(1);
  await sql("update outbox set not_before = now()");
  outbox.wake({ workspaceId: office.house.owner.workspaceId, surface: "test", tenant: "t1", place: "a" });
  await settled();
  expect((await rows()).map((r) => r.status)).toEqual(["failed", "sent"]);
  const [told] = await sql<{ payload: { error: string } }>(
    "select payload from event where name = 'message.failed' and subject = 'cursed'",
  );
  expect(told?.payload.error).toBe("HTTP 500");
});

test("a place that is gone is marked once, told once, and asked no more", async () => {
  await sql(
    `insert into place (workspace_id, id, surface, tenant, external, created_at)
     values ('${office.house.owner.workspaceId}', '${office.house.sources.newId()}', 'test', 't1', 'left', now())`,
  );
  office.platform.fault = (call) => (call.place === "left" ? { kind: "gone" } : undefined);
  for (let n = 0; n < 5; n++) await say("left", `m${n}`);
  await say("here", "fine");
  await sql(`update outbox set hints = '{"once": true}' where subject in ('m0', 'm3')`);
  outboxWith();
  await settled();
  expect(office.platform.asked.filter((c) => c.place === "left")).toHaveLength(1);
  await say("left", "late");
  await settled();
  expect(office.platform.asked.filter((c) => c.place === "left")).toHaveLength(1);
  expect((await rows("place = 'left'")).every((r) => r.status === "failed")).toBe(true);
  expect((await rows("place = 'here'"))[0]?.status).toBe("sent");
  // What is shown only once is not kept because it could not be shown.
  expect((await rows("hints ? 'once'")).map((r) => r.text)).toEqual([null, null]);
  const told = await sql<{ payload: object }>("select payload from event where name = 'place.gone'");
  expect(told.map((e) => e.payload)).toEqual([{ surface: "test", tenant: "t1", place: "left", unsent: 5 }]);
  const [marked] = await sql<{ gone: boolean }>(
    "select gone_at is not null as gone from place where external = 'left'",
  );
  expect(marked?.gone).toBe(true);
});

test("a channel of a server that is connected as a whole: told once a day, and open again when it is", async () => {
  await sql(
    `insert into place (workspace_id, id, surface, tenant, external, created_at)
     values ('${office.house.owner.workspaceId}', '${office.house.sources.newId()}', 'test', 't1', '', now())`,
  );
  office.platform.fault = (call) => (call.place === "room" ? { kind: "gone" } : undefined);
  for (let n = 0; n < 3; n++) await say("room", `m${n}`);
  outboxWith();
  await settled();
  await say("room", "late");
  await settled();
  const told = () =>
    sql<{ payload: object }>("select payload from event where name = 'place.gone' and subject = 'room'");
  expect((await told()).map((e) => e.payload)).toEqual([{ surface: "test", tenant: "t1", place: "room", unsent: 3 }]);
  await say("hall", "fine");
  office.house.clock.now = new Date(office.house.clock.now.getTime() + 25 * 3_600_000);
  await say("room", "next day");
  await settled();
  expect(await told()).toHaveLength(2);
  office.platform.fault = () => undefined;
  await say("room", "open again");
  await settled();
  expect(texts("room").at(-1)).toBe("open again");
  expect((await rows("place = 'hall'"))[0]?.status).toBe("sent");
});

test("two processes: one sends for a surface, and the other when the first is gone", async () => {
  const one = outboxWith();
  await expect.poll(() => one.leads("test")).toBe(true);
  const two = outboxWith();
  for (let n = 0; n < 20; n++) await say("a", `m${n}`);
  await settled();
  expect(two.leads("test")).toBe(false);
  expect(texts()).toEqual(Array.from({ length: 20 }, (_, n) => `m${n}`));
  office.running.splice(office.running.indexOf(one), 1);
  await one.stop();
  await say("a", "after");
  await settled();
  expect(two.leads("test")).toBe(true);
  expect(texts().at(-1)).toBe("after");
});

test("a lead that was lost and won again goes on with the places that stood in line", async () => {
  const held = Promise.withResolvers<void>();
  let begun = false;
  const { sender } = office.platform;
  const slow: typeof sender = {
    ...sender,
    async send(message, signal) {
      begun = true;
      await held.promise;
      return sender.send(message, signal);
    },
  };
  await say("first", "m0");
  await say("in line", "m1");
  const outbox = outboxWith({ parallel: 1, patience: 5000, lease: 10_000 }, slow);
  await expect.poll(() => begun).toBe(true);
  await sql(
    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'impresario ear' and datname = current_database()",
  );
  while (outbox.leads("test")) await new Promise((done) => setImmediate(done));
  held.resolve();
  await settled(4000);
  expect(texts().sort()).toEqual(["m0", "m1"]);
});

test("what a dead process was sending is sent again when its lease is over, in order", async () => {
  await say("a", "m0");
  await say("a", "m1");
  await sql(
    "update outbox set status = 'sending', attempts = 1, lease_until = now() + interval '400 ms' where subject = 'm0'",
  );
  const begun = performance.now();
  outboxWith();
  await settled();
  expect(texts()).toEqual(["m0", "m1"]);
  expect(office.platform.asked[0]!.at - begun).toBeGreaterThan(300);
  expect((await rows())[0]?.attempts).toBe(2);
});

test("the database goes away while messages leave: each once, in order", async () => {
  const wire = await openWire(office.house.database.appUrl);
  const far = connect({ ownerUrl: office.house.database.ownerUrl, appUrl: wire.url });
  for (let n = 0; n < 40; n++) await say(`p${n % 4}`, `m${n}`);
  office.platform.fault = () => {
    if (office.platform.asked.length === 12) void wire.cut();
    return undefined;
  };
  const outbox = startOutbox({ ...office.house, databases: [far] }, [office.platform.sender], {
    sweep: 50,
    lease: 3000,
  });
  await expect.poll(() => office.platform.asked.length).toBeGreaterThan(11);
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
  office.platform.fault = () => undefined;
  for (let n = 0; n < 200; n++) await say("a", `m${n}`);
  const outbox = outboxWith();
  await expect.poll(() => office.platform.taken.length).toBeGreaterThan(3);
  office.running.pop();
  await outbox.stop();
  expect(await rows("status = 'sending'")).toEqual([]);
  expect((await rows("status = 'sent'")).length).toBe(office.platform.taken.length);
  expect((await rows("status = 'waiting'")).length).toBeGreaterThan(0);
});
