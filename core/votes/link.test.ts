// One person, one vote: accounts that turn out to be one person's, or are parted again, while a ballot is open.
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { inWorkspace } from "../../db/connect.ts";
import { block, type Data, item, see } from "../../test/answers.ts";
import { type TestHouse, testHouse } from "../../test/house.ts";
import { type Caller, findRun, handle, type Reply } from "../inbox/index.ts";
import { resolveAccount } from "../people/index.ts";

let house: TestHouse;
beforeAll(async () => {
  house = await testHouse();
});
afterAll(() => house.close());
beforeEach(() => house.clock.pass(2 * 3600_000));

type Chatter = Caller & { surface: string; external: string };
let count = 0;
async function chatter(surface: string): Promise<Chatter> {
  const external = `u${++count}`;
  const { workspaceId } = house.owner;
  const seen = { surface, tenant: "t", external, name: `Name ${external}` };
  const personId = await inWorkspace(house.database, workspaceId, (db) =>
    resolveAccount({ db, workspaceId, now: house.clock.now, newId: house.sources.newId }, seen),
  );
  return { workspaceId, personId, surface, external };
}
const personOf = async ({ external }: Chatter) =>
  (
    await see(house, (sql) => sql<{ id: string }[]>`select person_id as id from account where external = ${external}`)
  )[0]!.id;
const say = async (who: Chatter, name: string, options: Data = {}): Promise<Reply> => {
  house.clock.pass(1000);
  const as = { ...who, personId: await personOf(who) };
  return handle(house, house.database, as, {
    surface: who.surface,
    tenant: "t",
    place: "room",
    delivery: "",
    account: { id: who.external },
    content: { kind: "command", name, options },
  });
};
const buttons = (reply: Reply) => block(reply, "buttons")?.buttons ?? [];

/** `b` becomes the same person as `a`. */
async function link(a: Chatter, b: Chatter): Promise<void> {
  const issued = await say(a, "link");
  await say(b, "link", { code: (issued.data!.item as { code: string }).code });
  const asked = await inWorkspace(house.database, a.workspaceId, (tx) => findRun(tx, issued.run));
  const done = await house.press(buttons(asked!)[0]!.action!, { as: { ...a, personId: await personOf(a) } });
  expect(done.status).toBe("done");
}

const open = async () =>
  item<{ id: string }>(await house.ask("vote start", { question: "Which?", choices: "one, two, three", minutes: 60 }))
    .id;
const counts = async (ballot: string) => {
  const shown = item<{ choices: { votes: number }[] }>(await house.ask("vote show", { ballot }));
  return shown.choices.map((c) => c.votes);
};
/** What the tally would be if it were counted from the votes now. */
const counted = async (ballot: string) => {
  const rows = await see(
    house,
    (sql) => sql<{ n: number }[]>`
      select count(v.*)::int as n from choice c left join vote v on v.choice_id = c.id and v.state = 'counted'
      where c.ballot_id = ${ballot} group by c.id, c.position order by c.position`,
  );
  return rows.map((r) => r.n);
};

test("two accounts that are linked in the middle of a ballot have one vote: the latest", async () => {
  const [a, b] = [await chatter("discord"), await chatter("telegram")];
  const ballot = await open();
  await say(a, "vote cast", { ballot, choice: "1" });
  await say(b, "vote cast", { ballot, choice: "2" });
  expect(await counts(ballot)).toEqual([1, 1, 0]);
  await link(a, b);
  expect(await counts(ballot)).toEqual([0, 1, 0]);
  // Whichever account speaks now, it is the one vote that moves.
  await say(a, "vote cast", { ballot, choice: "3" });
  expect(await counts(ballot)).toEqual([0, 0, 1]);
  await say(b, "vote cast", { ballot, choice: "1" });
  expect(await counts(ballot)).toEqual([1, 0, 0]);
  expect(await counted(ballot)).toEqual([1, 0, 0]);
});

test("parted again, each has what it cast itself", async () => {
  const [a, b] = [await chatter("discord"), await chatter("telegram")];
  const ballot = await open();
  await say(a, "vote cast", { ballot, choice: "1" });
  await link(a, b);
  await say(b, "vote cast", { ballot, choice: "2" });
  expect(await counts(ballot)).toEqual([0, 1, 0]);
  const parted = await say(b, "unlink");
  expect(parted.status).toBe("done");
  expect(await counts(ballot)).toEqual([1, 1, 0]);
  expect(await counted(ballot)).toEqual([1, 1, 0]);
});

test("a ballot that is closed stays as it was decided", async () => {
  const [a, b] = [await chatter("discord"), await chatter("telegram")];
  const ballot = await open();
  await say(a, "vote cast", { ballot, choice: "1" });
  await say(b, "vote cast", { ballot, choice: "2" });
  await house.ask("vote close", { ballot });
  await link(a, b);
  expect(await counts(ballot)).toEqual([1, 1, 0]);
});

test("of several ballots each keeps its own latest, and strangers' votes are not touched", async () => {
  const [a, b, c] = [await chatter("discord"), await chatter("telegram"), await chatter("slack")];
  const [one, two] = [await open(), await open()];
  await say(c, "vote cast", { ballot: one, choice: "1" });
  await say(b, "vote cast", { ballot: one, choice: "2" });
  await say(a, "vote cast", { ballot: one, choice: "3" });
  await say(a, "vote cast", { ballot: two, choice: "1" });
  await say(b, "vote cast", { ballot: two, choice: "2" });
  await link(a, b);
  expect(await counts(one)).toEqual([1, 0, 1]);
  expect(await counts(two)).toEqual([0, 1, 0]);
  const rows = await see(house, (sql) => sql`select person_id from vote where person_id = ${rawId(b)}`);
  expect(rows).toEqual([]);
});
const rawId = ({ personId }: Chatter) => personId;
