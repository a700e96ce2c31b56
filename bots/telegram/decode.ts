// An update of Telegram to what we understand. Pure: what is not for us is undefined.
import type { CallbackQuery, Message, MessageEntity, Update, User } from "@grammyjs/types";
import { parseWords, type Registry } from "../../core/command/index.ts";
import type { Content, Envelope } from "../../core/inbox/index.ts";
import { localeOf } from "../../core/words/say.ts";
import { type Question, RUN_DATA, readQuestion } from "./question.ts";

export type Me = { id: number; username: string };

const TOKEN = /^[urpm][0-9A-Za-z]{14}$/;
export const SURFACE = "telegram";

/** `stale`: a button whose question can no longer be read. */
export type Heard = { envelope: Envelope } | { stale: true } | undefined;

export function decode(update: Update, me: Me, commands: Registry): Heard {
  const { callback_query: query, message } = update;
  if (query) return pressed(update, query, me);
  if (!message?.from || message.from.is_bot || message.via_bot) return undefined;
  const content = contentOf(message, me, commands);
  if (!content) return undefined;
  const hints = {
    message: message.message_id,
    ...(message.ephemeral_message_id === undefined ? {} : { ephemeral: message.ephemeral_message_id }),
  };
  return { envelope: envelopeOf(update, me, message.from, message, content, hints) };
}

function contentOf(message: Message, me: Me, commands: Registry): Content | undefined {
  const text = message.text ?? message.caption;
  if (!text || !message.from) return undefined;
  const locale = localeOf(message.from.language_code);
  const question = /^\s*[/!]/.test(text) ? undefined : questionOf(message.reply_to_message, me);
  if (question?.asked) return answered(question, text);
  const heard = parseWords(commands, text, { mention: [`@${me.username}`], locale });
  if (!heard || (message.chat.type !== "private" && !heard.addressed)) return undefined;
  if (heard.known) return { kind: "command", name: heard.name, options: heard.options };
  const name = heard.name.toLowerCase();
  // What Telegram sends when somebody opens a chat with us for the first time.
  if (/^start(\s|$)/.test(name)) return { kind: "command", name: "help", options: {} };
  // Only first words are in Telegram's menu: they open what is behind them.
  const opens = commands.all().some((c) => c.name.startsWith(`${name} `));
  if (opens) return { kind: "command", name: "help", options: { topic: name } };
  return { kind: "command", name: heard.name, options: heard.options };
}

function pressed(update: Update, query: CallbackQuery, me: Me): Heard {
  const { message, data = "", from } = query;
  if (!message || from.is_bot) return undefined;
  const content = TOKEN.test(data) ? ({ kind: "press", token: data } as const) : chosen(message, data, me);
  if (!content) return { stale: true };
  return { envelope: envelopeOf(update, me, from, message, content, { query: query.id, pressed: message.message_id }) };
}

function chosen(message: NonNullable<CallbackQuery["message"]>, data: string, me: Me): Content | undefined {
  // A message that is too old comes without its text.
  const question = "text" in message ? questionOf(message, me) : undefined;
  if (!question) return undefined;
  if (data === RUN_DATA) return contentFrom(question, question.given);
  return data.startsWith("=") && question.asked ? answered(question, data.slice(1)) : undefined;
}

const answered = (question: Question, value: string): Content =>
  contentFrom(question, { ...question.given, [question.asked!]: value });

const contentFrom = (question: Question, options: Record<string, string>): Content =>
  "command" in question
    ? { kind: "command", name: question.command, options }
    : { kind: "press", token: question.token, input: options };

type Said = { from?: User; text?: string; entities?: MessageEntity[] };

/** Only our own messages count, and only what we marked as code: nobody else can write it there. */
function questionOf(said: Said | undefined, me: Me): Question | undefined {
  if (said?.from?.id !== me.id || !said.text) return undefined;
  const code = said.entities?.findLast((e) => e.type === "code");
  return code && readQuestion(said.text.slice(code.offset, code.offset + code.length));
}

type Where = { chat: { id: number; type: string }; message_thread_id?: number };

function envelopeOf(
  { update_id }: Update,
  me: Me,
  from: User,
  { chat, message_thread_id: thread }: Where,
  content: Content,
  hints: Record<string, unknown>,
): Envelope {
  const name = [from.first_name, from.last_name].filter(Boolean).join(" ");
  const locale = from.language_code;
  return {
    surface: SURFACE,
    tenant: String(me.id),
    place: String(chat.id),
    delivery: `${me.id}:${update_id}`,
    account: { id: String(from.id), ...(name ? { name } : {}), ...(locale ? { locale } : {}) },
    content,
    hints: {
      ...hints,
      ...(thread === undefined ? {} : { thread }),
      ...(locale ? { locale } : {}),
      ...(content.kind === "press" && content.token.startsWith("p") ? { quiet: true } : {}),
    },
  };
}
