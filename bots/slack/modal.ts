// A dialogue for the options of a command, made from its declaration alone; what is behind it stands in its metadata.
import type { InputBlock, KnownBlock, ModalView, PlainTextElement } from "@slack/types";
import { type Command, describeCommand, speaker } from "../../core/command/index.ts";
import type { Input } from "../../core/view/index.ts";
import type { Locale } from "../../core/words/say.ts";
import { attachedOf } from "./files.ts";
import { type Json, list, obj, parsed, some, str } from "./json.ts";
import { BUTTON, MODAL, SELECT } from "./limits.ts";
import { clean, short } from "./plain.ts";

export type Metadata = {
  /** A sealed form, or a command of its own. */
  token?: string;
  command: string;
  place: string;
  thread?: string;
  response?: string;
  on?: { ts: string; ephemeral?: true };
  /** What was known before, and is not asked again. */
  given?: Record<string, string>;
  /** The words of the message that a shortcut was used on. */
  text?: string;
};

/** The most inputs that a dialogue can be read with. */
const MOST = 50;

export function readMetadata(view: Json): Metadata | undefined {
  const made = parsed(str(view.private_metadata));
  if (!made || typeof made.place !== "string") return undefined;
  const given = Object.entries(obj(made.given)).flatMap(([n, v]) => (typeof v === "string" ? [[n, v] as const] : []));
  const { on, token, thread, response, text } = made;
  return {
    command: str(made.command),
    place: made.place,
    ...some("token", str(token)),
    ...some("thread", str(thread)),
    ...some("response", str(response)),
    ...some("text", str(text)),
    ...(str(obj(on).ts) ? { on: { ts: str(obj(on).ts), ...(obj(on).ephemeral ? { ephemeral: true } : {}) } } : {}),
    ...(given.length > 0 ? { given: Object.fromEntries(given) } : {}),
  };
}

/** What does not fit is what can be missed most easily. */
export function writeMetadata(metadata: Metadata): string {
  const { given: _, ...less } = metadata;
  const { response: __, text: ___, ...least } = less;
  const fits = [metadata, less, least].map((one) => JSON.stringify(one)).find((text) => text.length <= MODAL.metadata);
  return fits ?? JSON.stringify({ command: metadata.command, place: metadata.place });
}

const plainText = (text: string, most: number): PlainTextElement => ({
  type: "plain_text",
  text: short(text, most),
  emoji: false,
});

type Asked = { command: Command; locale: Locale; metadata: Metadata; only?: ReadonlySet<string> | undefined };

/** `metadata.given` fills in what is asked; what is not asked goes with it. */
export function commandModal({ command, locale, metadata, only }: Asked): ModalView | undefined {
  const { say } = speaker(locale);
  const { local, inputs: all } = describeCommand(command, speaker(locale));
  const asked = all.filter(({ name }) => !only || only.has(name));
  // What is needed comes first, so that what does not fit was not needed.
  const inputs = asked.toSorted((a, b) => Number(b.required) - Number(a.required)).slice(0, MOST);
  if (inputs.length === 0) return undefined;
  const given = metadata.given ?? {};
  const rest = Object.entries(given).filter(([name]) => !inputs.some((i) => i.name === name));
  const { given: _, text: __, ...base } = metadata;
  return {
    type: "modal",
    callback_id: "run",
    private_metadata: writeMetadata({ ...base, ...(rest.length > 0 ? { given: Object.fromEntries(rest) } : {}) }),
    title: plainText(local, MODAL.title),
    submit: plainText(say("Run"), MODAL.submit),
    close: plainText(say("Cancel"), MODAL.submit),
    blocks: [
      ...saying(say(command.says)),
      ...inputs.map((input) => inputBlock({ ...input, ...some("value", given[input.name] ?? input.value ?? "") }, say)),
    ],
  };
}

const saying = (text: string): KnownBlock[] => [{ type: "context", elements: [plainText(text, 2_000)] }];

type Say = ReturnType<typeof speaker>["say"];

export function inputBlock(input: Input, say: Say): InputBlock {
  const hint = input.hint ? say("such as {example}", { example: input.hint }) : "";
  return {
    type: "input",
    block_id: `in:${input.name}`,
    label: plainText(input.label, MODAL.label),
    optional: !input.required,
    ...(hint && input.kind !== "file" ? { hint: plainText(hint, MODAL.hint) } : {}),
    element: element(input, say),
  };
}

