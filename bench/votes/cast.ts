// Durable votes a second on one hot ballot: every vote changes somebody's choice, is kept as an event, moves the tally,
// and is answered when it is committed. Beside it, in the same run and on the same pool, upserts of one row
// that count nothing.
import { openBooth } from "../../core/votes/index.ts";
import { inWorkspace, rawOf } from "../../db/connect.ts";
import { openWorld, spread } from "./world.ts";

const seconds = process.env.BENCH_QUICK ? 1 : 4;
const PEOPLE = 5_000;
const world = await openWorld(PEOPLE);
const { database, workspaceId, ballot, choices, people } = world;
await world.owner`create table plain_vote (workspace_id uuid, ballot uuid, person uuid, choice uuid, at timestamptz, primary key (ballot, person))`;
await world.owner`grant all on plain_vote to impresario_app`;

let deliveries = 0;
const booth = openBooth({ sources: world.sources });
const ours = async (n: number) => {
  const answer = await booth.cast(
    { database, workspaceId },
    {
      ballot,
      choice: choices[n % choices.length]!,
      person: people[n % people.length]!,
      surface: "bench",
      delivery: `d${deliveries++}`,
      at: new Date(),
    },
  );
  if (answer.outcome !== "counted" && answer.outcome !== "older") throw new Error(answer.outcome);
};
/** As any part of the product writes a row: in a transaction that sees one workspace. */
const plain = (n: number) => inWorkspace(database, workspaceId, (tx) => upsert(rawOf(tx), n));
/** Without a transaction, a workspace or its policy: the least that a database can be asked to do. */
const bare = (n: number) => upsert(database.client, n);
const upsert = async (sql: typeof database.client | ReturnType<typeof rawOf>, n: number) => {
  await sql`
    insert into plain_vote (workspace_id, ballot, person, choice, at)
    values (${workspaceId}, ${ballot}, ${people[n % people.length]!}, ${choices[n % choices.length]!}, now())
    on conflict (ballot, person) do update set choice = excluded.choice, at = excluded.at`;
};

async function measure(callers: number, cast: (n: number) => Promise<void>) {
  const times: number[] = [];
  const end = performance.now() + seconds * 1000;
  let n = 0;
  const began = performance.now();
  await Promise.all(
    Array.from({ length: callers }, async () => {
      while (performance.now() < end) {
        const at = performance.now();
        // A prime step: neighbours are not neighbours in the index.
        n += 7919;
        await cast(n);
        times.push(performance.now() - at);
      }
    }),
  );
  return { perSecond: Math.round(times.length / ((performance.now() - began) / 1000)), ...spread(times) };
}

for (const callers of [1, 10, 100, 1000]) {
  await measure(callers, ours);
  const [a, b, c] = [await measure(callers, ours), await measure(callers, plain), await measure(callers, bare)];
  console.log(
    JSON.stringify({
      callers,
      "votes/s": a.perSecond,
      "p50 ms": a.p50,
      "p99 ms": a.p99,
      "plain upserts/s": b.perSecond,
      "plain p99 ms": b.p99,
      "bare upserts/s": c.perSecond,
      "beside plain": Math.round((a.perSecond / b.perSecond) * 10) / 10,
      "beside bare": Math.round((a.perSecond / c.perSecond) * 10) / 10,
    }),
  );
}

const [counted] = await inWorkspace(
  database,
  workspaceId,
  (tx) => rawOf(tx)<{ tally: number; votes: number }[]>`
    select (select sum(votes)::int from tally) as tally, (select count(*)::int from vote) as votes`,
);
if (counted!.tally !== counted!.votes)
  throw new Error(`The tally says ${counted!.tally}, the votes are ${counted!.votes}.`);
await world.close();
