// An update of Telegram to what we understand. Pure: what is not for us is undefined.
import type { CallbackQuery, ChatMemberUpdated, Message, MessageEntity, Update, User } from "@grammyjs/types";
import { parseWords, type Registry } from "../../core/command/index.ts";
import type { Content, Envelope, Speaker } from "../../core/inbox/index.ts";
import { localeOf } from "../../core/words/say.ts";
import { type Attached, givenIn, isAttached } from "../parts/attached.ts";
import { attachedTo, bounded, fromWord, wordOf } from "./attached.ts";
import { isGroup } from "./pace.ts";
import { ASK_DATA, MORE_DATA, type Question, RUN_DATA, readQuestion, SKIP_DATA, SKIP_WORD } from "./question.ts";

export type Me = { id: number; username: string };

const TOKEN = /^[urpmb][0-9A-Za-z]{14}$/;
export const SURFACE = "telegram";

/**
 * `stale`: a button whose question can no longer be read. `moved`: the chat has another id from now on. `closed`: we
 * were thrown out of a chat, or let in again.
 */
export type Heard =
  | { envelope: Envelope }
  | { stale: true }
  | { moved: { from: string; to: string } }
  | { closed: boolean; chat: string }
  | undefined;

const isId = (value: number | undefined): value is number => Number.isSafeInteger(value) && value !== 0;

/** What was understood, and what the answer needs to know besides. */
type Understood = { content: Content; hints?: Record<string, unknown> };

export function decode(update: Update, me: Me, commands: Registry): Heard {
  const { callback_query: query, message, my_chat_member: member } = update;
  if (query) return pressed(update, query, me, commands);
  if (member) return membership(member, me);
  if (!message) return undefined;
  const { migrate_to_chat_id: to, migrate_from_chat_id: from } = message;
  if (!isId(message.chat.id)) return undefined;
  if (to !== undefined) return { moved: { from: String(message.chat.id), to: String(to) } };
  if (from !== undefined) return { moved: { from: String(from), to: String(message.chat.id) } };
  const person = personOf(message);
  const understood = person && said(message, me, commands);
  if (!understood) return undefined;
  const { message_id: id, ephemeral_message_id: ephemeral, media_group_id: album, caption: words } = message;
  const hints = {
    ...(ephemeral === undefined ? { message: id } : { ephemeral }),
    ...(album && words ? { album: { id: album, words } } : {}),
    ...understood.hints,
  };
  return { envelope: envelopeOf(update, me, person, message, { ...understood, hints }) };
}

/** What a bot says would be answered by a bot, for ever; and what is passed on was not said to us. */
const personOf = ({ from, via_bot, forward_origin }: Message): User | undefined =>
  isId(from?.id) && !from.is_bot && !via_bot && !forward_origin ? from : undefined;

/** Somebody that we listen to, of whom nothing else may be known yet. */
export function speakerOf(message: Message, me: Me): Speaker | undefined {
  const person = personOf(message);
  if (!person || !isId(message.chat?.id)) return undefined;
  const account = { id: String(person.id) };
  return { surface: SURFACE, tenant: String(me.id), place: String(message.chat.id), account };
}

/** Kicked, left, blocked; or back. Chats where others come and go are not told to us. */
function membership({ chat, new_chat_member: { user, status } }: ChatMemberUpdated, me: Me): Heard {
  if (user.id !== me.id || !isId(chat.id)) return undefined;
  return { closed: status === "kicked" || status === "left", chat: String(chat.id) };
}

function said(message: Message, me: Me, commands: Registry): Understood | undefined {
  const text = message.text ?? message.caption ?? "";
  const file = attachedTo(message);
  const question = /^\s*[/!]/.test(text) ? undefined : questionOf(message.reply_to_message, me);
  if (question?.asked) return replied(question, text, file, commands);
  if (text === "") return undefined;
  const locale = localeOf(message.from?.language_code);
  const heard = parseWords(commands, text, { mention: [`@${me.username}`], locale });
  if (!heard || (message.chat.type !== "private" && !heard.addressed)) return undefined;
  if (heard.known) {
    const given = withFile(heard, file ?? attachedTo(message.reply_to_message), commands);
    return understood({ kind: "command", name: heard.name, options: given });
  }
  const name = heard.name.toLowerCase();
  const started = /^start(?:\s|$)/.test(name) ? startOf(text) : undefined;
  if (started) return understood(started);
  // Only first words are in Telegram's menu: they open what is behind them.
  const opens = commands.all().some((c) => c.name.startsWith(`${name} `));
  if (opens) return understood({ kind: "command", name: "help", options: { topic: name } });
  return understood({ kind: "command", name: heard.name, options: heard.options });
}

/** "/start" when somebody opens a chat with us, with what stood behind "?start=" of the link they followed. */
function startOf(text: string): Content {
  const found = /^\S+\s+(link|connect)_([A-Za-z0-9]{4,20})\s*$/.exec(text.trim());
  return found
    ? { kind: "command", name: found[1]!, options: { code: found[2]! } }
    : { kind: "command", name: "help", options: {} };
}

/** A file goes to the first option that takes one. */
function withFile(
  { name, options }: { name: string; options: Record<string, unknown> },
  file: Attached | undefined,
  commands: Registry,
): Record<string, unknown> {
  const specs = Object.entries(commands.find(name)?.options ?? {});
  const free = specs.find(([option, spec]) => spec.kind === "file" && options[option] === undefined);
  return file && free ? { ...options, [free[0]]: bounded(file, free[1].max) } : options;
}

