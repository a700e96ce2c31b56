// How fast we may write: so much in all, to one chat, and to a group, however it is spread. Pure: the time is handed in.
import { PACE_ALL, PACE_CHAT, PACE_GROUP } from "./limits.ts";

export type Pace = {
  /** Milliseconds until this chat may be written to. 0: it may now, and it is counted. */
  take(chat: string): number;
};

/** Chats that were quiet are forgotten when there are more than this. */
const MOST = 5_000;
/** What left a second apart may arrive a little closer. */
const SPARE_MS = 40;

type Rule = { limit: number; per: number };

/** Ids of groups and channels are negative. */
export const isGroup = (chat: string): boolean => chat.startsWith("-");

export function openPace(now: () => number): Pace {
  const all: number[] = [];
  const chats = new Map<string, number[]>();

  /** When there is room again under a rule, by the times of what left. */
  const roomAt = (times: readonly number[], { limit, per }: Rule): number => {
    const oldest = times.at(-limit);
    return oldest === undefined ? 0 : oldest + per + SPARE_MS;
  };

  return {
    take(chat) {
      const at = now();
      const times = chats.get(chat) ?? [];
      const free = Math.max(
        roomAt(all, PACE_ALL),
        roomAt(times, PACE_CHAT),
        isGroup(chat) ? roomAt(times, PACE_GROUP) : 0,
      );
      if (free > at) return free - at;
      remember(all, at, PACE_ALL.limit);
      remember(times, at, isGroup(chat) ? PACE_GROUP.limit : PACE_CHAT.limit);
      chats.delete(chat);
      if (chats.size >= MOST) chats.delete(chats.keys().next().value!);
      chats.set(chat, times);
      return 0;
    },
  };
}

function remember(times: number[], at: number, most: number): void {
  times.push(at);
  if (times.length > most) times.shift();
}
