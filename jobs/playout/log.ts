// What is heard is written when it is heard, one after the other, and again until the database has taken it.
import type { Act } from "../../core/act.ts";
import { Refusal } from "../../core/problem.ts";
import { LostLease } from "../../core/streams/index.ts";
import { asHouse, type Ground, type Home } from "./ground.ts";

export type Log = {
  /** `at`: by the engine's wall clock; it may lie ahead. What has a key can be flushed. */
  write(at: number, work: (act: Act, at: Date) => Promise<unknown>, key?: string): void;
  /** What is still to be heard of this key is written now, with the time that it will have. */
  flush(key: string): void;
  /** After all that was written before. */
  after(work: () => Promise<unknown>): void;
  stop(): void;
};

/** While the database is away. */
const AGAIN_MS = 1_000;
const MOST_WAITING = 1_000;

type Waiting = { key: string | undefined; callOff(): void; go(): void };

export function makeLog(ground: Pick<Ground, "house" | "wall" | "later">, home: Home, lost: () => void): Log {
  const { house, wall, later } = ground;
  const waiting = new Set<Waiting>();
  let chain: Promise<unknown> = Promise.resolve();
  let [over, length] = [false, 0];

  async function patiently(work: () => Promise<unknown>): Promise<void> {
    while (!over) {
      try {
        await work();
        return;
      } catch (err) {
        if (err instanceof LostLease) return lost();
        if (err instanceof Refusal) return house.log.warn({ err }, "what was heard could not be written");
        house.log.warn({ err }, "what was heard is not written yet");
        await new Promise((done) => setTimeout(done, AGAIN_MS));
      }
    }
  }

  function add(work: () => Promise<unknown>): void {
    // A database that is away for hours: what was heard then is known from the titles of the library alone.
    if (length >= MOST_WAITING) return;
    length++;
    chain = chain
      .then(() => patiently(work))
      .finally(() => {
        length--;
      });
  }

  return {
    write(at, work, key) {
      // By the house's clock, which a test may have moved.
      const moment = new Date(house.sources.now().getTime() + at - wall());
      const entry: Waiting = {
        key,
        callOff: later(Math.max(0, at - wall()), () => entry.go()),
        go() {
          if (!waiting.delete(entry)) return;
          entry.callOff();
          add(() => asHouse(ground, home, (act) => work(act, moment)));
        },
      };
      waiting.add(entry);
    },
    flush(key) {
      // In the order in which they came: whatever is before it is over too.
      const all = [...waiting];
      const last = all.findLastIndex((entry) => entry.key === key);
      for (const entry of all.slice(0, last + 1)) entry.go();
    },
    after: add,
    stop() {
      over = true;
      for (const { callOff } of waiting) callOff();
      waiting.clear();
    },
  };
}
