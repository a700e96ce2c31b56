// The revenue report: read out of the rollup, told in words, drawn, and as data.
import { rawOf } from "../../db/connect.ts";
import type { Act } from "../act.ts";
import {
  addDays,
  amountOf,
  type Day,
  localOf,
  type Money,
  moneyWords,
  type Period,
  startOf,
} from "../command/index.ts";
import { type Block, type ChartSpec, view } from "../view/index.ts";
import { REVENUE_KINDS } from "./accounts.ts";
import { ratesOf } from "./rates.ts";
import { type Part, type Report, reportOf } from "./report.ts";
import { type Sum, sumsOf } from "./sums.ts";

type By = "source" | "channel" | "product";
type Asked = { of: Period; by: By; currency: string };
type Found = { report: Report; names: Map<string, string>; starts: string[]; grain: "day" | "month" };

/** Longer than this, a chart shows months. */
const DAYS = 92;
/** Lines of a chart; what else there is goes together. */
const LINES = 6;
const ROWS = 25;

const written = ({ year, month, day }: Day) =>
  `${String(year).padStart(4, "0")}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`;
const read = (day: string): Day => {
  const [year = 0, month = 0, at = 0] = day.split("-").map(Number);
  return { year, month, day: at };
};
const after = (start: string, grain: "day" | "month"): Day => {
  const { year, month, day } = read(start);
  if (grain === "day") return addDays({ year, month, day }, 1);
  return month === 12 ? { year: year + 1, month: 1, day: 1 } : { year, month: month + 1, day: 1 };
};

export async function revenueIn(act: Act, { of, by, currency }: Asked): Promise<Found> {
  const { zone } = act.workspace;
  const [first, last] = [localOf(of.from, zone), localOf(new Date(of.to.getTime() - 1), zone)];
  const to = addDays(last, 1);
  const months = first.day === 1 && to.day === 1 && of.to.getTime() - of.from.getTime() > DAYS * 86_400_000;
  const grain = months ? "month" : "day";
  const asked = { families: ["income" as const], from: written(first), to: written(to), grain } as const;
  const all = await sumsOf(act, asked);
  const sums = by === "source" ? all : withRest(all, await sumsOf(act, { ...asked, by }));
  const starts: string[] = [];
  for (let start = asked.from; start < asked.to; start = written(after(start, grain))) starts.push(start);
  // A bucket that is not over yet has the newest rates there are.
  const ending = (start: string) => new Date(Math.min(startOf(after(start, grain), zone).getTime(), act.now.getTime()));
  const mixed = all.some((sum) => sum.currency !== currency);
  const report = reportOf(sums, { currency, by, ending, rates: mixed ? await ratesOf(act, of.to) : [] });
  return { report, starts, grain, names: await namesOf(act, by) };
}

/** What was about no channel or product at all is a part of its own, without a name. */
function withRest(all: readonly Sum[], parts: readonly Sum[]): Sum[] {
  const key = (sum: Sum) => `${sum.start}\n${sum.account}\n${sum.currency}`;
  const left = new Map(all.map((sum) => [key(sum), { ...sum }]));
  for (const part of parts) {
    const sum = left.get(key(part));
    if (sum) sum.amount -= part.amount;
  }
  return [...parts, ...[...left.values()].filter((sum) => sum.amount !== 0n)];
}

async function namesOf(act: Act, by: By): Promise<Map<string, string>> {
  if (by !== "channel") return new Map();
  const rows = await rawOf(act.db)<{ id: string; name: string }[]>`select id, name from channel`;
  return new Map(rows.map(({ id, name }) => [id, name]));
}

const data = (money: Money) => ({ amount: amountOf(money), minor: String(money.minor), currency: money.currency });

