// Interactions as Discord sends them: a command, a button, a form that was filled in.
import { randomBytes } from "node:crypto";
import type { APIInteraction } from "discord-api-types/v10";

export type From = {
  app?: string;
  guild?: string;
  channel?: string;
  user?: string;
  nick?: string;
  locale?: string;
  roles?: string[];
  direct?: boolean;
  /** Its id holds this moment. */
  at?: Date;
  /** The option that is being typed: an interaction for completion. */
  focused?: string;
  /** Of one file, in bytes. */
  most?: number;
  /** The message that a button was on. */
  message?: Record<string, unknown>;
  files?: { option: string; id: string; name: string; type: string; url: string; size: number }[];
};

let counter = 0n;
export const snowflake = (at: Date): string =>
  String((BigInt(at.getTime() - 1_420_070_400_000) << 22n) + (counter++ & 0x3fffffn));

function base(type: number, data: unknown, from: From): Record<string, unknown> {
  const { app = "900", guild = "500", channel = "600", user = "42", locale = "en-US", direct = false } = from;
  const person = { id: user, username: `user${user}`, discriminator: "0", global_name: null, avatar: null };
  const member = { user: person, roles: from.roles ?? [], nick: from.nick ?? null, permissions: "0", flags: 0 };
  return {
    version: 1,
    type,
    id: snowflake(from.at ?? new Date()),
    application_id: app,
    token: randomBytes(24).toString("base64url"),
    channel_id: channel,
    channel: { id: channel, type: direct ? 1 : 0 },
    locale,
    entitlements: [],
    authorizing_integration_owners: {},
    attachment_size_limit: from.most ?? 10_485_760,
    context: direct ? 1 : 0,
    app_permissions: "0",
    data,
    ...(direct ? { user: person } : { guild_id: guild, guild_locale: "en-US", member }),
    ...(from.message ? { message: from.message } : {}),
  };
}

const sent = (interaction: Record<string, unknown>) => interaction as unknown as APIInteraction;
const TYPES = { string: 3, boolean: 5 } as Record<string, number>;

export function slash(name: string, options: Record<string, unknown> = {}, from: From = {}): APIInteraction {
  const [first = "", second] = name.split(" ");
  const given = Object.entries(options).map(([option, value]) => ({
    name: option,
    type: TYPES[typeof value] ?? (Number.isInteger(value) ? 4 : 10),
    value,
    ...(from.focused === option ? { focused: true } : {}),
  }));
  const files = from.files ?? [];
  const all = [...given, ...files.map(({ option, id }) => ({ name: option, type: 11, value: id }))];
  const inner = second === undefined ? all : [{ type: 1, name: second, options: all }];
  const attachments = Object.fromEntries(
    files.map(({ id, name: filename, type, url, size }) => [id, { id, filename, content_type: type, url, size }]),
  );
  const resolved = files.length > 0 ? { resolved: { attachments } } : {};
  const data = { id: "1", type: 1, name: first, options: inner, ...resolved };
  return sent(base(from.focused === undefined ? 2 : 4, data, from));
}

/** An entry of the menu of a person (2) or of a message (3), picked. */
export function picked(
  type: 2 | 3,
  name: string,
  target: { id: string; content?: string },
  from: From = {},
): APIInteraction {
  const { id, content = "" } = target;
  const one = type === 2 ? { users: { [id]: { id, username: `user${id}` } } } : { messages: { [id]: { id, content } } };
  return sent(base(2, { id: "1", type, name, target_id: id, resolved: one }, from));
}

export function component(customId: string, values?: string[], from: From = {}): APIInteraction {
  const data = { custom_id: customId, component_type: values ? 3 : 2, ...(values ? { values } : {}) };
  return sent(base(3, data, { message: { id: "777", channel_id: from.channel ?? "600" }, ...from }));
}

/** A text for a line, a list for a menu. */
export function modal(customId: string, fields: Record<string, string | string[]>, from: From = {}): APIInteraction {
  const components = Object.entries(fields).map(([id, value], n) => ({
    type: 18,
    id: n,
    component:
      typeof value === "string"
        ? { type: 4, id: n, custom_id: id, value }
        : { type: 3, id: n, custom_id: id, values: value },
  }));
  return sent(base(5, { custom_id: customId, components }, from));
}

type Field = {
  type: number;
  custom_id?: string;
  value?: string;
  options?: { value: string; default?: boolean }[];
  default_values?: { id: string }[];
};
export type Dialogue = { custom_id: string; components: { component?: Field }[] };

/** A dialogue as a client sends it in: what was written, and in every other field what stood there. */
export function submitted(dialogue: Dialogue, values: Record<string, string>, from: From = {}): APIInteraction {
  const fields = dialogue.components.flatMap(({ component: field }): [string, string | string[]][] => {
    if (!field?.custom_id) return [];
    const stood =
      field.value ?? field.options?.find((o) => o.default)?.value ?? field.default_values?.[0]?.id ?? undefined;
    const value = values[field.custom_id] ?? stood;
    if (field.type === 4) return [[field.custom_id, value ?? ""]];
    return [[field.custom_id, value === undefined || value === "" ? [] : [value]]];
  });
  return modal(dialogue.custom_id, Object.fromEntries(fields), from);
}
