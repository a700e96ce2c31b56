// What a view becomes on its way to messages: paragraphs, buttons, media, and what did not fit.
import type { InlineKeyboardButton } from "@grammyjs/types";
import type { Button, ChartSpec, Reader } from "../../core/view/index.ts";
import { BUTTON_LABEL } from "./limits.ts";
import { type Paragraph, shown } from "./markup.ts";

export type Source = { asset: string; url: string } | { url: string } | { chart: ChartSpec };
export type MediaItem = {
  as: "photo" | "audio" | "video" | "document";
  source: Source;
  /** Plain, as it is shown under it. */
  caption: string;
  /** What its file is called: clients tell by the ending how to play it. */
  name: string;
  title?: string;
  seconds?: number;
};
export type Keyboard = InlineKeyboardButton[][];

export type Look = {
  reader: Reader;
  base?: URL | undefined;
  /** Charts can be sent as pictures here. */
  paints?: boolean;
  /** Files that were sent already, as words, by the option they are for. */
  files?: Readonly<Record<string, string>>;
  /** Somebody wants to say more than is needed, of this option or of any. */
  further?: { asked?: string };
};

export type Page = Look & {
  paragraphs: Paragraph[];
  buttons: Keyboard;
  media: MediaItem[];
  lost: string[];
  /** Answered in a reply: a message of its own where there are buttons too, for Telegram takes only one of both. */
  question: Paragraph[];
  ask?: string;
};

/** Two short ones stand beside each other. */
const SHORT = 18;

export function push(page: Page, label: string, data: string, style?: Button["style"]): void {
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

const letters = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** Whole letters only. */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  let kept = "";
  for (const { segment } of letters.segment(text.slice(0, most))) {
    if (kept.length + segment.length > most - 1) break;
    kept += segment;
  }
  return `${kept.toWellFormed()}…`;
}
