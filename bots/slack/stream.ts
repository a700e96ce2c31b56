// A text that is still being written: Slack shows it grow in a thread. Nothing of it is known for certain until it has
// ended: then the message is put in place whole, as any other is.
import { hashOf } from "../../core/hash.ts";
import type { Sent } from "../../core/outbox/index.ts";
import { SlackSays, saysOneOf } from "./api.ts";
import { change } from "./change.ts";
import { fresh, OPEN, written } from "./ids.ts";
import { str } from "./json.ts";
import { type Letter, mayGrow } from "./letter.ts";
import { STREAM_BYTES } from "./limits.ts";
import { clean } from "./plain.ts";

const markOf = (text: string): string => `~${text.length}.${hashOf(text).toString("hex").slice(0, 8)}`;
const LOST = "~lost";

/** Slack reads Markdown here: every sign of it is escaped, so that nobody's words become a mention or a link. */
const literal = (text: string): string => clean(text).replace(/[!-/:-@[-`{-~]/g, "\\$&");
const grown = ({ message }: Letter): string => message.view?.text ?? "";
const fits = (text: string): boolean => Buffer.byteLength(literal(text)) <= STREAM_BYTES;

/** A message that may be there already is looked for and not begun again. */
export const canStream = (letter: Letter): boolean =>
  mayGrow(letter) && letter.message.attempts === 0 && fits(grown(letter));

/** An older Slack, or one that does not let us: then it is a message that is changed. */
const NOT_HERE = new Set([
  "unknown_method",
  "method_deprecated",
  "missing_scope",
  "not_allowed_token_type",
  "feature_not_enabled",
  "invalid_arguments",
  "thread_not_found",
  "missing_recipient_user_id",
  "missing_recipient_team_id",
  "user_not_in_channel",
]);

/** Undefined: it cannot be streamed here. */
export async function begin(letter: Letter, channel: string): Promise<Sent | undefined> {
  const { api, hints, message } = letter;
  const text = grown(letter);
  const to = { thread_ts: hints.thread, recipient_user_id: hints.user, recipient_team_id: message.tenant };
  try {
    const words = text === "" ? {} : { markdown_text: literal(text) };
    const { channel: there, ts } = await api.call("chat.startStream", { channel, ...to, ...words });
    return { external: written({ ...fresh(str(there) || channel), ts: [str(ts)] }) + markOf(text) };
  } catch (error) {
    if (saysOneOf(error, NOT_HERE)) return undefined;
    throw error;
  }
}

export async function goOn(letter: Letter): Promise<Sent> {
  if (letter.message.view?.growing) return append(letter, letter.message.target!.external);
  await stop(letter);
  return change(letter);
}

async function append(letter: Letter, external: string): Promise<Sent> {
  const { api, ids, message } = letter;
  const text = grown(letter);
  const known = OPEN.exec(external);
  const there = text.slice(0, Number(known?.[1] ?? 0));
  // Whether an earlier try arrived is not known: nothing is added any more, and the end puts it right.
  const sure = message.attempts === 0 && known?.[1] !== undefined && `~${known[1]}.${known[2]}` === markOf(there);
  if (!sure) return { external: written(ids) + LOST };
  const more = text.slice(there.length);
  if (more === "" || !fits(text)) return { external };
  try {
    await api.call("chat.appendStream", { channel: ids.channel, ts: ids.ts.at(-1), markdown_text: literal(more) });
    return { external: written(ids) + markOf(text) };
  } catch (error) {
    // Slack ended it by itself, or took all that it takes.
    if (error instanceof SlackSays && ENDED.has(error.word)) return { external: written(ids) + LOST };
    throw error;
  }
}
const ENDED = new Set(["message_not_in_streaming_state", "message_not_found", "msg_too_long"]);

const NOT_GROWING = new Set(["message_not_in_streaming_state", "message_not_found"]);

/** It may have ended before: a try of ours was not answered, or Slack ended it by itself. */
export async function stop({ api, ids }: Letter): Promise<void> {
  try {
    await api.call("chat.stopStream", { channel: ids.channel, ts: ids.ts.at(-1) });
  } catch (error) {
    if (!saysOneOf(error, NOT_GROWING)) throw error;
  }
}
