// Who listens to our own sound, in the memory of one process: a listener is whoever fetched a piece of it within half a
// minute. Thousands cost a map entry each; what they heard is written once a minute.

/** Players fetch a segment every two to six seconds, and buffer a few. */
export const HERE_MS = 30_000;
/** What a fetch stands for at most: a longer gap was silence. The first stands for one segment. */
const MOST_GAP = 15_000;
const FIRST = 4_000;
/** More are not told apart: a flood of made-up listeners must not take the memory. */
const MOST = 200_000;

type Ear = { at: number; known: boolean; ms: number };
export type Listened = {
  room: string;
  viewers: number;
  seconds: number;
  listeners: { who: string; known: boolean; seconds: number }[];
};
export type Hearing = ReturnType<typeof openHearing>;

export function openHearing({ elapsed }: { elapsed(): number }) {
  const rooms = new Map<string, Map<string, Ear>>();
  let all = 0;
  const here = (ears: Map<string, Ear>, now: number) => {
    let count = 0;
    for (const ear of ears.values()) if (now - ear.at <= HERE_MS) count++;
    return count;
  };
  return {
    heard(room: string, who: string, known: boolean): void {
      const now = elapsed();
      let ears = rooms.get(room);
      if (!ears) {
        ears = new Map();
        rooms.set(room, ears);
      }
      const ear = ears.get(who);
      if (ear) {
        ear.ms += Math.min(now - ear.at, MOST_GAP);
        ear.at = now;
      } else if (all < MOST) {
        ears.set(who, { at: now, known, ms: FIRST });
        all++;
      }
    },
    count: (room: string): number => here(rooms.get(room) ?? new Map(), elapsed()),
    rooms: () => [...rooms.keys()],
    /** What was heard since the last time; whoever left is forgotten. */
    take(): Listened[] {
      const now = elapsed();
      return [...rooms].map(([room, ears]) => {
        const viewers = here(ears, now);
        const listeners: Listened["listeners"] = [];
        for (const [who, ear] of ears) {
          const seconds = Math.floor(ear.ms / 1000);
          if (seconds > 0) listeners.push({ who, known: ear.known, seconds });
          ear.ms -= seconds * 1000;
          if (now - ear.at <= HERE_MS) continue;
          ears.delete(who);
          all--;
        }
        if (ears.size === 0) rooms.delete(room);
        return { room, viewers, seconds: listeners.reduce((sum, one) => sum + one.seconds, 0), listeners };
      });
    },
  };
}
