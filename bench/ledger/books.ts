// Reports, balances and verification over many postings: two years of revenue from twelve sources in four currencies.
// They are put in as `post_transfers` would have left them, a thousand to a block, which `verify` then goes through.
import { makeAct, readWho } from "../../core/inbox/index.ts";
import { balanceOf, sumsOf, verifyLedger } from "../../core/money/index.ts";
import { inWorkspace } from "../../db/connect.ts";
import { openWorld, spread } from "../votes/world.ts";

const POSTINGS = Number(process.env.BENCH_POSTINGS ?? (process.env.BENCH_QUICK ? 100_000 : 500_000));
const TRANSFERS = POSTINGS / 2;
const BLOCK = 1000;
const world = await openWorld(1);
const { database, workspaceId, owner, sources, house } = world;
await owner.unsafe(`
  set session_replication_role = replica;
  insert into ledger_account (workspace_id, id, code, currency, side, tracked, opened_at)
    select '${workspaceId}', gen_random_uuid(), f.code || s || f.ending, c, f.side, f.tracked, now()
    from generate_series(1, 12) s, unnest(array['USD', 'EUR', 'JPY', 'GBP']) c,
      (values ('income:s', ':payment', 'credit', true), ('cash:s', '', 'debit', false)) f (code, ending, side, tracked);
  create temp table of as select row_number() over (order by i.code, i.currency) - 1 as n, i.id as income, c.id as cash, i.currency
    from ledger_account i join ledger_account c on i.code like 'income:%' and c.code = 'cash:' || split_part(i.code, ':', 2) and c.currency = i.currency;
  insert into ledger_transfer (workspace_id, id, number, scope, key, input_hash, mode, kind, day, event_at, recorded_at, about, first_posting, postings)
    select '${workspaceId}', gen_random_uuid(), n, 'revenue:bench', 'payment:' || n, sha256(int8send(n)), 'post', 'payment',
      date '2024-11-01' + (n * 730 / ${TRANSFERS})::int, now(), now(), jsonb_build_object('channel', 'c' || n % 8), n * 2 - 1, 2
    from generate_series(1::bigint, ${TRANSFERS}) n;
  insert into ledger_posting (workspace_id, number, transfer, account_id, currency, amount, phase, balance_after)
    select '${workspaceId}', p.number, p.n, p.account, p.currency, p.amount, 'posted', sum(abs(p.amount)) over (partition by p.account order by p.number)
    from (select g.n * 2 - 1 as number, g.n, of.income as account, of.currency, -(1 + g.n * 7919 % 10000) as amount
        from generate_series(1::bigint, ${TRANSFERS}) g (n) join of on of.n = g.n * 31 % 48
      union all select g.n * 2, g.n, of.cash, of.currency, 1 + g.n * 7919 % 10000
        from generate_series(1::bigint, ${TRANSFERS}) g (n) join of on of.n = g.n * 31 % 48) p
    order by p.number;
  update ledger_account a set debits = s.debits, credits = s.credits, version = s.n from (
    select account_id, sum(greatest(amount, 0)) as debits, sum(greatest(-amount, 0)) as credits, count(*) as n from ledger_posting group by 1) s
    where a.id = s.account_id;
  insert into ledger_rollup (workspace_id, dimension, grain, start, account_id, thing, debits, credits, postings)
    select '${workspaceId}', d.dimension, g.grain, case g.grain when 'day' then t.day else date_trunc('month', t.day)::date end, p.account_id, d.thing,
      0, sum(-p.amount), count(*)
    from ledger_posting p join ledger_transfer t on t.number = p.transfer cross join lateral ledger_dimensions(t.about) d
      cross join unnest(array['day', 'month']) g (grain)
    where p.amount < 0 group by 2, 3, 4, 5, 6;
  do $$ declare before bytea := decode(repeat('00', 32), 'hex'); hash bytea; last bigint; begin
    for b in 1..${Math.ceil(TRANSFERS / BLOCK)} loop
      last := least(b * ${BLOCK}, ${TRANSFERS});
      hash := ledger_block_hash('${workspaceId}', before, (b - 1) * ${BLOCK} + 1, last, (b - 1) * ${BLOCK * 2} + 1, last * 2);
      insert into ledger_block values ('${workspaceId}', b, now(), last, last * 2, before, hash);
      before := hash;
    end loop;
  end $$;
  reset session_replication_role;
`);
await owner`vacuum analyze`;

const times = async (count: number, work: () => Promise<unknown>) => {
  const all: number[] = [];
  for (let n = -3; n < count; n++) {
    const began = performance.now();
    await work();
    if (n >= 0) all.push(performance.now() - began);
  }
  return spread(all);
};
await inWorkspace(database, workspaceId, async (tx) => {
  const [person] = await readWho(tx, world.personId);
  const place = { surface: "http", tenant: "", external: "" };
  const { act } = makeAct(
    house,
    { database, tx },
    { workspaceId, personId: world.personId },
    person,
    sources.newId(),
    place,
  );
  const report = (from: string, to: string, by?: "channel") => () =>
    sumsOf(act, { families: ["income"], from, to, grain: "month", ...(by ? { by } : {}) });
  const rows = await report("2024-11-01", "2026-11-01")();
  if (rows.length < 24 * 48) throw new Error(`There are ${rows.length} sums.`);
  const tell = async (what: string, work: () => Promise<unknown>) => {
    const { p50, p99 } = await times(process.env.BENCH_QUICK ? 20 : 200, work);
    console.log(JSON.stringify({ postings: POSTINGS, what, "p50 ms": p50, "p99 ms": p99 }));
  };
  await tell("revenue by source, one month", report("2026-06-01", "2026-07-01"));
  await tell("revenue by channel, one month", report("2026-06-01", "2026-07-01", "channel"));
  await tell("revenue by source, 24 months", report("2024-11-01", "2026-11-01"));
  await tell("one balance", () => balanceOf(act, "cash:s1", "USD"));
});
const began = performance.now();
const report = await verifyLedger(house, database, workspaceId);
const seconds = (performance.now() - began) / 1000;
if (!report.ok || report.postings !== BigInt(POSTINGS))
  throw new Error(`The books are wrong: ${JSON.stringify(report.found.slice(0, 5))}`);
console.log(
  JSON.stringify({
    postings: POSTINGS,
    what: "verify",
    "postings/s": Math.round(POSTINGS / seconds),
    seconds: Math.round(seconds * 10) / 10,
  }),
);
await world.close();
