// Counters and sums: as they stand, and as the postings of a stretch make them. For `verify`.
import type { Raw } from "../../db/connect.ts";

export type Counters = {
  debits: bigint;
  credits: bigint;
  debitsPending: bigint;
  creditsPending: bigint;
  postings: bigint;
  balance: bigint;
};
export type Cell = {
  dimension: string;
  grain: string;
  start: string;
  account: string;
  thing: string;
  debits: bigint;
  credits: bigint;
  postings: bigint;
};
type Stretch = { transfers: bigint; postings: bigint };
type Texts<T> = { [K in keyof T]: T[K] extends bigint ? string : T[K] };

export const cellOf = ({ dimension, grain, start, account, thing }: Omit<Cell, "debits" | "credits" | "postings">) =>
  [dimension, grain, start, account, thing].join("\n");

const counted = (row: Texts<Counters>): Counters => ({
  debits: BigInt(row.debits),
  credits: BigInt(row.credits),
  debitsPending: BigInt(row.debitsPending),
  creditsPending: BigInt(row.creditsPending),
  postings: BigInt(row.postings),
  balance: BigInt(row.balance),
});
const celled = (row: Texts<Cell>): Cell => ({
  ...row,
  debits: BigInt(row.debits),
  credits: BigInt(row.credits),
  postings: BigInt(row.postings),
});

/** By account: what its postings add, its balance after the last, and which balance each says was there before the first. */
export async function countersOf(sql: Raw, from: Stretch, to: Stretch) {
  type Row = Texts<Counters> & { account: string; low: string; high: string };
  const rows = await sql<Row[]>`
    select account_id as account, min(begin)::text as low, max(begin)::text as high, count(*)::text as postings,
      (max(begin) + sum(delta))::text as balance,
      coalesce(sum(amount) filter (where phase = 'posted' and amount > 0), 0)::text as debits,
      coalesce(-sum(amount) filter (where phase = 'posted' and amount < 0), 0)::text as credits,
      coalesce(sum(amount) filter (where phase = 'held' and amount > 0 or phase = 'freed' and amount < 0), 0)::text as "debitsPending",
      coalesce(-sum(amount) filter (where phase = 'held' and amount < 0 or phase = 'freed' and amount > 0), 0)::text as "creditsPending"
    from (
      select p.account_id, p.amount, p.phase, d.delta, p.balance_after - sum(d.delta) over (partition by p.account_id order by p.number) as begin
      from ledger_posting p join ledger_account a on a.id = p.account_id
        cross join lateral (select case when p.phase <> 'posted' then 0 when a.side = 'debit' then p.amount else -p.amount end as delta) d
      where p.number > ${String(from.postings)} and p.number <= ${String(to.postings)}) s
    group by account_id`;
  return rows.map((row) => ({
    account: row.account,
    low: BigInt(row.low),
    high: BigInt(row.high),
    ...counted(row),
  }));
}

/** What the postings add to days and months. */
export async function dimensionsOf(sql: Raw, from: Stretch, to: Stretch): Promise<Cell[]> {
  const rows = await sql<Texts<Cell>[]>`
    with rows as (
      select t.day, p.account_id, t.about->>'channel' as channel, t.about->>'product' as product, t.about->>'platform' as platform,
        t.about->>'person' as person, t.about->>'asset' as asset, t.about->>'campaign' as campaign,
        sum(greatest(p.amount, 0)) as debits, sum(greatest(-p.amount, 0)) as credits, count(*) as postings
      from ledger_posting p join ledger_account a on a.id = p.account_id join ledger_transfer t on t.number = p.transfer
      where p.number > ${String(from.postings)} and p.number <= ${String(to.postings)} and a.tracked and p.phase = 'posted'
        and t.number > ${String(from.transfers)} and t.number <= ${String(to.transfers)}
      group by 1, 2, 3, 4, 5, 6, 7, 8)
    select d.dimension, g.grain, (case g.grain when 'day' then r.day else date_trunc('month', r.day)::date end)::text as start,
      r.account_id as account, d.thing, sum(r.debits)::text as debits, sum(r.credits)::text as credits, sum(r.postings)::text as postings
    from rows r cross join lateral (values ('', '', true), ('channel', r.channel, true), ('product', r.product, true), ('platform', r.platform, true),
        ('person', r.person, false), ('asset', r.asset, false), ('campaign', r.campaign, false)) d (dimension, thing, fine)
      cross join (values ('day'), ('month')) g (grain)
    where (d.dimension = '' or d.thing <> '') and (d.fine or g.grain = 'month')
    group by 1, 2, 3, 4, 5`;
  return rows.map(celled);
}

/** The newest block, and all counters and sums, as of one moment. */
export async function readBooks(sql: Raw) {
  type Account = Texts<Counters> & { account: string };
  const [row] = await sql<{ head: string | null; accounts: string; cells: string }[]>`
    select (select max(number) from ledger_block)::text as head,
      (select coalesce(json_agg(json_build_object('account', id, 'debits', debits::text, 'credits', credits::text,
        'debitsPending', debits_pending::text, 'creditsPending', credits_pending::text, 'postings', version::text,
        'balance', (case side when 'debit' then debits - credits else credits - debits end)::text)), '[]') from ledger_account)::text as accounts,
      (select coalesce(json_agg(json_build_object('dimension', dimension, 'grain', grain, 'start', start, 'account', account_id, 'thing', thing,
        'debits', debits::text, 'credits', credits::text, 'postings', postings::text)), '[]') from ledger_rollup)::text as cells`;
  const accounts = JSON.parse(row!.accounts) as Account[];
  const cells = JSON.parse(row!.cells) as Texts<Cell>[];
  return {
    head: BigInt(row!.head ?? 0),
    counters: new Map(accounts.map((account) => [account.account, counted(account)])),
    cells: new Map(cells.map((cell) => [cellOf(cell), celled(cell)])),
  };
}
