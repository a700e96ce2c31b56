// A command as text: "/generate song channel:noir-jazz count:3", "!vote cast 12 2", "ask what went well last week".
// `name:value`, quotes around spaces; words without a name fill the first required text option.
import type { Locale } from "../words/say.ts";
import type { Command } from "./command.ts";
import { optionNames } from "./names.ts";
import { near } from "./near.ts";
import type { Option } from "./option.ts";
import { type Piece, piecesOf } from "./quotes.ts";
import type { Registry } from "./registry.ts";

export type InWords = {
  /** The command's own name; what was typed when there is no such command, for dispatch to answer. */
  name: string;
  options: Record<string, string>;
  known: boolean;
  /** It began with "/" or "!", or with a mention of us: it was certainly meant for us. */
  addressed: boolean;
};

type Hearing = {
  /** What people write to call us: "@impresario", "<@123>". */
  mention?: readonly string[];
  /** The speaker's language, for names that mean something else in another one. */
  locale?: Locale;
};

// The longest name in any language has so many words.
const NAME_WORDS = 4;
// Longer than any platform's message. More is a file, not a command.
const MOST = 50_000;

/** Undefined: nothing was said, or it was said to another bot. */
export function parseWords(commands: Registry, text: string, hearing: Hearing = {}): InWords | undefined {
  const line = text.slice(0, MOST);
  const called = calledIn(line, hearing);
  if (!called || called.words.length === 0) return undefined;
  for (let count = called.words.length; count > 0; count--) {
    const words = called.words.slice(0, count);
    const typed = words.map((w) => w.text).join(" ");
    const command =
      commands.find(typed, hearing.locale) ?? commands.find(typed.replace(/[:：,、]$/, ""), hearing.locale);
    if (!command) continue;
    const options = fill(command, line, piecesOf(line, words.at(-1)!.end, namesOf(command, hearing.locale)));
    return { name: command.name, options, known: true, addressed: called.addressed };
  }
  return { name: guess(commands, called.words), options: {}, known: false, addressed: called.addressed };
}

function namesOf(command: Command, locale: Locale | undefined): (name: string) => string | undefined {
  let names: Map<string, string> | undefined;
  return (name) => {
    if (Object.hasOwn(command.options, name)) return name;
    names ??= optionNames(command, locale);
    return names.get(name.normalize("NFKC").toLowerCase());
  };
}

type Word = { text: string; end: number };

/** The first words after mentions and the slash. A command for another bot ("/help@other") is nothing to us. */
function calledIn(line: string, { mention = [] }: Hearing): { words: Word[]; addressed: boolean } | undefined {
  let at = line.length - line.trimStart().length;
  let addressed = false;
  const lower = line.slice(0, 200).toLowerCase();
  for (const name of mention) {
    if (
      !name ||
      !lower.startsWith(name.toLowerCase(), at) ||
      !/^[\s,:]|^$/.test(line.slice(at + name.length, at + name.length + 1))
    )
      continue;
    const rest = /^[\s,:]*/.exec(line.slice(at + name.length, at + name.length + 100))?.[0].length ?? 0;
    at += name.length + rest;
    addressed = true;
    break;
  }
  if (/[/!／！]/.test(line[at] ?? "")) {
    addressed = true;
    at++;
  }
  const words: Word[] = [];
  const each = /\S+/g;
  each.lastIndex = at;
  while (words.length < NAME_WORDS) {
    const match = each.exec(line);
    if (!match) break;
    words.push({ text: match[0].slice(0, 100), end: each.lastIndex });
  }
  const first = words[0];
  const bot = first && addressed ? /^([^@]+)(@[A-Za-z0-9_]{1,64})$/.exec(first.text) : null;
  if (first && bot) {
    if (mention.length > 0 && !mention.some((m) => m.toLowerCase() === bot[2]!.toLowerCase())) return undefined;
    first.text = bot[1]!;
  }
  return { words, addressed };
}

/** One word or two, whichever looks more like a name that there is. */
function guess(commands: Registry, words: Word[]): string {
  const [one, two] = words;
  const pair = two ? `${one!.text} ${two.text}` : one!.text;
  const like = (typed: string) => near(commands.all(), typed, (c) => [c.name]).length > 0;
  return !two || like(pair) || !like(one!.text) ? pair : one!.text;
}

type Unfilled = { name: string; spec: Option };

// What may be several words long without quotes.
const WIDE = new Set(["text", "pick", "person", "period", "moment", "duration", "money"]);

