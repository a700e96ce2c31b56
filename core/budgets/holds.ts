// Budgets as holds: what a try may cost is reserved before anything is sent, in every budget that it falls under; then it
// is settled at what it was, or given back. The statements are functions of the database (`hold_budgets`, called by the
// studio's `begin_attempt`, and `end_holds`): there is no other way to a provider.
import { rawOf } from "../../db/connect.ts";
import { type Act, eventKind } from "../act.ts";

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

/** Half of a budget is used, four fifths, or all of it: `part`, in hundredths. */
export const budgetNear = eventKind<Line>("budget.near");

/** One budget, as `hold_budgets` answers. Amounts are in its asset's smallest unit. */
export type Held = {
  budget: string;
  bucket: string;
  scope: string;
  each: string;
  period: string;
  asset: string;
  cap: string;
  wanted: string;
  /** With this in it; null: there was no room, and it stands at `was`. */
  used: string | null;
  was: string | null;
  /** A line was crossed that nobody was told of in this period. */
  near: boolean;
};

/** Those without room, in the order in which they are told. */
export const shortOf = (held: readonly Held[]): Short[] =>
  held
    .filter(({ used }) => used === null)
    .toSorted((a, b) => (a.scope < b.scope ? -1 : 1))
    .map(({ scope, each, period, asset, cap, was, wanted }) => ({
      scope,
      each,
      period,
      asset,
      cap: BigInt(cap),
      used: BigInt(was ?? 0),
      wanted: BigInt(wanted),
    }));

export type Line = {
  scope: string;
  each: string;
  bucket: string;
  asset: string;
  cap: string;
  used: string;
  period: string;
  part: number;
};

/**
 * Makes a fact of every line that was crossed and that nobody was told of, once: of several of one budget the highest.
 * Answers how many. Whoever died before it came to this is caught up with by the next, or by the minute's upkeep.
 */
export async function tellNear(act: Act): Promise<number> {
  const lines = await rawOf(act.db)<Line[]>`
    with told as (
      update budget_line set told_at = ${act.now.toISOString()} where (budget_id, bucket, part) in (
        select budget_id, bucket, part from budget_line where told_at is null for update skip locked)
      returning budget_id, bucket, part)
    select distinct on (t.budget_id, t.bucket) b.scope, b.each, t.bucket, b.asset, b.amount::text as cap, b.period, t.part,
      (u.held + u.spent)::text as used
    from told t join budget b on b.id = t.budget_id
      join budget_use u on u.budget_id = t.budget_id and u.bucket = t.bucket
    order by t.budget_id, t.bucket, t.part desc`;
  for (const line of lines) await act.emit(budgetNear, line, line.scope);
  return lines.length;
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
  await rawOf(act.db)`select end_holds(${attempt}, ${status === "settled"}, ${String(money)}, ${count})`;
}

/** How much is left, for /budget show and for the gauges. */
export type Left = { budget: string; bucket: string; held: string; spent: string };
export const usedNow = (act: Act): Promise<Left[]> =>
  rawOf(act.db)<Left[]>`
    select u.budget_id as budget, u.bucket, u.held, u.spent from budget_use u join budget b on b.id = u.budget_id
    where right(u.bucket, 10) = case when b.period = 'once' then right(u.bucket, 10) else
      to_char(date_trunc(b.period, ${act.now.toISOString()}::timestamptz at time zone ${act.workspace.zone}), 'YYYY-MM-DD') end
    order by u.budget_id, u.bucket`;
