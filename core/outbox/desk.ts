// The desk of a surface: the places where something waits, many sent to at once and each by one at a time.
import { performance } from "node:perf_hooks";
import type { Database } from "../../db/connect.ts";
import type { House } from "../house.ts";
import { openBuckets } from "./buckets.ts";
import type { Delivery } from "./deliver.ts";
import type { Sender } from "./sender.ts";
import { visit } from "./visit.ts";
import { noticeOf, type PlaceKey } from "./write.ts";

export type DeskOptions = { parallel: number; lease: number; patience: number };

export type Desk = {
  leads(): boolean;
  /** Whether this process sends for the surface from now on. Places that stood in line stand there still. */
  lead(yes: boolean): void;
  /** Something waits there. `new`: it may leave before what waits for its time. */
  call(place: PlaceKey, database: Database, is: "new" | "found"): void;
  /** No new visits; resolves when those that are under way have ended. */
  stop(): Promise<void>;
};

type Spot = {
  database: Database;
  place: PlaceKey;
  state: "asleep" | "ready" | "working";
  again: boolean;
  timer?: NodeJS.Timeout | undefined;
};

export function openDesk(house: House, sender: Sender, { parallel, lease, patience }: DeskOptions): Desk {
  const buckets = openBuckets(() => performance.now(), sender.pace);
  const delivery: Delivery = { house, sender, buckets, patience };
  const spots = new Map<string, Spot>();
  const ready: Spot[] = [];
  const working = new Set<Promise<void>>();
  const state = { leads: false, stopped: false };
  const goesOn = () => state.leads && !state.stopped;
  const stopped = () => state.stopped;

  function call(spot: Spot): void {
    if (!goesOn()) return;
    if (spot.state !== "asleep") {
      spot.again = true;
      return;
    }
    wake(spot);
    spot.state = "ready";
    ready.push(spot);
    pump();
  }

  function pump(): void {
    while (goesOn() && working.size < parallel && ready.length > 0) {
      const work = serve(ready.shift()!).finally(() => {
        working.delete(work);
        pump();
      });
      working.add(work);
    }
  }

  async function serve(spot: Spot): Promise<void> {
    spot.state = "working";
    spot.again = false;
    const { database, place } = spot;
    const wait = await visit({ database, place, delivery, lease, goesOn, stopped }).catch((error: unknown) => {
      house.log.warn({ err: error }, "the outbox could not be reached");
      return 1000;
    });
    spot.state = "asleep";
    if (goesOn() && wait !== undefined) sleep(spot, wait, () => call(spot));
    else if (goesOn() && spot.again) call(spot);
    else spots.delete(noticeOf(place));
  }

  return {
    leads: () => state.leads,
    lead(yes) {
      state.leads = yes && !state.stopped;
      pump();
    },
    call(place, database, is) {
      if (!goesOn()) return;
      const spot = getOrMake(spots, noticeOf(place), (): Spot => ({ database, place, state: "asleep", again: false }));
      if (is === "new" || !spot.timer) call(spot);
    },
    async stop() {
      state.stopped = true;
      for (const spot of spots.values()) wake(spot);
      await Promise.all(working);
      state.leads = false;
    },
  };
}

/** Nothing new in the place can leave before its head. It is looked at in between, should the head be taken back. */
function sleep(spot: Spot, wait: number, then: () => void): void {
  spot.timer ??= setTimeout(
    () => {
      spot.timer = undefined;
      then();
    },
    Math.min(Math.max(wait, 20), 60_000),
  );
}

function wake(spot: Spot): void {
  clearTimeout(spot.timer);
  spot.timer = undefined;
}

function getOrMake<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let found = map.get(key);
  if (found === undefined) {
    found = make();
    map.set(key, found);
  }
  return found;
}