export function reportView(act: Act, { of, by, report, names, starts, grain }: Found & { of: Period; by: By }) {
  const { currency, total, parts, unconverted } = report;
  const words = (minor: bigint, of = currency) => moneyWords({ minor, currency: of }, act.locale);
  const nameOf = (thing: string) => names.get(thing) ?? (thing || act.say("Without one"));
  const kindsOf = (part: Part) =>
    Object.fromEntries(REVENUE_KINDS.map((kind) => [kind, data({ minor: part.kinds[kind] ?? 0n, currency })]));
  const left = [...unconverted].map(([unit, minor]) => data({ minor, currency: unit }));
  const items = parts.map(([id, part]) => ({
    id,
    name: nameOf(id),
    net: data({ minor: part.net, currency }),
    ...kindsOf(part),
  }));
  const item = {
    id: "revenue",
    by,
    period: { from: of.from.toISOString(), to: of.to.toISOString(), label: of.label },
    currency,
    net: data({ minor: total.net, currency }),
    ...kindsOf(total),
    unconverted: left,
    through: act.now.toISOString(),
  };
  if (parts.length === 0 && left.length === 0)
    return { view: view(act.say("Nothing came in: {period}.", { period: of.label })), data: { item, items } };
  const blocks: Block[] = [tableOf(act, report, { nameOf, words })];
  if (left.length > 0)
    blocks.push({
      kind: "text",
      tone: "warn",
      text: act.say("Not in these sums, for want of a rate: {amounts}.", {
        amounts: [...unconverted].map(([unit, minor]) => words(minor, unit)).join(", "),
      }),
    });
  const title = act.say("Revenue, {period}: {amount}", { period: of.label, amount: words(total.net) });
  if (starts.length > 1)
    blocks.push({ kind: "chart", alt: title, chart: chartOf(act, { report, starts, grain, title, nameOf }) });
  const told = act.say("{amount} came in, net of refunds and fees: {period}.", {
    amount: words(total.net),
    period: of.label,
  });
  return { view: view(told, ...blocks), data: { item, items } };
}

type Telling = { nameOf(thing: string): string; words(minor: bigint): string };

function tableOf(act: Act, { parts, total }: Report, { nameOf, words }: Telling): Block {
  const right = { align: "right" as const };
  const out = ({ kinds }: Part) => (kinds.refund ?? 0n) + (kinds.dispute ?? 0n) - (kinds.dispute_won ?? 0n);
  const row = (name: string, part: Part) => [
    name,
    words(part.kinds.payment ?? 0n),
    words(out(part)),
    words(part.kinds.fee ?? 0n),
    words(part.net),
  ];
  return {
    kind: "table",
    columns: [
      { label: act.say("From") },
      { label: act.say("Paid"), ...right },
      { label: act.say("Given back"), ...right },
      { label: act.say("Fees"), ...right },
      { label: act.say("Net"), ...right },
    ],
    rows: [...parts.slice(0, ROWS).map(([name, part]) => row(nameOf(name), part)), row(act.say("In all"), total)],
  };
}

type Drawing = {
  report: Report;
  starts: string[];
  grain: "day" | "month";
  title: string;
  nameOf(thing: string): string;
};

function chartOf(act: Act, { report, starts, grain, title, nameOf }: Drawing): ChartSpec {
  const { currency, parts, series } = report;
  const value = (minor: bigint) => Number(amountOf({ minor, currency }));
  const format = new Intl.DateTimeFormat(act.locale, {
    timeZone: "UTC",
    ...(grain === "day" ? { day: "numeric", month: "short" } : { month: "short", year: "2-digit" }),
  });
  const at = (names: string[], start: string) =>
    value(names.reduce((sum, name) => sum + (series.get(name)?.get(start) ?? 0n), 0n));
  const names = parts.map(([name]) => name);
  const lines = names
    .slice(0, names.length > LINES ? LINES - 1 : LINES)
    .map((name) => ({ name: nameOf(name), of: [name] }));
  if (names.length > lines.length) lines.push({ name: act.say("Others"), of: names.slice(lines.length) });
  return {
    form: "stacked",
    title,
    unit: "money",
    currency,
    labels: starts.map((start) => format.format(new Date(`${start}T00:00:00Z`))),
    series: lines.map(({ name, of }) => ({ name, values: starts.map((start) => at(of, start)) })),
    through: act.say("Through {time}", {
      time: new Intl.DateTimeFormat(act.locale, {
        dateStyle: "medium",
        timeStyle: "short",
        timeZone: act.workspace.zone,
      }).format(act.now),
    }),
  };
}
