// Transfers a second, each durable when it is answered: through the ledger one by one, in batches and from a till that
// many callers share; beside it, in the same run, an ordinary transaction and, where its SQL is given, pgledger.
import { readFileSync } from "node:fs";
import { putAll } from "../../core/money/door.ts";
import { move, type Order, openTill, verifyLedger } from "../../core/money/index.ts";
import { inWorkspace } from "../../db/connect.ts";
import { openWorld, spread } from "../votes/world.ts";

const seconds = process.env.BENCH_QUICK ? 1 : 3;
const ACCOUNTS = 10_000;
const world = await openWorld(1);
const { database, workspaceId, sources, owner, house } = world;
const home = { database, workspaceId };
const till = openTill({ sources });
let keys = 0;

const order = (n: number, hot: boolean): Order => ({
  scope: "bench",
  key: String(keys++),
  kind: "transfer",
  legs: move(hot ? "cash:hot" : `cash:a${n % ACCOUNTS}`, `cash:b${(n * 7919) % ACCOUNTS}`, {
    minor: BigInt(1 + (n % 1000)),
    currency: "USD",
  }),
});
const batch = (size: number, hot: boolean) => (n: number) =>
  inWorkspace(database, workspaceId, (tx) =>
    putAll(
      tx,
      Array.from({ length: size }, (_, k) => {
        const asked = { order: order(n + k, hot), id: sources.newId(), at: new Date() };
        return { ...asked, personId: null, runId: null };
      }),
      { now: new Date(), newId: sources.newId },
    ),
  );

/** As most write it: the key, both accounts locked in order, two rows, two balances; each statement a journey. */
await owner.unsafe(`
  create table plain_account (id text primary key, balance bigint not null);
  create table plain_transfer (id bigserial primary key, key text not null unique, at timestamptz not null default now());
  create table plain_posting (id bigserial primary key, transfer bigint not null references plain_transfer, account text not null references plain_account, amount bigint not null);
  grant all on plain_account, plain_transfer, plain_posting to impresario_app; grant all on all sequences in schema public to impresario_app;
  insert into plain_account select p || n, 0 from unnest(array['a', 'b']) p, generate_series(0, ${ACCOUNTS - 1}) n; insert into plain_account values ('hot', 0)`);
const plain = (hot: boolean) => (n: number) =>
  database.client.begin(async (sql) => {
    const [from, to] = [hot ? "hot" : `a${n % ACCOUNTS}`, `b${(n * 7919) % ACCOUNTS}`];
    const [made] = await sql<
      { id: string }[]
    >`insert into plain_transfer (key) values (${String(keys++)}) returning id`;
    await sql`select balance from plain_account where id in (${from}, ${to}) order by id for update`;
    await sql`insert into plain_posting (transfer, account, amount) values (${made!.id}, ${from}, ${-5}), (${made!.id}, ${to}, 5)`;
    await sql`update plain_account set balance = balance - 5 where id = ${from}`;
    await sql`update plain_account set balance = balance + 5 where id = ${to}`;
  });

/** pgledger (MIT, github.com/pgr0ss/pgledger), installed from a copy of its repository: PGLEDGER=/path/to/it. */
async function openPgledger(folder: string) {
  for (const file of [
    "vendor/scoville-pgsql-ulid/uuid-to-ulid.sql",
    "vendor/scoville-pgsql-ulid/ulid-to-uuid.sql",
    "pgledger.sql",
  ])
    await owner.unsafe(readFileSync(`${folder}/${file}`, "utf8"));
  await owner.unsafe("grant all on all tables in schema public to impresario_app");
  const ids = await owner<{ id: string }[]>`
    select a.id from generate_series(0, ${2 * ACCOUNTS}) n, lateral pgledger_create_account('n' || n, 'USD') a`;
  return (hot: boolean) => async (n: number) => {
    const from = hot ? 2 * ACCOUNTS : n % ACCOUNTS;
    const to = ACCOUNTS + ((n * 7919) % ACCOUNTS);
    await database.client`select id from pgledger_create_transfer(${ids[from]!.id}, ${ids[to]!.id}, 5)`;
  };
}

async function measure(callers: number, size: number, work: (n: number) => Promise<unknown>) {
  const times: number[] = [];
  const began = performance.now();
  const end = began + seconds * 1000;
  let n = 0;
  await Promise.all(
    Array.from({ length: callers }, async () => {
      while (performance.now() < end) {
        const at = performance.now();
        n += size;
        await work(n);
        times.push(performance.now() - at);
      }
    }),
  );
  return { perSecond: Math.round((times.length * size) / ((performance.now() - began) / 1000)), ...spread(times) };
}

type Row = {
  accounts: string;
  how: string;
  callers: number;
  hot: boolean;
  size: number;
  work(n: number): Promise<unknown>;
};
const pgledger = process.env.PGLEDGER ? await openPgledger(process.env.PGLEDGER) : undefined;
if (!pgledger) console.error("pgledger is left out: name a copy of its repository in PGLEDGER.");
await batch(1000, false)(1);
await owner`analyze`;
for (const hot of [false, true]) {
  const of = { accounts: hot ? "one hot" : "spread", hot };
  const rows: Row[] = [];
  for (const callers of [1, 64, 256]) {
    rows.push({ ...of, how: "plain transaction", callers, size: 1, work: plain(hot) });
    if (pgledger) rows.push({ ...of, how: "pgledger", callers, size: 1, work: pgledger(hot) });
    rows.push({ ...of, how: "ledger, till", callers, size: 1, work: (n) => till.post(home, order(n, hot)) });
  }
  for (const size of [1, 10, 100, 1000])
    rows.push({ ...of, how: `ledger, by ${size}`, callers: 4, size, work: batch(size, hot) });
  let beside = 1;
  for (const { accounts, how, callers, size, work } of rows) {
    const { perSecond, p50, p99 } = await measure(callers, size, work);
    if (how === "plain transaction") beside = perSecond;
    const ratio = Math.round((10 * perSecond) / beside) / 10;
    console.log(
      JSON.stringify({
        accounts,
        how,
        callers,
        "transfers/s": perSecond,
        "p50 ms": p50,
        "p99 ms": p99,
        "beside plain": ratio,
      }),
    );
  }
}
const report = await verifyLedger(house, database, workspaceId);
if (!report.ok) throw new Error(`The books are wrong: ${JSON.stringify(report.found.slice(0, 5))}`);
await world.close();
