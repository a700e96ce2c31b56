// One message on its way to Slack: what it stands on, how it is drawn and spoken, and what its troubles mean.
import { Half, type Outgoing } from "../../core/outbox/index.ts";
import type { Painter } from "../../core/view/chart/index.ts";
import type { Reader } from "../../core/view/index.ts";
import { unless } from "../../core/within.ts";
import { localeOf, say } from "../../core/words/say.ts";
import type { Kit } from "../surface.ts";
import { type Api, GONE, Refused, saysOneOf } from "./api.ts";
import type { Hints } from "./decode.ts";
import { fresh, type Ids, isEmpty, read, written } from "./ids.ts";
import { str } from "./json.ts";
import type { Memory } from "./pace.ts";
import { type Message, type Rendered, render, renderPlain } from "./render.ts";

export type Desk = {
  api: Api;
  kit: Kit;
  /** Known once the house opens: pictures of charts, and where our addresses begin. */
  more: { painter?: Painter; baseUrl?: URL | undefined };
};
export type Letter = Desk &
  Memory & {
    message: Outgoing;
    hints: Partial<Hints> & Record<string, unknown>;
    signal: AbortSignal;
    /** What has arrived. It grows while we send. */
    ids: Ids;
    /** One person alone reads it: no file can go with it. */
    alone?: boolean;
  };

/** What a message was changed into goes on from what there is; `hints`: those that it was sent with. */
export function letterOf(desk: Desk, memory: Memory, message: Outgoing, signal: AbortSignal): Letter {
  const { target, hints } = message;
  // The library does not know our signal: a call that is given up may have arrived.
  const call: Api["call"] = (...asked) => unless(signal, () => desk.api.call(...asked));
  return {
    ...desk,
    ...memory,
    api: { ...desk.api, call },
    message,
    hints: target?.hints ?? hints,
    signal,
    ids: known(message),
  };
}

/** How far another change came says nothing of this one. */
function known({ external, target }: Outgoing): Ids {
  if (external !== null) return read(external);
  return target ? { ...read(target.external), told: 0, slow: 0, done: 0 } : fresh();
}

/** What of it has arrived goes with the trouble, and stays known. */
export async function keeping<T>({ ids, message: { place } }: Letter, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Half) throw error;
    // The chat of the person that it is for is closed to us: that closes nothing else.
    const theirs = /^[CG]/.test(place) && ids.channel !== place && saysOneOf(error, GONE);
    const trouble = theirs ? new Refused((error as Error).message) : error;
    throw isEmpty(ids) ? trouble : new Half(written(ids), trouble);
  }
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

/** Slack streams into threads, to somebody. */
export const mayGrow = ({ message: { view }, hints }: Letter): boolean =>
  view?.growing === true &&
  !hints.private &&
  !hints.once &&
  !hints.replace &&
  str(hints.thread) !== "" &&
  str(hints.user) !== "";

export const threaded = ({ thread }: Partial<Hints>) => (thread ? { thread_ts: thread } : {});

const GONE_ALREADY = new Set(["message_not_found", "file_not_found", "file_deleted"]);

/** It is gone already, which is what was wanted. */
export async function gently({ api }: Letter, method: string, params: Record<string, unknown>): Promise<void> {
  try {
    await api.call(method, params);
  } catch (error) {
    if (!saysOneOf(error, GONE_ALREADY)) throw error;
  }
}
