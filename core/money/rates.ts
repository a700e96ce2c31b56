// Rates between currencies: where from and from when each holds. What has none is shown as it is, never as if it were 1.
import { rawOf } from "../../db/connect.ts";
import type { Act } from "../act.ts";
import { exponentOf, type Money } from "../command/index.ts";
import { divided } from "./allocate.ts";
import { type Leg, move } from "./order.ts";

/** One whole `base` is `numerator / denominator` whole `quote`. */
export type Rate = { base: string; quote: string; numerator: bigint; denominator: bigint; source: string; asOf: Date };

/** "1.0842" → 10842/10000. Undefined: it is no positive decimal of at most 18 digits. */
export function ratioOf(decimal: string): Pick<Rate, "numerator" | "denominator"> | undefined {
  const [, whole, part = ""] = /^(\d{1,12})(?:\.(\d{1,12}))?$/.exec(decimal.trim()) ?? [];
  if (whole === undefined || whole.length + part.length > 18) return undefined;
  const numerator = BigInt(whole + part);
  return numerator > 0n ? { numerator, denominator: 10n ** BigInt(part.length) } : undefined;
}

/** The same rate of the same source and moment is there once; answers how many were new. */
export async function addRates(
  act: Pick<Act, "db" | "workspace" | "now" | "newId">,
  rates: readonly Rate[],
): Promise<number> {
  if (rates.length === 0) return 0;
  const made = await rawOf(act.db)`
    insert into rate (workspace_id, id, base, quote, numerator, denominator, source, as_of, recorded_at)
    select ${act.workspace.id}, x.*, ${act.now.toISOString()} from unnest(${rates.map(() => act.newId())}::uuid[], ${rates.map((r) => r.base)}::text[],
      ${rates.map((r) => r.quote)}::text[], ${rates.map((r) => String(r.numerator))}::bigint[], ${rates.map((r) => String(r.denominator))}::bigint[],
      ${rates.map((r) => r.source)}::text[], ${rates.map((r) => r.asOf.toISOString())}::text[]::timestamptz[]) x
    on conflict do nothing returning id`;
  return made.length;
}

/** All rates of these currencies up to a moment, the latest first. */
export async function ratesOf(act: Pick<Act, "db">, until: Date): Promise<Rate[]> {
  type Row = { base: string; quote: string; numerator: string; denominator: string; source: string; as_of: string };
  const rows = await rawOf(act.db)<Row[]>`
    select base, quote, numerator, denominator, source, as_of from rate where as_of < ${until.toISOString()}
    order by as_of desc, recorded_at desc, id desc`;
  return rows.map(({ numerator, denominator, as_of, ...row }) => ({
    ...row,
    numerator: BigInt(numerator),
    denominator: BigInt(denominator),
    asOf: new Date(as_of),
  }));
}

const turned = (rate: Rate): Rate => ({
  ...rate,
  base: rate.quote,
  quote: rate.base,
  numerator: rate.denominator,
  denominator: rate.numerator,
});

/** The latest that held at a moment: said so, or the other way round, or through one third currency. */
export function rateAt(rates: readonly Rate[], from: string, to: string, at: Date): Rate | undefined {
  const held = rates.filter((rate) => rate.asOf <= at);
  const direct = (base: string, quote: string): Rate | undefined => {
    const found = held.find((r) => (r.base === base && r.quote === quote) || (r.base === quote && r.quote === base));
    return found && (found.base === base ? found : turned(found));
  };
  const straight = direct(from, to);
  if (straight) return straight;
  for (const by of [...new Set(held.flatMap((r) => [r.base, r.quote]))].sort()) {
    const [first, second] = by === from || by === to ? [] : [direct(from, by), direct(by, to)];
    if (!first || !second) continue;
    return {
      base: from,
      quote: to,
      numerator: first.numerator * second.numerator,
      denominator: first.denominator * second.denominator,
      source: first.source === second.source ? first.source : `${first.source}, ${second.source}`,
      asOf: first.asOf < second.asOf ? first.asOf : second.asOf,
    };
  }
  return undefined;
}

/** How many decimals its smallest unit has: "USD" 2, "JPY" 0, "USD/6" 6. */
export const placesOf = (currency: string): number => Number(currency.split("/")[1] ?? exponentOf(currency));
export const codeOf = (currency: string): string => currency.slice(0, 3);

/** Exactly, rounded once, half away from zero. `currency` of the answer is the rate's quote. */
export function converted({ minor, currency }: Money, rate: Rate): Money {
  const up = 10n ** BigInt(exponentOf(rate.quote));
  const down = 10n ** BigInt(placesOf(currency));
  return { minor: divided(minor * rate.numerator * up, rate.denominator * down), currency: rate.quote };
}

/** In its own currency's usual unit: 3600000 of "USD/6" is 360 of "USD". */
export const usual = ({ minor, currency }: Money): Money => ({
  minor: divided(minor * 10n ** BigInt(exponentOf(codeOf(currency))), 10n ** BigInt(placesOf(currency))),
  currency: codeOf(currency),
});

/** Money that is changed on its way: it goes into what we keep of the one currency, and comes out of the other. */
export function exchange(from: string, to: string, money: Money, rate: Rate): Leg[] {
  return [...move(from, "fx", money), ...move("fx", to, converted(money, rate))];
}
