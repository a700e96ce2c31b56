// Rows as money: what one says, or what is wrong with it, by its line and column. Nothing here reads or writes.
import { amountOf, clip, exponentOf, instantOf, isCurrency, type Money, moneyWords } from "../../command/index.ts";
import type { Words } from "../../problem.ts";
import { exactly, exactOf } from "./amounts.ts";
import type { Status } from "./reports.ts";

/** `text` is a key of translations. */
export type Fault = { line: number; column?: string; text: string; vars?: Words };

export type MoneyLine = {
  line: number;
  scope: string;
  source: string;
  kind: string;
  reference: string;
  currency: string;
  /** Below zero only in a report of somebody else: what was taken back. */
  amount: bigint;
  status: Status;
  /** Said to be otherwise by a later file, it is booked anew by the difference. */
  amends: boolean;
  at: Date;
  about: Record<string, string>;
};

export type Read<T> = { lines: T[]; faults: Fault[] };

/** What a row needs to know of the workspace. */
export type Ground = {
  zone: string;
  currency: string;
  locale: string;
  /** Ids by what people write, in lower case; undefined: nothing is called so. */
  channels: ReadonlyMap<string, string>;
  products: ReadonlyMap<string, string>;
};

/** Thrown while a row is read, and caught with its line. */
export class Flaw extends Error {
  readonly column: string;
  readonly vars: Words;
  constructor(column: string, text: string, vars: Words = {}) {
    super(text);
    this.column = column;
    this.vars = vars;
  }
}
export const flaw = (column: string, text: string, vars: Words = {}): Flaw => new Flaw(column, text, vars);
export const faultOf = (line: number, { column, message, vars }: Flaw): Fault => ({
  line,
  ...(column === "" ? {} : { column }),
  text: message,
  vars,
});

/** Reads each row by itself: one that is broken is named, and the others are read. */
export function eachRow<T>(
  rows: readonly { line: number; cells: readonly string[] }[],
  names: readonly string[],
  read: (cell: (name: string) => string, line: number, rest: readonly string[]) => T[],
): Read<T> {
  const lines: T[] = [];
  const faults: Fault[] = [];
  const places = new Map(names.map((name, n) => [name, n]));
  for (const { line, cells } of rows) {
    try {
      if (cells.length !== names.length && cells.slice(names.length).some((cell) => cell !== ""))
        throw flaw("", "This row has {count} cells, and the header {wanted}.", {
          count: cells.length,
          wanted: names.length,
        });
      lines.push(...read((name) => cells[places.get(name) ?? -1] ?? "", line, cells));
    } catch (error) {
      if (!(error instanceof Flaw)) throw error;
      faults.push(faultOf(line, error));
    }
  }
  return { lines, faults };
}

const MOST = 10n ** 15n;

export function currencyIn(column: string, said: string): string {
  const code = said.toUpperCase();
  if (!isCurrency(code))
    throw flaw(column, "There is no currency {name}. Write its code, such as EUR.", { name: clip(said) });
  return code;
}

/** An amount as our own files have it: a decimal string, above zero. The kind gives the direction. */
export function moneyIn(said: string, currency: string, locale: string, comma: boolean): Money {
  const exact = exactOf(said, { comma });
  if (!exact)
    throw flaw("amount", "{value} is no amount. Write it as {example}.", { value: clip(said), example: "12.34" });
  const places = exponentOf(currency);
  const minor = exactly(exact, places);
  if (minor === undefined)
    throw flaw(
      "amount",
      "{currency} has {places, plural, =0 {no decimals} one {# decimal} other {# decimals}}; this has more.",
      { currency, places },
    );
  if (minor < 0n) throw flaw("amount", "Write the amount without a minus.");
  if (minor === 0n) throw flaw("amount", "More than nothing, please.");
  return inBounds({ minor, currency }, locale);
}

