import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { rawOf } from "../../db/connect.ts";
import { type TestHouse, testHouse } from "../../test/house.ts";
import { everybodyIs, rowsOf } from "../../test/tally.ts";
import { type Act, eventKind } from "../act.ts";
import { command, text } from "../command/index.ts";
import { refuse } from "../problem.ts";
import { view } from "../view/index.ts";
import type { Envelope } from "./envelope.ts";
import { type Lanes, startLanes } from "./lanes.ts";
import { type Home, openIntake } from "./receive.ts";

const pressed = eventKind<{ note: string; by: string }>("crowd.pressed");
/** How many went together, each time. */
const together: number[] = [];
const trouble = { throws: false, dies: 0 };

const NOTE = { note: text("What for", { max: 100 }) };
type Call = { act: Act; options: { note: string } };
async function count({ act, options: { note } }: Call) {
  if (note === "no") return { refusal: refuse("rule", "Not this one.") };
  if (note === "broken") throw new Error("a bug");
  await act.emit(pressed, { note, by: act.account ?? "" }, act.run);
  return view(`Counted ${note}.`);
}
const crowd = command({
  name: "crowd press",
  says: "Press it",
  role: "member",
  reply: "private",
  options: NOTE,
  run: count,
  async together(calls) {
    together.push(calls.length);
    const answers = [];
    for (const call of calls) answers.push(await count(call));
    if (trouble.throws) throw new Error("none of them");
    // As a process that ends in the middle: what it wrote was never written.
    if (trouble.dies-- > 0) await rawOf(calls[0]!.act.db)`select pg_terminate_backend(pg_backend_pid())`;
    return answers;
  },
});
const board = command({
  name: "crowd board",
  says: "Show the buttons",
  role: "member",
  run: () =>
    view("Which?", {
      kind: "buttons",
      buttons: ["a", "no", "broken"].map((note) => ({
        label: note,
        press: { command: "crowd press", options: { note }, uses: "many", audience: "anyone" },
      })),
    }),
});

let house: TestHouse;
let home: Home;
let tokens: Record<string, string>;
const running: Lanes[] = [];
beforeAll(async () => {
  house = await testHouse({ commands: [crowd, board] });
  home = { database: house.database, workspaceId: house.owner.workspaceId };
  const shown = await house.ask("crowd board");
  const buttons = shown.view.blocks.flatMap((b) => (b.kind === "buttons" ? b.buttons : []));
  tokens = Object.fromEntries(buttons.map((b) => [b.label, b.action!]));
});
afterEach(async () => {
  for (const lanes of running.splice(0)) await lanes.stop();
  together.length = 0;
  Object.assign(trouble, { throws: false, dies: 0 });
});
afterAll(() => house.close());

const press = (place: string, n: number, note = "a"): Envelope => ({
  surface: "test",
  tenant: "t1",
  place,
  delivery: `${place} ${n}`,
  account: { id: `u${n}` },
  content: { kind: "press", token: tokens[note]! },
});
const sql = <T extends object>(query: string) => rowsOf<T>(house.database, house.owner, query);
const inboxOf = (place: string) =>
  sql<{ status: string; attempts: number; said: string }>(
    `select status, attempts, answer->'view'->>'text' as said from inbox where lane = 'test:t1:${place}' order by seq`,
  );
const countedIn = async (place: string) =>
  (
    await sql<{ by: string }>(
      `select e.payload->>'by' as by from event e join inbox i on i.id::text = e.subject and i.lane = 'test:t1:${place}'
       where e.name = 'crowd.pressed' order by e.seq`,
    )
  ).map((r) => r.by);

/** They wait before anybody looks. */
async function keep(envelopes: readonly Envelope[]): Promise<void> {
  const intake = openIntake(house, { findHome: async () => home, patience: 20_000 });
  for (let at = 0; at < envelopes.length; at += 50)
    await Promise.all(envelopes.slice(at, at + 50).map((one) => intake.receive(one)));
}
async function workOff(): Promise<void> {
  const lanes = startLanes(house, { resolveAccount: everybodyIs(house.owner), sweep: 50 });
  running.push(lanes);
  await lanes.idle();
}
const settled = (place: string) =>
  expect.poll(async () => (await inboxOf(place)).every((r) => r.status !== "received"), { timeout: 20_000 }).toBe(true);
const people = (count: number) => Array.from({ length: count }, (_, n) => n);

test("presses that wait go together, in their order, each with its own answer, audit and place in the outbox", async () => {
  await keep(people(250).map((n) => press("crowd", n, n === 7 ? "no" : "a")));
  await keep(people(20).map((n) => press("crowd", n)));
  await workOff();
  await settled("crowd");
  const rows = await inboxOf("crowd");
  expect(rows.map((r) => r.status)).toEqual(people(250).map((n) => (n === 7 ? "refused" : "done")));
  expect(rows[7]?.said).toBe("Not this one.");
  expect(await countedIn("crowd")).toEqual(
    people(250)
      .filter((n) => n !== 7)
      .map((n) => `u${n}`),
  );
  expect(together.reduce((a, b) => a + b, 0)).toBe(250);
  expect(together.length).toBeLessThan(4);
  const [told] = await sql<{ answers: number; audits: number }>(`
    select (select count(*)::int from outbox where place = 'crowd' and kind = 'answer') as answers,
      (select count(*)::int from audit where place = 'crowd' and command = 'crowd press' and outcome = 'done') as audits`);
  expect(told).toEqual({ answers: 250, audits: 249 });
});

test("one that breaks takes no other with it: each is then run by itself", async () => {
  await keep(people(12).map((n) => press("bad", n, n === 5 ? "broken" : "a")));
  await workOff();
  await settled("bad");
  expect((await inboxOf("bad")).map((r) => r.status)).toEqual(people(12).map((n) => (n === 5 ? "failed" : "done")));
  expect(await countedIn("bad")).toEqual(
    people(12)
      .filter((n) => n !== 5)
      .map((n) => `u${n}`),
  );
  trouble.throws = true;
  await keep(people(8).map((n) => press("worse", n)));
  await settled("worse");
  expect(await countedIn("worse")).toEqual(people(8).map((n) => `u${n}`));
});

test("what ends in the middle is done once all the same", async () => {
  trouble.dies = 2;
  await keep(people(30).map((n) => press("cut", n)));
  await workOff();
  await settled("cut");
  expect(await countedIn("cut")).toEqual(people(30).map((n) => `u${n}`));
  expect((await inboxOf("cut")).map((r) => r.status)).toEqual(people(30).map(() => "done"));
});

test("what a dead process had in its hands is run one by one, and what it had not is not blamed", async () => {
  await keep(people(9).map((n) => press("dead", n)));
  await sql(`update inbox set lease_by = 'dead', lease_until = now() - interval '1 second'
    where lane = 'test:t1:dead' and delivery in ('dead 0', 'dead 1', 'dead 2')`);
  await workOff();
  await settled("dead");
  expect(await countedIn("dead")).toEqual(people(9).map((n) => `u${n}`));
  expect((await inboxOf("dead")).map((r) => r.attempts)).toEqual([1, 1, 1, 0, 0, 0, 0, 0, 0]);
  expect(together).toEqual([6]);
});
