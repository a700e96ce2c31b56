// What sending stands on: whether an interaction's token still lives, and how the parts of a message go out one by one.
import { Half, type Outgoing, type Sent } from "../../core/outbox/index.ts";
import type { Kit } from "../surface.ts";
import { type Answer, type Api, type Call, Refused } from "./api.ts";
import type { Hints } from "./decode.ts";
import { type Ids, written } from "./ids.ts";
import { FLAG, momentOf, TOKEN_MS } from "./limits.ts";
import { type More, prepare, type Ready } from "./ready.ts";
import type { Message } from "./render.ts";

export type Desk = {
  kit: Kit;
  api: Api;
  more: More;
  /** Interactions whose token Discord did not know any more, before its time. */
  expired: Set<string>;
};
export type Letter = { message: Outgoing; hints: Partial<Hints>; signal: AbortSignal };
/** `n`: which part of the message it is. */
export type Post = (body: Message, files: Ready["files"], n: number) => Promise<Answer>;
/** Where a message's parts are: how one of them is reached, and how another is added. `channel`: a person's own. */
export type Reach = { one(id: string): Pick<Call, "route" | "bot">; more: Post; channel?: string };

export const causeOf = (error: unknown): unknown => (error instanceof Half ? error.cause : error);

// Invalid form body, and what V2 messages are refused by.
const MALFORMED = new Set([50035, 50006]);
const UNKNOWN_MESSAGE = 10008;

export const lives = ({ kit, expired }: Desk, { interaction, token }: Partial<Hints>): boolean =>
  !!interaction &&
  !!token &&
  !expired.has(interaction) &&
  kit.sources.now().getTime() - momentOf(interaction) < TOKEN_MS;

/** Files that the line was too slow for so often in a row become links: what comes after them waits no longer. */
const TOO_SLOW = 2;

/**
 * Shows a view in the parts that are there: more are added, and those that are left over are taken back. What Discord
 * does not take is drawn more simply, in the same parts.
 */
export async function show(desk: Desk, letter: Letter, reach: Reach, ids: Ids): Promise<Sent> {
  const { kit, api, more } = desk;
  const { message, hints } = letter;
  // In a person's own chat nothing but the buttons themselves tells where they belong.
  const origin = reach.channel === undefined ? undefined : { tenant: message.tenant, place: message.place };
  const { parts, lost, linked, plain } = await prepare(kit, more, message, hints, origin);
  const put = (some: readonly Ready[]) => putAll(desk, letter, reach, ids, some);
  /** Drawn in another way it is another row of parts. */
  const anew = async (some: readonly Ready[], why: string): Promise<Sent> => {
    ids.done = 0;
    return { ...(await put(some)), lost: [...lost, why] };
  };
  if (ids.slow >= TOO_SLOW) return anew(await linked(), "its files: too large for a line this slow");
  try {
    return { ...(await put(parts)), lost };
  } catch (error) {
    const cause = causeOf(error);
    if (api.isTooLarge(cause)) return anew(await linked(), "its files: the server takes less");
    if (!MALFORMED.has(api.codeOf(cause) ?? 0)) throw error;
    kit.log.warn({ message: message.id, err: cause }, "Discord did not take what we drew; sent as text");
    return anew(plain(), "drawn as text");
  }
}

async function putAll({ api }: Desk, letter: Letter, reach: Reach, ids: Ids, all: readonly Ready[]): Promise<Sent> {
  const { signal, message, hints } = letter;
  let learned: Answer["learned"] = {};
  let large = false;
  try {
    for (const [n, { body, files }] of all.entries()) {
      if (n < ids.done) continue;
      const id = ids.parts[n];
      large = files.length > 0;
      const answer = id
        ? await api.call({ ...reach.one(id), method: "PATCH", body: open(body), files, signal })
        : await reach.more(body, files, n);
      if (large) ids.slow = 0;
      const shown = (answer.data as { id?: string } | undefined)?.id ?? id;
      if (shown) ids.parts[n] = shown;
      ids.done = n + 1;
      if (n === 0 || answer.learned.bucket) learned = answer.learned;
    }
    large = false;
    while (ids.parts.length > all.length) {
      await drop(api, letter, reach.one(ids.parts.at(-1)!));
      ids.parts.pop();
    }
  } catch (error) {
    if (large && isSlow(error)) ids.slow++;
    // Their own chat is closed to us: that closes nothing else.
    const theirs = reach.channel !== undefined && message.place !== hints.user && api.classify(error).kind === "gone";
    throw new Half(known(ids, reach), theirs ? new Refused((error as Error).message) : error);
  }
  return { external: known({ ...ids, slow: 0, done: 0 }, reach), learned };
}

const known = ({ channel: _, ...ids }: Ids, { channel }: Reach): string =>
  written({ ...ids, ...(channel === undefined ? {} : { channel }) });

/** Given up by the outbox, or by the library. */
const isSlow = (error: unknown): boolean =>
  error instanceof Error && (error.name === "AbortError" || error.name === "TimeoutError");

/** That it is gone already is what was wanted. */
export async function drop(api: Api, { signal }: Letter, at: Pick<Call, "route" | "bot">): Promise<void> {
  try {
    await api.call({ ...at, method: "DELETE", signal });
  } catch (error) {
    if (api.codeOf(error) !== UNKNOWN_MESSAGE) throw error;
  }
}

/** Who sees a message is fixed by its first acknowledgement, and in a channel by the channel: a body does not say it. */
export const open = (body: Message): Message => ({ ...body, flags: FLAG.components });
