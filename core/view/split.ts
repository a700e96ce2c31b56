// Cuts a long text into parts that fit, where a reader would: between paragraphs, lines, sentences, words. A block of
// code that is cut is closed, and opened again in the next part. A letter is never cut in two.

/** Only these many letters of a part may be given away for a better place to cut. */
const GIVE = 0.5;
const FENCE = /^ {0,3}(`{3,8}|~{3,8})([^\n`]*)$/;

/** The places to cut, best first. Each ends before the white space that is cut away. */
const PLACES = [/\n(?:[ \t]*\n)+/g, /\n/g, /(?<=[.!?…])\s+|(?<=[。！？])\s*/gu, /\s+/g];

type Fence = { mark: string; words: string };

/** `most` counts UTF-16 units, as Telegram and JavaScript do; no platform counts a text as longer than that. */
export function splitText(text: string, most: number): string[] {
  if (!Number.isInteger(most) || most < 20) throw new Error("A part must have room for 20 letters at least.");
  const parts: string[] = [];
  let rest = text.trimEnd();
  let open: Fence | undefined;
  while (rest !== "") {
    const head = open ? opened(open, most) : "";
    const whole = head + rest;
    if (whole.length <= most) {
      parts.push(whole);
      break;
    }
    // Room to close a block of code that may be open where we cut.
    const room = most - head.length - longestMark(open, rest.slice(0, most));
    const { end, next } = placeIn(rest, room);
    const inside = fenceAt(open, rest.slice(0, end));
    parts.push(head + rest.slice(0, end) + (inside ? `\n${inside.mark}` : ""));
    rest = rest.slice(next);
    // We closed it just before it was closed anyway.
    const closed = inside && new RegExp(`^ {0,3}${inside.mark}+[ \\t]*(?:\\n|$)`).exec(rest);
    if (closed) rest = rest.slice(closed[0].length);
    open = closed ? undefined : inside;
  }
  return parts;
}

/** A title of code that would leave no room for the code is not repeated. */
const opened = ({ mark, words }: Fence, most: number): string =>
  words.length + mark.length * 2 + 12 < most / 2 ? `${mark}${words}\n` : `${mark}\n`;

/** The block of code that is open after this text. */
function fenceAt(before: Fence | undefined, text: string): Fence | undefined {
  let open = before;
  for (const line of text.split("\n")) {
    const found = FENCE.exec(line);
    if (!found) continue;
    const mark = found[1]!;
    if (!open) open = { mark, words: found[2]!.trim() };
    else if (mark.startsWith(open.mark) && found[2]!.trim() === "") open = undefined;
  }
  return open;
}

function longestMark(open: Fence | undefined, text: string): number {
  const marks = text.split("\n").flatMap((line) => FENCE.exec(line)?.[1] ?? []);
  const longest = Math.max(open?.mark.length ?? 0, ...marks.map((m) => m.length));
  return longest > 0 ? longest + 1 : 0;
}

/** Where the part ends, and where the next begins: between them only white space. */
function placeIn(text: string, room: number): { end: number; next: number } {
  const least = Math.max(1, Math.floor(room * GIVE));
  // White space may hang over the edge: it is cut away.
  const seen = text.slice(0, room + 1);
  for (const place of PLACES) {
    let best: { end: number; next: number } | undefined;
    for (const found of seen.matchAll(place)) {
      const end = found.index;
      if (end < least || end > room) continue;
      best = { end, next: end + found[0].length };
    }
    if (best) return { end: best.end, next: best.next + leading(text.slice(best.next), place) };
  }
  const end = letterEnd(text, room);
  return { end, next: end };
}

/** What is left of the white space behind the edge of what was seen. The indentation of a line is kept. */
function leading(rest: string, place: RegExp): number {
  const lines = place === PLACES[0] || place === PLACES[1];
  return (lines ? /^(?:[ \t]*\n)*/ : /^\s*/).exec(rest)![0].length;
}

const letters = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** The end of the last whole letter that fits. A letter that is longer than a part is cut between code points. */
function letterEnd(text: string, room: number): number {
  const from = Math.max(0, room - 200);
  const near = text.slice(from, room + 200);
  let end = 0;
  for (const { index } of letters.segment(near)) {
    if (index > room - from) break;
    end = index;
  }
  if (end > 0) return from + end;
  const unit = text.charCodeAt(room - 1);
  return unit >= 0xd800 && unit <= 0xdbff ? room - 1 : room;
}
