// What Slack sends, as an envelope. Pure: the same payload is the same envelope, over HTTP and over the socket.
import { parseWords, type Registry } from "../../core/command/index.ts";
import type { Content, Envelope } from "../../core/inbox/index.ts";
import type { Locale } from "../../core/words/say.ts";
import { attachedOf } from "./files.ts";
import { readForm } from "./form.ts";
import { type Json, list, obj, some, str } from "./json.ts";
import { readMetadata, submitted } from "./modal.ts";
import { written } from "./plain.ts";

export const SURFACE = "slack";

/** What the answer needs, kept with the message and given back to the sender. */
export type Hints = {
  user: string;
  /** The thread that the answer goes into. */
  thread?: string;
  /** Where Slack takes a few answers without our being in the channel, and from when. */
  response?: string;
  at?: number;
  /** The message that a button was on; `ephemeral`: only one person sees it. */
  on?: { ts: string; ephemeral?: true };
  /** The answer takes the place of that message. */
  replace?: true;
  /** For one person alone. */
  private?: true;
  locale?: string;
};

export type From = { tenant: string; user: string; place: string; name?: string };

/** Who speaks, and where. Undefined: nobody that we could answer. */
export function whoOf(body: Json): From | undefined {
  if (body.type === "event_callback") return speakerOf(body);
  if (typeof body.command === "string") {
    const [tenant, user, place] = [
      str(body.team_id) || str(body.enterprise_id),
      str(body.user_id),
      str(body.channel_id),
    ];
    return tenant && user && place ? { tenant, user, place, ...some("name", str(body.user_name)) } : undefined;
  }
  const who = obj(body.user);
  const tenant = str(obj(body.team).id) || str(who.team_id) || str(obj(body.enterprise).id);
  const user = str(who.id);
  if (!tenant || !user) return undefined;
  const place = placeOf(body) || user;
  return { tenant, user, place, ...some("name", str(who.username) || str(who.name)) };
}

/** A home page and a modal have no channel: their answers go to the person. */
const placeOf = (body: Json): string =>
  str(obj(body.container).channel_id) || str(obj(body.channel).id) || readMetadata(obj(body.view))?.place || "";

function speakerOf(body: Json): From | undefined {
  const event = obj(body.event);
  const [tenant, user] = [str(body.team_id), str(event.user)];
  const place = str(event.channel) || user;
  return tenant && user ? { tenant, user, place } : undefined;
}

/** Undefined: nothing that is kept. */
export function decode(body: Json, commands: Registry, locale?: Locale): Envelope | undefined {
  const from = whoOf(body);
  const said = from && contentOf(body, from, commands, locale);
  if (!from || !said) return undefined;
  const { content, ...more } = said;
  const { tenant, place, user, name } = from;
  const hints: Hints = { user, ...some("response", responseOf(body)), ...more };
  return {
    surface: SURFACE,
    tenant,
    place,
    delivery: str(body.event_id) || str(body.trigger_id),
    account: { id: user, ...(name ? { name } : {}) },
    whole: true,
    content,
    hints,
    ...some("at", momentIn(body)),
    ...(content.kind === "press" && hints.private && hints.response ? { apart: true } : {}),
  };
}

/** When it happened: a press says so to the microsecond, an event to the second or better. */
function momentIn(body: Json): string {
  const seconds = Number(str(list(body.actions)[0]?.action_ts) || str(obj(body.event).event_ts));
  return seconds > 0 && seconds < 1e11 ? new Date(seconds * 1000).toISOString() : "";
}

const responseOf = (body: Json): string => {
  const url = str(body.response_url) || (readMetadata(obj(body.view))?.response ?? "");
  return url.length <= 500 ? url : "";
};

type Said = Omit<Hints, "user"> & { content: Content };

function contentOf(body: Json, from: From, commands: Registry, locale?: Locale): Said | undefined {
  if (body.type === "event_callback") return said(body, from, commands, locale);
  if (typeof body.command === "string") {
    const content = slashed(body, commands, locale);
    return { content, ...quietly(commands, content) };
  }
  if (body.type === "block_actions") return pressed(body);
  if (body.type === "view_submission") return filled(body, commands);
  return undefined;
}

/** The command's own declaration says who sees its answer; what we do not know is answered to the asker alone. */
const quietly = (commands: Registry, content: Content): { private?: true } =>
  content.kind === "command" && commands.find(content.name)?.reply !== "public" ? { private: true } : {};

/** `/impresario generate song …`, or an alias: its name is the first word. */
export function slashWords({ command, text }: Json): string {
  const name = str(command).replace(/^\/+/, "");
  return `/${/^impresario$/i.test(name) ? "" : `${name} `}${written(str(text)).trim()}`.trimEnd();
}

function slashed(body: Json, commands: Registry, locale?: Locale): Content {
  const heard = parseWords(commands, slashWords(body), locale ? { locale } : {});
  if (!heard) return { kind: "command", name: "help", options: {} };
  if (heard.known) return { kind: "command", name: heard.name, options: heard.options };
  return opening(commands, heard.name) ?? { kind: "command", name: heard.name, options: {} };
}

/** A first word alone leads on to its commands. */
function opening(commands: Registry, typed: string): Content | undefined {
  const name = typed.toLowerCase();
  const opens = commands.all().some((c) => c.name.startsWith(`${name} `));
  return opens ? { kind: "command", name: "help", options: { topic: name } } : undefined;
}

