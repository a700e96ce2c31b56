// The chats of the emulated Telegram: what is shown in them, who let us in, which topics are open, what became of a group.
import { type Entity, parseHtml } from "./markup.ts";
import type { Params } from "./rules.ts";

type Markup = { inline_keyboard?: { text: string; callback_data?: string; url?: string }[][]; force_reply?: boolean };
export type Shown = {
  message_id: number;
  chat: number;
  text: string;
  entities: Entity[];
  markup?: Markup;
  /** sendMessage, sendPhoto… */
  method: string;
  edits: number;
  /** Seen by this person alone. */
  only?: number;
  ephemeral?: number;
  thread?: number;
  album?: string;
  /** What was sent beside the words: the file itself, or where it is. */
  media?: Blob | string;
};

export const BOT = { id: 4242, is_bot: true, first_name: "Impresario", username: "impresario_test_bot" };

export class Refusal extends Error {
  readonly code: number;
  readonly parameters: object | undefined;
  constructor(words: string, code = 400, parameters?: object) {
    super(words);
    this.code = code;
    this.parameters = parameters;
  }
}

/** A press or an unseen message may be answered unseen for so long. */
const UNSEEN_MS = 15_000;

export type Chats = ReturnType<typeof openChats>;

export function openChats(state: { lastMessage: number }) {
  const messages: Shown[] = [];
  const rules = {
    blocked: new Set<number>(),
    kicked: new Set<number>(),
    /** Topics by their group: true while they are open. Groups that are not here have none. */
    topics: new Map<number, Map<number, boolean>>(),
    upgraded: new Map<number, number>(),
    /** A server of before Bot API 10.2 knows nothing of unseen messages. */
    unseen: true,
  };
  /** When somebody pressed, or said something unseen: by the id of it. */
  const moments = new Map<string, number>();
  const now = () => performance.now();
  const isRecent = (id: string) => now() - (moments.get(id) ?? Number.NEGATIVE_INFINITY) < UNSEEN_MS;

  const asMessage = (m: Shown): Params => ({
    message_id: m.message_id,
    from: BOT,
    chat: chatOf(m.chat),
    date: 1,
    ...(m.method === "sendMessage"
      ? { text: m.text, entities: m.entities }
      : { caption: m.text, caption_entities: m.entities }),
    ...(m.markup?.inline_keyboard ? { reply_markup: m.markup } : {}),
    ...(m.ephemeral ? { ephemeral_message_id: m.ephemeral } : {}),
    ...(m.thread ? { message_thread_id: m.thread, is_topic_message: true } : {}),
    ...(m.album ? { media_group_id: m.album } : {}),
  });

  function reachable(chat: number): void {
    if (!Number.isSafeInteger(chat) || chat === 0) throw new Refusal("Bad Request: chat not found");
    const to = rules.upgraded.get(chat);
    if (to !== undefined)
      throw new Refusal("Bad Request: group chat was upgraded to a supergroup chat", 400, { migrate_to_chat_id: to });
    if (rules.blocked.has(chat)) throw new Refusal("Forbidden: bot was blocked by the user", 403);
    if (rules.kicked.has(chat)) throw new Refusal("Forbidden: bot was kicked from the supergroup chat", 403);
  }

  function topical(chat: number, thread: unknown): { thread?: number } {
    if (thread === undefined) return {};
    const open = rules.topics.get(chat)?.get(Number(thread));
    if (open === undefined) throw new Refusal("Bad Request: message thread not found");
    if (!open) throw new Refusal("Bad Request: TOPIC_CLOSED");
    return { thread: Number(thread) };
  }

  /** Telegram publishes no words for these refusals. */
  function alone(chat: number, { ephemeral_message_parameters: given, reply_parameters: to }: Params) {
    const { receiver_user_id: only, callback_query_id: query } = (given ?? {}) as Record<string, unknown>;
    if (only === undefined || !rules.unseen) return {};
    const unseen = (to as { ephemeral_message_id?: number } | undefined)?.ephemeral_message_id;
    if (chat > 0) throw new Refusal("Bad Request: EPHEMERAL_CHAT_INVALID");
    if (!isRecent(`query ${query}`) && !isRecent(`unseen ${unseen}`))
      throw new Refusal("Bad Request: EPHEMERAL_TOO_LATE");
    return { only: Number(only), ephemeral: ++state.lastMessage };
  }

  function post(method: string, params: Params, album?: string): Params {
    const chat = Number(params.chat_id);
    reachable(chat);
    const { text, entities } = parseHtml(String(params.text ?? params.caption ?? ""));
    const markup = params.reply_markup as Markup | undefined;
    const unseen = alone(chat, params);
    const shown: Shown = {
      message_id: "ephemeral" in unseen ? 0 : ++state.lastMessage,
      chat,
      text,
      entities,
      method,
      edits: 0,
      ...(markup ? { markup } : {}),
      ...unseen,
      ...topical(chat, params.message_thread_id),
      ...(album ? { album } : {}),
      ...mediaOf(params),
    };
    messages.push(shown);
    return asMessage(shown);
  }

  const find = ({ chat_id, message_id, ephemeral_message_id: unseen }: Params) =>
    messages.find(
      (m) =>
        m.chat === Number(chat_id) &&
        (unseen ? m.ephemeral === unseen : message_id !== 0 && m.message_id === message_id),
    );

  function edit(params: Params): Params {
    reachable(Number(params.chat_id));
    const shown = find(params);
    if (!shown) throw new Refusal("Bad Request: message to edit not found");
    if (shown.method !== "sendMessage") throw new Refusal("Bad Request: there is no text in the message to edit");
    // Only buttons may stand under what is edited.
    if (shown.markup && !shown.markup.inline_keyboard) throw new Refusal("Bad Request: message can't be edited");
    const { text, entities } = parseHtml(String(params.text));
    const markup = params.reply_markup as Markup | undefined;
    if (shown.text === text && JSON.stringify(shown.markup) === JSON.stringify(markup)) throw new Refusal(SAME);
    Object.assign(shown, { text, entities, edits: shown.edits + 1 });
    if (markup) shown.markup = markup;
    else delete shown.markup;
    return asMessage(shown);
  }

  function remove(params: Params): true {
    reachable(Number(params.chat_id));
    const shown = find(params);
    if (!shown) throw new Refusal("Bad Request: message to delete not found");
    messages.splice(messages.indexOf(shown), 1);
    return true;
  }

  return { messages, rules, moments, now, asMessage, post, edit, remove };
}

export const chatOf = (id: number) => ({ id, type: id < 0 ? "supergroup" : "private" });

function mediaOf(params: Params): { media?: Blob | string } {
  const given = params.media ?? params.photo ?? params.video ?? params.audio ?? params.document;
  const name = typeof given === "string" ? /^attach:\/\/(.+)$/.exec(given)?.[1] : undefined;
  const media = name === undefined ? given : params[name];
  return media instanceof Blob || typeof media === "string" ? { media } : {};
}

const SAME =
  "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message";