/** Where the files of a command are goes on with it: should something else be missing, nobody sends them twice. */
function understood(content: Content, hints: Record<string, unknown> = {}): Understood {
  const files = Object.entries(givenIn({ content })).flatMap(([option, value]) =>
    isAttached(value) ? [[option, wordOf(value)] as const] : [],
  );
  const further = content.kind === "command" && content.asks ? { further: {} } : {};
  return {
    content,
    hints: { ...further, ...hints, ...(files.length > 0 ? { files: Object.fromEntries(files) } : {}) },
  };
}

function replied(
  question: Question,
  text: string,
  file: Attached | undefined,
  commands: Registry,
): Understood | undefined {
  if (question.further && text.trim() === SKIP_WORD) return understood(contentFrom(question, {}, commands, true));
  const asked = question.asked!;
  const spec = "command" in question ? commands.find(question.command)?.options[asked] : undefined;
  const value = file && (spec ? spec.kind === "file" : text === "") ? bounded(file, spec?.max) : text;
  if (value === "") return undefined;
  return understood(contentFrom(question, { [asked]: value }, commands, question.further));
}

function pressed(update: Update, query: CallbackQuery, me: Me, commands: Registry): Heard {
  const { message, data = "", from } = query;
  if (!isId(message?.chat.id) || !isId(from.id) || from.is_bot) return undefined;
  const found = TOKEN.test(data)
    ? understood({ kind: "press", token: data })
    : chosen("text" in message ? questionOf(message, me) : undefined, data, commands);
  if (!found) return { stale: true };
  const { replace, ...more } = found.hints ?? {};
  const hints = {
    query: query.id,
    ...more,
    // A message that only one person sees has no number of its own.
    ...(replace ? { replace: message.message_id || true } : {}),
  };
  return { envelope: envelopeOf(update, me, from, message, { ...found, hints }) };
}

/** A button under a question. A message that is too old comes without its text: then nobody knows what was asked. */
function chosen(question: Question | undefined, data: string, commands: Registry): Understood | undefined {
  if (!question) return undefined;
  if (data === RUN_DATA) return understood(contentFrom(question, {}, commands, false));
  if (data.startsWith("=") && question.asked) {
    const content = contentFrom(question, { [question.asked]: data.slice(1) }, commands, question.further);
    return understood(content, question.further ? { replace: true } : {});
  }
  if (!("command" in question)) return undefined;
  const form = (further: { asked?: string }) =>
    understood(contentFrom(question, {}, commands, true), { replace: true, further });
  if (data === SKIP_DATA || data === MORE_DATA) return form({});
  return data.startsWith(ASK_DATA) ? form({ asked: data.slice(ASK_DATA.length) }) : undefined;
}

/** `further`: it is not run yet; its form is shown again with what is known now. */
function contentFrom(
  question: Question,
  more: Record<string, unknown>,
  commands: Registry,
  further: boolean | undefined,
): Content {
  if (!("command" in question)) return { kind: "press", token: question.token, input: { ...question.given, ...more } };
  const specs = commands.find(question.command)?.options ?? {};
  const given = Object.entries(question.given).map(([name, value]) => {
    const spec = Object.hasOwn(specs, name) ? specs[name] : undefined;
    const file = spec?.kind === "file" ? fromWord(value) : undefined;
    return [name, file ? bounded(file, spec?.max) : value] as const;
  });
  const options = { ...Object.fromEntries(given), ...more };
  return { kind: "command", name: question.command, options, ...(further ? { asks: true } : {}) };
}

type Said = { from?: User; text?: string; entities?: MessageEntity[] };

/** Only our own messages count, and only what we marked as code: nobody else can write it there. */
function questionOf(said: Said | undefined, me: Me): Question | undefined {
  if (said?.from?.id !== me.id || !said.text) return undefined;
  const code = said.entities?.findLast((e) => e.type === "code");
  return code && readQuestion(said.text.slice(code.offset, code.offset + code.length));
}

type Where = { chat: { id: number; type: string }; message_thread_id?: number; is_topic_message?: boolean };

function envelopeOf(
  { update_id }: Update,
  me: Me,
  from: User,
  { chat, message_thread_id: thread, is_topic_message: topical }: Where,
  { content, hints }: Understood,
): Envelope {
  const name = [from.first_name, from.last_name].filter(Boolean).join(" ");
  const locale = from.language_code;
  const letter = content.kind === "press" ? content.token[0] : "";
  const brief = letter === "b" && hints?.query !== undefined && isGroup(String(chat.id));
  return {
    surface: SURFACE,
    tenant: String(me.id),
    place: String(chat.id),
    delivery: `${me.id}:${update_id}`,
    account: { id: String(from.id), ...(name ? { name } : {}), ...(locale ? { locale } : {}) },
    content,
    hints: {
      ...hints,
      // A chain of replies has a number too, but nothing can be sent to it.
      ...(thread !== undefined && topical ? { thread } : {}),
      ...(locale ? { locale } : {}),
      ...(letter === "p" || letter === "b" ? { quiet: true } : {}),
      ...(brief ? { brief } : {}),
    },
    // Told where it was pressed, not written into the group.
    ...(brief ? { apart: true } : {}),
  };
}
