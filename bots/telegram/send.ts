// From the outbox to the Bot API: a message may be several of Telegram's, and some are for one person only.
import type { Api, InputFile } from "grammy";
import type { Outgoing, Sender, Sent } from "../../core/outbox/index.ts";
import type { Painter } from "../../core/view/chart/index.ts";
import type { Reader } from "../../core/view/index.ts";
import { localeOf, say } from "../../core/words/say.ts";
import type { Kit } from "../surface.ts";
import { SURFACE } from "./decode.ts";
import { PACE_ALL, PACE_CHAT } from "./limits.ts";
import { sendMedia } from "./media.ts";
import { groupPace } from "./pace.ts";
import { type Part, type Rendered, render } from "./render.ts";
import { NotYet, says, troubleOf } from "./trouble.ts";

export type Desk = {
  api: Api;
  File: typeof InputFile;
  house: Kit;
  username: string;
  /** Known once we are connected: links that begin with "/", and pictures of charts. */
  more: { base?: URL | undefined; painter?: Painter };
};
export type Letter = Desk & { message: Outgoing; signal: AbortSignal; turn(chat: string): void };

/** What is known of messages that are half sent, or whose media came later. */
const MOST_KEPT = 2_000;
type Ids = { texts: number[]; media: number[] };

export function makeSender(desk: Desk): Sender {
  const pace = groupPace(() => performance.now());
  const kept = new Map<string, Ids>();
  const idsOf = (key: string): Ids => {
    const known = kept.get(key) ?? { texts: [], media: [] };
    kept.delete(key);
    if (kept.size >= MOST_KEPT) kept.delete(kept.keys().next().value!);
    kept.set(key, known);
    return known;
  };
  return {
    surface: SURFACE,
    pace: { all: PACE_ALL, each: PACE_CHAT },
    classify: troubleOf,
    async send(message, signal) {
      const turn = (chat: string) => {
        const wait = pace.take(chat);
        if (wait > 0) throw new NotYet(wait);
      };
      const letter: Letter = { ...desk, message, signal, turn };
      if (message.kind === "delete") return takeBack(letter);
      if (message.kind === "edit") return change(letter, idsOf);
      const sent = isQuiet(letter) ? await whisper(letter, idsOf) : await write(letter, message.place, idsOf);
      return sent;
    },
  };
}

const readerOf = ({ message: { hints, target } }: Letter): Reader => {
  const wanted = hints.locale ?? target?.hints.locale;
  const locale = localeOf(typeof wanted === "string" ? wanted : "en");
  return { locale, say: (text, vars) => say(locale, text, vars) };
};

const drawn = (letter: Letter): Rendered =>
  render(letter.message.view ?? { text: "", blocks: [] }, {
    reader: readerOf(letter),
    base: letter.more.base,
    paints: letter.more.painter !== undefined,
  });

const isGroup = (chat: string) => chat.startsWith("-");

/** Asked in a group, and not for the group to read. */
function isQuiet({ house, message: { place, hints, kind } }: Letter): boolean {
  if (kind !== "answer" || !isGroup(place)) return false;
  const command = typeof hints.command === "string" ? house.commands.find(hints.command) : undefined;
  return hints.quiet === true || hints.once === true || command?.reply === "private";
}

/** Seen by one person only where Telegram takes it, else in their own chat with us; the group learns that it is there. */
async function whisper(letter: Letter, idsOf: (key: string) => Ids): Promise<Sent> {
  const { message, api } = letter;
  const { hints, place } = message;
  const person = String(hints.account);
  const query = typeof hints.query === "string" ? hints.query : undefined;
  const ephemeral = typeof hints.ephemeral === "number" ? hints.ephemeral : undefined;
  const { parts, lost } = drawn(letter);
  const only = parts.length === 1 && parts[0]!.kind === "text" ? parts[0]! : undefined;
  // Such a message cannot be followed: work that goes on is told in the chat of their own.
  if (only?.kind === "text" && hints.status !== "running" && (query || ephemeral !== undefined)) {
    try {
      letter.turn(place);
      await api.raw.sendMessage(
        {
          ...textOf(only, place, hints),
          ephemeral_message_parameters: {
            receiver_user_id: Number(person),
            ...(query ? { callback_query_id: query } : {}),
          },
          ...(ephemeral === undefined ? {} : { reply_parameters: { ephemeral_message_id: ephemeral } }),
        },
        signalOf(letter),
      );
      return { lost };
    } catch (error) {
      // Too late for it, or a server that does not know it yet.
      if (!says(error, /./) || troubleOf(error).kind !== "refused") throw error;
    }
  }
  const { say } = readerOf(letter);
  const address = `https://t.me/${letter.username}?start=hello`;
  try {
    const sent = await write(letter, person, idsOf);
    await note(letter, say("I answered you in our own chat."));
    return sent;
  } catch (error) {
    if (troubleOf(error).kind !== "gone") throw error;
    // We may write to nobody who has not written to us first.
    await note(letter, say("My answer is only for you. Open a chat with me, press Start, and ask there."), address);
    return { lost: ["the answer: the person has no chat with us"] };
  }
}

