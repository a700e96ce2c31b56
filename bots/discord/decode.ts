// What Discord sends, as an envelope. Pure: the same interaction is the same envelope, over HTTP and over the gateway.
import type {
  APIApplicationCommandInteraction,
  APIApplicationCommandInteractionDataOption,
  APIAttachment,
  APIInteraction,
  APIMessageComponentInteraction,
  APIModalSubmitInteraction,
} from "discord-api-types/v10";
import type { Registry } from "../../core/command/index.ts";
import type { Content, Envelope } from "../../core/inbox/index.ts";
import type { Attached } from "../parts/attached.ts";
import { ackOf, commandName, isPrivate, tokenOf } from "./ack.ts";
import { formOf, modalOf } from "./forms.ts";
import { momentOf } from "./limits.ts";
import { commandOn, ON_MESSAGE, ON_PERSON, optionFor } from "./menus.ts";
import { splitOrigin } from "./origin.ts";

/** What the answer needs, kept with the message and given back to the sender. */
export type Hints = {
  app: string;
  token: string;
  interaction: string;
  /** What was said in plain words is answered by a reply to this message; it has no token. */
  message?: string;
  user: string;
  locale: string;
  private?: boolean;
  /** The person's own chat, when it was asked there about something in a server. */
  direct?: string;
  /** Of one file, in bytes, where the server takes more or less than usual. */
  most?: number;
};

/** Undefined: nothing that is kept (a ping, what is being typed, a button that opens a form). */
export function decode(interaction: APIInteraction, commands: Registry): Envelope | undefined {
  const content = contentOf(interaction, commands);
  const who = whoOf(interaction);
  if (!content || !who) return undefined;
  const { direct, ...from } = who;
  const alone = direct !== undefined || isPrivate(ackOf(interaction, commands));
  const hints: Hints = {
    app: interaction.application_id,
    token: interaction.token,
    interaction: interaction.id,
    user: from.account.id,
    locale: from.account.locale,
    ...(alone ? { private: true } : {}),
    ...(direct === undefined ? {} : { direct }),
    ...(interaction.attachment_size_limit > 0 ? { most: interaction.attachment_size_limit } : {}),
  };
  const apart = content.kind === "press" && alone && direct === undefined;
  return {
    surface: "discord",
    delivery: interaction.id,
    content,
    hints,
    at: new Date(momentOf(interaction.id)).toISOString(),
    ...(apart ? { apart } : {}),
    ...from,
  };
}

/** `direct`: the person's own chat, where this was said about something in a server. */
type From = Pick<Envelope, "tenant" | "place" | "whole"> & { direct?: string } & {
  account: Envelope["account"] & { locale: string };
};

/** Who speaks, and where. */
export function whoOf(interaction: APIInteraction): From | undefined {
  const user = interaction.member?.user ?? interaction.user;
  const place = interaction.channel?.id ?? ("channel_id" in interaction ? interaction.channel_id : undefined);
  if (!user || !place) return undefined;
  const { guild_id: guild, member } = interaction;
  const origin = guild === undefined ? originOf(interaction) : undefined;
  const name = member?.nick ?? user.global_name ?? user.username;
  const locale = "locale" in interaction ? (interaction.locale as string) : "en";
  return {
    tenant: origin?.tenant ?? guild ?? interaction.application_id,
    place: origin?.place ?? place,
    ...(guild || origin ? { whole: true } : {}),
    ...(origin ? { direct: place } : {}),
    account: {
      id: user.id,
      locale,
      ...(name ? { name } : {}),
      ...(member ? { roles: member.roles.filter((role) => typeof role === "string") } : {}),
    },
  };
}

/** A press in a person's own chat, on an answer to what was asked in a server. */
function originOf({ type, data }: APIInteraction) {
  if (type !== 3 && type !== 5) return undefined;
  const { custom_id } = data;
  const form = formOf(custom_id);
  return splitOrigin(form ? ("token" in form ? form.token : "") : tokenOf(data)).origin;
}

