// What could not be kept in the database waits on disk, and goes there as soon as it is back.
import { isAway } from "../away.ts";
import type { Log } from "../house.ts";
import { type Keeping, MOST_AT_ONCE } from "./keeping.ts";
import type { Spool } from "./spool.ts";
import { type Item, laneOf } from "./store.ts";

export type Refuge = {
  /** Something waits here: what comes now must wait behind it. */
  busy(): boolean;
  /** False when it cannot be kept on disk either. */
  put(item: Item): Promise<boolean>;
  /** What waits goes to the database. True when nothing is left. */
  drain(): Promise<boolean>;
  /** No more draining after the one that is under way. */
  rest(): Promise<void>;
};

/** `sweep`: how often to look for what a process that died left on disk. */
export function openRefuge(log: Log, spool: Spool, store: Keeping["store"], sweep: number): Refuge {
  let draining: Promise<boolean> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  function later(milliseconds: number): void {
    if (stopped || timer || draining) return;
    timer = setTimeout(() => {
      timer = undefined;
      void drain();
    }, milliseconds);
    timer.unref();
  }

  function drain(): Promise<boolean> {
    if (stopped) return Promise.resolve(!spool.busy());
    draining ??= spool
      .drain((lines) => storeLanes(log, spool, store, lines as Item[]))
      .then(
        () => !spool.busy(),
        (error: unknown) => {
          log.warn({ err: error, bytes: spool.bytes() }, "the spool waits for the database");
          return false;
        },
      )
      .then((empty) => {
        draining = undefined;
        if (!empty) later(1000);
        return empty;
      });
    return draining;
  }

  async function put(item: Item): Promise<boolean> {
    try {
      await spool.append(item);
    } catch (error) {
      log.error({ err: error, bytes: spool.bytes() }, "a message could be kept neither in the database nor on disk");
      return false;
    }
    later(250);
    return true;
  }

  if (spool.busy()) later(0);
  const looking = setInterval(() => {
    if (spool.look()) later(0);
  }, sweep);
  looking.unref();
  return {
    busy: spool.busy,
    put,
    drain,
    async rest() {
      stopped = true;
      clearInterval(looking);
      clearTimeout(timer);
      await draining;
    },
  };
}

/** Each lane in its order, with few commits. */
async function storeLanes(log: Log, spool: Spool, store: Keeping["store"], items: Item[]): Promise<void> {
  const some = async (part: Item[]): Promise<void> => {
    try {
      await store(part);
    } catch (error) {
      if (isAway(error)) throw error;
      if (part.length > 1) for (const item of part) await some([item]);
      else {
        // It would stop all behind it for ever. It stays in the folder, so that a person can look at it.
        log.error({ run: part[0]?.run, err: error }, "a message of the spool cannot be kept and is set aside");
        await spool.setAside(part[0]);
      }
    }
  };
  for (const lane of Map.groupBy(items, (item) => laneOf(item.envelope)).values())
    for (let at = 0; at < lane.length; at += MOST_AT_ONCE) await some(lane.slice(at, at + MOST_AT_ONCE));
}