async function note(letter: Letter, text: string, url?: string): Promise<void> {
  letter.turn(letter.message.place);
  const button = url ? [[{ text: `@${letter.username}`, url }]] : undefined;
  await letter.api.raw.sendMessage(
    {
      ...textOf({ kind: "text", html: text }, letter.message.place, letter.message.hints),
      ...replyTo(letter.message.place, letter.message.hints),
      ...(button ? { reply_markup: { inline_keyboard: button } } : {}),
    },
    signalOf(letter),
  );
}

/** grammY knows the AbortSignal of a library of before Node had its own; the two behave alike. */
const signalOf = ({ signal }: Letter) => signal as unknown as Parameters<Api["getMe"]>[0];

async function write(letter: Letter, chat: string, idsOf: (key: string) => Ids): Promise<Sent> {
  const { message } = letter;
  const { parts, lost } = drawn(letter);
  // A repetition goes on where the last try ended.
  const ids = idsOf(`${message.id}\n${chat}`);
  await finish(letter, chat, parts, ids, lost);
  return { external: externalOf(chat, ids), lost };
}

async function finish(letter: Letter, chat: string, parts: Part[], ids: Ids, lost: string[]): Promise<void> {
  const { hints, place } = letter.message;
  // A topic is one of the group, not of the person's own chat.
  const there = chat === place ? hints : {};
  const texts = parts.filter((p) => p.kind === "text");
  for (const [at, part] of texts.entries()) {
    if (at < ids.texts.length) continue;
    letter.turn(chat);
    const reply = at === 0 ? replyTo(chat, there) : {};
    const sent = await letter.api.raw.sendMessage({ ...textOf(part, chat, there), ...reply }, signalOf(letter));
    ids.texts.push(sent.message_id);
  }
  if (ids.media.length > 0) return;
  for (const part of parts) {
    if (part.kind !== "media") continue;
    ids.media.push(...(await sendMedia(letter, chat, part.items, lost)));
  }
}

type TextPart = Extract<Part, { kind: "text" }>;

function textOf({ html, keyboard, ask }: TextPart, chat: string, { thread }: Record<string, unknown>) {
  return {
    chat_id: chat,
    text: html,
    parse_mode: "HTML" as const,
    link_preview_options: { is_disabled: true },
    ...(typeof thread === "number" ? { message_thread_id: thread } : {}),
    ...(keyboard ? { reply_markup: { inline_keyboard: keyboard } } : {}),
    ...(ask === undefined
      ? {}
      : { reply_markup: { force_reply: true as const, selective: true, input_field_placeholder: ask } }),
  };
}

const replyTo = (chat: string, { message }: Record<string, unknown>) =>
  isGroup(chat) && typeof message === "number"
    ? { reply_parameters: { message_id: message, allow_sending_without_reply: true } }
    : {};

const externalOf = (chat: string, { texts, media }: Ids): string => `${chat}:${texts.join(",")}|${media.join(",")}`;

function readExternal(external: string): { chat: string; ids: Ids } {
  const [chat = "", rest = ""] = external.split(":");
  const [texts = "", media = ""] = rest.split("|");
  const numbers = (list: string) => (list === "" ? [] : list.split(",").map(Number));
  return { chat, ids: { texts: numbers(texts), media: numbers(media) } };
}

async function change(letter: Letter, idsOf: (key: string) => Ids): Promise<Sent> {
  const { api, message } = letter;
  const { chat, ids } = readExternal(message.target!.external);
  const { parts, lost } = drawn(letter);
  const texts = parts.filter((p) => p.kind === "text");
  // What was added by earlier edits is not in the row that is edited.
  const added = idsOf(message.target!.external);
  const all: Ids = {
    texts: [...ids.texts, ...added.texts],
    media: [...ids.media, ...added.media],
  };
  for (const [at, id] of all.texts.entries()) {
    const part = texts[at];
    letter.turn(chat);
    if (part) await editText(letter, chat, id, part);
    else await quietly(() => api.raw.deleteMessage({ chat_id: chat, message_id: id }, signalOf(letter)));
  }
  await finish({ ...letter, message: { ...message, hints: message.target!.hints } }, chat, parts, all, lost);
  added.texts = all.texts.slice(ids.texts.length, Math.max(texts.length, ids.texts.length));
  added.media = all.media.slice(ids.media.length);
  return { external: message.target!.external, lost };
}

async function editText(letter: Letter, chat: string, id: number, part: TextPart): Promise<void> {
  const payload = {
    chat_id: chat,
    message_id: id,
    text: part.html,
    parse_mode: "HTML" as const,
    link_preview_options: { is_disabled: true },
    // Without a keyboard the old one goes.
    ...(part.keyboard ? { reply_markup: { inline_keyboard: part.keyboard } } : {}),
  };
  try {
    await letter.api.raw.editMessageText(payload, signalOf(letter));
  } catch (error) {
    // The same words again: it shows already what it should.
    if (!says(error, /message is not modified/i)) throw error;
  }
}

async function takeBack(letter: Letter): Promise<Sent> {
  const { chat, ids } = readExternal(letter.message.target!.external);
  for (const id of [...ids.texts, ...ids.media]) {
    letter.turn(chat);
    await quietly(() => letter.api.raw.deleteMessage({ chat_id: chat, message_id: id }, signalOf(letter)));
  }
  return {};
}

/** It is gone already: that was the wish. */
async function quietly(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!says(error, /message to (delete|edit) not found|message can't be deleted/i)) throw error;
  }
}
