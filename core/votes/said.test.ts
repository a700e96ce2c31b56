// When a vote was cast: the platform says it, and our own clock bounds what it says.
import { afterAll, beforeAll, expect, test } from "vitest";
import { addPerson, see } from "../../test/answers.ts";
import { type TestHouse, testHouse } from "../../test/house.ts";
import { type Caller, handle } from "../inbox/index.ts";

let house: TestHouse;
let ann: Caller;
let ballot: string;
beforeAll(async () => {
  house = await testHouse();
  ann = await addPerson(house, "Ann", "member");
  const asked = await house.ask("vote start", { question: "Which?", choices: "a, b, c", minutes: 60 });
  ballot = (asked.data!.item as { id: string }).id;
});
afterAll(() => house.close());

let count = 0;
/** `ago`: in seconds, by the platform's clock; undefined: it does not say. */
async function cast(choice: string, ago?: number): Promise<string> {
  const at = ago === undefined ? {} : { at: new Date(house.clock.now.getTime() - ago * 1000).toISOString() };
  const content = { kind: "command" as const, name: "vote cast", options: { ballot, choice } };
  const from = { surface: "test", tenant: "t", place: "p", delivery: `said ${++count}`, account: { id: "ann" } };
  const { status, view } = await handle(house, house.database, ann, { ...from, ...at, content });
  return `${status}: ${view.text}`;
}
const voteOf = async () =>
  (
    await see(
      house,
      (sql) => sql<{ label: string; at: string }[]>`
        select c.label, v.at from vote v join choice c on c.id = v.choice_id where v.ballot_id = ${ballot}`,
    )
  )[0]!;

test("of two votes of one person the later by the platform's clock counts, in whichever order they come", async () => {
  house.clock.pass(60_000);
  expect(await cast("a", 5)).toBe("done: Your vote: a.");
  expect(await cast("b", 20)).toBe("refused: A newer vote of yours was here already, and it counts.");
  expect((await voteOf()).label).toBe("a");
  expect(await cast("c", 2)).toBe("done: Your vote moved to c.");
});

test("a platform's clock that is ahead wins nothing: nobody voted later than they were heard, nor before the ballot", async () => {
  house.clock.pass(60_000);
  expect(await cast("a", -3600)).toBe("done: Your vote moved to a.");
  expect(new Date((await voteOf()).at).getTime()).toBeLessThanOrEqual(house.clock.now.getTime());
  house.clock.pass(1_000);
  expect(await cast("b")).toBe("done: Your vote moved to b.");
  expect(await cast("c", 1e6)).toMatch(/^refused/);
  const [oldest] = await see(
    house,
    (sql) => sql<{ fine: boolean }[]>`
      select bool_and(e.at >= b.opened_at) as fine from vote_event e join ballot b on b.id = e.ballot_id where b.id = ${ballot}`,
  );
  expect(oldest!.fine).toBe(true);
});
