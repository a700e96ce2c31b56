// A view as Telegram messages: HTML text cut at good places, one inline keyboard, and media after it. Pure.
import {
  type Block,
  type Button,
  chartText,
  progressText,
  splitText,
  tableText,
  type View,
} from "../../core/view/index.ts";
import { form } from "./form.ts";
import { ALBUM, BUTTONS, CALLBACK_BYTES, CAPTION, TEXT } from "./limits.ts";
import { hrefOf, html, lengthOf, type Paragraph, run, shown } from "./markup.ts";
import { cut, type Keyboard, type Look, type MediaItem, type Page, push } from "./page.ts";

export type Part =
  | { kind: "text"; html: string; keyboard?: Keyboard; ask?: string }
  | { kind: "media"; items: MediaItem[] };
export type Rendered = { parts: Part[]; lost: string[] };

export function render(view: View, look: Look): Rendered {
  const page: Page = { ...look, paragraphs: [], question: [], buttons: [], media: [], lost: [] };
  if (view.text.trim() !== "") page.paragraphs.push({ runs: [run(view.text.trim())] });
  for (const block of view.blocks) {
    // The first line is often said again in a block.
    if (block.kind === "text" && block.text.trim() === view.text.trim() && !block.tone) continue;
    if (block.kind === "text" && block.text.trim() === view.text.trim()) page.paragraphs.shift();
    draw(block, page);
  }
  return { parts: [...texts(page), ...albums(page.media)], lost: page.lost };
}

function texts(page: Page): Part[] {
  const { paragraphs, question, media, ask } = page;
  const keyboard = fewer(page);
  const alone = ask !== undefined && keyboard.length > 0;
  const said = pack(alone ? paragraphs : [...paragraphs, ...question]);
  if (said.length === 0 && (keyboard.length > 0 || media.length === 0)) said.push("…");
  const parts = said.map((html): Part & { kind: "text" } => ({ kind: "text", html }));
  const last = parts.at(-1);
  if (last && keyboard.length > 0) last.keyboard = keyboard;
  else if (last && ask !== undefined) last.ask = ask;
  if (alone) parts.push(...pack(question).map((html) => ({ kind: "text" as const, html, ask })));
  return parts;
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
      if (page.paints) page.media.push(chartOf(block));
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

const chartOf = ({ chart, alt }: Extract<Block, { kind: "chart" }>): MediaItem => ({
  as: "photo",
  source: { chart },
  caption: caption(alt),
  name: "chart.png",
});

type MediaBlock = Extract<Block, { kind: "picture" | "audio" | "video" | "file" }>;
const AS = { picture: "photo", audio: "audio", video: "video", file: "document" } as const;
const PLAIN = { picture: "png", audio: "mp3", video: "mp4" } as const;
const ENDINGS: Readonly<Record<string, string>> = {
  "image/jpeg": "jpg",
  "image/webp": "webp",
  "image/gif": "gif",
  "audio/wav": "wav",
  "audio/ogg": "ogg",
  "audio/flac": "flac",
  "video/webm": "webm",
};

function media(block: MediaBlock, page: Page): void {
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
  page.media.push({
    as: AS[block.kind],
    source: asset ? { asset, url: href ?? "" } : { url: href! },
    caption: caption(words),
    name: block.kind === "file" ? shown(block.name) : `${block.kind}.${ENDINGS[block.type] ?? PLAIN[block.kind]}`,
    ...(block.kind === "audio" && title ? { title: shown(title) } : {}),
    ...("seconds" in block && block.seconds !== undefined ? { seconds: Math.round(block.seconds) } : {}),
  });
}

const caption = (text: string): string => cut(run(text).text, CAPTION);

function buttons(list: readonly (Pick<Button, "label" | "action"> & { style?: Button["style"] })[], page: Page): void {
  for (const { label, action, style } of list) {
    if (!action || Buffer.byteLength(action) > CALLBACK_BYTES) {
      page.lost.push(`the button ${label}: it does nothing here`);
      continue;
    }
    push(page, label, action, style);
  }
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
