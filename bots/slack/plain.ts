// Text as Slack shows it: every letter as itself. Rich text knows no markup, so nobody's words become a mention or a
// link that says something else; only the notification beside it is escaped.
import type { RichTextElement, RichTextLink, RichTextText } from "@slack/types";
import { BUTTON } from "./limits.ts";

type Style = NonNullable<RichTextText["style"]>;

const LINK = /https?:\/\/[^\s<>"]*[^\s<>".,;:!?)\]}']/giu;

/** Slack takes no empty text, and no half letters. */
export const clean = (text: string): string => text.toWellFormed().replaceAll("\u0000", "");

/** Words with their addresses as links that show just what they lead to. */
export function inline(text: string, style?: Style): (RichTextText | RichTextLink)[] {
  const words = clean(text);
  const styled = style ? { style } : {};
  const out: (RichTextText | RichTextLink)[] = [];
  const say = (part: string) => {
    if (part !== "") out.push({ type: "text", text: part, ...styled });
  };
  let at = 0;
  for (const { 0: url, index } of words.matchAll(LINK)) {
    if (!URL.canParse(url) || url.length > BUTTON.url) continue;
    say(words.slice(at, index));
    out.push({ type: "link", url, ...styled });
    at = index + url.length;
  }
  say(words.slice(at));
  return out;
}

export const lettersOf = (elements: readonly RichTextElement[]): number =>
  elements.reduce(
    (sum, e) => sum + (e.type === "text" ? e.text.length : e.type === "link" ? (e.text ?? e.url).length : 0),
    0,
  );

/** For `text`, which Slack reads: with these three letters escaped it holds no mention and no link. */
export const escaped = (text: string): string =>
  clean(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

const NAMED: Record<string, string> = { amp: "&", lt: "<", gt: ">" };
const letters = (text: string): string => text.replace(/&(amp|lt|gt);/g, (_, name: string) => NAMED[name]!);

/** What a person wrote, from how Slack wrote it down: people stay mentions, addresses are addresses again. */
export const written = (text: string): string =>
  text
    .split(/(<[^<>]*>)/)
    .map((part) => (part.startsWith("<") && part.endsWith(">") ? marked(part.slice(1, -1)) : letters(part)))
    .join("");

function marked(inside: string): string {
  const [target = "", label] = inside.split("|", 2);
  if (/^@[UW][A-Z0-9]+$/.test(target)) return `<${target}>`;
  if (/^#[CG][A-Z0-9]+$/.test(target)) return `#${letters(label ?? target.slice(1))}`;
  if (target.startsWith("!")) return special(target, label);
  if (target.startsWith("mailto:") || target.startsWith("tel:")) return letters(target.slice(target.indexOf(":") + 1));
  return letters(target);
}

function special(target: string, label: string | undefined): string {
  if (/^!(here|channel|everyone)$/.test(target)) return `@${target.slice(1)}`;
  return letters(label ?? target.slice(1));
}

export const oneLine = (text: string): string => clean(text).replace(/\s+/g, " ").trim();

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** One line that fits, never empty: labels must not be. */
export function short(text: string, most: number): string {
  const line = oneLine(text);
  if (line.length <= most) return line === "" ? "…" : line;
  let kept = "";
  for (const { segment } of graphemes.segment(line)) {
    if (kept.length + segment.length > most - 1) break;
    kept += segment;
  }
  return `${kept}…`;
}
