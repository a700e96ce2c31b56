// Many new accounts for one answer within seconds, where regulars vote: their votes wait for staff.
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { addPerson, type Data, item, see } from "../../test/answers.ts";
import { type TestHouse, testHouse } from "../../test/house.ts";
import { inAct } from "../../test/streams.ts";
import type { Caller } from "../inbox/index.ts";
import { ballotHeld } from "./events.ts";
import { followTally } from "./index.ts";

let house: TestHouse;
let regulars: Caller[];
beforeAll(async () => {
  house = await testHouse();
  regulars = [];
  for (let n = 0; n < 6; n++) regulars.push(await addPerson(house, `Old ${n}`, "member"));
  await house.ask("vote rules", { burst: 5, seconds: 10 });
  await see(
    house,
    (sql) => sql`insert into setting (workspace_id, key, value, updated_at)
      values (${house.owner.workspaceId}, 'review:place', '{"surface":"slack","tenant":"t","external":"staff"}'::jsonb, now())`,
  );
  await see(
    house,
    (sql) => sql`insert into place (workspace_id, id, surface, tenant, external, created_at)
      values (${house.owner.workspaceId}, ${house.sources.newId()}, 'slack', 't', 'staff', now())`,
  );
});
afterAll(() => house.close());
beforeEach(() => house.clock.pass(48 * 3600_000));

type Shown = Data & { id: string; status: string; winner: string | null; choices: { id: string; votes: number }[] };
const cast = (ballot: string, choice: string, as: Caller) => house.ask("vote cast", { ballot, choice }, { as });
const show = async (ballot: string) => item<Shown>(await house.ask("vote show", { ballot }));
const follow = (ballot: string) => inAct(house, (act) => followTally(act, house.commands, ballot));
const cards = () =>
  see(
    house,
    (sql) =>
      sql<
        { kind: string; view: string }[]
      >`select kind, view::text as view from outbox where place = 'staff' order by seq, created_at`,
  );

let count = 0;
/** Two regulars for one answer, and a crowd of new ones for the other. */
async function stormed(): Promise<string> {
  const { id } = item<Shown>(
    await house.ask("vote start", { question: `Which ${++count}?`, choices: "one, two", minutes: 30 }),
  );
  await cast(id, "1", regulars[0]!);
  await cast(id, "1", regulars[1]!);
  for (let n = 0; n < 7; n++) await cast(id, "2", await addPerson(house, `New ${n}`, "member"));
  await follow(id);
  return id;
}
const press = async (label: string) => {
  const all = await cards();
  const { blocks } = JSON.parse(all.at(-1)!.view) as { blocks: { buttons?: { label: string; action: string }[] }[] };
  const button = blocks.flatMap((b) => b.buttons ?? []).find((b) => b.label === label);
  return house.press(button!.action);
};
const counts = ({ choices }: Shown) => choices.map((c) => c.votes);

test("they are set aside, staff see why, and everything else counts", async () => {
  const id = await stormed();
  expect(await show(id)).toMatchObject({ status: "held" });
  expect(counts(await show(id))).toEqual([2, 0]);
  const [card] = await cards();
  expect(card!.view).toContain("7 votes for two came from accounts that are new here, within 10 s");
  const events = await see(
    house,
    (sql) => sql`select 1 from event where name = ${ballotHeld.name} and subject = ${id}`,
  );
  expect(events).toHaveLength(1);
  await cast(id, "1", regulars[2]!);
  expect(counts(await show(id))).toEqual([3, 0]);
  // At the end without a word of staff: what was set aside does not count.
  const closed = item<Shown>(await house.ask("vote close", { ballot: id }));
  expect(closed.winner).toBe(closed.choices[0]!.id);
});

test("staff count them", async () => {
  const id = await stormed();
  expect((await press("Count them")).status).toBe("done");
  expect(counts(await show(id))).toEqual([2, 7]);
  await follow(id);
  expect(await show(id)).toMatchObject({ status: "open" });
  expect((await cards()).at(-1)!.kind).toBe("edit");
});

test("staff void them: who was taken out cannot come back in", async () => {
  const id = await stormed();
  const [voter] = await see(
    house,
    (sql) => sql<{ id: string }[]>`select person_id as id from vote where ballot_id = ${id} and state = 'held' limit 1`,
  );
  await press("Void those votes");
  expect(counts(await show(id))).toEqual([2, 0]);
  const again = await cast(id, "1", { workspaceId: house.owner.workspaceId, personId: voter!.id });
  expect(again.view.text).toContain("took your vote out");
  expect(counts(await show(id))).toEqual([2, 0]);
});

test("staff close the ballot without them, and decide once", async () => {
  const id = await stormed();
  const closed = await press("Close the ballot");
  expect(item<Shown>(closed)).toMatchObject({ status: "closed" });
  expect((await house.ask("vote decide", { ballot: id, what: "void" })).problem?.kind).toBe("clash");
});

test("where everybody is new nobody is suspicious; nor is a crowd that takes its time", async () => {
  const young = await testHouse();
  await young.ask("vote rules", { burst: 5 });
  const { id } = item<Shown>(await young.ask("vote start", { question: "x?" }));
  for (let n = 0; n < 8; n++) {
    const personId = (await addPerson(young, `N${n}`, "member")).personId;
    await young.ask("vote cast", { ballot: id, choice: "1" }, { as: { ...young.owner, personId } });
  }
  await inAct(young, (act) => followTally(act, young.commands, id));
  expect(item<Shown>(await young.ask("vote show", { ballot: id })).status).toBe("open");
  await young.close();
  const slow = item<Shown>(await house.ask("vote start", { question: "slow?", minutes: 60 }));
  for (let n = 0; n < 7; n++) {
    await cast(slow.id, "1", await addPerson(house, `S${n}`, "member"));
    house.clock.pass(4000);
    await follow(slow.id);
  }
  expect((await show(slow.id)).status).toBe("open");
});

test("the rules of votes: who may, what a vote weighs, and that wrong ones are refused", async () => {
  expect((await house.ask("vote rules", { role: "staff" })).problem?.errors[0]?.option).toBe("weight");
  await house.ask("vote rules", { known: 30, role: "staff", weight: 300 });
  const { id } = item<Shown>(await house.ask("vote start", { question: "y?" }));
  const fresh = await cast(id, "1", await addPerson(house, "Fresh", "member"));
  expect(fresh.view.text).toContain("30 minutes more");
  expect(fresh.problem!.retryAfter).toBeGreaterThan(1790);
  await cast(id, "2", regulars[0]!);
  await cast(id, "2", regulars[1]!);
  const sam = await addPerson(house, "Sam", "staff");
  house.clock.pass(60_000);
  await see(
    house,
    (sql) => sql`update person set created_at = created_at - interval '1 day' where id = ${sam.personId}`,
  );
  await cast(id, "1", sam);
  const shown = await house.ask("vote close", { ballot: id });
  // Three against two by weight, but one role may not bring more than all others together: two against two, more people.
  expect(item(shown)).toMatchObject({ decided_by: "tie:most-voters", winner: item<Shown>(shown).choices[1]!.id });
  await house.ask("vote rules", { known: 0, linked: "yes" });
  const two = item<Shown>(await house.ask("vote start", { question: "z?" }));
  expect((await cast(two.id, "1", regulars[0]!)).view.text).toContain("two linked accounts");
});
