import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { connect, type Database, inWorkspace, rawOf } from "../../db/connect.ts";
import { type TestHouse, testHouse } from "../../test/house.ts";
import { everybodyIs, rowsOf, tallies, tally, tallyEnvelope } from "../../test/tally.ts";
import { openWire, type Wire } from "../../test/wire.ts";
import { uuidv7 } from "../ids.ts";
import { createWorkspace } from "../workspace/index.ts";
import type { Envelope } from "./envelope.ts";
import { type Lanes, type LanesOptions, startLanes } from "./lanes.ts";
import { type Home, openIntake } from "./receive.ts";
import { keepAll } from "./store.ts";

let house: TestHouse;
let home: Home;
const running: Lanes[] = [];
beforeAll(async () => {
  house = await testHouse({ commands: [tally] });
  home = { database: house.database, workspaceId: house.owner.workspaceId };
});
afterEach(async () => {
  for (const lanes of running.splice(0)) await lanes.stop();
});
afterAll(() => house.close());

function lanesWith(more: Partial<LanesOptions> = {}): Lanes {
  const lanes = startLanes(house, { resolveAccount: everybodyIs(house.owner), sweep: 50, ...more });
  running.push(lanes);
  return lanes;
}
const intakeOf = (lanes?: Lanes) =>
  openIntake(house, { findHome: async () => home, patience: 20_000, ...(lanes ? { lanes } : {}) });
const notesOf = async (place: string) =>
  (await tallies(house.database, house.owner)).filter((t) => t.place === place).map((t) => t.note);
const sql = <T extends object = Record<string, unknown>>(query: string) =>
  rowsOf<T>(house.database, house.owner, query);
const inboxOf = (place: string) =>
  sql<{ delivery: string; status: string; attempts: number; answer: { view: { text: string } } | null }>(
    `select delivery, status, attempts, answer from inbox where lane = 'test:t1:${place}' order by seq`,
  );
const answersTo = (place: string) =>
  sql<{ text: string; hints: Record<string, unknown>; subject: string }>(
    `select view->>'text' as text, hints, subject from outbox where place = '${place}' and kind = 'answer' order by seq`,
  );
const settled = (place: string) =>
  expect.poll(async () => (await inboxOf(place)).every((r) => r.status !== "received"), { timeout: 8000 }).toBe(true);

test("a message is run at once by the process that received it, and its answer waits in the outbox", async () => {
  const told: string[] = [];
  const lanes = lanesWith({ sweep: 60_000, answered: (_home, row) => void told.push(row.run) });
  const envelope = { ...tallyEnvelope("l1", "one"), hints: { reply: "token" } };
  const got = await intakeOf(lanes).receive(envelope);
  await settled("one");
  expect(await notesOf("one")).toEqual(["l1"]);
  const [answer] = await answersTo("one");
  expect(answer).toMatchObject({ text: "Counted l1.", hints: { reply: "token", status: "done", account: "u1" } });
  expect(got).toEqual({ run: answer?.subject, fresh: true });
  expect(told).toEqual([answer?.subject]);
  const [audit] = await sql(`select outcome from audit where run_id = '${answer?.subject}'`);
  expect(audit).toEqual({ outcome: "done" });
});

test("one place is worked off in order and one at a time; places do not wait for each other", async () => {
  const lanes = lanesWith({ sweep: 60_000 });
  const intake = intakeOf(lanes);
  const slow = intake.receive(tallyEnvelope("slow", "busy", { wait: 1500 }));
  const names = Array.from({ length: 20 }, (_, n) => `q${n}`);
  await Promise.all([slow, ...names.map((name) => intake.receive(tallyEnvelope(name, "busy")))]);
  await intake.receive(tallyEnvelope("free", "other"));
  await settled("other");
  expect(await notesOf("busy")).toEqual([]);
  await settled("busy");
  expect(await notesOf("busy")).toEqual(["slow", ...names]);
});