export function inBounds(money: Money, locale: string): Money {
  const { minor, currency } = money;
  if (minor > MOST || minor < -MOST)
    throw flaw("amount", "At most {max}, please.", { max: moneyWords({ minor: MOST, currency }, locale) });
  return money;
}

type Ymd = { year: number; month: number; day: number };

/** A day, at noon of the workspace; or a moment. */
export function dateIn(column: string, said: string, zone: string, loose = false): Date {
  const [, year, month, day, time] = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](.+))?$/.exec(said) ?? [];
  const found = year
    ? momentOf({ year: +year, month: +month!, day: +day! }, time, zone)
    : loose
      ? looseDay(said, zone)
      : undefined;
  if (!found)
    throw flaw(column, "{value} is no date. Write it as {example}.", { value: clip(said), example: "2026-11-20" });
  return found;
}

function momentOf(ymd: Ymd, time: string | undefined, zone: string): Date | undefined {
  const { year, month, day } = ymd;
  const real = new Date(Date.UTC(year, month - 1, day));
  if (real.getUTCMonth() !== month - 1 || real.getUTCDate() !== day || year < 1970 || year > 2200) return undefined;
  if (time === undefined) return instantOf({ ...ymd, hour: 12, minute: 0, second: 0 }, zone);
  const [, hour, minute, second = "0", , offset] =
    /^(\d\d):(\d\d)(?::(\d\d)(\.\d{1,9})?)?\s*(Z|UTC|[+-]\d\d:?\d\d)?$/.exec(time) ?? [];
  if (hour === undefined || +hour > 23 || +minute! > 59 || +second > 60) return undefined;
  const clock = { hour: +hour, minute: +minute!, second: Math.min(59, +second) };
  if (offset === undefined) return instantOf({ ...ymd, ...clock }, zone);
  const [, sign, hours = "0", minutes = "0"] = /^([+-])(\d\d):?(\d\d)$/.exec(offset) ?? [];
  const ahead = (sign === "-" ? -1 : 1) * (+hours * 60 + +minutes);
  return new Date(Date.UTC(year, month - 1, day, clock.hour, clock.minute, clock.second) - ahead * 60_000);
}

const MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split(" ");

/** As American services write days (11/20/2026, Nov 20, 2026, 20-Nov-2026), and as Germans do (20.11.2026). */
function looseDay(said: string, zone: string): Date | undefined {
  const text = said.replace(/[ T]\d\d?:\d\d.*$/, "").trim();
  const slashed = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/.exec(text);
  if (slashed) {
    const [first, second] = [+slashed[1]!, +slashed[2]!];
    // A first number over twelve is no month.
    const [month, day] = first > 12 ? [second, first] : [first, second];
    return momentOf({ year: +slashed[3]!, month, day }, undefined, zone);
  }
  const dotted = /^(\d{1,2})\.(\d{1,2})\.(\d{4})$/.exec(text);
  if (dotted) return momentOf({ year: +dotted[3]!, month: +dotted[2]!, day: +dotted[1]! }, undefined, zone);
  const named = /^(?:(\d{1,2})[ -]([A-Za-z]{3})[a-z]*[ -](\d{4})|([A-Za-z]{3})[a-z]*\.? (\d{1,2}),? (\d{4}))$/.exec(
    text,
  );
  if (!named) return undefined;
  const month = MONTHS.indexOf((named[2] ?? named[4])!.toLowerCase()) + 1;
  return momentOf({ year: +(named[3] ?? named[6])!, month, day: +(named[1] ?? named[5])! }, undefined, zone);
}

const MOST_TEXT = 200;
/** A text that the books keep: on one line, short, never read as a formula by anybody: they are escaped on their way out. */
export const textIn = (said: string, most = MOST_TEXT): string =>
  said.replace(/\s+/g, " ").slice(0, most).toWellFormed();

/** "12.34 USD", for faults. */
export const plainMoney = (money: Money): string => `${amountOf(money)} ${money.currency}`;
