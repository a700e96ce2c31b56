// Votes as they really come: twice, late, in another order, from many at once. An auditor that knows no database keeps
// its own count; both must agree on every choice. 100,000 of them with CHAOS=1.
import { afterAll, beforeAll, expect, test } from "vitest";
import { see } from "../../test/answers.ts";
import { seeded, type TestHouse, testHouse } from "../../test/house.ts";
import { inAct } from "../../test/streams.ts";
import { type Cast, openBallot, openBooth } from "./index.ts";

const EVENTS = process.env.CHAOS === "1" ? 100_000 : 4_000;
const PEOPLE = EVENTS / 10;

let house: TestHouse;
beforeAll(async () => {
  house = await testHouse();
});
afterAll(() => house.close());

/** Keeps what counts, by the rules alone: each delivery once, and of each person the newest. */
function openAuditor() {
  const seen = new Set<string>();
  const votes = new Map<string, Cast>();
  return {
    hear(cast: Cast) {
      if (seen.has(cast.delivery)) return;
      seen.add(cast.delivery);
      const before = votes.get(cast.person);
      if (!before || before.at.getTime() < cast.at.getTime()) votes.set(cast.person, cast);
    },
    count(choice: string) {
      let n = 0;
      for (const cast of votes.values()) if (cast.choice === choice) n++;
      return n;
    },
    seen: () => seen.size,
    voters: () => votes.size,
  };
}

test(`${EVENTS} votes with duplicates and reorderings end in the exact count`, { timeout: 600_000 }, async () => {
  const random = seeded(42);
  const { workspaceId } = house.owner;
  const people = Array.from({ length: PEOPLE }, () => house.sources.newId());
  await see(
    house,
    (sql) => sql`insert into person (workspace_id, id, name, role, created_at)
      select ${workspaceId}, id, 'P', 'member', ${house.clock.now.toISOString()}::timestamptz from unnest(${people}::uuid[]) as p (id)`,
  );
  const closesAt = new Date(house.clock.now.getTime() + 3600_000);
  const asked = { question: "Which?", choices: ["a", "b", "c", "d"].map((label) => ({ label })), closesAt };
  const ballot = (await inAct(house, (act) => openBallot(act, asked)))!;
  const began = house.clock.now.getTime();
  const events: Cast[] = Array.from({ length: EVENTS }, (_, n) => ({
    ballot: ballot.id,
    choice: ballot.choices[Math.floor(random() * 4)]!.id,
    person: people[Math.floor(random() * PEOPLE)]!,
    surface: ["discord", "slack", "telegram"][n % 3]!,
    delivery: `e${n}`,
    at: new Date(began + n),
  }));
  // A tenth comes twice or more, much later or at once; and everything is out of order by up to a second of others.
  const told = events.flatMap((cast) => (random() < 0.1 ? [cast, cast, ...(random() < 0.3 ? [cast] : [])] : [cast]));
  const order = told.map((cast, n) => ({ cast, key: n + random() * (random() < 0.05 ? told.length : 300) }));
  const stream = order.sort((a, b) => a.key - b.key).map((o) => o.cast);
  expect(stream.length).toBeGreaterThan(EVENTS * 1.1);

  const auditor = openAuditor();
  // Two processes, each with its own line to the database: what they say of one person may cross.
  const booths = [openBooth(house), openBooth(house)];
  const home = { database: house.database, workspaceId };
  const outcomes = new Map<string, number>();
  for (let at = 0; at < stream.length; at += 2000) {
    const some = stream.slice(at, at + 2000);
    for (const cast of some) auditor.hear(cast);
    const done = await Promise.all(some.map((cast, n) => booths[n % 2]!.cast(home, cast)));
    for (const { outcome } of done) outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  }
  const tally = await see(
    house,
    (sql) => sql<{ choice: string; votes: number; weight: number }[]>`
      select choice_id as choice, sum(votes)::int as votes, sum(weight)::int as weight from tally
      where ballot_id = ${ballot.id} group by 1`,
  );
  for (const { id } of ballot.choices) {
    const row = tally.find((t) => t.choice === id);
    expect(row).toMatchObject({ votes: auditor.count(id), weight: auditor.count(id) * 100 });
  }
  expect(tally.reduce((all, t) => all + t.votes, 0)).toBe(auditor.voters());
  const [kept] = await see(house, (sql) => sql<{ n: number }[]>`select count(*)::int as n from vote_event`);
  expect(kept!.n).toBe(auditor.seen());
  expect(outcomes.get("repeated")).toBe(stream.length - EVENTS);
  expect([...outcomes.keys()].sort()).toEqual(["counted", "older", "repeated"]);
});
