// How a payload is acknowledged: known from what it is and what its command declares, before anything is looked up.
import type { ModalView } from "@slack/types";
import { type Command, parseWords, type Registry } from "../../core/command/index.ts";
import { type Locale, say } from "../../core/words/say.ts";
import { slashWords, whoOf } from "./decode.ts";
import { readForm } from "./form.ts";
import { type Json, list, obj, some, str } from "./json.ts";
import { commandModal, givenIn, type Metadata, pickModal, readMetadata, submitted } from "./modal.ts";
import { written } from "./plain.ts";

/**
 * `keep`: acknowledged with `body` once it is durable. `open`: a dialogue, while the trigger lives; when that fails it is
 * kept like the others. `answer`: this is all there is to say. `none`: nothing to us.
 */
export type Ack =
  | { kind: "keep"; body?: object; repeats: boolean }
  | { kind: "open"; trigger: string; view: ModalView; keep: boolean }
  | { kind: "answer"; body?: object }
  | { kind: "offer" }
  | { kind: "home" }
  | { kind: "groups" };

export function ackOf(body: Json, commands: Registry, locale: Locale = "en"): Ack {
  if (body.type === "event_callback") return eventAck(obj(body.event));
  if (typeof body.command === "string") return slashAck(body, commands, locale);
  switch (body.type) {
    case "block_suggestion":
      return { kind: "offer" };
    case "block_actions":
      return pressAck(body, commands, locale);
    case "shortcut":
    case "message_action":
      return shortcutAck(body, locale);
    case "view_submission":
      return submitAck(body, commands, locale);
    default:
      return { kind: "answer" };
  }
}

function eventAck({ type, tab }: Json): Ack {
  if (type === "app_home_opened") return tab === undefined || tab === "home" ? { kind: "home" } : { kind: "answer" };
  if (str(type).startsWith("subteam_")) return { kind: "groups" };
  return { kind: "keep", repeats: true };
}

/** Everybody sees what was typed where everybody sees the answer. */
function slashAck(body: Json, commands: Registry, locale: Locale): Ack {
  const heard = parseWords(commands, slashWords(body), { locale });
  const command = heard?.known ? commands.find(heard.name) : undefined;
  const from = whoOf(body);
  const trigger = str(body.trigger_id);
  if (command && heard && from && trigger && isMissing(command, heard.options)) {
    const metadata = { command: command.name, place: from.place, ...some("response", str(body.response_url)) };
    const view = commandModal({ command, locale, metadata: { ...metadata, given: heard.options } });
    if (view) return { kind: "open", trigger, view, keep: true };
  }
  return {
    kind: "keep",
    repeats: false,
    ...(command?.reply === "public" ? { body: { response_type: "in_channel" } } : {}),
  };
}

const isMissing = ({ options }: Command, given: Record<string, string>): boolean =>
  Object.entries(options).some(([name, o]) => o.required && o.fallback === undefined && !given[name]);

export const PICK = "pick-command";

function pressAck(body: Json, commands: Registry, locale: Locale): Ack {
  const [action = {}] = list(body.actions);
  const id = str(action.action_id);
  const trigger = str(body.trigger_id);
  const place = whoOf(body)?.place;
  if (!place) return { kind: "answer" };
  if (id === PICK && trigger) return { kind: "open", trigger, view: pickModal(locale, { place }), keep: false };
  const form = readForm(id);
  const command = form && commands.find(form.command);
  if (!form || !command || !trigger) return { kind: "keep", repeats: false };
  const metadata: Metadata = {
    token: form.token,
    command: command.name,
    given: givenIn(str(action.value)),
    ...behind(body, place),
  };
  const view = commandModal({ command, locale, metadata, only: form.inputs });
  return view ? { kind: "open", trigger, view, keep: true } : { kind: "keep", repeats: false };
}

/** Where the answer goes when the dialogue is done. */
function behind(body: Json, place: string): Omit<Metadata, "command"> {
  const container = obj(body.container);
  const message = obj(body.message);
  const ts = str(container.message_ts) || str(message.ts);
  const ephemeral = container.is_ephemeral === true ? { ephemeral: true as const } : {};
  return {
    place,
    ...some("thread", str(container.thread_ts) || str(message.thread_ts)),
    ...some("response", str(body.response_url)),
    ...(ts ? { on: { ts, ...ephemeral } } : {}),
  };
}

function shortcutAck(body: Json, locale: Locale): Ack {
  const place = whoOf(body)?.place;
  const trigger = str(body.trigger_id);
  if (!place || !trigger) return { kind: "answer" };
  if (body.type === "shortcut") return { kind: "open", trigger, view: pickModal(locale, { place }), keep: false };
  const message = obj(body.message);
  const thread = str(message.thread_ts) || str(message.ts) || str(body.message_ts);
  const metadata = { place, ...some("thread", thread), ...some("response", str(body.response_url)) };
  const text = written(str(message.text)).slice(0, 1_500).toWellFormed();
  return { kind: "open", trigger, view: pickModal(locale, { ...metadata, ...some("text", text) }), keep: false };
}

function submitAck(body: Json, commands: Registry, locale: Locale): Ack {
  const view = obj(body.view);
  const metadata = readMetadata(view);
  if (!metadata) return { kind: "answer" };
  if (view.callback_id !== "pick") return { kind: "keep", repeats: false };
  const command = commands.find(str(submitted(view).command));
  if (!command) {
    const errors = { "in:command": say(locale, "There is no such command. Choose one from the list.") };
    return { kind: "answer", body: { response_action: "errors", errors } };
  }
  const { text = "", ...rest } = metadata;
  const first = Object.keys(command.options).find((name) => command.options[name]!.kind === "text");
  const given = text && first ? { given: { [first]: text } } : {};
  // Without options there is nothing to ask but whether it was meant.
  const next = commandModal({ command, locale, metadata: { ...rest, command: command.name, ...given } });
  return next ? { kind: "answer", body: { response_action: "update", view: next } } : { kind: "keep", repeats: false };
}
