// A Telegram on this machine: keeps chats, hands out updates as the Bot API does, refuses what it refuses, and
// misbehaves when told to.
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { type Entity, parseHtml } from "./markup.ts";
import { check, type Params } from "./rules.ts";

export type Fault =
  | { kind: "slow down"; after: number }
  | { kind: "broken" }
  | { kind: "stall"; milliseconds: number }
  | { kind: "drop" }
  | { kind: "error"; code: number; description: string };
export type Call = { method: string; params: Params };
export type Person = { id: number; first_name: string; language_code?: string };
export type Chat = { id: number; type: "private" | "supergroup" };
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
  only?: number;
  /** What was sent beside the words: the file itself, or where it is. */
  media?: Blob | string;
};
type Update = { update_id: number } & Params;

export const BOT = { id: 4242, is_bot: true, first_name: "Impresario", username: "impresario_test_bot" };
export const TOKEN = "4242:AAE-emulated-token";

export type Telegram = Awaited<ReturnType<typeof openTelegram>>;

export async function openTelegram() {
  const messages: Shown[] = [];
  const calls: Call[] = [];
  const menus = new Map<string, unknown>();
  /** What a test says of the bot and its webhook. */
  const facts = { me: {}, webhook: {} };
  const state = {
    lastUpdate: 100,
    lastMessage: 10,
    poller: undefined as undefined | (() => void),
    webhook: "",
    secret: "",
  };
  let queue: Update[] = [];
  const answered: Params[] = [];
  const files = new Map<string, Buffer>();
  const rules = { fault: (_call: Call): Fault | undefined => undefined, blocked: new Set<number>() };

  function publish(update: Params): number {
    const update_id = ++state.lastUpdate;
    queue.push({ update_id, ...update });
    state.poller?.();
    return update_id;
  }

  const from = (person: Person) => ({ is_bot: false, ...person });
  const asMessage = (m: Shown): Params => ({
    message_id: m.message_id,
    from: BOT,
    chat: { id: m.chat, type: m.chat < 0 ? "supergroup" : "private" },
    date: 1,
    text: m.text,
    entities: m.entities,
    ...(m.markup ? { reply_markup: m.markup } : {}),
  });

  async function getUpdates({ offset = 0, timeout = 0 }: Params): Promise<unknown> {
    if (state.webhook) throw Object.assign(new Error(CONFLICT_HOOK), { code: 409 });
    if (state.poller) throw Object.assign(new Error(CONFLICT), { code: 409 });
    queue = queue.filter((u) => u.update_id >= Number(offset));
    if (queue.length === 0 && Number(timeout) > 0) {
      await new Promise<void>((done) => {
        const timer = setTimeout(done, Number(timeout) * 1000);
        state.poller = () => {
          clearTimeout(timer);
          done();
        };
      });
      state.poller = undefined;
    }
    return queue.slice(0, 100);
  }

  function post(method: string, params: Params): Params {
    const chat = Number(params.chat_id);
    if (rules.blocked.has(chat))
      throw Object.assign(new Error("Forbidden: bot was blocked by the user"), { code: 403 });
    const { text, entities } = parseHtml(String(params.text ?? params.caption ?? ""));
    const only = (params.ephemeral_message_parameters as { receiver_user_id: number } | undefined)?.receiver_user_id;
    const shown: Shown = {
      message_id: ++state.lastMessage,
      chat,
      text,
      entities,
      method,
      edits: 0,
      ...(params.reply_markup ? { markup: params.reply_markup as Markup } : {}),
      ...(only ? { only } : {}),
      ...mediaOf(params),
    };
    messages.push(shown);
    return asMessage(shown);
  }

  function edit(params: Params): Params {
    const shown = messages.find((m) => m.chat === Number(params.chat_id) && m.message_id === params.message_id);
    if (!shown) throw new Error("Bad Request: message to edit not found");
    const { text, entities } = parseHtml(String(params.text));
    const markup = params.reply_markup as Markup | undefined;
    if (shown.text === text && JSON.stringify(shown.markup) === JSON.stringify(markup)) throw new Error(SAME);
    Object.assign(shown, { text, entities, edits: shown.edits + 1 });
    if (markup) shown.markup = markup;
    else delete shown.markup;
    return asMessage(shown);
  }

  function run(method: string, params: Params): unknown {
    if (method === "getUpdates") return getUpdates(params);
    if (method === "getMe") return { ...BOT, can_join_groups: true, ...facts.me };
    if (method === "editMessageText") return edit(params);
    if (method === "deleteMessage") {
      const at = messages.findIndex((m) => m.message_id === params.message_id);
      if (at < 0) throw new Error("Bad Request: message to delete not found");
      return messages.splice(at, 1).length === 1;
    }
    if (method === "getFile") {
      const file_id = String(params.file_id);
      const bytes = files.get(file_id);
      if (!bytes) throw new Error("Bad Request: wrong file_id or the file is temporarily unavailable");
      return { file_id, file_unique_id: file_id, file_size: bytes.length, file_path: `documents/${file_id}` };
    }
    if (method === "answerCallbackQuery") return answered.push(params) > 0;
    if (method === "setWebhook")
      return Object.assign(state, { webhook: params.url, secret: params.secret_token }) && true;
    if (method === "deleteWebhook") return Object.assign(state, { webhook: "" }) && true;
    if (method === "getWebhookInfo")
      return { url: state.webhook, pending_update_count: queue.length, ...facts.webhook };
    if (method === "setMyCommands") return menus.set(listOf(params), params.commands) && true;
    if (method === "getMyCommands") return menus.get(listOf(params)) ?? [];
    if (method === "sendMediaGroup")
      return (params.media as Params[]).map((m) => post(ALBUM[String(m.type)] ?? method, { ...params, ...m }));
    if (method.startsWith("send")) return post(method, params);
    throw Object.assign(new Error("Not Found"), { code: 404 });
  }

  const server = createServer(async (request, response) => {
    const wanted = /^\/file\/bot[^/]+\/documents\/(\w+)$/.exec(request.url ?? "")?.[1];
    if (wanted) return void response.writeHead(files.has(wanted) ? 200 : 404).end(files.get(wanted));
    const [, token, method = ""] = /^\/bot([^/]+)\/(\w+)$/.exec(request.url ?? "") ?? [];
    const reply = (code: number, body: object) =>
      void response.writeHead(code, { "content-type": "application/json" }).end(JSON.stringify(body));
    const refuse = (error_code: number, description: string, parameters?: object) =>
      reply(error_code, { ok: false, error_code, description, ...(parameters ? { parameters } : {}) });
    const params = await paramsOf(request);
    if (token !== TOKEN) return refuse(401, "Unauthorized");
    const call = { method, params };
    calls.push(call);
    const fault = rules.fault(call);
    if (fault?.kind === "drop") return void request.socket.resetAndDestroy();
    if (fault?.kind === "broken") return refuse(500, "Internal Server Error");
    if (fault?.kind === "error") return refuse(fault.code, fault.description);
    if (fault?.kind === "slow down")
      return refuse(429, `Too Many Requests: retry after ${fault.after}`, { retry_after: fault.after });
    if (fault?.kind === "stall") await new Promise((done) => setTimeout(done, fault.milliseconds));
    if (method === "getUpdates") response.once("close", () => state.poller?.());
    try {
      check(method, params);
      reply(200, { ok: true, result: await run(method, params) });
    } catch (error) {
      refuse((error as { code?: number }).code ?? 400, (error as Error).message);
    }
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    messages,
    calls,
    answered,
    menus,
    facts,
    state,
    rules,
    /** Something that was said, as the update that it makes. */
    say(person: Person, chat: Chat, text: string, more: { to?: Shown } & Params = {}): number {
      const { to, ...rest } = more;
      const message_id = ++state.lastMessage;
      const reply = to ? { reply_to_message: asMessage(to) } : {};
      return publish({ message: { message_id, from: from(person), chat, date: 1, text, ...reply, ...rest } });
    },
    press(person: Person, shown: Shown, label: string): number {
      const button = shown.markup?.inline_keyboard?.flat().find((b) => b.text === label);
      if (!button?.callback_data) throw new Error(`There is no button "${label}" on: ${shown.text}`);
      const query = { id: `q${state.lastUpdate}`, from: from(person), chat_instance: "1", data: button.callback_data };
      return publish({ callback_query: { ...query, message: asMessage(shown) } });
    },
    /** The same update again, or any other. */
    again: (update: Update) => {
      queue.push(update);
      state.poller?.();
    },
    waiting: () => queue,
    /** A file that somebody sends: what a message says of it. */
    keepFile(bytes: Buffer): { file_id: string; file_unique_id: string } {
      const id = `file${files.size + 1}`;
      files.set(id, bytes);
      return { file_id: id, file_unique_id: id };
    },
    async close() {
      state.poller?.();
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

function mediaOf(params: Params): { media?: Blob | string } {
  const given = params.media ?? params.photo ?? params.video ?? params.audio ?? params.document;
  const name = typeof given === "string" ? /^attach:\/\/(.+)$/.exec(given)?.[1] : undefined;
  const media = name === undefined ? given : params[name];
  return media instanceof Blob || typeof media === "string" ? { media } : {};
}

/** One of an album is shown as if it had been sent alone. */
const ALBUM: Record<string, string> = {
  photo: "sendPhoto",
  video: "sendVideo",
  audio: "sendAudio",
  document: "sendDocument",
};
/** One list of commands for each scope and language. */
const listOf = ({ scope, language_code }: Params) =>
  `${(scope as { type: string } | undefined)?.type ?? "default"} ${language_code ?? ""}`.trim();

const CONFLICT = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running";
const CONFLICT_HOOK =
  "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first";
const SAME =
  "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message";

async function paramsOf(request: IncomingMessage): Promise<Params> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  const body = Buffer.concat(pieces);
  const type = request.headers["content-type"] ?? "";
  if (!type.startsWith("multipart/")) return body.length > 0 ? (JSON.parse(body.toString()) as Params) : {};
  const form = await new Response(body, { headers: { "content-type": type } }).formData();
  return Object.fromEntries(
    [...form].map(([name, value]) => [
      name,
      typeof value === "string" && /^[[{]/.test(value) ? JSON.parse(value) : value,
    ]),
  );
}