function element(input: Input, say: Say): InputBlock["element"] {
  const { name, kind, value = "", choices, min, max } = input;
  const offered = choices ?? (kind === "yesNo" ? yesNo(say) : []);
  if (offered.length > 0) return chosen(name, offered, value);
  const action_id = name;
  if (kind === "pick")
    return {
      type: "external_select",
      action_id,
      min_query_length: 0,
      ...(value ? { initial_option: option(value) } : {}),
    };
  if (kind === "person") {
    const user = /^<?@?([UW][A-Z0-9]+)>?$/.exec(value)?.[1];
    return { type: "users_select", action_id, ...(user ? { initial_user: user } : {}) };
  }
  if (kind === "file") return { type: "file_input", action_id, max_files: 1 };
  if ((kind === "whole" || kind === "decimal") && (value === "" || Number.isFinite(Number(value))))
    return {
      type: "number_input",
      action_id,
      is_decimal_allowed: kind === "decimal",
      ...some("initial_value", value),
      ...(min === undefined ? {} : { min_value: String(min) }),
      ...(max === undefined ? {} : { max_value: String(max) }),
    };
  return typed(input);
}

function typed({ name, kind, value = "", min, max }: Input): InputBlock["element"] {
  const text = kind === "text";
  const most = text ? Math.min(max ?? MODAL.text, MODAL.text) : 400;
  return {
    type: "plain_text_input",
    action_id: name,
    multiline: text && most > 200,
    max_length: most,
    ...(text && min !== undefined && min > 0 ? { min_length: Math.min(min, most) } : {}),
    ...some("initial_value", clean(value).slice(0, most).toWellFormed()),
  };
}

const option = (value: string, label = value) => ({
  text: plainText(label, SELECT.label),
  value: value.slice(0, SELECT.value),
});

const yesNo = (say: Say) => [
  { value: "yes", label: say("Yes") },
  { value: "no", label: say("No") },
];

function chosen(name: string, choices: { value: string; label: string }[], value: string): InputBlock["element"] {
  const options = choices
    .filter((c) => c.value.length <= SELECT.value)
    .slice(0, SELECT.options)
    .map((c) => option(c.value, c.label));
  const initial = options.find((o) => o.value === value);
  return { type: "static_select", action_id: name, options, ...(initial ? { initial_option: initial } : {}) };
}

/** The values of a dialogue, by the names of its inputs. What was left empty is not there. */
export function submitted(view: Json): Record<string, unknown> {
  const found: [string, unknown][] = [];
  for (const block of Object.values(obj(obj(view.state).values))) {
    for (const [name, field] of Object.entries(obj(block))) {
      const value = fieldValue(obj(field));
      if (value !== undefined && value !== "") found.push([name, value]);
    }
  }
  return Object.fromEntries(found);
}

function fieldValue(field: Json): unknown {
  if (field.type === "file_input") return list(field.files).flatMap((f) => attachedOf(f) ?? [])[0];
  if (field.type === "users_select") return str(field.selected_user) ? `<@${str(field.selected_user)}>` : undefined;
  return str(field.value) || str(obj(field.selected_option).value);
}

/** What the button of a form had been given; only words are believed. */
export function givenIn(value: string): Record<string, string> {
  if (value.length > BUTTON.value) return {};
  return Object.fromEntries(
    Object.entries(parsed(value) ?? {}).flatMap(([n, v]) => (typeof v === "string" ? [[n, v] as const] : [])),
  );
}

/** Which command: the dialogue that a shortcut opens. */
export function pickModal(locale: Locale, metadata: Omit<Metadata, "command">): ModalView {
  const { say } = speaker(locale);
  return {
    type: "modal",
    callback_id: "pick",
    private_metadata: writeMetadata({ ...metadata, command: "" }),
    title: plainText(say("Run a command"), MODAL.title),
    submit: plainText(say("Next"), MODAL.submit),
    close: plainText(say("Cancel"), MODAL.submit),
    blocks: [
      {
        type: "input",
        block_id: "in:command",
        label: plainText(say("Which command"), MODAL.label),
        element: { type: "external_select", action_id: "command", min_query_length: 0 },
      },
    ],
  };
}
