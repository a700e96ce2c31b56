// Forms: a button opens one, and everything the form is made of stands in the button, so that it opens without a lookup.
import type { APILabelComponent, APIModalInteractionResponse, SelectMenuDefaultValueType } from "discord-api-types/v10";
import { type Command, describeCommand, type Registry, speaker } from "../../core/command/index.ts";
import type { Input } from "../../core/view/index.ts";
import { localeOf } from "../../core/words/say.ts";
import { CUSTOM_ID, MODAL, SELECT } from "./limits.ts";
import { short } from "./plain.ts";

const FORM = "form:";
/** In place of a token: the form is a command's own. */
const OWN = "@";

export type FormAbout = { action?: string | undefined; command: string; inputs: string[] };

/** `form:{token or @}:{command}:{inputs}`; the inputs are left out where they do not fit, and all are asked then. */
export function formId({ action, command, inputs }: FormAbout): string {
  const head = `${FORM}${action ?? OWN}:${command}`;
  const whole = `${head}:${inputs.join(",")}`;
  return whole.length <= CUSTOM_ID ? whole : head.slice(0, CUSTOM_ID);
}

const pattern = /^form:([^:]{1,64})(?::([a-z0-9 _-]{1,64}))?(?::([a-z0-9_,-]*))?$/;

export type Form = { token: string } | { command: string };

/** What the button or the modal of a form stands for. */
export function formOf(customId: string): Form | undefined {
  const [, head = "", command = ""] = pattern.exec(customId) ?? [];
  if (head === "") return undefined;
  if (head !== OWN) return { token: head };
  return command === "" ? undefined : { command };
}

/** What was given before, and what was wrong with it. */
export type Given = Record<string, { value?: string; error?: string }>;

/** The form that a button opens, made from the command's declaration. */
export function modalOf(
  customId: string,
  commands: Registry,
  locale: string | undefined,
  given: Given = {},
): APIModalInteractionResponse | undefined {
  const [, , name = "", list] = pattern.exec(customId) ?? [];
  const command = name === "" ? undefined : commands.find(name);
  if (!command) return undefined;
  const wanted = list === undefined || list === "" ? undefined : new Set(list.split(","));
  const components = fieldsOf(command, locale, wanted, given);
  const title = short(speaker(localeOf(locale)).say(command.says), MODAL.title);
  return components.length === 0 ? undefined : { type: 9, data: { custom_id: customId, title, components } };
}

function fieldsOf(
  command: Command,
  locale: string | undefined,
  wanted: ReadonlySet<string> | undefined,
  given: Given,
): APILabelComponent[] {
  const say = speaker(localeOf(locale));
  const all = describeCommand(command, say).inputs.filter((input) => !wanted || wanted.has(input.name));
  // What is needed comes first, so that what does not fit was not needed.
  return all
    .toSorted((a, b) => Number(b.required) - Number(a.required))
    .slice(0, MODAL.inputs)
    .map((input) => label({ ...input, ...given[input.name] }, (text) => say.say(text)));
}

const USER = "user" as SelectMenuDefaultValueType.User;
type Say = (text: string) => string;

function label(input: Input, say: Say): APILabelComponent {
  const hint = input.error === undefined ? input.hint : `⚠ ${input.error}`;
  const description = hint === undefined || hint === "" ? {} : { description: short(hint, MODAL.description) };
  return { type: 18, label: short(input.label, MODAL.label), ...description, component: field(input, say) };
}

/** A pick from few, a person, a file, or a line to write. */
function field(input: Input, say: Say): APILabelComponent["component"] {
  const { name, kind, required, value } = input;
  const options = choicesOf(input, say);
  // A command's own option says true, a form says yes.
  const before = kind === "yesNo" ? ({ true: "yes", false: "no" }[value ?? ""] ?? value) : value;
  if (options.length > 0 && options.length <= SELECT.options)
    return {
      type: 3,
      custom_id: name,
      required,
      min_values: required ? 1 : 0,
      max_values: 1,
      options: options.map((o) => ({
        value: o.value,
        label: short(o.label, SELECT.label),
        ...(o.value === before ? { default: true } : {}),
      })),
    };
  if (kind === "file") return { type: 19, custom_id: name, required, min_values: required ? 1 : 0, max_values: 1 };
  if (kind === "person") {
    const id = /^(?:<@!?)?(\d{17,20})>?$/.exec(value ?? "")?.[1];
    const chosen = id === undefined ? {} : { default_values: [{ id, type: USER }] };
    return { type: 5, custom_id: name, required, min_values: required ? 1 : 0, max_values: 1, ...chosen };
  }
  return line(input);
}

function choicesOf({ kind, choices }: Input, say: Say): { value: string; label: string }[] {
  if (choices || kind !== "yesNo") return choices ?? [];
  return [
    { value: "yes", label: say("Yes") },
    { value: "no", label: say("No") },
  ];
}

function line({ name, kind, required, min, max, value, hint }: Input): APILabelComponent["component"] {
  const text = kind === "text";
  const most = text ? Math.min(max ?? MODAL.text, MODAL.text) : 400;
  return {
    type: 4,
    custom_id: name,
    style: text && most > 200 ? 2 : 1,
    required,
    max_length: most,
    ...(text && min !== undefined && min > 0 ? { min_length: Math.min(min, most) } : {}),
    ...(value === undefined ? {} : { value: value.slice(0, most) }),
    ...(hint === undefined || hint === "" ? {} : { placeholder: short(hint, MODAL.placeholder) }),
  };
}
