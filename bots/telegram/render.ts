// A view as Telegram messages: HTML text cut at good places, one inline keyboard, and media after it. Pure.
import type { InlineKeyboardButton } from "@grammyjs/types";
import {
  type Block,
  type Button,
  type ChartSpec,
  chartText,
  progressText,
  type Reader,
  splitText,
  tableText,
  type View,
} from "../../core/view/index.ts";
import { ALBUM, BUTTON_LABEL, BUTTONS, CALLBACK_BYTES, CAPTION, PLACEHOLDER, TEXT } from "./limits.ts";
import { hrefOf, html, lengthOf, type Paragraph, run, shown } from "./markup.ts";
import { choiceData, nextInput, questionLine, RUN_DATA } from "./question.ts";

export type Source = { asset: string; url: string } | { url: string } | { chart: ChartSpec };
export type MediaItem = {
  as: "photo" | "audio" | "video" | "document";
  source: Source;
  /** HTML. */
  caption: string;
  title?: string;
  seconds?: number;
};
export type Keyboard = InlineKeyboardButton[][];
export type Part =
  | { kind: "text"; html: string; keyboard?: Keyboard; ask?: string }
  | { kind: "media"; items: MediaItem[] };
export type Rendered = { parts: Part[]; lost: string[] };

/** `paints`: charts can be sent as pictures here. */
export type Look = { reader: Reader; base?: URL | undefined; paints?: boolean };

type Page = Look & { paragraphs: Paragraph[]; buttons: Keyboard; media: MediaItem[]; lost: string[]; ask?: string };

export function render(view: View, look: Look): Rendered {
  const page: Page = { ...look, paragraphs: [], buttons: [], media: [], lost: [] };
  if (view.text.trim() !== "") page.paragraphs.push({ runs: [run(view.text.trim())] });
  for (const block of view.blocks) {
    // The first line is often said again in a block.
    if (block.kind === "text" && block.text.trim() === view.text.trim() && !block.tone) continue;
    if (block.kind === "text" && block.text.trim() === view.text.trim()) page.paragraphs.shift();
    draw(block, page);
  }
  const texts = pack(page.paragraphs);
  if (texts.length === 0 && (page.buttons.length > 0 || page.media.length === 0)) texts.push("…");
  const parts: Part[] = texts.map((text) => ({ kind: "text", html: text }));
  const last = parts.at(-1);
  if (last?.kind === "text") {
    const keyboard = fewer(page);
    if (keyboard.length > 0) last.keyboard = keyboard;
    else if (page.ask !== undefined) last.ask = page.ask;
  }
  return { parts: [...parts, ...albums(page.media)], lost: page.lost };
}

const TONES = { plain: "", soft: "", good: "✅ ", warn: "⚠️ ", bad: "⛔ " } as const;

function draw(block: Block, page: Page): void {
  const { reader, paragraphs } = page;
  const line = (tight: boolean, ...runs: Paragraph["runs"]) => void paragraphs.push({ runs, tight });
  switch (block.kind) {
    case "text": {
      const tone = block.tone ?? "plain";
      line(false, run(TONES[tone]), run(block.text.trim(), tone === "soft" ? { tag: "i" } : {}));
      break;
    }
    case "fields":
      block.fields.forEach(({ label, value, change, target }, at) => {
        const more = `${change ? `, ${change.text}` : ""}${target ? `, ${reader.say("target {target}", { target })}` : ""}`;
        line(at > 0, run(`${label}: `), run(value, { tag: "b" }), run(more));
      });
      break;
    case "list":
      block.items.forEach(({ text, note }, at) => {
        const mark = block.ordered ? `${at + 1}. ` : "• ";
        line(at > 0, run(mark + text), ...(note ? [run(` (${note})`, { tag: "i" })] : []));
      });
      break;
    case "table":
      line(false, run(tableText(block), { tag: "pre" }));
      break;
    case "chart":
      if (page.paints) page.media.push({ as: "photo", source: { chart: block.chart }, caption: caption(block.alt) });
      else line(false, run(chartText(block.chart, reader)));
      break;
    case "progress":
      line(false, run(progressText(block)));
      break;
    case "picture":
    case "audio":
    case "video":
    case "file":
      media(block, page);
      break;
    case "link": {
      const href = hrefOf(block.url, page.base);
      line(false, href ? run(block.label, { href }) : run(`${block.label}: ${block.url}`));
      break;
    }
    case "buttons":
      buttons(block.buttons, page);
      break;
    case "select":
      line(false, run(block.label));
      buttons(block.choices, page);
      break;
    case "form":
      form(block, page);
      break;
  }
}

function media(block: Extract<Block, { url: string }> & { kind: string }, page: Page): void {
  const title = "title" in block ? block.title : "name" in block ? block.name : "";
  const alt = "alt" in block && block.alt !== title ? block.alt : "";
  // A sound has a title of its own; what else has a name and a description shows both.
  const words = block.kind === "audio" ? alt || title : [title, alt].filter(Boolean).join(" · ");
  const asset = "asset" in block ? block.asset : /^\/assets\/([0-9a-f-]{36})$/i.exec(block.url)?.[1];
  const href = hrefOf(block.url, page.base);
  if (!asset && !href) {
    page.paragraphs.push({ runs: [run(`${title || words}: ${block.url}`)] });
    return;
  }
  const as =
    block.kind === "picture" ? "photo" : block.kind === "file" ? "document" : (block.kind as "audio" | "video");
  page.media.push({
    as,
    source: asset ? { asset, url: href ?? "" } : { url: href! },
    caption: caption(words),
    ...(as === "audio" && title ? { title: shown(title) } : {}),
    ...("seconds" in block && block.seconds !== undefined ? { seconds: Math.round(block.seconds) } : {}),
  });
}