test("what another process is still keeping in a lane is run before what came there later", async () => {
  const first = Promise.withResolvers<void>();
  const written = Promise.withResolvers<void>();
  const item = { run: uuidv7(), at: new Date().toISOString(), envelope: tallyEnvelope("early", "both") };
  const other = inWorkspace(home.database, home.workspaceId, async (tx) => {
    await keepAll(tx, home.workspaceId, [item]);
    written.resolve();
    await first.promise;
  });
  await written.promise;
  const intake = openIntake(house, { findHome: async () => home, lanes: lanesWith(), patience: 10_000 });
  const late = intake.receive(tallyEnvelope("behind", "both"));
  // They are kept in the order they came: when this one is, that one has been tried.
  await intake.receive(tallyEnvelope("beside", "another"));
  first.resolve();
  await Promise.all([other, late]);
  await settled("both");
  expect(await notesOf("both")).toEqual(["early", "behind"]);
});

test("a refusal and a bug are answers, undo what they did, and do not stop the lane", async () => {
  const intake = intakeOf(lanesWith());
  await intake.receive(tallyEnvelope("f1", "fails", { ending: "refused" }));
  await intake.receive(tallyEnvelope("f2", "fails", { ending: "thrown" }));
  await intake.receive(tallyEnvelope("f3", "fails", { count: "wrong" }));
  await intake.receive(tallyEnvelope("f4", "fails"));
  await settled("fails");
  expect((await inboxOf("fails")).map((r) => r.status)).toEqual(["refused", "failed", "refused", "done"]);
  expect(await notesOf("fails")).toEqual(["f4"]);
  const answers = await answersTo("fails");
  expect(answers.map((a) => a.hints.status)).toEqual(["refused", "failed", "refused", "done"]);
  expect(answers[0]?.text).toBe("No room left.");
  expect(JSON.stringify(answers)).not.toContain("a bug");
});

test("what a message names is fetched once when its turn comes; when that breaks, it is run without", async () => {
  const asked: string[] = [];
  const fetched = Promise.withResolvers<void>();
  const fetch: LanesOptions["fetch"] = (envelope) => {
    const { delivery } = envelope;
    if (!delivery.startsWith("names")) return undefined;
    asked.push(delivery);
    if (delivery === "names-broken") return Promise.reject(new Error("a bug"));
    const content = { kind: "command", name: "tally add", options: { note: "brought" } } as const;
    return fetched.promise.then(() => ({ ...envelope, content }));
  };
  const intake = intakeOf(lanesWith({ fetch }));
  await intake.receive(tallyEnvelope("names-it", "fetching"));
  for (const name of ["behind1", "names-broken", "behind2"]) await intake.receive(tallyEnvelope(name, "fetching"));
  await intake.receive(tallyEnvelope("aside", "beside-fetching"));
  await settled("beside-fetching");
  expect(await notesOf("fetching")).toEqual([]);
  fetched.resolve();
  await settled("fetching");
  expect(await notesOf("fetching")).toEqual(["brought", "behind1", "names-broken", "behind2"]);
  expect(asked).toEqual(["names-it", "names-broken"]);
});

test("a thousand repetitions of one delivery, through two processes: one effect, one answer", async () => {
  const [one, two] = [intakeOf(lanesWith()), intakeOf(lanesWith())];
  const send = (n: number) => (n % 2 ? one : two).receive(tallyEnvelope("storm", "storm"));
  const all = await Promise.all(Array.from({ length: 1000 }, (_, n) => send(n)));
  expect(all.filter((r) => typeof r === "object" && "fresh" in r && r.fresh)).toHaveLength(1);
  expect(new Set(all.map((r) => (typeof r === "object" && "run" in r ? r.run : r))).size).toBe(1);
  await settled("storm");
  expect(await notesOf("storm")).toEqual(["storm"]);
  expect(await answersTo("storm")).toHaveLength(1);
});

test("what comes after its answer was given is a repetition too", async () => {
  const intake = intakeOf(lanesWith());
  const first = await intake.receive(tallyEnvelope("late", "late"));
  await settled("late");
  house.clock.pass(7 * 24 * 3600_000);
  expect(await intake.receive(tallyEnvelope("late", "late"))).toEqual({ ...(first as object), fresh: false });
  await running[0]!.idle();
  expect(await notesOf("late")).toEqual(["late"]);
});

test("a process without lanes tells those that have them", async () => {
  const lanes = lanesWith({ sweep: 60_000 });
  await lanes.idle();
  // Its ear may not have opened yet: then the look it takes on opening finds the row.
  await intakeOf().receive(tallyEnvelope("told", "told"));
  await settled("told");
  expect(await notesOf("told")).toEqual(["told"]);
});

