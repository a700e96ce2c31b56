// Messages on their way to the database: in order in each lane, and what comes together goes in one transaction.
import { isAway } from "../away.ts";
import type { House } from "../house.ts";
import type { Lanes } from "./lanes.ts";
import type { Home, IntakeOptions } from "./receive.ts";
import { INBOX_CHANNEL, type Item, type Kept, laneOf } from "./store.ts";
import { openWriter } from "./writer.ts";

/** What whoever brought a message has decided about it meanwhile, and what can no longer be decided. */
export type Fate = {
  /** They wait no longer: one whose turn has not come is left. */
  givenUp: boolean;
  /** They said that it is not kept: one that is not yet committed is called back. */
  unwanted: boolean;
  committing: boolean;
};
type Waiting = {
  item: Item;
  fate: Fate;
  done(kept: Kept | undefined): void;
  failed(error: unknown): void;
};

/** Messages of one place in one transaction. */
export const MOST_AT_ONCE = 50;

export type Keeping = {
  /** Undefined: its caller had given it up before its turn came. */
  keep(item: Item, fate: Fate): Promise<Kept | undefined>;
  /** Messages of one lane, in one transaction. */
  store(items: Item[], fates?: readonly Fate[]): Promise<readonly Kept[]>;
  idle(): Promise<unknown>;
};

export function openKeeping(house: House, findHome: IntakeOptions["findHome"], lanes: Lanes | undefined): Keeping {
  const queue = openQueues(store);
  /** Deliveries on their way: a repetition waits for the first instead of standing in its lane. */
  const underWay = new Map<string, Promise<Kept | undefined>>();

  const writer = openWriter(lanes && { by: lanes.me, milliseconds: lanes.lease });

  async function store(items: Item[], fates: readonly Fate[] = []): Promise<readonly Kept[]> {
    const home = await findHome(items[0]!.envelope);
    const lane = laneOf(items[0]!.envelope);
    const all = await writer.write(home, items, fates);
    const leased = all.findIndex((kept) => kept.leased);
    for (const kept of all) if (!kept.fresh) house.meter.duplicate();
    if (leased >= 0) lanes?.took(home, items[leased]!);
    else if (lanes && all.some((kept) => kept.fresh)) lanes.wake(home, lane);
    else if (all.some((kept) => kept.fresh)) void tell(home, lane);
    return all;
  }

  /** A notice that is lost costs only time: the others also look by themselves. */
  const tell = ({ database, workspaceId }: Home, lane: string) =>
    database.client`select pg_notify(${INBOX_CHANNEL}, ${JSON.stringify([workspaceId, lane])})`.catch(
      (error: unknown) => house.log.warn({ err: error }, "the lanes could not be told"),
    );

  function keep(item: Item, fate: Fate): Promise<Kept | undefined> {
    const { surface, tenant, delivery } = item.envelope;
    if (delivery === "") return queue.add(item, fate);
    const key = `${surface}\n${tenant}\n${delivery}`;
    const first = underWay.get(key);
    if (first) {
      house.meter.duplicate();
      // It is the first one's to call back.
      fate.committing = true;
      return first.then((kept) => kept && { ...kept, fresh: false });
    }
    const mine = queue.add(item, fate).finally(() => underWay.delete(key));
    underWay.set(key, mine);
    return mine;
  }

  return { keep, store, idle: queue.idle };
}

/** Those of one lane go in order. */
function openQueues(store: Keeping["store"]) {
  const queues = new Map<string, Waiting[]>();
  const working = new Set<Promise<void>>();

  /** What came while others were being written goes together: a crowd in one place costs few commits. */
  async function workOff(lane: string): Promise<void> {
    const queue = queues.get(lane)!;
    while (queue.length > 0) {
      const some = queue.splice(0, MOST_AT_ONCE);
      await storeAll(some);
    }
    queues.delete(lane);
  }

  async function storeAll(all: Waiting[]): Promise<void> {
    for (const one of all) if (one.fate.givenUp) one.done(undefined);
    const some = all.filter((one) => !one.fate.givenUp);
    if (some.length === 0) return;
    try {
      const kept = await store(
        some.map((one) => one.item),
        some.map((one) => one.fate),
      );
      for (const [at, one] of some.entries()) one.done(kept[at]);
    } catch (error) {
      // One that cannot be kept must not take the others with it.
      if (some.length > 1 && !isAway(error)) for (const one of some) await storeAll([one]);
      else for (const one of some) one.failed(error);
    }
  }

  return {
    add: (item: Item, fate: Fate) =>
      new Promise<Kept | undefined>((done, failed) => {
        const lane = laneOf(item.envelope);
        const one = { item, fate, done, failed };
        const queue = queues.get(lane);
        if (queue) return void queue.push(one);
        queues.set(lane, [one]);
        const work = workOff(lane).finally(() => working.delete(work));
        working.add(work);
      }),
    idle: () => Promise.all(working),
  };
}
