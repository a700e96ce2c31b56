import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { inWorkspace } from "../../db/connect.ts";
import { addPerson, block, type Data, item, see } from "../../test/answers.ts";
import { type TestHouse, testHouse } from "../../test/house.ts";
import type { Caller, Reply } from "../inbox/index.ts";
import { castAll } from "./index.ts";

let house: TestHouse;
let ann: Caller;
let ben: Caller;
beforeAll(async () => {
  house = await testHouse();
  ann = await addPerson(house, "Ann", "member");
  ben = await addPerson(house, "Ben", "member");
});
afterAll(() => house.close());
beforeEach(() => house.clock.pass(3600_000));

type Shown = Data & {
  id: string;
  status: string;
  winner: string | null;
  decided_by: string | null;
  choices: { id: string; label: string; votes: number }[];
};
const start = async (options: Data = {}) =>
  item<Shown>(await house.ask("vote start", { question: "Which cover?", choices: "blue, red, green", ...options }));
const cast = (ballot: string, choice: string, as: Caller) => house.ask("vote cast", { ballot, choice }, { as });
const show = async (ballot: string) => item<Shown>(await house.ask("vote show", { ballot }));
const counts = ({ choices }: Shown) => choices.map((c) => c.votes);
const close = async (ballot: string, more: Data = {}) =>
  item<Shown>(await house.ask("vote close", { ballot, ...more }));
const buttons = (reply: Reply) => block(reply, "buttons")?.buttons ?? [];

