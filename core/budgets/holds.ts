// Budgets as holds: what a try may cost is reserved before anything is sent, in one statement over every budget that
// it falls under; then it is settled at what it was, or given back. There is no other way to a provider.
import { rawOf } from "../../db/connect.ts";
import { type Act, eventKind } from "../act.ts";

/** What one attempt will use: money in `USD/6`, and one of its kind. */
export type Use = {
  attempt: string;
  provider: string;
  kind: string;
  channel: string | null;
  person: string | null;
  money: bigint;
  count: number;
};

/** A budget that has no room, as it stands. */
export type Short = {
  scope: string;
  each: string;
  period: string;
  asset: string;
  cap: bigint;
  used: bigint;
  wanted: bigint;
};

/** A budget went over four fifths, or is used up. */
export const budgetNear = eventKind<{ scope: string; asset: string; cap: string; used: string; period: string }>(
  "budget.near",
);

type Row = {
  budget_id: string;
  scope: string;
  each: string;
  period: string;
  asset: string;
  cap: string;
  wanted: string;
  /** With this in it; empty: there was no room. */
  used: string | null;
  was: string | null;
};

/**
 * Reserves in all budgets, or in none: on a shortage the caller must undo what this wrote (`reserve` is called within a
 * savepoint). Rows are taken in one order, so that two racers wait for each other and never across.
 */
export async function hold(act: Act, use: Use): Promise<Short[]> {
  const rows = await rawOf(act.db)<Row[]>`
    with stage_now as (select coalesce(max(number) filter (where current), 1) as number from stage),
    held as (
      select distinct on (b.scope, b.each, b.period, b.asset) b.*
      from budget b, stage_now s
      where (b.stage is null or b.stage <= s.number)
        and b.scope = any(${["workspace", "providers", `provider:${use.provider}`, `kind:${use.kind}`]})
        and b.asset = any(${["USD/6", use.kind]})
      order by b.scope, b.each, b.period, b.asset, b.stage desc nulls last),
    due as (
      select h.id, h.scope, h.each, h.period, h.asset, h.amount as cap,
        case when h.asset = 'USD/6' then ${String(use.money)}::bigint else ${use.count}::bigint end as wanted,
        case h.each when 'channel' then ${use.channel ?? "-"} when 'person' then ${use.person ?? "-"} else '' end
          || '@' || case when h.period = 'once' then '' else
            to_char(date_trunc(h.period, ${act.now.toISOString()}::timestamptz at time zone ${act.workspace.zone}), 'YYYY-MM-DD') end as bucket
      from held h),
    took as (
      insert into budget_use as u (workspace_id, budget_id, bucket, held, spent)
      select ${act.workspace.id}, d.id, d.bucket, d.wanted, 0 from due d where d.wanted <= d.cap order by d.id
      on conflict (workspace_id, budget_id, bucket) do update set held = u.held + excluded.held
      where u.held + u.spent + excluded.held <= (select d.cap from due d where d.id = u.budget_id)
      returning u.budget_id, u.held + u.spent as used),
    noted as (
      insert into hold (workspace_id, attempt_id, budget_id, bucket, asset, amount, status)
      select ${act.workspace.id}, ${use.attempt}, d.id, d.bucket, d.asset, d.wanted, 'held'
      from due d join took t on t.budget_id = d.id)
    select d.id as budget_id, d.scope, d.each, d.period, d.asset, d.cap, d.wanted, t.used,
      (select u.held + u.spent from budget_use u where u.budget_id = d.id and u.bucket = d.bucket) as was
    from due d left join took t on t.budget_id = d.id`;
  const short = rows.filter((r) => r.used === null);
  if (short.length > 0) {
    return short.map(({ scope, each, period, asset, cap, was, wanted }) => ({
      scope,
      each,
      period,
      asset,
      cap: BigInt(cap),
      used: BigInt(was ?? 0),
      wanted: BigInt(wanted),
    }));
  }
  for (const row of rows) await tell(act, row);
  return [];
}

/** Once, at the try that crosses the line. */
async function tell(act: Act, { scope, asset, cap, used, wanted, period }: Row): Promise<void> {
  const all = BigInt(cap);
  const now = BigInt(used!);
  const before = now - BigInt(wanted);
  const crossed = [80n, 100n].some((part) => before * 100n < all * part && now * 100n >= all * part);
  if (crossed && all > 0n) await act.emit(budgetNear, { scope, asset, cap, used: String(now), period }, scope);
}

/** What it really was: the difference is free again. More than was held is spent all the same, and shows. */
export const settle = (act: Act, attempt: string, money: bigint, count: number): Promise<void> =>
  end(act, attempt, "settled", money, count);

/** Nothing was made and nothing is paid. */
export const release = (act: Act, attempt: string): Promise<void> => end(act, attempt, "released", 0n, 0);

async function end(
  act: Act,
  attempt: string,
  status: "settled" | "released",
  money: bigint,
  count: number,
): Promise<void> {
  const settled = status === "settled";
  // A hold ends once: the second time no row is held any more.
  await rawOf(act.db)`
    with ended as (
      update hold set status = ${status}, actual = case when ${settled} then
        case when asset = 'USD/6' then ${String(money)}::bigint else ${count}::bigint end end
      where attempt_id = ${attempt} and status = 'held'
      returning budget_id, bucket, amount, coalesce(actual, 0) as actual),
    -- The same order as when they were taken.
    locked as (
      select u.budget_id, u.bucket from budget_use u join ended e using (budget_id, bucket) order by u.budget_id for update of u)
    update budget_use u set held = u.held - e.amount, spent = u.spent + e.actual
    from ended e join locked l using (budget_id, bucket)
    where u.budget_id = e.budget_id and u.bucket = e.bucket`;
}

/** How much is left, for /budget show and for the gauges. */
export type Left = { budget: string; bucket: string; held: string; spent: string };
export const usedNow = (act: Act): Promise<Left[]> =>
  rawOf(act.db)<Left[]>`
    select u.budget_id as budget, u.bucket, u.held, u.spent from budget_use u join budget b on b.id = u.budget_id
    where right(u.bucket, 10) = case when b.period = 'once' then right(u.bucket, 10) else
      to_char(date_trunc(b.period, ${act.now.toISOString()}::timestamptz at time zone ${act.workspace.zone}), 'YYYY-MM-DD') end
    order by u.budget_id, u.bucket`;
