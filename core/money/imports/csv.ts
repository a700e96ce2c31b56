// A table out of a file that somebody's program wrote: whatever separates its columns, with or without a mark at its
// beginning, with a title above the header. What is no table is refused with what it is instead.
import { clip, fileText, type UploadedFile, Wrong } from "../../command/index.ts";

export type Row = { line: number; cells: string[] };
export type Table = {
  /** As it was written, and as it is looked up. */
  titles: string[];
  names: string[];
  rows: Row[];
  /** Decimals are written with a comma: so says the separator. */
  comma: boolean;
};

const SEPARATORS = [",", ";", "\t", "|"] as const;
/** Some reports begin with their own name and period. */
const PREFACE = 6;
const MOST = { rows: 50_000, columns: 200, cell: 10_000 };

/** `isHeader` knows the header among the first lines. */
export function readTable(file: UploadedFile, isHeader: (names: readonly string[]) => boolean): Table {
  const text = textOf(file);
  const stated = /^sep=(.)\r?\n/i.exec(text)?.[1];
  const separator = stated ?? separatorOf(text);
  const rows = split(
    stated === undefined ? text : text.slice(text.indexOf("\n") + 1),
    separator,
    stated === undefined ? 1 : 2,
  );
  const at = Math.max(
    0,
    rows.slice(0, PREFACE).findIndex(({ cells }) => isHeader(cells.map(nameOf))),
  );
  const header = rows[at];
  if (!header) throw new Wrong("This file has no rows.");
  if (header.cells.length > MOST.columns) throw new Wrong("This has more than {most} columns.", { most: MOST.columns });
  const names = header.cells.map(nameOf);
  const twice = names.find((name, n) => name !== "" && names.indexOf(name) !== n);
  if (twice !== undefined) throw new Wrong("The column {name} is there twice.", { name: clip(twice) });
  const body = rows.slice(at + 1);
  if (body.length > MOST.rows)
    throw new Wrong("This has {count} rows; {most} fit. Split the file, please.", {
      count: body.length,
      most: MOST.rows,
    });
  return { titles: header.cells, names, rows: body, comma: separator === ";" };
}

/** "Ad Fees ($)" → ad_fees */
export const nameOf = (title: string): string =>
  title
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "_")
    .replace(/^_+|_+$/g, "");

const starts = (bytes: Uint8Array, ...first: number[]) => first.every((byte, n) => bytes[n] === byte);

function textOf(file: UploadedFile): string {
  const { bytes } = file;
  if (starts(bytes, 0x50, 0x4b, 0x03, 0x04) || starts(bytes, 0xd0, 0xcf, 0x11, 0xe0))
    throw new Wrong("This is a workbook. Open it, and save it as CSV UTF-8.");
  // Excel's "Unicode text".
  const wide = starts(bytes, 0xff, 0xfe) ? "utf-16le" : starts(bytes, 0xfe, 0xff) ? "utf-16be" : undefined;
  const text = wide ? new TextDecoder(wide).decode(bytes) : fileText(file);
  if (text.includes("\u0000"))
    throw new Wrong("This file is not text in UTF-8. Save it as CSV UTF-8 and send it again.");
  return text;
}

/** Whichever is there most often in the first lines, outside of quotes. */
function separatorOf(text: string): string {
  const head = text
    .slice(0, 20_000)
    .split(/\r?\n/)
    .slice(0, PREFACE)
    .join("\n")
    .replace(/"[^"]*"/g, "");
  const counts = SEPARATORS.map((one) => head.split(one).length - 1);
  return SEPARATORS[counts.indexOf(Math.max(...counts))]!;
}

/** RFC 4180, and lines that end in any way. Empty lines are none. */
function split(text: string, separator: string, first: number): Row[] {
  const rows: Row[] = [];
  let cells: string[] = [];
  let line = first;
  let from = line;
  const end = () => {
    if (cells.length > 1 || cells[0] !== "") rows.push({ line: from, cells: cells.map(trimmed) });
    cells = [];
  };
  for (let at = 0; at <= text.length; ) {
    let cell: string;
    if (text[at] === '"') {
      const close = closing(text, at, line);
      cell = text.slice(at + 1, close).replaceAll('""', '"');
      line += cell.split("\n").length - 1;
      at = close + 1;
      // What stands between the quote and the next separator belongs to nobody, but is not thrown away.
      const rest = until(text, at, separator);
      cell += text.slice(at, rest).trim();
      at = rest;
    } else {
      const stop = until(text, at, separator);
      cell = text.slice(at, stop);
      at = stop;
    }
    if (cell.length > MOST.cell)
      throw new Wrong("Line {line} has a cell of more than {most} letters.", { line, most: MOST.cell });
    cells.push(cell);
    if (text[at] === separator) {
      at++;
      continue;
    }
    end();
    if (at >= text.length) break;
    at += text[at] === "\r" && text[at + 1] === "\n" ? 2 : 1;
    line++;
    from = line;
  }
  return rows;
}

function closing(text: string, open: number, line: number): number {
  for (let at = open + 1; ; at += 2) {
    at = text.indexOf('"', at);
    if (at < 0) throw new Wrong("Line {line} opens a quote that is never closed.", { line });
    if (text[at + 1] !== '"') return at;
  }
}

function until(text: string, from: number, separator: string): number {
  let at = from;
  while (at < text.length && text[at] !== separator && text[at] !== "\n" && text[at] !== "\r") at++;
  return at;
}

/** Excel writes ="00123" to keep zeros; that is text, too. */
const trimmed = (cell: string): string =>
  cell
    .replace(/^="(.*)"$/s, "$1")
    .replaceAll("\u00a0", " ")
    .trim();
