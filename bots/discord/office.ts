// What sending stands on: whether an interaction's token still lives, and how the parts of a message go out one by one.
import type { Outgoing, Sent } from "../../core/outbox/index.ts";
import type { Kit } from "../surface.ts";
import type { Answer, Api, Call } from "./api.ts";
import type { Hints } from "./decode.ts";
import { FLAG, momentOf, TOKEN_MS } from "./limits.ts";
import { type Desk, prepare, type Ready } from "./ready.ts";
import type { Message } from "./render.ts";

export type Office = {
  kit: Kit;
  api: Api;
  desk: Desk;
  /** Interactions whose token Discord did not know any more, before its time. */
  expired: Set<string>;
};
export type Letter = { message: Outgoing; hints: Partial<Hints>; signal: AbortSignal };
/** `n`: which part of the message it is. */
export type Post = (body: Message, files: Ready["files"], n: number) => Promise<Answer>;
/** Where a message's parts are: how one of them is reached, and how another is added. `channel`: a person's own. */
export type Reach = { one(id: string): Pick<Call, "route" | "bot">; more: Post; channel?: string };

/** Trouble in the middle: what was shown until then, so that the next try goes on from there. */
export class Half extends Error {
  readonly external: string;
  constructor(cause: unknown, external: string) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.external = external;
  }
}
export const causeOf = (error: unknown): unknown => (error instanceof Half ? error.cause : error);

// Invalid form body, and what V2 messages are refused by.
const MALFORMED = new Set([50035, 50006]);
const UNKNOWN_MESSAGE = 10008;

export const lives = ({ kit, expired }: Office, { interaction, token }: Partial<Hints>): boolean =>
  !!interaction &&
  !!token &&
  !expired.has(interaction) &&
  kit.sources.now().getTime() - momentOf(interaction) < TOKEN_MS;

/**
 * Shows a view in the parts that are there (`ids`): more are added, and those that are left over are taken back. What
 * Discord does not take is drawn more simply, in the same parts.
 */
export async function show(office: Office, letter: Letter, reach: Reach, ids: string[]): Promise<Sent> {
  const { kit, api, desk } = office;
  const { message, hints } = letter;
  // In a person's own chat nothing but the buttons themselves tells where they belong.
  const origin = reach.channel === undefined ? undefined : { tenant: message.tenant, place: message.place };
  const { parts, lost, linked, plain } = await prepare(kit, desk, message, hints, origin);
  const put = (some: readonly Ready[]) => putAll(office, letter, reach, ids, some);
  try {
    return { ...(await put(parts)), lost };
  } catch (error) {
    const cause = causeOf(error);
    if (api.isTooLarge(cause))
      return { ...(await put(await linked())), lost: [...lost, "its files: the server takes less"] };
    if (!MALFORMED.has(api.codeOf(cause) ?? 0)) throw error;
    kit.log.warn({ message: message.id, err: cause }, "Discord did not take what we drew; sent as text");
    return { ...(await put(plain())), lost: [...lost, "drawn as text"] };
  }
}

async function putAll(
  office: Office,
  letter: Letter,
  reach: Reach,
  ids: string[],
  parts: readonly Ready[],
): Promise<Sent> {
  let learned: Answer["learned"] = {};
  try {
    for (const [n, { body, files }] of parts.entries()) {
      const id = ids[n];
      const answer = id
        ? await office.api.call({ ...reach.one(id), method: "PATCH", body: open(body), files, signal: letter.signal })
        : await reach.more(body, files, n);
      const shown = (answer.data as { id?: string } | undefined)?.id ?? id;
      if (shown) ids[n] = shown;
      if (n === 0 || answer.learned.bucket) learned = answer.learned;
    }
    while (ids.length > parts.length) {
      await drop(office, letter, reach.one(ids.at(-1)!));
      ids.pop();
    }
  } catch (error) {
    throw new Half(error, writeExternal(ids, reach.channel));
  }
  return { external: writeExternal(ids, reach.channel), learned };
}

/** That it is gone already is what was wanted. */
export async function drop({ api }: Office, { signal }: Letter, at: Pick<Call, "route" | "bot">): Promise<void> {
  try {
    await api.call({ ...at, method: "DELETE", signal });
  } catch (error) {
    if (api.codeOf(error) !== UNKNOWN_MESSAGE) throw error;
  }
}

/** The ids of a message's parts; what went to a person directly says where: `@channel id id`. */
export const writeExternal = (ids: readonly string[], channel?: string): string =>
  [...(channel === undefined ? [] : [`@${channel}`]), ...ids.filter((id) => id !== ORIGINAL)].join(" ");

export function readExternal(external: string | null): { ids: string[]; channel?: string } {
  const [first = "", ...rest] = (external ?? "").split(" ").filter(Boolean);
  if (first === "") return { ids: [] };
  return first.startsWith("@") ? { ids: rest, channel: first.slice(1) } : { ids: [first, ...rest] };
}

/** The message that an acknowledgement left there; what its id is, is told when it is first changed. */
export const ORIGINAL = "@original";

/** Who sees a message is fixed by its first acknowledgement, and in a channel by the channel: a body does not say it. */
export const open = (body: Message): Message => ({ ...body, flags: FLAG.components });