function contentOf(interaction: APIInteraction, commands: Registry): Content | undefined {
  if (interaction.type === 2 && interaction.data.type === 1) {
    const { data } = interaction;
    return { kind: "command", name: commandName(data), options: given(data.options ?? [], data.resolved?.attachments) };
  }
  if (interaction.type === 2) return picked(interaction, commands);
  if (interaction.type === 3) return press(interaction, commands);
  if (interaction.type === 5) {
    const { custom_id } = interaction.data;
    const form = formOf(custom_id);
    const input = inputs(interaction);
    if (form && "command" in form) return { kind: "command", name: form.command, options: input };
    return { kind: "press", token: splitOrigin(form?.token ?? custom_id).token, input };
  }
  return undefined;
}

/** From the menu of a person or of a message: whom, or what was said there, is an option. */
function picked({ data }: APIApplicationCommandInteraction, commands: Registry): Content {
  const command = commandOn(commands, data.type, data.name);
  const option = command && optionFor(command, data.type);
  if (!command || option === undefined) return { kind: "command", name: data.name, options: {} };
  const options: Record<string, unknown> = {};
  if (data.type === ON_PERSON) options[option] = data.target_id;
  if (data.type === ON_MESSAGE) {
    const said = data.resolved.messages[data.target_id]?.content ?? "";
    // Without words (a picture alone) the option is asked for. More than it holds is cut: it was not typed for us.
    if (said.trim() !== "") options[option] = said.slice(0, command.options[option]?.max);
  }
  return { kind: "command", name: command.name, options };
}

function press({ data, locale }: APIMessageComponentInteraction, commands: Registry): Content | undefined {
  // A form that its button opened comes back as a press of its own.
  if (modalOf(data.custom_id, commands, locale)) return undefined;
  const form = formOf(data.custom_id);
  // A command without inputs, and one that is gone: there is nothing to fill in.
  if (form && "command" in form) return { kind: "command", name: form.command, options: {} };
  const { token } = splitOrigin(form?.token ?? tokenOf(data));
  return token === "" ? undefined : { kind: "press", token };
}

type Files = Record<string, APIAttachment> | undefined;
const fileOf = (id: unknown, files: Files): Attached | undefined => {
  const found = typeof id === "string" && files && Object.hasOwn(files, id) ? files[id] : undefined;
  if (!found) return undefined;
  const { filename, content_type = "", url: where, size } = found;
  return { attachment: { name: filename, type: content_type ?? "", where, size } };
};

/** The options of the command itself, under those of its words. */
function given(options: readonly APIApplicationCommandInteractionDataOption[], files: Files): Record<string, unknown> {
  const [first] = options;
  if (first && (first.type === 1 || first.type === 2)) return given(first.options ?? [], files);
  return Object.fromEntries(
    options.flatMap((option) => {
      if (!("value" in option)) return [];
      const value = option.type === 11 ? fileOf(option.value, files) : option.value;
      return value === undefined ? [] : [[option.name, value]];
    }),
  );
}

type Field = {
  custom_id?: string;
  value?: unknown;
  values?: readonly unknown[];
  component?: Field;
  components?: Field[];
};

function inputs({ data }: APIModalSubmitInteraction): Record<string, unknown> {
  const files = (data as { resolved?: { attachments?: Files } }).resolved?.attachments;
  const found: [string, unknown][] = [];
  const walk = (field: Field): void => {
    if (field.component) walk(field.component);
    for (const inner of field.components ?? []) walk(inner);
    // A field that was emptied is said to be empty: what was given before is not meant any more.
    const raw = field.value ?? field.values?.[0] ?? (field.values ? "" : undefined);
    if (field.custom_id === undefined || raw === undefined || raw === null) return;
    found.push([field.custom_id, fileOf(raw, files) ?? raw]);
  };
  for (const field of (data.components ?? []) as Field[]) walk(field);
  return Object.fromEntries(found);
}

/** What is being typed: in which command and option, and how far. */
export type Typing = { command: string; option: string; typed: string };

export function typingOf(interaction: APIInteraction): Typing | undefined {
  if (interaction.type !== 4) return undefined;
  const { data } = interaction;
  let options: readonly APIApplicationCommandInteractionDataOption[] = (data.options ??
    []) as readonly APIApplicationCommandInteractionDataOption[];
  while (options[0] && (options[0].type === 1 || options[0].type === 2)) options = options[0].options ?? [];
  const focused = options.find((o) => "focused" in o && o.focused);
  if (!focused || !("value" in focused)) return undefined;
  return { command: commandName(data), option: focused.name, typed: String(focused.value) };
}
