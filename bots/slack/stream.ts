// A text that is still being written: Slack shows it grow in a thread. Nothing of it is known for certain until it has
// ended: then the message is put in place whole, as any other is.
import { hashOf } from "../../core/hash.ts";
import type { Sent } from "../../core/outbox/index.ts";
import { SlackSays, saysOneOf } from "./api.ts";
import { str } from "./json.ts";
import { gentlyEnded, type Letter, readExternal } from "./letter.ts";
import { STREAM_BYTES } from "./limits.ts";
import { clean } from "./plain.ts";
import { rewrite } from "./post.ts";

/** Stands behind the names of the messages while it grows: how much of the text is there, and which, or that nobody knows. */
const OPEN = /~(?:(\d+)\.([0-9a-f]{8})|lost)$/;
const markOf = (text: string): string => `~${text.length}.${hashOf(text).toString("hex").slice(0, 8)}`;
const LOST = "~lost";

export const isOpen = (external: string): boolean => OPEN.test(external);
const baseOf = (external: string): string => external.replace(OPEN, "");

/** Slack reads Markdown here: every sign of it is escaped, so that nobody's words become a mention or a link. */
const literal = (text: string): string => clean(text).replace(/[!-/:-@[-`{-~]/g, "\\$&");
const grown = ({ message }: Letter): string => message.view?.text ?? "";
const fits = (text: string): boolean => Buffer.byteLength(literal(text)) <= STREAM_BYTES;

/** Slack streams into threads, to somebody. A message that may be there already is looked for and not begun again. */
export const canStream = ({ message, hints }: Letter): boolean =>
  message.view?.growing === true &&
  message.attempts === 0 &&
  !hints.private &&
  !hints.once &&
  !hints.replace &&
  str(hints.thread) !== "" &&
  str(hints.user) !== "" &&
  fits(message.view.text);

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
    return { external: `${str(there) || channel}:${str(ts)}|${markOf(text)}` };
  } catch (error) {
    if (saysOneOf(error, NOT_HERE)) return undefined;
    throw error;
  }
}

/** `letter.message` is the edit; `before.hints` are those that the message was sent with. */
export function goOn(letter: Letter, before: Letter): Promise<Sent> {
  const { external } = letter.message.target!;
  return letter.message.view?.growing ? append(letter, external) : end(before, external);
}

async function append({ api, message, ...rest }: Letter, external: string): Promise<Sent> {
  const text = grown({ api, message, ...rest });
  const known = OPEN.exec(external);
  const there = text.slice(0, Number(known?.[1] ?? 0));
  // Whether an earlier try arrived is not known: nothing is added any more, and the end puts it right.
  const sure = message.attempts === 0 && known?.[1] !== undefined && `~${known[1]}.${known[2]}` === markOf(there);
  if (!sure) return { external: baseOf(external) + LOST };
  const more = text.slice(there.length);
  if (more === "" || !fits(text)) return { external };
  const { channel, ts } = readExternal(baseOf(external));
  try {
    await api.call("chat.appendStream", { channel, ts: ts.at(-1), markdown_text: literal(more) });
    return { external: baseOf(external) + markOf(text) };
  } catch (error) {
    // Slack ended it by itself, or took all that it takes.
    if (error instanceof SlackSays && ENDED.has(error.word)) return { external: baseOf(external) + LOST };
    throw error;
  }
}
const ENDED = new Set(["message_not_in_streaming_state", "message_not_found", "msg_too_long"]);

async function end(before: Letter, external: string): Promise<Sent> {
  const base = baseOf(external);
  const { channel, ts } = readExternal(base);
  await gentlyEnded(before, { channel, ts: ts.at(-1) });
  const target = { ...before.message.target!, external: base };
  return rewrite({ ...before, message: { ...before.message, target } });
}

/** Taken back in the middle of it. */
export async function stop(before: Letter): Promise<Letter> {
  const target = before.message.target!;
  const base = baseOf(target.external);
  const { channel, ts } = readExternal(base);
  await gentlyEnded(before, { channel, ts: ts.at(-1) });
  return { ...before, message: { ...before.message, target: { ...target, external: base } } };
}