describe("a ballot", () => {
  test("is opened, voted on by buttons, and closed with its winner", async () => {
    const opened = await house.ask("vote start", { question: "Which cover?", choices: "blue, red" });
    expect(item<Shown>(opened)).toMatchObject({ status: "open", winner: null, decided_by: null, channel: null });
    expect(buttons(opened).map((b) => b.label)).toEqual(["1. blue", "2. red"]);
    const pressed = await house.press(buttons(opened)[1]!.action!, { as: ann });
    expect(pressed).toMatchObject({ status: "done", command: "vote cast" });
    expect(pressed.view.text).toBe("Your vote: red.");
    const { id } = item<Shown>(opened);
    expect(counts(await show(id))).toEqual([0, 1]);
    const closed = await close(id);
    expect(closed).toMatchObject({ status: "closed", decided_by: "vote", winner: closed.choices[1]!.id });
  });

  test("counts a person once; the vote can be changed until it closes", async () => {
    const { id } = await start();
    await cast(id, "1", ann);
    await cast(id, "RED", ann);
    expect((await cast(id, "green", ben)).view.text).toBe("Your vote: green.");
    expect((await cast(id, "2", ben)).view.text).toBe("Your vote moved to red.");
    expect(counts(await show(id))).toEqual([0, 2, 0]);
  });

  test("that is closed refuses with the reason and the result", async () => {
    const { id } = await start();
    await cast(id, "1", ann);
    await close(id);
    const late = await cast(id, "2", ben);
    expect(late).toMatchObject({ status: "refused", problem: { kind: "rule" } });
    expect(late.view.text).toMatch(/closed at .*too late.*blue won/);
    expect(counts(await show(id))).toEqual([1, 0, 0]);
  });

  test("is over when its time is, whether or not anybody closed it", async () => {
    const { id } = await start({ minutes: 5 });
    house.clock.pass(5 * 60_000 + 1000);
    const late = await cast(id, "2", ben);
    expect(late.view.text).toContain("It is being counted.");
    expect(counts(await show(id))).toEqual([0, 0, 0]);
  });

  test("below its quorum decides nothing, and says so", async () => {
    const { id } = await start({ quorum: 3 });
    await cast(id, "1", ann);
    const closed = await house.ask("vote close", { ballot: id });
    expect(item<Shown>(closed)).toMatchObject({ winner: null, decided_by: "quorum-fallback" });
    expect(JSON.stringify(closed.view)).toContain("Too few voted: 1 of at least 3.");
  });

  test("with hidden counts shows them at the end", async () => {
    const { id } = await start({ hidden: "yes" });
    await cast(id, "1", ann);
    expect(counts(await show(id))).toEqual([null, null, null]);
    expect(JSON.stringify((await house.ask("vote show", { ballot: id })).view)).not.toContain("100%");
    expect(counts(await close(id))).toEqual([1, 0, 0]);
  });

  test("is closed once; a person's word and a veto are told as such", async () => {
    const { id } = await start();
    await cast(id, "1", ann);
    const [one, two] = await Promise.all([close(id, { winner: "3" }), close(id)]);
    expect(one.decided_by).toBe(two.decided_by);
    const events = await see(house, (sql) => sql`select 1 from event where name = 'ballot.closed' and subject = ${id}`);
    expect(events).toHaveLength(1);
    const other = await start();
    expect(await close(other.id, { veto: "yes" })).toMatchObject({ winner: null, decided_by: "veto" });
    const third = await start();
    const decided = await close(third.id, { winner: "green" });
    expect(decided).toMatchObject({ winner: decided.choices[2]!.id, decided_by: "operator" });
  });

  test("that ends in a draw shows how to check it", async () => {
    const { id } = await start();
    const at = house.clock.now;
    const { choices } = await show(id);
    // At the very same moment: nothing but the lot is left.
    await inWorkspace(house.database, house.owner.workspaceId, (tx) =>
      castAll(
        tx,
        house.owner.workspaceId,
        [ann, ben].map((who, n) => ({
          ballot: id,
          choice: choices[n]!.id,
          person: who.personId,
          surface: "t",
          delivery: `draw ${n}`,
          at,
        })),
        { ahead: house.sources.ahead!() },
      ),
    );
    const { winner, decided_by } = await close(id);
    expect(decided_by).toBe("tie:draw");
    const shown = (await show(id)) as Shown & { seed: string; lots: Record<string, string>; replayed: Data };
    expect(shown.replayed).toEqual({ winner, decided_by });
    const [first] = Object.entries(shown.lots)
      .filter(([c]) => c !== choices[2]!.id)
      .sort((a, b) => (a[1] < b[1] ? -1 : 1));
    expect(first![0]).toBe(winner);
  });

  test.each([
    [{ choices: "only" }, /at least two/],
    [{ choices: "a, A, a " }, /at least two/],
    [{ choices: Array.from({ length: 11 }, (_, n) => `c${n}`).join(",") }, /at most 10/],
    [{ choices: `${"x".repeat(71)}, b` }, /at most 70/],
  ])("cannot be opened with %j", async (options, words) => {
    const reply = await house.ask("vote start", { question: "What?", ...options });
    expect(reply.view.text).toMatch(words);
    expect(reply.problem?.errors[0]?.option).toBe("choices");
  });

  test("is opened by staff, and nothing is asked of nobody", async () => {
    expect((await house.ask("vote start", { question: "x?" }, { as: ann })).problem?.kind).toBe("role");
    expect((await house.ask("vote start", {})).problem?.kind).toBe("options");
  });
});

test("the same delivery counts once, and an older vote that comes later changes nothing", async () => {
  const { id, choices } = await start();
  const at = (ms: number) => new Date(house.clock.now.getTime() + ms);
  const one = (n: number, choice: number, ms: number, delivery = `d${n} ${id}`) => ({
    ballot: id,
    choice: choices[choice]!.id,
    person: ann.personId,
    surface: "t",
    delivery,
    at: at(ms),
  });
  const put = async (...casts: ReturnType<typeof one>[]) => {
    const done = await inWorkspace(house.database, house.owner.workspaceId, (tx) =>
      castAll(tx, house.owner.workspaceId, casts, { ahead: house.sources.ahead!() }),
    );
    return done.map((d) => d.outcome);
  };
  expect(await put(one(1, 0, 10))).toEqual(["counted"]);
  expect(await put(one(3, 2, 30), one(2, 1, 20), one(3, 2, 30))).toEqual(["counted", "older", "repeated"]);
  expect(await put(one(4, 0, 25), one(1, 1, 99))).toEqual(["older", "repeated"]);
  expect(counts(await show(id))).toEqual([0, 0, 1]);
});
