import { afterEach, beforeEach, expect, test } from "vitest";
import { see } from "../../../test/answers.ts";
import { type TestHouse, testHouse } from "../../../test/house.ts";
import { channelId, inAct, takeLease } from "../../../test/streams.ts";
import { back, type Report, report, showTrouble, silent } from "../index.ts";

let house: TestHouse;
let channel: string;
let token: number;
beforeEach(async () => {
  house = await testHouse();
  await house.ask("setup", { blueprint: "streams" });
  await house.ask("channel start", { channel: "noir-jazz" });
  channel = await channelId(house, "noir-jazz");
  token = await takeLease(house, channel);
});
afterEach(() => house.close());

const STAFF = { surface: "slack", tenant: "T1", external: "C1" };
const say = (status: Report["status"], more: Partial<Report> = {}) =>
  inAct(house, (act) => report(act, { channel, token, status, at: act.now, sounding: status === "on", ...more }));
const troubles = () =>
  see(
    house,
    (sql) => sql<{ id: string; kind: string; times: number; over: boolean }[]>`
      select id, kind, times, to_at is not null as over from channel_trouble order by from_at, id`,
  );
const told = () =>
  see(
    house,
    (sql) => sql<{ kind: string; text: string }[]>`
      select kind, view->>'text' as text from outbox where subject like 'trouble %' and status <> 'replaced' order by seq`,
  );
const announced = () =>
  see(
    house,
    (sql) =>
      sql<{ name: string }[]>`select name from event where name in ('channel.trouble', 'channel.well') order by seq`,
  ).then((rows) => rows.map((r) => r.name));
const show = (id: string, place: typeof STAFF | null = STAFF) =>
  inAct(house, (act) => showTrouble(act, id, async () => place ?? undefined));

test("an engine that stops is told in one message, which says when it is well again", async () => {
  await say("on");
  await say("failed", { note: "SIGKILL" });
  await say("failed", { note: "SIGKILL" });
  const [first] = await troubles();
  expect(await show(first!.id)).toBe(true);
  house.clock.pass(2_000);
  await say("on");
  await show(first!.id);
  // Twice, or late: the same words.
  await show(first!.id);
  expect(await told()).toEqual([
    { kind: "post", text: "Noir Jazz is unwell. It is being started again by itself." },
    { kind: "edit", text: "Noir Jazz is well again." },
  ]);

  house.clock.pass(60_000);
  await say("failed");
  expect(await troubles()).toEqual([{ id: first!.id, kind: "failed", times: 2, over: false }]);
  await say("on");
  house.clock.pass(11 * 60_000);
  await see(house, (sql) => sql`update channel set sound_at = ${house.clock.now.toISOString()} where id = ${channel}`);
  house.clock.pass(12_000);
  await say("on");
  expect((await troubles()).map((t) => t.times)).toEqual([2, 1]);
  expect(await announced()).toEqual([
    "channel.trouble",
    "channel.well",
    "channel.trouble",
    "channel.well",
    // Twelve seconds without a word of it: nobody played it.
    "channel.trouble",
    "channel.well",
  ]);
});

test("dead air is over when something is heard, and not before", async () => {
  await say("on");
  await inAct(house, (act) => silent(act, { channel, token, at: act.now, ms: 5_000, why: "the file is empty" }));
  await say("on", { sounding: false });
  expect(await troubles()).toMatchObject([{ kind: "silent", over: false }]);
  house.clock.pass(3_000);
  await inAct(house, (act) => back(act, { channel, token, at: act.now }));
  const [one] = await troubles();
  expect(one).toMatchObject({ over: true });
  await show(one!.id);
  expect(await told()).toEqual([{ kind: "post", text: "Noir Jazz is well again." }]);
  const [row] = await see(
    house,
    (sql) => sql<{ view: string }[]>`select view::text as view from outbox where subject like 'trouble %'`,
  );
  expect(JSON.parse(row!.view).blocks[1].fields).toEqual([
    { label: "Reason", value: "the file is empty" },
    { label: "When", value: expect.stringContaining("–") },
    { label: "Silence", value: "8 s" },
  ]);
});

test("a channel that staff stop is not unwell any more; without a chat of staff nothing is said", async () => {
  await say("failed", { note: "no" });
  const [one] = await troubles();
  expect(await show(one!.id, null)).toBe(false);
  await house.ask("channel stop", { channel: "noir-jazz" });
  await say("off", { sounding: false });
  expect(await troubles()).toMatchObject([{ over: true }]);
  expect(await told()).toEqual([]);
});
