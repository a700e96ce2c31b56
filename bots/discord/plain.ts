// Text as Discord shows it: every letter as itself. Nobody's words become markup, a mention, or somebody else's link.
import { splitText } from "../../core/view/index.ts";

const MARKUP = /[\\*_~|`#>[\]()<@+=:-]|(?<=^\s*\d+)\./gmu;
const LINK = /https?:\/\/[^\s<>]*[^\s<>.,;:!?)\]}'"]/giu;

/** An address stays whole: between angle brackets Discord reads nothing else in it. */
export function escaped(text: string): string {
  let out = "";
  let at = 0;
  for (const { 0: link, index } of text.matchAll(LINK)) {
    out += marked(text.slice(at, index)) + linked(link);
    at = index + link.length;
  }
  return out + marked(text.slice(at));
}

// A colon matters only around the name of an emoji, a hyphen or plus only where a line begins.
const marked = (text: string): string =>
  text.replace(MARKUP, (sign, at: number) => {
    if ((sign === "-" || sign === "+" || sign === "=") && !/(^|\n)\s*$/.test(text.slice(Math.max(0, at - 40), at)))
      return sign;
    if (sign === ":" && !/^:[A-Za-z0-9_+-]{1,64}:/.test(text.slice(at, at + 70))) return sign;
    return sign === "@" ? "\\@\u200b" : `\\${sign}`;
  });

function linked(link: string): string {
  return URL.canParse(link) && !/[\\`]/.test(link) ? `<${link}>` : marked(link);
}

/** In a block of code nothing is markup but its own end. */
export const fenced = (text: string): string => `\`\`\`\n${text.replaceAll("`", "ˋ")}\n\`\`\``;

/** A text cut into parts that fit when they are drawn: drawing makes it longer, by how much is only known then. */
export function drawn(text: string, most: number, draw: (text: string) => string): string[] {
  if (text.trim() === "") return [];
  const whole = draw(text);
  if (whole.length <= most) return whole.trim() === "" ? [] : [whole];
  const room = Math.max(20, Math.min(text.length - 1, Math.floor((text.length * most * 0.95) / whole.length)));
  if (text.length <= room) throw new Error("A drawing that makes a text this much longer does not fit anywhere.");
  return splitText(text, room).flatMap((part) => drawn(part, most, draw));
}

export const oneLine = (text: string): string => text.replace(/\s+/g, " ").trim();

const letters = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** One line that fits, never empty: labels must not be. */
export function short(text: string, most: number): string {
  const line = oneLine(text);
  if (line.length <= most) return line === "" ? "…" : line;
  let kept = "";
  for (const { segment } of letters.segment(line)) {
    if (kept.length + segment.length > most - 1) break;
    kept += segment;
  }
  return `${kept}…`;
}
