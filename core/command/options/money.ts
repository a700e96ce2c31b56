// Money: the smallest unit of a currency, counted. What cannot be said exactly in it is refused, never rounded.
import { type Option, option, type ParseContext, Wrong } from "../option.ts";
import { currencyOf, exponentOf, isCurrency } from "./currency.ts";
import { digitsOf, numbersOf, scaled } from "./number.ts";
import { typed } from "./typed.ts";

export type Money = { minor: bigint; currency: string };

/** "1234", "USD" → "12.34": for data, never for people. */
export function amountOf({ minor, currency }: Money): string {
  const places = exponentOf(currency);
  const digits = (minor < 0n ? -minor : minor).toString().padStart(places + 1, "0");
  const sign = minor < 0n ? "-" : "";
  return places === 0 ? sign + digits : `${sign}${digits.slice(0, -places)}.${digits.slice(-places)}`;
}

/** For people: "$12.34", "12,34 €", with the currency always in sight. */
export const moneyWords = (money: Money, locale: string): string =>
  new Intl.NumberFormat(locale, {
    style: "currency",
    currency: money.currency,
    minimumFractionDigits: exponentOf(money.currency),
    maximumFractionDigits: exponentOf(money.currency),
  }).format(amountOf(money) as Intl.StringNumericLiteral);

// Ten billion million of the smallest unit: sums of a billion such rows still fit the database's bigint.
const MOST = 10n ** 15n;

type Bounds = {
  /** Nothing at all is an amount too. */
  zero?: boolean;
  /** In the smallest unit. */
  max?: bigint;
  /** The only currency that is taken. */
  currency?: string;
  default?: string;
};

/** An amount with its currency; the workspace's own when none is written. Never negative: the kind of a row gives the direction. */
export const money = (
  says: string,
  { zero = false, max = MOST, currency, default: fallback }: Bounds = {},
): Option<Money> =>
  option<Money>({
    kind: "money",
    says,
    example: currency && exponentOf(currency) === 0 ? "1200" : "12.50",
    ...(fallback === undefined ? {} : { fallback }),
    schema: {
      type: "string",
      maxLength: 60,
      description: "An amount as a decimal string, with its ISO 4217 code when it is not the workspace's own currency.",
      examples: ["12.50", "USD 12.50"],
    },
    parse: (raw, at) => readMoney(raw, at, { zero, max, ...(currency ? { only: currency } : {}) }),
  });

type Rules = { zero: boolean; max: bigint; only?: string };

/** Reads an amount as the `money` option does; for amounts whose currency is an option of its own. */
export function readMoney(
  raw: unknown,
  at: ParseContext,
  { zero, max, only }: Rules = { zero: false, max: MOST },
): Money {
  const written = writtenOf(raw);
  const own = only ?? at.currency;
  const { number, sign, negative } = apart(written, at);
  const currency = sign === "" ? own : currencyOf(sign, own);
  if (!currency || !isCurrency(currency))
    throw new Wrong("There is no currency {name}. Write its code, such as EUR.", { name: sign || own });
  if (only && currency !== only) throw new Wrong("This is in {currency} only.", { currency: only });
  const digits = digitsOf(number, typeof raw === "string" ? numbersOf(at) : "en");
  if (!digits) throw new Wrong("Write an amount, such as {example}.", { example: `${currency} ${sample(currency)}` });
  const places = exponentOf(currency);
  const minor = scaled(digits, places);
  if (minor === undefined)
    throw new Wrong(
      "{currency} has {places, plural, =0 {no decimals} one {# decimal} other {# decimals}}; this has more.",
      {
        currency,
        places,
      },
    );
  if ((negative || digits.negative) && minor !== 0n) throw new Wrong("Write the amount without a minus.");
  if (minor === 0n && !zero) throw new Wrong("More than nothing, please.");
  if (minor > max) throw new Wrong("At most {max}, please.", { max: moneyWords({ minor: max, currency }, at.locale) });
  return { minor, currency };
}

const sample = (currency: string) => ["1200", "", "12.50", "12.500"][exponentOf(currency)]!;

/** A string, a JSON number, or `{ amount, currency }` as our own answers have it. */
function writtenOf(raw: unknown): string {
  if (typeof raw === "string") return raw;
  if (typeof raw === "number" && Number.isFinite(raw)) {
    const digits = String(raw);
    // A double keeps fifteen digits; with more, nobody can say which amount was meant.
    if (digits.includes("e") || digits.replace(/\D/g, "").length > 15)
      throw new Wrong("Write so large or small an amount as text, in quotes.");
    return digits;
  }
  if (typeof raw === "object" && raw !== null && "amount" in raw) {
    const { amount, currency } = raw as { amount: unknown; currency?: unknown };
    if (typeof amount === "string" && (currency === undefined || typeof currency === "string"))
      return `${amount.slice(0, 61)} ${(currency ?? "").slice(0, 10)}`;
  }
  throw new Wrong("Write an amount, such as {example}.", { example: "12.50" });
}

type Apart = { number: string; sign: string; negative: boolean };

/** "USD 12.34", "$12.34", "12,34 €", "-$5": the number and the sign beside it. */
function apart(written: string, at: ParseContext): Apart {
  const line = typed(written, 60).replace(/[−–]/g, "-");
  const first = line.search(/\d/);
  if (first < 0)
    throw new Wrong("Write an amount, such as {example}.", { example: `${at.currency} ${sample(at.currency)}` });
  let last = line.length - 1;
  while (last > first && !/\d/.test(line[last]!)) last--;
  // A point or comma may open the number ("$.50"), and a minus may stand before or after the sign.
  const from = first > 0 && /[.,]/.test(line[first - 1]!) && !/\p{L}/u.test(line[first - 2] ?? "") ? first - 1 : first;
  const around = [line.slice(0, from), line.slice(last + 1)].map((part) => part.trim());
  const negative = around[0]!.includes("-");
  const signs = around.map((part) => part.replace(/[+-]/, "").trim()).filter((part) => part !== "");
  if (signs.length > 1 && signs[0] !== signs[1] && !sameCurrency(signs, at.currency))
    throw new Wrong("Write one currency, such as {example}.", { example: `${at.currency} ${sample(at.currency)}` });
  return { number: line.slice(from, last + 1), sign: signs.at(-1) ?? "", negative };
}

/** "$12 USD" names one currency twice. */
function sameCurrency(signs: string[], own: string): boolean {
  const [one, two] = signs.map((sign) => currencyOf(sign, own));
  return one !== undefined && (one === two || currencyOf(signs[0]!, two ?? own) === two);
}