const caption = (text: string): string => html([run(splitText(text, CAPTION - 100)[0] ?? "")]);

/** Two short ones stand beside each other. */
const SHORT = 18;

function buttons(list: readonly (Pick<Button, "label" | "action"> & { style?: Button["style"] })[], page: Page): void {
  for (const { label, action, style } of list) {
    if (!action || Buffer.byteLength(action) > CALLBACK_BYTES) {
      page.lost.push(`the button ${label}: it does nothing here`);
      continue;
    }
    push(page, label, action, style);
  }
}

function push(page: Page, label: string, data: string, style?: Button["style"]): void {
  const text = cut(shown(label).trim() || "…", BUTTON_LABEL);
  const button = {
    text,
    callback_data: data,
    ...(style === "primary" || style === "danger" ? { style } : {}),
  };
  const row = page.buttons.at(-1);
  if (row?.length === 1 && text.length <= SHORT && row[0]!.text.length <= SHORT) row.push(button);
  else page.buttons.push([button]);
}

function fewer({ buttons, lost }: Page): Keyboard {
  let count = 0;
  const kept = buttons.filter((row) => {
    count += row.length;
    return count <= BUTTONS;
  });
  if (count > BUTTONS) lost.push(`${count - kept.flat().length} of ${count} buttons`);
  return kept;
}

/** The input that is missing becomes a question: with its choices as buttons, or to be answered in a reply. */
function form(block: Extract<Block, { kind: "form" }>, page: Page): void {
  const { reader } = page;
  const begun = block.action && !block.plain ? { token: block.action } : { command: block.command };
  const next = nextInput(block.inputs);
  const given = Object.fromEntries(
    block.inputs.flatMap((i) => (i.value === undefined || i.error !== undefined ? [] : [[i.name, i.value]])),
  );
  const code = questionLine({ ...begun, given, ...(next ? { asked: next.name } : {}) });
  if (!code) {
    page.lost.push(`the form ${block.title}: what was given is too long to go on with`);
    return;
  }
  if (!next) {
    const open = block.inputs.filter((i) => i.value === undefined);
    for (const [at, i] of open.entries())
      page.paragraphs.push({ runs: [run(`${i.name}: `, { tag: "b" }), run(i.label)], tight: at > 0 });
    page.paragraphs.push({ runs: [run(code, { tag: "code" })] });
    push(page, block.submit, RUN_DATA, "primary");
    return;
  }
  if (next.error) page.paragraphs.push({ runs: [run(`⚠️ ${next.error}`)] });
  const example = next.hint ? ` (${reader.say("such as {example}", { example: next.hint })})` : "";
  page.paragraphs.push({ runs: [run(next.label, { tag: "b" }), run(example)] });
  const choices = next.kind === "yesNo" && !next.choices ? YES_NO(reader) : next.choices;
  for (const { value, label } of choices ?? []) {
    const data = choiceData(value);
    if (data) push(page, label, data);
    else page.lost.push(`the choice ${label}: it is too long for a button`);
  }
  if (!choices) page.ask = cut(shown(next.hint ?? next.label), PLACEHOLDER) || "…";
  page.paragraphs.push({ runs: [run(code, { tag: "code" })] });
}

const YES_NO = ({ say }: Reader) => [
  { value: "yes", label: say("Yes") },
  { value: "no", label: say("No") },
];

/** Paragraphs into as few messages as hold them. Room is kept for what the split adds. */
const ROOM = TEXT - 96;

function pack(paragraphs: readonly Paragraph[]): string[] {
  const parts: { html: string; length: number }[] = [];
  for (const paragraph of paragraphs.flatMap(broken)) {
    const length = lengthOf(paragraph.runs);
    if (paragraph.runs.every(({ text }) => text.trim() === "")) continue;
    const between = paragraph.tight ? "\n" : "\n\n";
    const part = parts.at(-1);
    if (part && part.length + between.length + length <= ROOM) {
      part.html += between + html(paragraph.runs);
      part.length += between.length + length;
    } else parts.push({ html: html(paragraph.runs), length });
  }
  return parts.map((part) => part.html);
}

/** A paragraph that is longer than a message goes on in others. */
function broken(paragraph: Paragraph): Paragraph[] {
  if (lengthOf(paragraph.runs) <= ROOM) return [paragraph];
  return paragraph.runs.flatMap(({ text, ...more }) =>
    splitText(text, ROOM).map((piece): Paragraph => ({ runs: [{ text: piece, ...more }], tight: true })),
  );
}

/** Pictures and videos stand together; sounds and files each among themselves (sendMediaGroup). */
function albums(items: readonly MediaItem[]): Part[] {
  const sort = ({ as }: MediaItem) => (as === "photo" || as === "video" ? "seen" : as);
  const parts: { kind: "media"; items: MediaItem[] }[] = [];
  for (const item of items) {
    const part = parts.at(-1);
    if (part && sort(part.items[0]!) === sort(item) && part.items.length < ALBUM) part.items.push(item);
    else parts.push({ kind: "media", items: [item] });
  }
  return parts;
}

function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  return `${text
    .slice(0, most - 1)
    .toWellFormed()
    .replace(/\ufffd$/, "")}…`;
}