test("two processes share the places, and each place keeps its order", async () => {
  const [one, two] = [intakeOf(lanesWith()), intakeOf(lanesWith())];
  const sent: Record<string, string[]> = {};
  for (let n = 0; n < 120; n++) {
    const place = `shared${n % 4}`;
    sent[place] = [...(sent[place] ?? []), `s${n}`];
    await (n % 3 === 0 ? one : two).receive(tallyEnvelope(`s${n}`, place, n % 7 === 0 ? { wait: 5 } : {}));
  }
  for (const place of Object.keys(sent)) {
    await settled(place);
    expect(await notesOf(place)).toEqual(sent[place]);
  }
});

test("what a dead process held waits for its lease, and is then taken by another, in order", async () => {
  const dead = lanesWith({ lease: 700 });
  await dead.stop();
  // Its intake lives on for a moment: rows are stored with the lease of a process that will not run them.
  const intake = intakeOf(dead);
  await intake.receive(tallyEnvelope("d1", "dead"));
  await intake.receive(tallyEnvelope("d2", "dead"));
  lanesWith({ sweep: 50 });
  await new Promise((done) => setTimeout(done, 300));
  expect(await notesOf("dead")).toEqual([]);
  await settled("dead");
  expect(await notesOf("dead")).toEqual(["d1", "d2"]);
});

test("a message that broke three processes is answered as failed, and those behind it go on", async () => {
  const lanes = lanesWith({ sweep: 60_000 });
  const intake = intakeOf();
  await lanes.idle();
  await lanes.stop();
  await intake.receive(tallyEnvelope("poison", "poison"));
  await intake.receive(tallyEnvelope("after", "poison"));
  await sql(`update inbox set attempts = 3, lease_by = 'dead', lease_until = now() - interval '1 second'
    where delivery = 'poison'`);
  lanesWith();
  await settled("poison");
  expect((await inboxOf("poison")).map((r) => r.status)).toEqual(["failed", "done"]);
  expect(await notesOf("poison")).toEqual(["after"]);
  expect((await answersTo("poison")).map((a) => a.hints.status)).toEqual(["failed", "done"]);
});

test("suspects are run one at a time", async () => {
  const intake = intakeOf();
  for (let n = 0; n < 4; n++) await intake.receive(tallyEnvelope(`sus${n}`, `sus${n}`, { wait: 60 }));
  await sql(`update inbox set attempts = 1, lease_by = 'dead', lease_until = now() - interval '1 second'
    where delivery like 'sus%'`);
  const started = performance.now();
  lanesWith();
  for (let n = 0; n < 4; n++) await settled(`sus${n}`);
  expect(performance.now() - started).toBeGreaterThan(4 * 60);
  for (let n = 0; n < 4; n++) expect((await inboxOf(`sus${n}`))[0]).toMatchObject({ status: "done", attempts: 2 });
});

test("nobody is told who they are: an unknown account is refused, and the lane goes on", async () => {
  const intake = intakeOf(
    lanesWith({
      resolveAccount: async (_room, { account }) => (account.id === "u1" ? { personId: house.owner.personId } : null),
    }),
  );
  await intake.receive({ ...tallyEnvelope("who", "who"), account: { id: "stranger", locale: "en" } });
  await intake.receive(tallyEnvelope("me", "who"));
  await settled("who");
  expect((await inboxOf("who")).map((r) => r.status)).toEqual(["refused", "done"]);
  expect((await answersTo("who"))[0]?.text).toContain("not known here");
});

test("an account that cannot be looked up is our failure, and is answered", async () => {
  const intake = intakeOf(
    lanesWith({
      resolveAccount: async (_room, { account }) => {
        if (account.id !== "u1") throw new Error("no luck");
        return { personId: house.owner.personId };
      },
    }),
  );
  await intake.receive({ ...tallyEnvelope("bug", "bug"), account: { id: "u2" } });
  await intake.receive(tallyEnvelope("fine", "bug"));
  await settled("bug");
  expect((await inboxOf("bug")).map((r) => r.status)).toEqual(["failed", "done"]);
  expect(await answersTo("bug")).toHaveLength(2);
});

test("answers of surfaces that fetch them are not sent", async () => {
  const intake = intakeOf(lanesWith());
  await intake.receive({ ...tallyEnvelope("hook", "hook"), push: false });
  await settled("hook");
  expect(await answersTo("hook")).toEqual([]);
});

