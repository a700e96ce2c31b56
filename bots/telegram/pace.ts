// How fast we may write to a group: 20 in a minute, however they are spread. Pure: the time is handed in.
import { PACE_GROUP } from "./limits.ts";

export type Pace = {
  /** Milliseconds until this chat may be written to. 0: it may now, and it is counted. */
  take(chat: string): number;
};

/** Groups that were quiet are forgotten when there are more than this. */
const MOST = 5_000;

export function groupPace(now: () => number): Pace {
  const sent = new Map<string, number[]>();
  return {
    take(chat) {
      // Ids of groups and channels are negative.
      if (!chat.startsWith("-")) return 0;
      const at = now();
      const times = (sent.get(chat) ?? []).filter((time) => time > at - PACE_GROUP.per);
      if (times.length >= PACE_GROUP.limit) return times[0]! + PACE_GROUP.per - at;
      times.push(at);
      sent.delete(chat);
      if (sent.size >= MOST) sent.delete(sent.keys().next().value!);
      sent.set(chat, times);
      return 0;
    },
  };
}
