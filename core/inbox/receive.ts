// The door of surfaces that must be acknowledged before the work is done: a message is kept first, in the database or,
// while that is away, on disk. Nothing that was acknowledged here is ever lost.
import { type Database, inWorkspace } from "../../db/connect.ts";
import { isAway } from "../away.ts";
import type { House } from "../house.ts";
import { storableDeep } from "../text.ts";
import type { Envelope } from "./envelope.ts";
import type { Lanes } from "./lanes.ts";
import type { Spool } from "./spool.ts";
import { INBOX_CHANNEL, type Item, type Kept, keepAll, laneOf } from "./store.ts";

/** Where a message belongs: which workspace, and the database that holds it. */
export type Home = { database: Database; workspaceId: string };

export type IntakeOptions = {
  /** The place decides the workspace. */
  findHome(envelope: Envelope): Promise<Home>;
  /** Works the messages off in this process. Without it other processes are told. */
  lanes?: Lanes;
  spool?: Spool;
  /** How long the database may take, in milliseconds (ruling A). */
  patience?: number;
  /** In milliseconds: how often to look for what a process that died left on disk. */
  sweep?: number;
};

export type Intake = {
  receive(envelope: Envelope, how?: { repeats?: boolean }): Promise<Received>;
  /** What waits on disk goes to the database. Runs by itself; call it to wait for it. */
  drain(): Promise<boolean>;
  stop(): Promise<void>;
};

/** `away`: it is kept nowhere; answer 503, or say "try again". */
export type Received = { run: string; fresh: boolean } | { spooled: string } | "away";

type Waiting = {
  item: Item;
  given: { up: boolean };
  done(kept: Kept | undefined): void;
  failed(error: unknown): void;
};

/** Messages of one place in one transaction. */
const MOST_AT_ONCE = 50;

