// One message on its way to Slack: how it is drawn and spoken, and how it is known again.
import type { Outgoing } from "../../core/outbox/index.ts";
import type { Painter } from "../../core/view/chart/index.ts";
import type { Reader } from "../../core/view/index.ts";
import { localeOf, say } from "../../core/words/say.ts";
import type { Kit } from "../surface.ts";
import { type Api, SlackSays, saysOneOf } from "./api.ts";
import type { Hints } from "./decode.ts";
import { list, obj, str } from "./json.ts";
import { EDITS, PACE } from "./limits.ts";
import { type Message, type Rendered, render, renderPlain } from "./render.ts";

export type Desk = {
  api: Api;
  kit: Kit;
  /** Known once the house opens: pictures of charts, and where our addresses begin. */
  more: { painter?: Painter; baseUrl?: URL | undefined };
};
/** What this process remembers of what it sent. */
export type Memory = {
  /** Messages that are half sent, and what edits added to them. */
  halves: Map<string, Done>;
  /** How often a `response_url` was used. */
  uses: Map<string, number>;
  /** When messages of a team were changed in the last minute. */
  edits: Map<string, number[]>;
};
export type Letter = Desk &
  Memory & {
    message: Outgoing;
    hints: Partial<Hints> & Record<string, unknown>;
    signal: AbortSignal;
    /** One person alone reads it: no file can go with it. */
    alone?: boolean;
  };
export type Done = { channel: string; ts: string[]; files: string[] };

const MOST_KEPT = 2_000;

export function half({ halves }: Memory, key: string, channel: string): Done {
  const found = halves.get(key) ?? { channel, ts: [], files: [] };
  halves.delete(key);
  if (halves.size >= MOST_KEPT) halves.delete(halves.keys().next().value!);
  halves.set(key, found);
  return found;
}

export function used({ uses }: Memory, url: string, count: number): void {
  if (uses.size >= MOST_KEPT) uses.delete(uses.keys().next().value!);
  uses.set(url, count);
}

// Slack does not take what we drew: then it is told in words.
const MALFORMED = new Set([
  "invalid_blocks",
  "invalid_blocks_format",
  "msg_blocks_too_long",
  "msg_too_long",
  "invalid_attachments",
]);

/** Draws the view and sends it; what Slack does not take is sent again as words. */
export async function drawn(
  letter: Letter,
  send: (rendered: Rendered, again: boolean) => Promise<void>,
): Promise<{ lost: string[] }> {
  const { message, kit, more, hints } = letter;
  const locale = localeOf(typeof hints.locale === "string" ? hints.locale : "en");
  const reader: Reader = { locale, say: (text, vars) => say(locale, text, vars) };
  const view = message.view ?? { text: "", blocks: [] };
  const files = letter.alone !== true && more.painter !== undefined;
  const made = render(view, reader, { files, baseUrl: more.baseUrl });
  try {
    await send(made, false);
    return { lost: made.lost };
  } catch (error) {
    if (!saysOneOf(error, MALFORMED)) throw error;
    kit.log.warn({ message: message.id, err: error }, "Slack did not take what we drew; sent as text");
    const plain = renderPlain(view, reader);
    await send(plain, true);
    return { lost: [...made.lost, ...plain.lost] };
  }
}

/** Nobody's words are read as markup, names or links to be unfolded. */
export const spoken = ({ text, blocks }: Message) => ({
  text,
  ...(blocks ? { blocks } : {}),
  mrkdwn: false,
  parse: "none",
  link_names: false,
  unfurl_links: false,
  unfurl_media: false,
});

export const threaded = ({ thread }: Partial<Hints>) => (thread ? { thread_ts: thread } : {});

export function update(letter: Letter, channel: string, ts: string, { text, blocks }: Message) {
  lately(letter).push(performance.now());
  // Without blocks the old ones would stay.
  return letter.api.call("chat.update", { channel, ts, text, blocks: blocks ?? [], parse: "none", link_names: false });
}

function lately({ edits, message: { tenant } }: Letter): number[] {
  const times = (edits.get(tenant) ?? []).filter((at) => performance.now() - at < EDITS.per);
  edits.set(tenant, times);
  return times;
}

/** Work that goes on is shown again soon: its steps give way, so that what is final need not wait. */
export const goesOn = ({ message: { view } }: Letter): boolean =>
  view?.growing === true || (view?.blocks.some((b) => b.kind === "progress" && b.done < b.total) ?? false);

/** "step": leave this one out. Otherwise the milliseconds until Slack lets a message of this team be changed. */
export function editWait(letter: Letter): number | "step" {
  const times = lately(letter);
  if (goesOn(letter) && times.length >= EDITS.steps) return "step";
  return times.length < EDITS.limit ? 0 : times[0]! + EDITS.per - performance.now();
}

const GONE_ALREADY = new Set(["message_not_found", "file_not_found", "file_deleted"]);

/** It is gone already, which is what was wanted. */
export async function gently({ api }: Letter, method: string, params: Record<string, unknown>): Promise<void> {
  try {
    await api.call(method, params);
  } catch (error) {
    if (!saysOneOf(error, GONE_ALREADY)) throw error;
  }
}

/** A message of several parts keeps Slack's pace too: one a second in a channel. */
export const pause = ({ signal }: Letter) =>
  new Promise<void>((done) => {
    const stop = () => {
      clearTimeout(timer);
      done();
    };
    const timer = setTimeout(stop, PACE.per);
    signal.addEventListener("abort", stop, { once: true });
  });

const NOT_GROWING = new Set(["message_not_in_streaming_state", ...GONE_ALREADY]);

/** It may have ended before: a try of ours was not answered, or Slack ended it by itself. */
export async function gentlyEnded({ api }: Letter, params: Record<string, unknown>): Promise<void> {
  try {
    await api.call("chat.stopStream", params);
  } catch (error) {
    if (!saysOneOf(error, NOT_GROWING)) throw error;
  }
}

const MARK = "impresario_message";
/** Slack knows no message by an id of ours; this is how we know it again. */
export const marked = (id: string, part: number) => ({ event_type: MARK, event_payload: { id, part } });

/** Slack may have taken a message whose taking we were never told. */
export async function recall({ api, kit, message, hints }: Letter, channel: string, done: Done): Promise<void> {
  if (!/^[CDG]/.test(channel) || hints.replace) return;
  const about = { channel, limit: 50, include_all_metadata: true };
  try {
    const { messages } = hints.thread
      ? await api.call("conversations.replies", { ...about, ts: hints.thread })
      : await api.call("conversations.history", about);
    const parts = list(messages).flatMap((m) => {
      const { event_type, event_payload } = obj(m.metadata);
      const { id, part } = obj(event_payload);
      return event_type === MARK && id === message.id ? [{ part: Number(part), ts: str(m.ts) }] : [];
    });
    for (const { part, ts } of parts.toSorted((a, b) => a.part - b.part)) if (part === done.ts.length) done.ts.push(ts);
  } catch (error) {
    // Where we may not look, it may come twice.
    if (!(error instanceof SlackSays)) throw error;
    kit.log.debug({ message: message.id, err: error }, "Slack does not show what was said there");
  }
}

export const externalOf = ({ channel, ts, files }: Done): string => `${channel}:${ts.join(",")}|${files.join(",")}`;

export function readExternal(external: string): Done {
  const [channel = "", rest = ""] = external.split(":");
  const [ts = "", files = ""] = rest.split("|");
  const split = (text: string) => (text === "" ? [] : text.split(","));
  return { channel, ts: split(ts), files: split(files) };
}