function fill(command: Command, line: string, pieces: Piece[]): Record<string, string> {
  const found = new Map<string, string>();
  let loose: Piece[] = [];
  for (const piece of pieces) {
    if (piece.option === undefined) loose.push(piece);
    else found.set(piece.option, piece.value);
  }
  const unfilled = (needed: boolean): Unfilled[] =>
    Object.entries(command.options)
      .map(([name, spec]) => ({ name, spec }))
      .filter(
        ({ name, spec }) =>
          !found.has(name) && spec.kind !== "file" && needed === (spec.required && spec.fallback === undefined),
      );
  const give = (name: string, some: readonly Piece[]) => {
    if (some.length > 0) found.set(name, joined(line, some));
  };
  loose = needed(
    unfilled(true),
    loose,
    unfilled(false).some((o) => WIDE.has(o.spec.kind)),
    give,
  );
  loose = extended(command, line, pieces, loose, found);
  loose = optionally(unfilled(false), loose, give);
  // What found no place is told as an option that there is not: nothing a person wrote is dropped in silence.
  for (const { value } of loose)
    found.set(found.has(value) || Object.hasOwn(command.options, value) ? `"${value}"` : value, "");
  return Object.fromEntries(found);
}

/** The first option that can be several words takes them; before that, last words that can only be a number or a choice. */
function optionally(list: Unfilled[], loose: Piece[], give: (name: string, some: readonly Piece[]) => void): Piece[] {
  const wide = list.find((o) => WIDE.has(o.spec.kind));
  const rest = [...loose];
  const given = new Set<string>();
  while (rest.length > 0 && wide && wide.spec.kind !== "text") {
    const last = rest.at(-1)!;
    const own = list.find((o) => !given.has(o.name) && isCertainly(o.spec, last));
    if (!own) break;
    give(own.name, [last]);
    given.add(own.name);
    rest.pop();
  }
  if (wide) {
    give(wide.name, rest);
    return [];
  }
  for (const { name } of list) give(name, rest.splice(0, 1));
  return rest;
}

const isCertainly = ({ kind, choices }: Option, { value, quoted }: Piece): boolean =>
  !quoted && ((kind === "whole" && /^\d{1,9}$/.test(value)) || (choices?.includes(value.toLowerCase()) ?? false));

/** Required options in their order. A text takes all that the others leave; so does a name when nothing else could follow. */
function needed(
  list: Unfilled[],
  loose: Piece[],
  more: boolean,
  give: (name: string, some: readonly Piece[]) => void,
): Piece[] {
  const text = list.findIndex((o) => o.spec.kind === "text");
  const wide = text >= 0 ? text : more ? -1 : list.findIndex((o) => WIDE.has(o.spec.kind));
  const spare = loose.length - list.length;
  let at = 0;
  for (const [index, { name }] of list.entries()) {
    const count = index === wide && spare > 0 ? spare + 1 : 1;
    give(name, loose.slice(at, at + count));
    at += count;
  }
  return loose.slice(at);
}

/** "text:hello world": words right after an unquoted value of that kind belong to it. */
function extended(
  command: Command,
  line: string,
  pieces: Piece[],
  loose: Piece[],
  found: Map<string, string>,
): Piece[] {
  const free = new Set(loose);
  for (const [index, piece] of pieces.entries()) {
    if (piece.option === undefined || piece.quoted || !WIDE.has(command.options[piece.option]?.kind ?? "")) continue;
    let end = index + 1;
    while (end < pieces.length && free.has(pieces[end]!)) free.delete(pieces[end++]!);
    if (end === index + 1) continue;
    const from = piece.end - piece.value.length;
    found.set(piece.option, line.slice(from, pieces[end - 1]!.end));
  }
  return loose.filter((piece) => free.has(piece));
}

/** Several words as they were written, quotes and line breaks included; one alone without its quotes. */
function joined(line: string, some: readonly Piece[]): string {
  if (some.length === 1) return some[0]!.value;
  const together = some.every((piece, n) => n === 0 || /^\s*$/.test(line.slice(some[n - 1]!.end, piece.start)));
  return together
    ? line.slice(some[0]!.start, some.at(-1)!.end)
    : some.map((piece) => line.slice(piece.start, piece.end)).join(" ");
}

const PLAIN = /^[^\s"'“”„«»‹›「」『』＂‘’\\]+$/u;

/** A line that `parseWords` reads back as the same. What has no words (a file) is left out. */
export function formatWords(command: Pick<Command, "name">, options: Readonly<Record<string, unknown>>): string {
  const parts = Object.entries(options).flatMap(([name, value]) => {
    const written = wordsFor(value);
    if (written === "") return [];
    return [`${name}:${PLAIN.test(written) ? written : `"${written.replace(/["\\]/g, "\\$&")}"`}`];
  });
  return [`/${command.name}`, ...parts].join(" ");
}

function wordsFor(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  const { amount, currency } = { ...(value as object) } as Record<string, unknown>;
  return typeof amount === "string" && typeof currency === "string" ? `${amount} ${currency}` : "";
}
