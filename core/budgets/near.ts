// A budget that is nearly used, in words for whoever looks after money.
import { type Act, jobKind } from "../act.ts";
import { capName, isMoney, moneyData, moneyWords, periodWords } from "../metrics/index.ts";
import { type View, view } from "../view/index.ts";
import type { Line } from "./holds.ts";

/** Tells staff, where they are. */
export const tellOfBudget = jobKind<Line>("budget near");

export function nearView(act: Pick<Act, "say" | "locale">, { scope, asset, cap, used, period, part }: Line): View {
  const amount = (minor: string) => {
    if (!isMoney(asset)) return minor;
    const money = moneyData(minor, asset);
    return moneyWords(act.locale, money.amount, money.currency);
  };
  const words = { scope: capName(act, scope), used: amount(used), cap: amount(cap), period: periodWords(act, period) };
  const text =
    part === 100
      ? act.say(
          "{scope}: the budget is used up, {used} of {cap} {period}. An owner can raise it with /budget set.",
          words,
        )
      : act.say("{scope}: {part}% of the budget is used, {used} of {cap} {period}. /budget show tells more.", {
          ...words,
          part,
        });
  return view(text);
}
