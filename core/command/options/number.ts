// Numbers as people write them, read digit by digit: nothing here passes through a float until it is known to be exact.
import { type Option, option, type ParseContext, Wrong } from "../option.ts";
import { typed } from "./typed.ts";

/** A number in digits: `whole` without leading zeros ("0" for none), `fraction` as written. */
export type Digits = { negative: boolean; whole: string; fraction: string };

// The longest number anybody has a use for; a longer one is not looked at.
const MOST = 60;

const separators = new Map<string, { decimal: string; group: string }>();

/** How a language separates decimals and thousands. */
function separatorsOf(locale: string): { decimal: string; group: string } {
  let found = separators.get(locale);
  if (!found) {
    const parts = new Intl.NumberFormat(locale).formatToParts(1234567.5);
    const part = (type: string, other: string) => parts.find((p) => p.type === type)?.value ?? other;
    found = { decimal: part("decimal", "."), group: part("group", ",") };
    separators.set(locale, found);
  }
  return found;
}

/** Programs write decimals with a point whatever language their owner speaks. */
export const numbersOf = (at: Pick<ParseContext, "locale" | "act">): string => {
  const surface = at.act?.surface;
  return surface === "http" || surface === "mcp" ? "en" : at.locale;
};

/**
 * Reads "1,234.5", "1.234,5", "1 234,5", "1'234.5" and "1234.5". A lone separator that could be either ("1.234") is
 * what the person's language says it is. Answers nothing when it is not a number.
 */
export function digitsOf(raw: string | number, locale: string): Digits | undefined {
  if (typeof raw === "number") return Number.isFinite(raw) ? split(plainNumber(raw), ".") : undefined;
  const line = typed(raw, MOST).replace(/[−–]/g, "-").replace(/’/g, "'");
  const signed = /^([+-]?)([\d.,' ]+)$/.exec(line);
  if (!signed) return undefined;
  const body = signed[2]!.trim();
  const points = body.split(".").length - 1;
  const commas = body.split(",").length - 1;
  let decimal = "";
  if (points > 0 && commas > 0) decimal = body.lastIndexOf(".") > body.lastIndexOf(",") ? "." : ",";
  else if (points + commas === 1) {
    const mark = points === 1 ? "." : ",";
    decimal = separatorsOf(locale).decimal === mark || !grouped(body, mark) ? mark : "";
  }
  const read = split(body, decimal);
  return read && { ...read, negative: signed[1] === "-" };
}

const grouped = (body: string, mark: string) => {
  const [head = "", ...rest] = body.split(mark);
  return /^[1-9]\d{0,2}$/.test(head) && rest.every((part) => /^\d{3}$/.test(part));
};

function split(body: string, decimal: string): Digits | undefined {
  const negative = body.startsWith("-");
  const unsigned = negative ? body.slice(1) : body;
  const at = decimal === "" ? -1 : unsigned.lastIndexOf(decimal);
  const left = at < 0 ? unsigned : unsigned.slice(0, at);
  const fraction = at < 0 ? "" : unsigned.slice(at + 1);
  if (!/^\d*$/.test(fraction)) return undefined;
  if (!/^\d*$/.test(left)) {
    const mark = /[^\d]/.exec(left)?.[0] ?? "";
    if (!grouped(left, mark)) return undefined;
  }
  const whole = left.replace(/\D/g, "");
  if (whole === "" && fraction === "") return undefined;
  return { negative, whole: whole.replace(/^0+(?=\d)/, "") || "0", fraction };
}

/** A JSON number as it was written, when a double holds it exactly enough to tell. */
function plainNumber(value: number): string {
  const written = String(value);
  return written.includes("e") ? "" : written;
}

/** The digits as so many of the smallest unit. Nothing when digits would be lost. */
export function scaled({ negative, whole, fraction }: Digits, places: number): bigint | undefined {
  const kept = fraction.replace(/0+$/, "");
  if (kept.length > places) return undefined;
  const units = BigInt(whole + kept.padEnd(places, "0"));
  return negative ? -units : units;
}

type Range = { min?: number; max?: number; default?: number };

export const whole = (says: string, { min = 0, max = 1_000_000, default: fallback }: Range = {}): Option<number> =>
  option<number>({
    kind: "whole",
    says,
    min,
    max,
    example: String(fallback ?? Math.min(Math.max(min, 1), max)),
    ...(fallback === undefined ? {} : { fallback: String(fallback) }),
    schema: { type: "integer", minimum: min, maximum: max },
    parse(raw, at) {
      // Fast for what programs and most people write.
      const simple = typeof raw === "number" || (typeof raw === "string" && /^[+-]?\d{1,15}$/.test(raw));
      const value = simple ? Number(raw) : typeof raw === "string" ? wholeOf(raw, numbersOf(at)) : Number.NaN;
      if (Number.isNaN(value) || (!Number.isInteger(value) && Number.isFinite(value)))
        throw new Wrong("Write a whole number, such as {example}.", { example: Math.min(Math.max(min, 1), max) });
      if (value < min || value > max) throw new Wrong("Between {min, number} and {max, number}, please.", { min, max });
      return value === 0 ? 0 : value;
    },
  });

function wholeOf(raw: string, locale: string): number {
  const digits = digitsOf(raw, locale);
  return digits && /^0*$/.test(digits.fraction) ? Number(`${digits.negative ? "-" : ""}${digits.whole}`) : Number.NaN;
}

/** A number with decimals that is not money. "5%" is 0.05. At most fifteen digits, so that a double holds them. */
export const decimal = (
  says: string,
  { min = 0, max = 1_000_000_000, places = 6, default: fallback }: Range & { places?: number } = {},
): Option<number> =>
  option<number>({
    kind: "decimal",
    says,
    min,
    max,
    example: String(fallback ?? Math.min(Math.max(min, 0.5), max)),
    ...(fallback === undefined ? {} : { fallback: String(fallback) }),
    schema: { type: "number", minimum: min, maximum: max },
    parse(raw, at) {
      if (typeof raw !== "number" && typeof raw !== "string")
        throw new Wrong("Write a number, such as {example}.", shown);
      const percent = typeof raw === "string" && raw.length <= MOST && /[%％]\s*$/.test(raw);
      const locale = fallback !== undefined && raw === String(fallback) ? "en" : numbersOf(at);
      const digits = digitsOf(percent ? String(raw).replace(/[%％]\s*$/, "") : raw, locale);
      if (!digits) throw new Wrong("Write a number, such as {example}.", shown);
      const fraction = digits.fraction.replace(/0+$/, "");
      const kept = fraction.length + (percent ? 2 : 0);
      if (kept > places)
        throw new Wrong("At most {places, plural, one {# digit} other {# digits}} after the point.", { places });
      const value = Number(`${digits.negative ? "-" : ""}${digits.whole}.${fraction || "0"}e${percent ? -2 : 0}`);
      if (value < min || value > max)
        throw new Wrong("Between {min} and {max}, please.", { min: show(min, at), max: show(max, at) });
      if (digits.whole.length + fraction.length > 15) throw new Wrong("At most 15 digits, please.");
      return value === 0 ? 0 : value;
    },
  });

const shown = { example: 12.5 };
const show = (value: number, { locale }: ParseContext) =>
  new Intl.NumberFormat(locale, { maximumFractionDigits: 15 }).format(value);
