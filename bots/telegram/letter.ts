// One message of the outbox on its way: where it goes, at what pace, and what of it has arrived.
import type { Api, InputFile } from "grammy";
import type { Outgoing } from "../../core/outbox/index.ts";
import type { Painter } from "../../core/view/chart/index.ts";
import type { Reader } from "../../core/view/index.ts";
import { pause } from "../../core/within.ts";
import { localeOf, say } from "../../core/words/say.ts";
import type { Kit } from "../surface.ts";
import type { Ids } from "./ids.ts";
import { isGroup, type Pace } from "./pace.ts";
import { type Part, type Rendered, render } from "./render.ts";
import type { Spins } from "./spins.ts";
import { NotYet, says, troubleOf, Unreached } from "./trouble.ts";

export type Desk = {
  api: Api;
  File: typeof InputFile;
  kit: Kit;
  username: string;
  /** Known once we are connected: links that begin with "/", and pictures of charts. */
  more: { base?: URL | undefined; painter?: Painter };
  /** Whether this server can show a message to one person alone; unset: it was not asked yet. */
  server: { whispers?: boolean };
  spins: Spins;
};

export type Letter = Desk & {
  message: Outgoing;
  /** grammY knows the AbortSignal of a library of before Node had its own; the two behave alike. */
  signal: Parameters<Api["getMe"]>[0];
  pace: Pace;
  /** What has arrived. It grows while we send. */
  ids: Ids;
  lost: string[];
  /** A topic of the group. */
  thread: number | undefined;
};

export const readerOf = ({ message: { hints, target } }: Letter): Reader => {
  const wanted = hints.locale ?? target?.hints.locale;
  const locale = localeOf(typeof wanted === "string" ? wanted : "en");
  return { locale, say: (text, vars) => say(locale, text, vars) };
};

const isObject = (value: unknown): value is Record<string, string> => typeof value === "object" && value !== null;

export function drawn(letter: Letter): Rendered {
  const { message, more } = letter;
  const { files, further } = message.target?.hints ?? message.hints;
  const rendered = render(message.view ?? { text: "", blocks: [] }, {
    reader: readerOf(letter),
    base: more.base,
    paints: more.painter !== undefined,
    ...(isObject(files) ? { files } : {}),
    ...(isObject(further) ? { further } : {}),
  });
  letter.lost.push(...rendered.lost);
  return rendered;
}

/** A wait up to this long is waited for here; for longer ones the message goes back to the outbox. */
const SHORT_WAIT_MS = 1_200;

async function turn({ pace, signal }: Letter, chat: string): Promise<void> {
  for (;;) {
    const wait = pace.take(chat);
    if (wait === 0) return;
    if (wait > SHORT_WAIT_MS) throw new NotYet(wait);
    await pause(Math.ceil(wait), signal as unknown as AbortSignal);
    if (signal?.aborted) throw new NotYet(wait);
  }
}

export type There = { chat_id: string; message_thread_id?: number };

const TOPIC = /message thread not found|TOPIC_(CLOSED|DELETED|ID_INVALID)/i;

/** One call of the Bot API at its pace. A topic that was closed or deleted leaves the group, which is still there. */
export async function call<T>(letter: Letter, chat: string, send: (there: There) => Promise<T>): Promise<T> {
  await turn(letter, chat);
  // A topic is one of the group, not of a person's own chat.
  const thread = chat === letter.message.place ? letter.thread : undefined;
  try {
    return await send({ chat_id: chat, ...(thread === undefined ? {} : { message_thread_id: thread }) });
  } catch (error) {
    const { kind } = troubleOf(error);
    if ((kind === "gone" || kind === "moved") && isGroup(letter.message.place) && chat !== letter.message.place)
      throw new Unreached((error as Error).message, { cause: error });
    if (thread === undefined || !says(error, TOPIC)) throw error;
    letter.thread = undefined;
    letter.lost.push("its topic: it is closed or gone");
    return call(letter, chat, send);
  }
}

export type TextPart = Extract<Part, { kind: "text" }>;

const HTML = { parse_mode: "HTML", link_preview_options: { is_disabled: true } } as const;

export const bodyOf = ({ html, keyboard, ask }: TextPart) => ({
  text: html,
  ...HTML,
  ...(keyboard ? { reply_markup: { inline_keyboard: keyboard } } : {}),
  ...(ask === undefined
    ? {}
    : { reply_markup: { force_reply: true as const, selective: true, input_field_placeholder: ask } }),
});

/** An edit takes buttons, and nothing that is to be answered; without a keyboard the old one goes. */
export const editOf = ({ html, keyboard }: TextPart) => ({
  text: html,
  ...HTML,
  ...(keyboard ? { reply_markup: { inline_keyboard: keyboard } } : {}),
});

/** In a group it is seen whom we answer; a selective question is asked of them alone. */
export const replyTo = (chat: string, { message }: Record<string, unknown>) =>
  isGroup(chat) && typeof message === "number"
    ? { reply_parameters: { message_id: message, allow_sending_without_reply: true } }
    : {};
