// A Telegram on this machine: keeps chats, hands out updates as the Bot API does, refuses what it refuses, enforces its
// limits, and misbehaves when told to.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { brokeOff, fastLine } from "../slow.ts";
import { BOT, chatOf, openChats, Refusal, type Shown } from "./chats.ts";
import { openFlood } from "./flood.ts";
import { wrongReply, wrongUpdate } from "./judge.ts";
import { openQueue, type Update } from "./queue.ts";
import { check, type Params } from "./rules.ts";

export { BOT, type Shown } from "./chats.ts";

export type Fault =
  | { kind: "slow down"; after: number }
  | { kind: "broken" }
  | { kind: "stall"; milliseconds: number }
  | { kind: "drop" }
  | { kind: "error"; code: number; description: string };
export type Call = { method: string; params: Params };
export type Person = { id: number; first_name: string; language_code?: string; is_bot?: boolean };
export type Chat = { id: number; type: "private" | "group" | "supergroup" };

export const TOKEN = "4242:AAE-emulated-token";
/** getFile: "The maximum file size to download is 20 MB". */
const DOWNLOAD = 20_000_000;

export type Telegram = Awaited<ReturnType<typeof openTelegram>>;

export async function openTelegram() {
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
    /** Calls that were refused for coming too often. */
    flooded: 0,
    /** What of ours is not as Telegram describes it. */
    strange: [] as string[],
  };
  const chats = openChats(state);
  const queue = openQueue(state);
  const flood = openFlood();
  const answered: Params[] = [];
  const files = new Map<string, Buffer>();
  const rules = Object.assign(chats.rules, {
    fault: (_call: Call): Fault | undefined => undefined,
    /** What people sent is given out only then. */
    filesHere: Promise.resolve() as Promise<unknown>,
    slow: fastLine(),
    /** Limits of the pace; a test of something else may do without. */
    flood: true,
  });

  function hand(update: Update): void {
    const wrong = wrongUpdate(update);
    if (wrong) state.strange.push(wrong);
    const { callback_query: query, message } = update as { callback_query?: { id: string }; message?: Params };
    if (query) chats.moments.set(`query ${query.id}`, chats.now());
    if (message?.ephemeral_message_id) chats.moments.set(`unseen ${message.ephemeral_message_id}`, chats.now());
    queue.push(update);
  }

  function publish(update: Params): number {
    const update_id = ++state.lastUpdate;
    hand({ update_id, ...update });
    return update_id;
  }

  const from = ({ id, first_name, language_code, is_bot = false }: Person) => ({
    id,
    is_bot,
    first_name,
    ...(language_code ? { language_code } : {}),
  });

  const methods: Record<string, (params: Params, closed: Promise<unknown>) => unknown> = {
    getUpdates: queue.ask,
    getMe: () => ({ ...BOT, can_join_groups: true, ...facts.me }),
    editMessageText: chats.edit,
    editEphemeralMessageText: (params) => unseen() && chats.edit(params) && true,
    deleteMessage: chats.remove,
    deleteEphemeralMessage: (params) => unseen() && chats.remove(params),
    getFile({ file_id }) {
      const bytes = files.get(String(file_id));
      if (!bytes) throw new Refusal("Bad Request: wrong file_id or the file is temporarily unavailable");
      if (bytes.length > DOWNLOAD) throw new Refusal("Bad Request: file is too big");
      return { file_id, file_unique_id: file_id, file_size: bytes.length, file_path: `documents/${file_id}` };
    },
    answerCallbackQuery: (params) => answered.push(params) > 0,
    setWebhook({ url, secret_token: secret, allowed_updates: kinds }) {
      if (Array.isArray(kinds)) queue.allow(kinds as string[]);
      return Object.assign(state, { webhook: url, secret }) && true;
    },
    deleteWebhook: () => Object.assign(state, { webhook: "" }) && true,
    getWebhookInfo: () => ({
      url: state.webhook,
      has_custom_certificate: false,
      pending_update_count: queue.waiting().length,
      ...facts.webhook,
    }),
    setMyCommands: (params) => menus.set(listOf(params), params.commands) && true,
    getMyCommands: (params) => menus.get(listOf(params)) ?? [],
    sendMediaGroup(params) {
      const album = `album${++state.lastMessage}`;
      return (params.media as Params[]).map((m) => chats.post(ALBUM[String(m.type)]!, { ...params, ...m }, album));
    },
  };
  for (const method of ["sendMessage", "sendPhoto", "sendVideo", "sendAudio", "sendDocument"])
    methods[method] = (params) => chats.post(method, params);

  function unseen(): true {
    if (!chats.rules.unseen) throw new Refusal("Not Found", 404);
    return true;
  }

  async function run(call: Call, closed: Promise<unknown>): Promise<unknown> {
    const { method, params } = call;
    check(method, params);
    const known = methods[method];
    if (!known) throw new Refusal("Not Found", 404);
    const after = rules.flood ? flood.count(method, Number(params.chat_id), chats.now()) : 0;
    if (after > 0) {
      state.flooded++;
      throw new Refusal(`Too Many Requests: retry after ${after}`, 429, { retry_after: after });
    }
    const result = await known(params, closed);
    const wrong = wrongReply(method, result);
    if (wrong) state.strange.push(wrong);
    return result;
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const wanted = new RegExp(`^/file/bot${TOKEN}/documents/(\\w+)$`).exec(request.url ?? "")?.[1];
    if (wanted) {
      await rules.filesHere;
      return void response.writeHead(files.has(wanted) ? 200 : 404).end(files.get(wanted));
    }
    const [, token, method = ""] = /^\/bot([^/]+)\/(\w+)$/.exec(request.url ?? "") ?? [];
    const reply = (code: number, body: object) =>
      void response.writeHead(code, { "content-type": "application/json" }).end(JSON.stringify(body));
    const refuse = (error_code: number, description: string, parameters?: object) =>
      reply(error_code, { ok: false, error_code, description, ...(parameters ? { parameters } : {}) });
    const closed = new Promise((done) => response.once("close", done));
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
    if (await brokeOff(rules.slow, bytesIn(params), response)) return;
    try {
      reply(200, { ok: true, result: await run(call, closed) });
    } catch (error) {
      const { code = 400, parameters } = error as { code?: number; parameters?: object };
      refuse(code, (error as Error).message, parameters);
    }
  }

  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    messages: chats.messages,
    calls,
    answered,
    menus,
    facts,
    state,
    rules,
    /** Something that was said, as the update that it makes. Without words it is a file alone, or its caption is in `more`. */
    say(person: Person, chat: Chat, text: string, more: { to?: Shown } & Params = {}): number {
      const { to, ...rest } = more;
      const message_id = ++state.lastMessage;
      const words = text === "" ? {} : { text };
      const reply = to ? { reply_to_message: chats.asMessage(to) } : {};
      return publish({ message: { message_id, from: from(person), chat, date: 1, ...words, ...reply, ...rest } });
    },
    press(person: Person, shown: Shown, label: string): number {
      const button = shown.markup?.inline_keyboard?.flat().find((b) => b.text === label);
      if (!button?.callback_data) throw new Error(`There is no button "${label}" on: ${shown.text}`);
      const query = { id: `q${state.lastUpdate}`, from: from(person), chat_instance: "1", data: button.callback_data };
      return publish({ callback_query: { ...query, message: chats.asMessage(shown) } });
    },
    /** We are thrown out of a chat, or let in again. */
    member(person: Person, chat: Chat, status: "kicked" | "member"): number {
      const gone = chat.type === "private" ? rules.blocked : rules.kicked;
      if (status === "kicked") gone.add(chat.id);
      else gone.delete(chat.id);
      const member = (is: string) => ({ user: BOT, status: is, ...(is === "kicked" ? { until_date: 0 } : {}) });
      const before = member(status === "kicked" ? "member" : "kicked");
      const change = { chat, from: from(person), date: 1, old_chat_member: before, new_chat_member: member(status) };
      return publish({ my_chat_member: change });
    },
    /** A group becomes a supergroup; `silent`: the bot hears of it only when it writes there. */
    upgrade(person: Person, chat: Chat, to: Chat, silent = false): void {
      rules.upgraded.set(chat.id, to.id);
      if (silent) return;
      const note = () => ({ message_id: ++state.lastMessage, from: from(person), date: 1 });
      publish({ message: { ...note(), chat, migrate_to_chat_id: to.id } });
      publish({ message: { ...note(), chat: to, migrate_from_chat_id: chat.id } });
    },
    chatOf,
    /** The same update again, or any other. */
    again: hand,
    waiting: queue.waiting,
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

const bytesIn = (params: Params): number =>
  Object.values(params).reduce((sum: number, value) => sum + (value instanceof Blob ? value.size : 0), 0);

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