export function openIntake(house: House, options: IntakeOptions): Intake {
  const { lanes, spool, patience = 500, sweep = 5_000 } = options;
  /** Messages on their way to the database, by lane: those of one lane go in order. */
  const queues = new Map<string, Waiting[]>();
  const working = new Set<Promise<void>>();
  /** Deliveries on their way: a repetition waits for the first instead of standing in its lane. */
  const underWay = new Map<string, Promise<Kept | undefined>>();
  const draining = { now: undefined as Promise<boolean> | undefined, timer: undefined as NodeJS.Timeout | undefined };
  let stopped = false;

  /** Messages of one lane, in one transaction. */
  async function store(items: Item[]): Promise<Kept[]> {
    const home = await options.findHome(items[0]!.envelope);
    const lane = laneOf(items[0]!.envelope);
    const lease = lanes && { by: lanes.me, milliseconds: lanes.lease };
    const all = await inWorkspace(home.database, home.workspaceId, (tx) =>
      keepAll(tx, home.workspaceId, items, lease),
    );
    const leased = all.findIndex((kept) => kept.leased);
    for (const kept of all) if (!kept.fresh) house.meter.duplicate();
    if (leased >= 0) lanes?.took(home, items[leased]!);
    else if (lanes && all.some((kept) => kept.fresh)) lanes.wake(home, lane);
    else if (all.some((kept) => kept.fresh)) await tell(home, lane);
    return all;
  }

  /** A notice that is lost costs only time: the others also look by themselves. */
  const tell = ({ database, workspaceId }: Home, lane: string) =>
    database.client`select pg_notify(${INBOX_CHANNEL}, ${JSON.stringify([workspaceId, lane])})`.catch(
      (error: unknown) => house.log.warn({ err: error }, "the lanes could not be told"),
    );

  function inOrder(item: Item, given: { up: boolean }): Promise<Kept | undefined> {
    return new Promise((done, failed) => {
      const lane = laneOf(item.envelope);
      const one = { item, given, done, failed };
      const queue = queues.get(lane);
      if (queue) return void queue.push(one);
      queues.set(lane, [one]);
      const work = workOff(lane).finally(() => working.delete(work));
      working.add(work);
    });
  }

  /** What came while others were being written goes together: a crowd in one place costs few commits. */
  async function workOff(lane: string): Promise<void> {
    const queue = queues.get(lane)!;
    while (queue.length > 0) {
      const some = queue.splice(0, MOST_AT_ONCE);
      for (const one of some) if (one.given.up) one.done(undefined);
      await storeAll(some.filter((one) => !one.given.up));
    }
    queues.delete(lane);
  }

  async function storeAll(some: Waiting[]): Promise<void> {
    if (some.length === 0) return;
    try {
      const kept = await store(some.map((one) => one.item));
      for (const [at, one] of some.entries()) one.done(kept[at]);
    } catch (error) {
      // One that cannot be kept must not take the others with it.
      if (some.length > 1 && !isAway(error)) for (const one of some) await storeAll([one]);
      else for (const one of some) one.failed(error);
    }
  }

  function onceAtATime(item: Item, given: { up: boolean }): Promise<Kept | undefined> {
    const { surface, tenant, delivery } = item.envelope;
    if (delivery === "") return inOrder(item, given);
    const key = `${surface}\n${tenant}\n${delivery}`;
    const first = underWay.get(key);
    if (first) {
      house.meter.duplicate();
      return first.then((kept) => kept && { ...kept, fresh: false });
    }
    const mine = inOrder(item, given).finally(() => underWay.delete(key));
    underWay.set(key, mine);
    return mine;
  }

  async function receive(received: Envelope, { repeats = false } = {}): Promise<Received> {
    const envelope = storableDeep(received);
    const item: Item = { run: house.sources.newId(), at: house.sources.now().toISOString(), envelope };
    const refuge = repeats ? undefined : spool;
    if (refuge?.busy()) return aside(refuge, item);
    const given = { up: false };
    const stored = onceAtATime(item, given).catch((error: unknown) => {
      if (!isAway(error)) throw error;
      return undefined;
    });
    const kept = await within(patience, stored);
    if (kept) return { run: kept.run, fresh: kept.fresh };
    // It may still be stored a moment later: the line on disk is then a duplicate, which does no harm.
    given.up = true;
    stored.catch((error: unknown) => house.log.error({ run: item.run, err: error }, "a late message failed"));
    return refuge ? aside(refuge, item) : "away";
  }

  async function aside(refuge: Spool, item: Item): Promise<Received> {
    try {
      await refuge.append(item);
    } catch (error) {
      house.log.error(
        { err: error, bytes: refuge.bytes() },
        "a message could be kept neither in the database nor on disk",
      );
      return "away";
    }
    later(250);
    return { spooled: item.run };
  }

  function later(milliseconds: number): void {
    if (stopped || draining.timer || draining.now) return;
    draining.timer = setTimeout(() => {
      draining.timer = undefined;
      drain();
    }, milliseconds);
    draining.timer.unref();
  }

  /** True when nothing is left on disk. */
  function drain(): Promise<boolean> {
    if (!spool || stopped) return Promise.resolve(!spool?.busy());
    draining.now ??= spool
      .drain((lines) => fromSpool(lines as Item[]))
      .then(
        () => !spool.busy(),
        (error: unknown) => {
          house.log.warn({ err: error, bytes: spool.bytes() }, "the spool waits for the database");
          return false;
        },
      )
      .then((empty) => {
        draining.now = undefined;
        if (!empty) later(1000);
        return empty;
      });
    return draining.now;
  }

  /** Each lane in its order, with few commits. */
  async function fromSpool(items: Item[]): Promise<void> {
    const byLane = Map.groupBy(items, (item) => laneOf(item.envelope));
    for (const lane of byLane.values()) {
      for (let at = 0; at < lane.length; at += MOST_AT_ONCE) await unspool(lane.slice(at, at + MOST_AT_ONCE));
    }
  }

  async function unspool(items: Item[]): Promise<void> {
    try {
      await store(items);
    } catch (error) {
      if (isAway(error)) throw error;
      if (items.length > 1) for (const item of items) await unspool([item]);
      else {
        // It would stop all behind it for ever. It stays in the folder, so that a person can look at it.
        house.log.error({ run: items[0]?.run, err: error }, "a message of the spool cannot be kept and is set aside");
        await spool?.setAside(items[0]);
      }
    }
  }

  if (spool?.busy()) later(0);
  const looking = setInterval(() => {
    if (spool?.look()) later(0);
  }, sweep);
  looking.unref();
  return {
    receive,
    drain,
    async stop() {
      stopped = true;
      clearInterval(looking);
      clearTimeout(draining.timer);
      await draining.now;
      await within(5000, Promise.all(working));
      await spool?.close();
    },
  };
}

/** Undefined when it took too long. */
async function within<T>(milliseconds: number, work: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