/** A mention, a direct message, or `!command` in a channel or a thread, where slash commands cannot go. */
function said(body: Json, { place }: From, commands: Registry, locale?: Locale): Said | undefined {
  const event = obj(body.event);
  const text = str(event.text);
  // What bots say, ours too, is never a command: two of them would talk for ever.
  if (event.bot_id || event.bot_profile || event.app_id || event.hidden) return undefined;
  const direct = place.startsWith("D");
  const ours = list(body.authorizations).find((a) => a.is_bot)?.user_id;
  const mention = str(ours) ? `<@${str(ours)}>` : "<@";
  if (str(event.user) === str(ours)) return undefined;
  if (event.type === "message") {
    if (event.subtype && event.subtype !== "file_share" && event.subtype !== "thread_broadcast") return undefined;
    // In channels a mention comes as an event of its own.
    if (!direct && (text.includes(mention) || !/^\s*[!！]/.test(text))) return undefined;
  } else if (event.type !== "app_mention" || direct) return undefined;
  const line = addressed(text, mention);
  const heard = parseWords(commands, line, { ...(locale ? { locale } : {}) });
  const content = wordsOf(commands, heard, event.type === "app_mention" || direct);
  if (!content) return undefined;
  const thread = str(event.thread_ts) || (direct ? "" : str(event.ts));
  return {
    content: withFiles(content, event, commands),
    ...some("thread", thread),
    ...(direct ? {} : privately(commands, content)),
  };
}

/** What was said to us: after the mention, wherever that stands. */
function addressed(text: string, mention: string): string {
  const at = mention === "<@" ? -1 : text.indexOf(mention);
  if (at < 0) return written(text);
  const after = text.slice(at + mention.length).replace(/^[\s,:]+/, "");
  return written(/^\s*[!！]/.test(text) || after.trim() === "" ? text.replaceAll(mention, " ") : after);
}

function wordsOf(commands: Registry, heard: ReturnType<typeof parseWords>, meant: boolean): Content | undefined {
  if (!heard) return meant ? { kind: "command", name: "help", options: {} } : undefined;
  if (heard.known) return { kind: "command", name: heard.name, options: heard.options };
  // Other bots hear "!" too: what is not ours is not answered.
  return opening(commands, heard.name) ?? (meant ? { kind: "command", name: heard.name, options: {} } : undefined);
}

const privately = (commands: Registry, content: Content): { private?: true } =>
  content.kind === "command" && commands.find(content.name)?.reply === "private" ? { private: true } : {};

/** A file that came with the words is the command's file. */
function withFiles(content: Content, event: Json, commands: Registry): Content {
  const [file] = list(event.files).flatMap((f) => attachedOf(f) ?? []);
  if (!file || content.kind !== "command") return content;
  const options = commands.find(content.name)?.options ?? {};
  const open = Object.keys(options).find((name) => options[name]!.kind === "file" && !(name in content.options));
  return open ? { ...content, options: { ...content.options, [open]: file } } : content;
}

const TOKEN = /^[urpmb][0-9A-Za-z]{14}$/;

/** The token of a button, a choice, or the button of a form. */
export function tokenOf(body: Json): string {
  const [action] = list(body.actions);
  if (!action) return "";
  const id = str(action.action_id);
  const token = id.startsWith("select:") ? str(obj(action.selected_option).value) : (readForm(id)?.token ?? id);
  return TOKEN.test(token) ? token : "";
}

function pressed(body: Json): Said | undefined {
  const token = tokenOf(body);
  if (token === "") return undefined;
  return { content: { kind: "press", token }, ...onMessage(body), ...byLetter(token) };
}

/** The first letter of a token: u changes the message it is on, r answers everybody, p the person alone. */
const byLetter = (token: string): { private?: true; replace?: true } =>
  token.startsWith("u") ? { replace: true } : token.startsWith("r") ? {} : { private: true };

function onMessage(body: Json): { on?: Hints["on"] & object; thread?: string } {
  const container = obj(body.container);
  const ts = str(container.message_ts) || str(obj(body.message).ts);
  const thread = str(container.thread_ts) || str(obj(body.message).thread_ts);
  const ephemeral = container.is_ephemeral === true ? { ephemeral: true as const } : {};
  return { ...(ts ? { on: { ts, ...ephemeral } } : {}), ...some("thread", thread) };
}

/** What was filled in, with what was known before the dialogue opened. */
function filled(body: Json, commands: Registry): Said | undefined {
  const view = obj(body.view);
  const metadata = readMetadata(view);
  if (!metadata) return undefined;
  const said = submitted(view);
  const picked = view.callback_id === "pick" ? commands.find(str(said.command)) : undefined;
  if (view.callback_id !== "run" && !picked) return undefined;
  const given: Record<string, unknown> = picked ? {} : { ...metadata.given, ...said };
  const { token, command, thread = "", on } = { ...metadata, ...(picked ? { command: picked.name } : {}) };
  const more = { ...some("thread", thread), ...(on ? { on } : {}) };
  if (token) return { content: { kind: "press", token, input: given }, ...more, ...byLetter(token) };
  const content: Content = { kind: "command", name: command, options: given };
  return { content, ...more, ...quietly(commands, content) };
}
