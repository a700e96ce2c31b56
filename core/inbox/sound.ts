// Whether an envelope is what its type says. It was made from a stranger's payload: one that is not would stop its lane,
// for whatever reads it would break on it, again and again.
import { storable } from "../text.ts";
import type { Content, Envelope } from "./envelope.ts";

/** Ids of platforms are far shorter; in an index a row may have some 2,700 bytes. */
const ID = 200;
/** Names of commands and tokens of buttons: what is longer is neither. */
const NAME = 1_000;
/** Languages by BCP 47 that we could know. */
const LOCALE = 35;
const ROLES = 500;
/** JSON that people make is a few levels deep. */
const DEEP = 40;

const isWord = (value: unknown, most: number, least = 1): value is string =>
  typeof value === "string" && value.length >= least && value.length <= most;
const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The envelope without what is wrong and not needed; undefined when it is nothing that anybody could work on. */
export function sound(envelope: Envelope): Envelope | undefined {
  const { surface, tenant, place, delivery, account, content, hints, at, ...rest } = envelope;
  if (![surface, tenant, place, account?.id].every((word) => isWord(word, ID)) || !isWord(delivery, ID, 0))
    return undefined;
  if (!isPlain(content) || !isContent(content) || !isFlat(content, DEEP)) return undefined;
  if (hints !== undefined && !(isPlain(hints) && isFlat(hints, DEEP))) return undefined;
  return {
    ...rest,
    surface,
    tenant,
    place,
    delivery,
    content,
    account: soundAccount(account)!,
    ...momentIn("at", at),
    ...(hints ? { hints } : {}),
  };
}

type Account = Envelope["account"];

/** Who speaks, as the database can look for them: a value of another kind can stop a connection for ever. */
export function soundAccount(account: Account): Account | undefined {
  const { id, name, locale, roles, born, joined } = account ?? {};
  if (!isWord(id, ID)) return undefined;
  return {
    id: storable(id),
    ...(isWord(name, Number.POSITIVE_INFINITY) ? { name: storable(name.slice(0, ID)) } : {}),
    ...(isWord(locale, LOCALE) ? { locale: storable(locale) } : {}),
    ...(Array.isArray(roles) ? { roles: roles.filter((role) => isWord(role, ID)).slice(0, ROLES) } : {}),
    ...momentIn("born", born),
    ...momentIn("joined", joined),
  };
}

/** A moment that a database can keep; anything else was not said. */
function momentIn<K extends string>(name: K, value: unknown): { [N in K]?: string } {
  const at = typeof value === "string" && value.length <= ID ? new Date(value) : undefined;
  const year = at?.getUTCFullYear();
  return year !== undefined && year > 1970 && year < 9999
    ? ({ [name]: at!.toISOString() } as { [N in K]?: string })
    : {};
}

export const isId = (value: unknown): value is string => isWord(value, ID) && value === storable(value);

const isContent = (content: Content): boolean =>
  content.kind === "command"
    ? isWord(content.name, NAME) && isPlain(content.options)
    : content.kind === "press" &&
      isWord(content.token, NAME) &&
      (content.input === undefined || isPlain(content.input));

const isFlat = (value: unknown, levels: number): boolean =>
  typeof value !== "object" ||
  value === null ||
  value instanceof Uint8Array ||
  (levels > 0 && Object.values(value).every((inner) => isFlat(inner, levels - 1)));