test("a button pressed on two platforms at once runs once; both get the same answer", async () => {
  const intake = intakeOf(lanesWith());
  const asked = await house.ask("tally add", { note: "pressed" }, { proposed: true });
  expect(asked.status).toBe("done");
  await inWorkspace(house.database, home.workspaceId, async (tx) => {
    await rawOf(
      tx,
    )`insert into action (workspace_id, id, token, command, options, confirmed, uses, group_id, created_at, expires_at)
      values (${home.workspaceId}, ${house.sources.newId()}, 'rAAAAAAAAAAAAAA', 'tally add',
        ${JSON.stringify({ note: "button" })}::text::jsonb, true, 'once', ${house.sources.newId()},
        ${house.clock.now.toISOString()}, ${new Date(house.clock.now.getTime() + 60_000).toISOString()})`;
  });
  const press = (delivery: string, place: string): Envelope => ({
    ...tallyEnvelope(delivery, place),
    content: { kind: "press", token: "rAAAAAAAAAAAAAA" },
  });
  await Promise.all([intake.receive(press("b1", "left")), intake.receive(press("b2", "right"))]);
  await settled("left");
  await settled("right");
  const [left, right] = [(await answersTo("left"))[0], (await answersTo("right"))[0]];
  expect([left?.text, right?.text]).toEqual(["Counted button.", "Counted button."]);
  expect([left?.hints.repeat, right?.hints.repeat].filter(Boolean)).toHaveLength(1);
  expect([...(await notesOf("left")), ...(await notesOf("right"))]).toEqual(["button"]);
});

test("each workspace has its own lanes", async () => {
  const other = await createWorkspace(house.database, house.sources, { name: "Other", slug: "other" });
  const intake = openIntake(house, {
    findHome: async () => ({ database: house.database, workspaceId: other.workspaceId }),
  });
  await intake.receive(tallyEnvelope("theirs", "one"));
  lanesWith({
    resolveAccount: async ({ home: { workspaceId } }) => (workspaceId === other.workspaceId ? other : null),
  });
  await expect.poll(() => tallies(house.database, other)).toHaveLength(1);
  expect(await notesOf("one")).toEqual(["l1"]);
});

test("a row that was finished by another in the meantime is left alone", async () => {
  const [slow, quick] = [lanesWith({ lease: 100 }), lanesWith()];
  await intakeOf(slow).receive(tallyEnvelope("race", "race", { wait: 500 }));
  // The lease runs out while it is worked on: the row itself is locked, so nobody doubles it.
  await new Promise((done) => setTimeout(done, 250));
  quick.wake(home, "test:t1:race");
  await settled("race");
  expect(await notesOf("race")).toEqual(["race"]);
  expect(await answersTo("race")).toHaveLength(1);
});

test("the database goes away in the middle: nothing lost, nothing doubled", async () => {
  const wire: Wire = await openWire(house.database.appUrl);
  const far: Database = connect({ ownerUrl: house.database.ownerUrl, appUrl: wire.url });
  const farHome = { database: far, workspaceId: home.workspaceId };
  const lanes = startLanes({ ...house, databases: [far] }, { resolveAccount: everybodyIs(house.owner), sweep: 100 });
  const intake = openIntake(house, { findHome: async () => farHome, lanes });
  const kept: string[] = [];
  for (let n = 0; n < 60; n++) {
    const got = await intake.receive(tallyEnvelope(`cut${n}`, `cut${n % 3}`, { wait: n % 4 }), { repeats: true });
    if (typeof got === "object") kept.push(`cut${n}`);
    if (n % 20 === 10) await wire.cut();
    if (n % 20 === 15) await wire.mend();
  }
  await wire.mend();
  for (let n = 0; n < 3; n++) await settled(`cut${n}`);
  await lanes.stop();
  await intake.stop();
  await Promise.all(Array.from({ length: 10 }, () => far.client`select pg_sleep(0.02)`));
  await far.close();
  await wire.close();
  const notes = [...(await notesOf("cut0")), ...(await notesOf("cut1")), ...(await notesOf("cut2"))];
  expect(new Set(notes).size).toBe(notes.length);
  expect(kept.filter((name) => !notes.includes(name))).toEqual([]);
  expect(kept.length).toBeGreaterThan(30);
});
