// Cuts a line into words, quoted parts and `name:value`, as people type them on any keyboard.

export type Piece = {
  value: string;
  quoted: boolean;
  start: number;
  end: number;
  /** The option it was given for by name. */
  option?: string;
};

const CLOSERS: Readonly<Record<string, string>> = {
  '"': '"',
  "“": "”“",
  "”": "”",
  "„": "“”",
  "«": "»",
  "‹": "›",
  "「": "」",
  "『": "』",
  "＂": "＂",
};
/** An apostrophe also opens a value, but only right after `name:`: in a sentence it is an apostrophe. */
const VALUE_CLOSERS: Readonly<Record<string, string>> = { ...CLOSERS, "'": "'", "‘": "’" };
const SPACE = /\s/;
const NAME = /([\p{L}\p{N}][\p{L}\p{N}\p{M}_-]{0,39})[:：=]/uy;
const BARE = /\S+/y;

type Scan = {
  text: string;
  at: number;
  /** Quotes that are known to be closed nowhere further on, so that no text is searched twice. */
  open: Set<string>;
  optionOf(name: string): string | undefined;
};

export function piecesOf(text: string, from: number, optionOf: Scan["optionOf"]): Piece[] {
  const scan: Scan = { text, at: from, open: new Set(), optionOf };
  const pieces: Piece[] = [];
  for (let piece = next(scan); piece; piece = next(scan)) pieces.push(piece);
  return pieces;
}

function next(scan: Scan): Piece | undefined {
  skipSpace(scan);
  if (scan.at >= scan.text.length) return undefined;
  const start = scan.at;
  const option = nameAt(scan);
  if (option === undefined) return quoted(scan, start, CLOSERS) ?? bare(scan, start);
  const value = quoted(scan, start, VALUE_CLOSERS);
  if (value) return { ...value, option };
  if (scan.at < scan.text.length && !SPACE.test(scan.text[scan.at]!)) return { ...bare(scan, start), option };
  // "count: 3": the value is the next word, unless that is a `name:` of its own.
  skipSpace(scan);
  const before = scan.at;
  const named = nameAt(scan) !== undefined;
  scan.at = before;
  if (named || before >= scan.text.length) return { value: "", quoted: false, start, end: before, option };
  return { ...(quoted(scan, start, VALUE_CLOSERS) ?? bare(scan, start)), option };
}

function skipSpace(scan: Scan): void {
  while (scan.at < scan.text.length && SPACE.test(scan.text[scan.at]!)) scan.at++;
}

/** The option that a `name:` here means; moves past it only when there is such an option. */
function nameAt(scan: Scan): string | undefined {
  NAME.lastIndex = scan.at;
  const match = NAME.exec(scan.text);
  const option = match ? scan.optionOf(match[1]!) : undefined;
  if (match && option !== undefined) scan.at = NAME.lastIndex;
  return option;
}

function bare(scan: Scan, start: number): Piece {
  BARE.lastIndex = scan.at;
  const value = BARE.exec(scan.text)?.[0] ?? "";
  scan.at += value.length;
  return { value, quoted: false, start, end: scan.at };
}

function quoted(scan: Scan, start: number, closers: Readonly<Record<string, string>>): Piece | undefined {
  const { text, at } = scan;
  const opener = text[at]!;
  const closing = Object.hasOwn(closers, opener) ? closers[opener]! : "";
  if (closing === "" || scan.open.has(opener)) return undefined;
  let value = "";
  for (let i = at + 1; i < text.length; i++) {
    const letter = text[i]!;
    if (opener === '"' && letter === "\\" && /["\\]/.test(text[i + 1] ?? "")) value += text[++i];
    else if (!closing.includes(letter)) value += letter;
    else {
      // A quote in the middle of a word ends nothing; what follows is an ordinary word then.
      if (i + 1 < text.length && !SPACE.test(text[i + 1]!)) return undefined;
      scan.at = i + 1;
      return { value, quoted: true, start, end: i + 1 };
    }
  }
  scan.open.add(opener);
  return undefined;
}
