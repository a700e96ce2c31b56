// Somebody else's report as money. A commission that waits or was declined is known, and not in the books.
import { clip, exponentOf, isCurrency } from "../../command/index.ts";
import { type Exact, exactOf, plus, rounded } from "./amounts.ts";
import type { Table } from "./csv.ts";
import {
  currencyIn,
  dateIn,
  eachRow,
  flaw,
  type Ground,
  inBounds,
  type MoneyLine,
  type Read,
  textIn,
} from "./lines.ts";
import { type Report, statusOf } from "./reports.ts";

type Piece = Omit<MoneyLine, "amount"> & { exact: Exact };
type Cell = (name: string) => string;

const firstOf = (names: readonly string[], wanted: readonly string[] = []): string | undefined =>
  wanted.find((name) => names.includes(name));

export function readReport(report: Report, table: Table, ground: Ground): Read<MoneyLine> {
  const { names, rows } = table;
  const amounts = report.amounts.flatMap((group) => firstOf(names, group) ?? []);
  const { lines: pieces, faults } = eachRow(rows, names, (cell, line) => {
    const kind = firstOf(names, report.kind);
    if (kind !== undefined && report.skip?.test(cell(kind))) return [];
    const date = firstOf(names, report.date);
    // A row of sums, as some put at the end.
    if (date === undefined || (cell(date) === "" && /^(total|sum|grand total)?$/i.test(cell(names[0] ?? ""))))
      return [];
    return amounts.flatMap((column) => pieceOf(report, table, ground, { cell, line, column, date }));
  });
  const lines = report.summed ? summed(pieces) : apart(pieces, report);
  return settled(lines, faults, ground);
}

type At = { cell: Cell; line: number; column: string; date: string };

function pieceOf(report: Report, { names, comma }: Table, ground: Ground, { cell, line, column, date }: At): Piece[] {
  const said = cell(column);
  if (said === "" || said === "-" || /^n\/?a$/i.test(said)) return [];
  const exact = exactOf(said, { comma, loose: true });
  if (!exact)
    throw flaw(column, "{value} is no amount. Write it as {example}.", { value: clip(said), example: "12.34" });
  const currency = currencyOf(report, names, cell, column, said, ground);
  const status = statusIn(report, names, cell);
  const parts = report.reference.flatMap((group) => {
    const name = firstOf(names, group);
    return name === undefined ? [] : [cell(name)];
  });
  if (parts.every((part) => part === "")) throw flaw(report.reference[0]?.[0] ?? "", "This is needed.");
  const reference = textIn([...parts, ...(report.amounts.length > 1 ? [column] : [])].join("|"));
  let about: Record<string, string> = { reference };
  for (const [word, columns] of Object.entries(report.about)) {
    const name = firstOf(names, columns);
    if (name !== undefined && cell(name) !== "") about[word] = textIn(cell(name));
  }
  if (report.amounts.length > 1) about.note = column;
  // A sub-id that is the name of a channel says whose link was clicked.
  const { channel, ...others } = about;
  const id = ground.channels.get((channel ?? about.subid ?? "").toLowerCase());
  about = id === undefined ? others : { ...others, channel: id };
  if (about.product) about.product = ground.products.get(about.product.toLowerCase()) ?? about.product;
  const at = dateIn(date, cell(date), ground.zone, true);
  const scope = `revenue:${report.source}`;
  return [
    {
      line,
      scope,
      source: report.source,
      kind: "payment",
      reference,
      currency,
      exact,
      status,
      amends: true,
      at,
      about,
    },
  ];
}

/** A column says it, or the column's own title, or the sign beside the amount; else it is the workspace's own. */
function currencyOf(
  report: Report,
  names: readonly string[],
  cell: Cell,
  column: string,
  said: string,
  own: Ground,
): string {
  const name = firstOf(names, report.currency);
  if (name !== undefined && cell(name) !== "") return currencyIn(name, cell(name));
  const fixed = report.currency?.find((code) => /^[A-Z]{3}$/.test(code) && isCurrency(code));
  const titled = /_([a-z]{3})$/.exec(column)?.[1]?.toUpperCase();
  if (titled && isCurrency(titled)) return titled;
  const written = /\b([A-Z]{3})\b/.exec(said)?.[1];
  if (written && isCurrency(written)) return written;
  const sign = /\p{Sc}/u.exec(said)?.[0] ?? "";
  return fixed ?? { "€": "EUR", "£": "GBP", "¥": "JPY" }[sign] ?? (sign === "$" ? "USD" : own.currency);
}

function statusIn(report: Report, names: readonly string[], cell: Cell) {
  const name = firstOf(names, report.status);
  if (name === undefined) return "approved";
  const status = statusOf(cell(name));
  if (status) return status;
  throw flaw(name, "{value} is no status that we know of {report}.", { value: clip(cell(name)), report: report.title });
}

/** Many small parts of one amount: added up exactly, and rounded once. */
function summed(pieces: readonly Piece[]): Piece[] {
  const sums = new Map<string, Piece>();
  for (const piece of pieces) {
    const key = `${piece.reference}\n${piece.currency}`;
    const known = sums.get(key);
    if (known) known.exact = plus(known.exact, piece.exact);
    else sums.set(key, { ...piece, about: { ...piece.about } });
  }
  return [...sums.values()];
}

/** Two rows that nothing tells apart are two: the second is known by being the second. */
function apart(pieces: readonly Piece[], { reference }: Report): Piece[] {
  const seen = new Map<string, number>();
  // Known by one column of its own, the last row of a reference is what is true now.
  if (reference.length === 1) return [...new Map(pieces.map((piece) => [piece.reference, piece])).values()];
  return pieces.map((piece) => {
    const count = (seen.get(piece.reference) ?? 0) + 1;
    seen.set(piece.reference, count);
    return count === 1 ? piece : { ...piece, reference: `${piece.reference}#${count}` };
  });
}

function settled(pieces: readonly Piece[], faults: Read<MoneyLine>["faults"], { locale }: Ground): Read<MoneyLine> {
  const byLine = new Map(pieces.map((piece, n) => [n, piece]));
  const read = eachRow(
    pieces.map((_, n) => ({ line: n, cells: [] })),
    [],
    (_, n) => {
      const { exact, ...rest } = byLine.get(n)!;
      const { minor } = inBounds({ minor: rounded(exact, exponentOf(rest.currency)), currency: rest.currency }, locale);
      return [{ ...rest, amount: minor }];
    },
  );
  const named = read.faults.map((fault) => ({ ...fault, line: byLine.get(fault.line)?.line ?? fault.line }));
  return { lines: read.lines, faults: [...faults, ...named].toSorted((a, b) => a.line - b.line) };
}
