// The pieces of a message that are words: rich text, which has no markup that somebody's words could become.
import type { KnownBlock, RichTextBlockElement, RichTextElement } from "@slack/types";
import { type Block, type Reader, splitText } from "../../core/view/index.ts";
import { TEXT } from "./limits.ts";
import { clean, inline, lettersOf, oneLine, short } from "./plain.ts";

/** What goes into a message together or not at all. `words` is what a notification says of it. */
export type Piece = { block: KnownBlock; letters: number; words: string };

export const ROOM = TEXT - 100;
export const rich = (elements: RichTextBlockElement[], letters: number, words: string): Piece => ({
  block: { type: "rich_text", elements },
  letters,
  words,
});

export function section(elements: RichTextElement[], words: string): Piece[] {
  if (words.trim() === "" || lettersOf(elements) === 0) return [];
  return [rich([{ type: "rich_text_section", elements }], lettersOf(elements), words)];
}

export const texts = (text: string, before = ""): Piece[] =>
  splitText(clean(text), ROOM).flatMap((part, n) => section(inline((n === 0 ? before : "") + part), part));

/** Small and grey. */
export const softly = (text: string): Piece[] =>
  splitText(clean(text), ROOM).map((part) => ({
    block: { type: "context", elements: [{ type: "plain_text", text: part, emoji: false }] },
    letters: part.length,
    words: part,
  }));

type Line = { elements: RichTextElement[]; words: string };

export function fieldLine(
  { label, value, change, target }: Extract<Block, { kind: "fields" }>["fields"][number],
  reader: Reader,
): Line[] {
  const name = oneLine(label);
  const sign = change ? (change.good === null ? " · " : change.good ? " · ▲ " : " · ▼ ") : "";
  const goal = target ? ` · ${reader.say("target {target}", { target })}` : "";
  const rest = oneLine(`${value}${change ? sign + change.text : ""}${goal}`);
  // A name that is longer than a line of text is not made bold.
  const bold = name !== "" && name.length <= 500;
  return splitText(bold ? `${name}: ${rest}` : `${name} ${rest}`, ROOM).map((words, n) => ({
    words,
    elements:
      bold && n === 0
        ? [...inline(`${name}:`, { bold: true }), ...inline(words.slice(name.length + 1))]
        : inline(words),
  }));
}

/** Lines under each other, as many in one piece as fit. */
export function lines(all: readonly Line[][]): Piece[] {
  const groups: Line[] = [];
  for (const line of all.flat()) {
    if (lettersOf(line.elements) === 0) continue;
    const last = groups.at(-1);
    if (last && lettersOf(last.elements) + 1 + lettersOf(line.elements) <= ROOM) {
      last.elements.push({ type: "text", text: "\n" }, ...line.elements);
      last.words += `\n${line.words}`;
    } else groups.push({ ...line, elements: [...line.elements] });
  }
  return groups.flatMap(({ elements, words }) => section(elements, words));
}

type Listing = { elements: RichTextElement[][]; letters: number; from: number; words: string[] };

/** Items as Slack's own list; a numbered one that is cut goes on counting. */
export function listed({ items, ordered = false }: Extract<Block, { kind: "list" }>): Piece[] {
  const pieces: (Piece | Listing)[] = [];
  items.forEach(({ text, note }, n) => {
    const [first = "", ...more] = splitText(oneLine(text), ROOM - 200);
    const elements = inline(first || "–");
    if (note) elements.push(...inline(` (${short(note, 180)})`, { italic: true }));
    const [last, letters] = [pieces.at(-1), lettersOf(elements)];
    if (last && "from" in last && last.letters + letters <= ROOM) {
      last.elements.push(elements);
      last.letters += letters;
      last.words.push(first);
    } else pieces.push({ elements: [elements], letters, from: n, words: [first] });
    pieces.push(...more.flatMap((part) => texts(part)));
  });
  return pieces.map((piece) => ("from" in piece ? listPiece(piece, ordered) : piece));
}

function listPiece({ elements, letters, from, words }: Listing, ordered: boolean): Piece {
  const list = {
    type: "rich_text_list" as const,
    style: ordered ? ("ordered" as const) : ("bullet" as const),
    elements: elements.map((one) => ({ type: "rich_text_section" as const, elements: one })),
    // Counts on where the last one ended; @slack/types does not know it yet.
    ...(ordered && from > 0 ? { offset: from } : {}),
  };
  return rich([list], letters, words.join("\n"));
}

/** In letters of equal width. */
export const coded = (text: string): Piece[] =>
  splitText(clean(text), ROOM).map((part) =>
    rich([{ type: "rich_text_preformatted", elements: [{ type: "text", text: part }] }], part.length, part),
  );
