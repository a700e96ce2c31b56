// How streams are spoken of: states, who decided, how long ago.
import type { Act } from "../act.ts";
import type { Block, Button } from "../view/index.ts";
import type { Now } from "./now.ts";
import type { QueueItem } from "./queue/queue.ts";

export const stateWords = (act: Act, state: Now["state"]): string =>
  ({
    off: act.say("off"),
    starting: act.say("starting"),
    on: act.say("on air"),
    stopping: act.say("stopping"),
    failed: act.say("failed"),
    unkept: act.say("kept by nobody"),
  })[state];

/** By whom it was decided. A word that is not known here is shown as it is. */
export function decidedWords(act: Act, { decidedBy }: Pick<QueueItem, "decidedBy">): string {
  const words: Record<string, string> = {
    vote: act.say("chosen by vote"),
    draw: act.say("chosen by vote, the tie by a draw"),
    "quorum-fallback": act.say("too few voted: chosen by the rotation"),
    operator: act.say("put in by staff"),
    request: act.say("asked for"),
    rotation: act.say("from the rotation"),
    schedule: act.say("on schedule"),
    emergency: act.say("emergency content"),
  };
  return Object.hasOwn(words, decidedBy) ? words[decidedBy]! : decidedBy;
}

/** "Rain at Nine · Ana": titles are strangers' words, on one line. */
export const trackWords = ({ title, artist }: Pick<QueueItem, "title" | "artist">): string =>
  [title, artist].filter(Boolean).join(" · ").replace(/\s+/g, " ");

const MINUTE = 60;
export function agoWords(act: Act, ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 2 * MINUTE) return act.say("{seconds} s ago", { seconds });
  const minutes = Math.round(seconds / MINUTE);
  return minutes < 2 * MINUTE
    ? act.say("{minutes} min ago", { minutes })
    : act.say("{hours} h ago", { hours: Math.round(minutes / MINUTE) });
}

export const clockWords = (act: Act, at: Date): string =>
  new Intl.DateTimeFormat(act.locale, { timeZone: act.workspace.zone, hour: "numeric", minute: "2-digit" }).format(at);

export const percentWords = (act: Act, ratio: number): string =>
  new Intl.NumberFormat(act.locale, { style: "percent", maximumFractionDigits: 2 }).format(ratio);

/** Where a channel is heard. */
export const liveUrl = (slug: string): string => `/live/${slug}`;
export const listen = (act: Act, { slug, name }: { slug: string; name: string }): Block => ({
  kind: "link",
  url: liveUrl(slug),
  label: act.say("Listen to {name}", { name }),
});

export const staffButton = (
  label: string,
  command: string,
  options: Record<string, unknown>,
  { style = "plain" as Button["style"], uses = "many" as const } = {},
): Button => ({
  label,
  ...(style ? { style } : {}),
  press: { command, options, uses, audience: "staff", confirmed: true, minutes: 24 * 60 },
});
