// A budget that has no room, in words: what is left, what the thing would cost, and what to do.
import type { Act } from "../act.ts";
import type { Short } from "../budgets/index.ts";
import { costWords } from "../library/index.ts";
import { capName, periodWords } from "../metrics/index.ts";

type Speaking = Pick<Act, "say" | "locale" | "now"> & { workspace: Pick<Act["workspace"], "zone"> };

export function shortWords(act: Speaking, { scope, each, period, asset, cap, used, wanted }: Short): string {
  const amount = (n: bigint) =>
    asset.endsWith("/6") ? costWords(act, n) : new Intl.NumberFormat(act.locale).format(n);
  const left = cap > used ? cap - used : 0n;
  const words = {
    scope:
      each === "" ? capName(act, scope) : act.say("{scope}, each {thing}", { scope: capName(act, scope), thing: each }),
    cap: amount(cap),
    period: periodWords(act, period),
    left: amount(left),
    wanted: amount(wanted),
  };
  if (wanted > cap)
    return act.say(
      "{scope}: this would cost {wanted}, more than the whole budget of {cap} {period}. An owner can raise it with /budget set.",
      words,
    );
  const fact =
    left === 0n
      ? act.say("{scope}: the budget of {cap} {period} is used up, and this would cost {wanted}.", words)
      : act.say("{scope}: {left} of {cap} {period} is left, and this would cost {wanted}.", words);
  const until = nextPeriod(act, period);
  const next =
    until === undefined
      ? act.say("An owner can raise it with /budget set.")
      : act.say("Wait until {date}, or let an owner raise it with /budget set.", { date: until });
  return `${fact} ${next}`;
}

/** The day on which the next one begins, by the workspace's own calendar. */
function nextPeriod({ now, locale, workspace: { zone } }: Speaking, period: string): string | undefined {
  const [year, month, day] = new Intl.DateTimeFormat("en-CA", { timeZone: zone })
    .format(now)
    .split("-")
    .map(Number) as [number, number, number];
  const today = new Date(Date.UTC(year, month - 1, day));
  const begins: Record<string, number> = {
    day: Date.UTC(year, month - 1, day + 1),
    // Weeks begin on Monday, as they do in the database.
    week: Date.UTC(year, month - 1, day + 7 - ((today.getUTCDay() + 6) % 7)),
    month: Date.UTC(year, month, 1),
    year: Date.UTC(year + 1, 0, 1),
  };
  const at = begins[period];
  return at === undefined
    ? undefined
    : new Intl.DateTimeFormat(locale, { day: "numeric", month: "long", timeZone: "UTC" }).format(at);
}
