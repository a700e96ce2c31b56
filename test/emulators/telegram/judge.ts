// Telegram's own description of its API as a judge of what we send and of what the emulator answers, where it lies
// beside this repository. Without it nobody judges.
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";

type Field = { name: string; types: string[]; required: boolean };
type Kind = { name: string; fields?: Field[]; subtypes?: string[] };
type Spec = { methods: Record<string, Kind & { returns: string[] }>; types: Record<string, Kind> };

const file = ["../shared/specs", "../../shared/specs"]
  .map((folder) => resolve(import.meta.dirname, "../../..", folder, "telegram-api.min.json"))
  .find((path) => existsSync(path));

/** Undefined where the description is not at hand. */
export const spec: Spec | undefined = file === undefined ? undefined : read(file);

/** What came after the description that we have (Bot API 10.2; from the types of grammY). */
function read(path: string): Spec {
  const found = JSON.parse(readFileSync(path, "utf8")) as Spec;
  const { methods, types } = found;
  const field = (name: string, type: string, required = false): Field => ({ name, types: [type], required });
  types.EphemeralMessageParameters = {
    name: "EphemeralMessageParameters",
    fields: [
      field("receiver_user_id", "Integer", true),
      field("callback_query_id", "String"),
      field("replace_callback_query_message", "Boolean"),
    ],
  };
  methods.sendMessage!.fields!.push(field("ephemeral_message_parameters", "EphemeralMessageParameters"));
  types.Message!.fields!.push(field("ephemeral_message_id", "Integer"), field("receiver_user", "User"));
  types.BotCommand!.fields!.push(field("is_ephemeral", "Boolean"));
  const reply = types.ReplyParameters!.fields!;
  for (const one of reply) if (one.name === "message_id") one.required = false;
  reply.push(field("ephemeral_message_id", "Integer"));
  const which = [
    field("chat_id", "Integer", true),
    field("receiver_user_id", "Integer", true),
    field("ephemeral_message_id", "Integer", true),
  ];
  which[0]!.types.push("String");
  const text = methods.editMessageText!.fields!.filter(({ name }) =>
    ["text", "parse_mode", "entities", "link_preview_options", "reply_markup"].includes(name),
  );
  const returns = ["Boolean"];
  methods.editEphemeralMessageText = { name: "editEphemeralMessageText", fields: [...which, ...text], returns };
  methods.deleteEphemeralMessage = { name: "deleteEphemeralMessage", fields: which, returns };
  return found;
}

/** What is wrong with the parameters of a call; nothing when they are right. Uploaded files stand beside them. */
export function wrongCall(method: string, params: Record<string, unknown>): string | undefined {
  if (!spec) return undefined;
  const known = spec.methods[method];
  const own = Object.fromEntries(Object.entries(params).filter(([, value]) => !(value instanceof Blob)));
  return known ? wrongFields(known, own, method, true) : `there is no method ${method}`;
}

export const wrongReply = (method: string, result: unknown): string | undefined =>
  spec?.methods[method] && wrongValue(spec.methods[method].returns, result, method, false);

export const wrongUpdate = (update: unknown): string | undefined =>
  spec && wrongValue(["Update"], update, "Update", false);

function wrongFields(
  { fields = [] }: Kind,
  value: Record<string, unknown>,
  path: string,
  form: boolean,
): string | undefined {
  const known = new Map(fields.map((f) => [f.name, f]));
  for (const { name, required } of fields) if (required && value[name] === undefined) return `${path} has no ${name}`;
  for (const [name, one] of Object.entries(value)) {
    const field = known.get(name);
    if (!field) return `${path} has an unknown field ${name}`;
    const wrong = one === undefined ? undefined : wrongValue(field.types, one, `${path}.${name}`, form);
    if (wrong) return wrong;
  }
  return undefined;
}

/** Fits one of the types. `form`: a number may have come as text. */
function wrongValue(types: readonly string[], value: unknown, path: string, form: boolean): string | undefined {
  const lists = types.flatMap((type) => (type.startsWith("Array of ") ? [type.slice(9)] : []));
  if (Array.isArray(value) && lists.length > 0) {
    for (const [at, one] of value.entries()) {
      const wrong = wrongValue(lists, one, `${path}[${at}]`, form);
      if (wrong) return wrong;
    }
    return undefined;
  }
  const tries = types.map((type) => wrongOne(type, value, path, form));
  return tries.includes(undefined) ? undefined : (tries[0] ?? `${path} fits nothing`);
}

const PLAIN: Record<string, (value: unknown, form: boolean) => boolean> = {
  Integer: (v, form) => Number.isSafeInteger(v) || (form && typeof v === "string" && /^-?\d{1,15}$/.test(v)),
  Float: (v) => typeof v === "number",
  String: (v) => typeof v === "string",
  Boolean: (v, form) => typeof v === "boolean" || (form && (v === "true" || v === "false")),
  InputFile: (v) => v instanceof Blob || (typeof v === "string" && v.startsWith("attach://")),
};

function wrongOne(type: string, value: unknown, path: string, form: boolean): string | undefined {
  const plain = PLAIN[type];
  if (plain) return plain(value, form) ? undefined : `${path} is not of type ${type}`;
  const kind = spec?.types[type];
  if (!kind) return `${path}: nobody knows the type ${type}`;
  if (kind.subtypes) return wrongValue(kind.subtypes, value, path, form);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return `${path} is not of type ${type}`;
  return wrongFields(kind, value as Record<string, unknown>, path, form);
}
