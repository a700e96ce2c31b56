// Revenue in one currency, by source, channel or product: pure sums over what the rollup says.
import { EARNS, type RevenueKind } from "./accounts.ts";
import { codeOf, converted, type Rate, rateAt, usual } from "./rates.ts";
import type { Sum } from "./sums.ts";

export type Part = { net: bigint; kinds: Partial<Record<RevenueKind, bigint>> };
export type Report = {
  currency: string;
  total: Part;
  /** By source, channel or product, the largest net first; ties by name. */
  parts: [string, Part][];
  /** Net by bucket of time, for each part. */
  series: Map<string, Map<string, bigint>>;
  /** What no rate was there for, in its own currency: it is in none of the sums. */
  unconverted: Map<string, bigint>;
};

const empty = (): Part => ({ net: 0n, kinds: {} });
const signed = (kind: RevenueKind, amount: bigint) => (EARNS[kind] ? amount : -amount);

function add(part: Part, kind: RevenueKind, amount: bigint): void {
  part.net += signed(kind, amount);
  part.kinds[kind] = (part.kinds[kind] ?? 0n) + amount;
}

type How = {
  currency: string;
  rates: readonly Rate[];
  /** The last moment of a bucket: its rates are those of then. */
  ending(start: string): Date;
  by: "source" | "channel" | "product";
};

export function reportOf(sums: readonly Sum[], { currency, rates, ending, by }: How): Report {
  const parts = new Map<string, Part>();
  const report: Report = { currency, total: empty(), parts: [], series: new Map(), unconverted: new Map() };
  for (const sum of sums) {
    const [, source = "", kind] = sum.account.split(":") as [string, string, RevenueKind];
    const money = usual({ minor: sum.amount, currency: sum.currency });
    const rate =
      codeOf(sum.currency) === currency ? undefined : rateAt(rates, codeOf(sum.currency), currency, ending(sum.start));
    if (codeOf(sum.currency) !== currency && !rate) {
      const had = report.unconverted.get(money.currency) ?? 0n;
      report.unconverted.set(money.currency, had + signed(kind, money.minor));
      continue;
    }
    const amount = rate ? converted({ minor: sum.amount, currency: sum.currency }, rate).minor : money.minor;
    const name = by === "source" ? source : sum.thing;
    const part = parts.get(name) ?? empty();
    parts.set(name, part);
    add(part, kind, amount);
    add(report.total, kind, amount);
    const line = report.series.get(name) ?? new Map<string, bigint>();
    report.series.set(name, line);
    line.set(sum.start, (line.get(sum.start) ?? 0n) + signed(kind, amount));
  }
  report.parts = [...parts].sort(([a, x], [b, y]) => (x.net === y.net ? (a < b ? -1 : 1) : x.net > y.net ? -1 : 1));
  return report;
}
