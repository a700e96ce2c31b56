// How an interaction is acknowledged: known from what it is and what its command declares, before anything is looked up.
import type {
  APIInteraction,
  APIInteractionResponse,
  APILabelComponent,
  APIModalInteractionResponse,
} from "discord-api-types/v10";
import { describeCommand, type Registry, speaker } from "../../core/command/index.ts";
import type { Input } from "../../core/view/index.ts";
import { localeOf } from "../../core/words/say.ts";
import { FLAG, MODAL } from "./limits.ts";
import { short } from "./plain.ts";

/** A button that opens a form: `form:{token}:{command}:{inputs}`. */
export const FORM = "form:";

/** Undefined: what is typed just now; it is answered itself, not acknowledged. */
export function ackOf(interaction: APIInteraction, commands: Registry): APIInteractionResponse | undefined {
  switch (interaction.type) {
    case 1:
      return { type: 1 };
    case 2:
      // What we do not know is answered to the asker alone.
      return later(commands.find(commandName(interaction.data))?.reply !== "public");
    case 3: {
      const form = modalOf(interaction.data.custom_id, commands, interaction.locale);
      return form ?? byLetter(tokenOf(interaction.data), true);
    }
    case 5:
      return byLetter(formToken(interaction.data.custom_id), interaction.message !== undefined);
    default:
      return undefined;
  }
}

const later = (alone: boolean): APIInteractionResponse =>
  alone ? { type: 5, data: { flags: FLAG.private } } : { type: 5 };

/** The first letter of a token: u changes the message it is on, r answers everybody, p the person alone. */
function byLetter(token: string, onMessage: boolean): APIInteractionResponse {
  if (token.startsWith("u") && onMessage) return { type: 6 };
  return later(!token.startsWith("r"));
}

export const isPrivate = (ack: APIInteractionResponse | undefined): boolean =>
  ack?.type === 5 && ack.data?.flags === FLAG.private;

type CommandData = { name: string; options?: readonly { type: number; name: string }[] };

export function commandName(data: CommandData): string {
  const words = [data.name];
  let options = data.options as readonly { type: number; name: string; options?: CommandData["options"] }[] | undefined;
  while (options?.[0] && options[0].type <= 2) {
    words.push(options[0].name);
    options = options[0].options;
  }
  return words.join(" ");
}

export const tokenOf = (data: { custom_id: string; values?: readonly unknown[] }): string =>
  data.custom_id.startsWith("select:") ? String(data.values?.[0] ?? "") : data.custom_id;

const formPattern = /^form:([^:]{1,64})(?::([a-z0-9 ]{1,64}))?(?::([a-z0-9_,]*))?$/;
export const formToken = (customId: string): string => formPattern.exec(customId)?.[1] ?? customId;

/** The form that a button opens, made from the command's declaration alone. */
export function modalOf(
  customId: string,
  commands: Registry,
  locale: string | undefined,
): APIModalInteractionResponse | undefined {
  const [, , name = "", list] = formPattern.exec(customId) ?? [];
  const command = name === "" ? undefined : commands.find(name);
  if (!command) return undefined;
  const say = speaker(localeOf(locale));
  const wanted = list === undefined || list === "" ? undefined : new Set(list.split(","));
  const all = describeCommand(command, say).inputs.filter((input) => !wanted || wanted.has(input.name));
  // What is needed comes first, so that what does not fit was not needed.
  const inputs = all.toSorted((a, b) => Number(b.required) - Number(a.required)).slice(0, MODAL.inputs);
  if (inputs.length === 0) return undefined;
  return {
    type: 9,
    data: { custom_id: customId, title: short(say.say(command.says), MODAL.title), components: inputs.map(label) },
  };
}

function label(input: Input): APILabelComponent {
  const hint = input.hint === undefined ? {} : { description: short(input.hint, MODAL.description) };
  return { type: 18, label: short(input.label, MODAL.label), ...hint, component: field(input) };
}

function field({ name, kind, required, choices, min, max, value }: Input): APILabelComponent["component"] {
  const options = choices ?? (kind === "yesNo" ? ["yes", "no"].map((v) => ({ value: v, label: v })) : []);
  if (options.length > 0 && options.length <= 25) {
    return {
      type: 3,
      custom_id: name,
      required,
      options: options.map((o) => ({
        value: o.value,
        label: short(o.label, 100),
        ...(o.value === value ? { default: true } : {}),
      })),
    };
  }
  if (kind === "file") return { type: 19, custom_id: name, required, min_values: required ? 1 : 0, max_values: 1 };
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
  };
}
