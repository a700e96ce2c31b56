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

/** A budget went over four fifths, or is used up. */
export const budgetNear = eventKind<{ scope: string; asset: string; cap: string; used: string; period: string }>(
  "budget.near",
);

/** One budget, as `hold_budgets` answers. Amounts are in its asset's smallest unit. */
export type Held = {
  scope: string;
  each: string;
  period: string;
  asset: string;
  cap: string;
  wanted: string;
  /** With this in it; null: there was no room, and it stands at `was`. */
  used: string | null;
  was: string | null;
};

/** Those without room, in the order in which they are told. */
export const shortOf = (held: readonly Held[]): Short[] =>
  held
    .filter(({ used }) => used === null)
    .toSorted((a, b) => (a.scope < b.scope ? -1 : 1))
    .map(({ cap, was, wanted, used: _, ...budget }) => ({
      ...budget,
      cap: BigInt(cap),
      used: BigInt(was ?? 0),
      wanted: BigInt(wanted),
    }));

/** Once, at the try that crosses the line. */
export async function tellNear(act: Act, held: readonly Held[]): Promise<void> {
  for (const { scope, asset, cap, used, wanted, period } of held) {
    const all = BigInt(cap);
    const now = BigInt(used ?? 0);
    const before = now - BigInt(wanted);
    const crossed = [80n, 100n].some((part) => before * 100n < all * part && now * 100n >= all * part);
    if (crossed && all > 0n) await act.emit(budgetNear, { scope, asset, cap, used: String(now), period }, scope);
  }
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
