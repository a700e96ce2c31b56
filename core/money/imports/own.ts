// Our own files, column by column as the contract names them.
import { clip } from "../../command/index.ts";
import { COST_KINDS, REVENUE_KINDS } from "../accounts.ts";
import { sourceSlug } from "../sums.ts";
import { exactOf } from "./amounts.ts";
import type { Table } from "./csv.ts";
import { currencyIn, dateIn, eachRow, flaw, type Ground, type MoneyLine, moneyIn, type Read, textIn } from "./lines.ts";

const COLUMNS = {
  revenue: ["date", "amount", "currency", "source", "kind", "reference"],
  cost: ["date", "amount", "currency", "kind", "reference"],
  rate: ["date", "base", "quote", "rate"],
} as const;
export type Family = keyof typeof COLUMNS;
/** What is summed by, and what is kept beside it. */
const KEPT = ["customer", "product", "partner", "asset", "campaign", "platform", "person", "note", "refers_to"];

/** Those that must be there and are not; `given` stands in for a column. */
export const missingColumns = (family: Family, names: readonly string[], given: readonly string[] = []): string[] =>
  COLUMNS[family].filter((name) => !names.includes(name) && !given.includes(name));

export const isOwn = (family: Family, names: readonly string[], given: readonly string[] = []): boolean =>
  missingColumns(family, names, given).length === 0;

export function readOwn(
  family: "revenue" | "cost",
  { names, rows, comma }: Table,
  ground: Ground,
  source?: string,
): Read<MoneyLine> {
  const kinds: readonly string[] = family === "revenue" ? REVENUE_KINDS : COST_KINDS;
  const known = new Set<string>([...COLUMNS[family], ...KEPT, "channel"]);
  const others = names.filter((name) => name !== "" && !known.has(name));
  return eachRow(rows, names, (cell, line) => {
    const needed = (name: string): string => {
      const said = cell(name);
      if (said === "") throw flaw(name, "This is needed.");
      return said;
    };
    const at = dateIn("date", needed("date"), ground.zone);
    const currency = currencyIn("currency", needed("currency"));
    const { minor } = moneyIn(needed("amount"), currency, ground.locale, comma);
    const from = family === "cost" ? "" : sourceIn(cell("source") || (source ?? needed("source")));
    const kind = needed("kind").toLowerCase();
    if (!kinds.includes(kind))
      throw flaw("kind", "{value} is none of {choices}.", { value: clip(kind), choices: kinds.join(", ") });
    const reference = textIn(needed("reference"));
    const about: Record<string, string> = { reference, ...(family === "cost" && source ? { source } : {}) };
    for (const name of KEPT) if (cell(name) !== "") about[name] = textIn(cell(name));
    if (about.product) about.product = ground.products.get(about.product.toLowerCase()) ?? about.product;
    const channel = cell("channel");
    if (channel !== "") about.channel = channelIn(channel, ground);
    const notes = others.filter((name) => cell(name) !== "").map((name) => `${name}: ${cell(name)}`);
    if (notes.length > 0) about.note = textIn([about.note, ...notes].filter(Boolean).join("; "), 500);
    const scope = family === "cost" ? "cost" : `revenue:${from}`;
    return [
      {
        line,
        scope,
        source: from,
        kind,
        reference,
        currency,
        amount: minor,
        status: "approved",
        amends: false,
        at,
        about,
      },
    ];
  });
}

/** A source is a word of the books: youtube, stores, bank-transfer. */
export function sourceIn(said: string): string {
  const source = sourceSlug(said);
  if (source !== "") return source;
  throw flaw("source", "{value} is no name of a source. Use small letters, digits and dashes, such as {example}.", {
    value: clip(said),
    example: "youtube",
  });
}

export function channelIn(said: string, { channels }: Ground): string {
  const id = channels.get(said.toLowerCase());
  if (id === undefined) throw flaw("channel", "Nothing here is called {name}.", { name: clip(said) });
  return id;
}

export type RateLine = { line: number; base: string; quote: string; at: Date; numerator: bigint; denominator: bigint };

const MOST_PLACES = 12;
const MOST_RATE = 10n ** 18n;

/** How many of `quote` one of `base` is. */
export function readRates({ names, rows, comma }: Table, { zone }: Ground): Read<RateLine> {
  return eachRow(rows, names, (cell, line) => {
    for (const name of COLUMNS.rate) if (cell(name) === "") throw flaw(name, "This is needed.");
    const [base, quote] = [currencyIn("base", cell("base")), currencyIn("quote", cell("quote"))];
    if (base === quote) throw flaw("quote", "{value} is none of {choices}.", { value: quote, choices: `≠ ${base}` });
    const exact = exactOf(cell("rate"), { comma });
    if (!exact || exact.digits <= 0n || exact.places > MOST_PLACES || exact.digits > MOST_RATE)
      throw flaw("rate", "{value} is no amount. Write it as {example}.", {
        value: clip(cell("rate")),
        example: "1.0842",
      });
    return [
      {
        line,
        base,
        quote,
        at: dateIn("date", cell("date"), zone),
        numerator: exact.digits,
        denominator: 10n ** BigInt(exact.places),
      },
    ];
  });
}
