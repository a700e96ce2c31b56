// Sends what waits in the outbox: in order in each place, at least once, one process of the cluster for each surface.
import { performance } from "node:perf_hooks";
import type { Database, Tx } from "../../db/connect.ts";
import { openEar } from "../../db/ear.ts";
import { workspaceIds } from "../../db/workspaces.ts";
import { isPassing } from "../away.ts";
import { writeEvent } from "../event/index.ts";
import type { House } from "../house.ts";
import { type Buckets, openBuckets } from "./buckets.ts";
import { type Delivery, deliver, type Outcome } from "./deliver.ts";
import { messageFailed, placeGone } from "./events.ts";
import { type Ending, finish, type Head, markGone, step, waitingPlaces } from "./rows.ts";
import type { Outgoing, Sender } from "./sender.ts";
import { noticeOf, OUTBOX_CHANNEL, type PlaceKey } from "./write.ts";

export type OutboxOptions = {
  /** Places of a surface that are sent to at once. */
  parallel?: number;
  /** In milliseconds: how long nobody else touches a message that is being sent. */
  lease?: number;
  /** In milliseconds: how long one send may take. Less than the lease. */
  patience?: number;
  /** In milliseconds: how often to look for what no notice told. */
  sweep?: number;
};

export type Outbox = {
  /** Something was committed for this place: it leaves at once, here or in the process that sends for its surface. */
  wake(place: PlaceKey, database?: Database): void;
  /** Whether this process sends for the surface. */
  leads(surface: string): boolean;
  /** Finishes what is being sent. The rest stays for others. */
  stop(): Promise<void>;
};

type Spot = {
  database: Database;
  place: PlaceKey;
  state: "asleep" | "ready" | "working";
  again: boolean;
  timer?: NodeJS.Timeout;
};
type Desk = { sender: Sender; buckets: Buckets; ready: Spot[]; working: Set<Promise<void>>; leads: boolean };

export function startOutbox(house: House, senders: readonly Sender[], options: OutboxOptions = {}): Outbox {
  const { parallel = 16, lease = 30_000, patience = 15_000, sweep = 2_000 } = options;
  const main = house.databases[0]!;
  const desks = new Map<string, Desk>();
  for (const sender of senders) {
    const buckets = openBuckets(() => performance.now(), sender.pace);
    desks.set(sender.surface, { sender, buckets, ready: [], working: new Set(), leads: false });
  }
  const spots = new Map<string, Spot>();
  let stopped = false;

  function wake(place: PlaceKey, database = main): void {
    const desk = desks.get(place.surface);
    if (desk?.leads) call(desk, spotFor(database, place));
    // Its surface is sent for elsewhere. A notice that is lost costs only time.
    else if (!stopped) database.client`select pg_notify(${OUTBOX_CHANNEL}, ${noticeOf(place)})`.catch(unreached);
  }

  const unreached = (error: unknown) => house.log.warn({ err: error }, "the outbox could not be reached");

  function spotFor(database: Database, place: PlaceKey): Spot {
    const key = noticeOf(place);
    let spot = spots.get(key);
    if (!spot) {
      spot = { database, place, state: "asleep", again: false };
      spots.set(key, spot);
    }
    return spot;
  }

  function call(desk: Desk, spot: Spot): void {
    if (stopped || !desk.leads) return;
    if (spot.state !== "asleep") {
      spot.again = true;
      return;
    }
    clearTimeout(spot.timer);
    spot.timer = undefined;
    spot.state = "ready";
    desk.ready.push(spot);
    pump(desk);
  }

  function pump(desk: Desk): void {
    while (desk.leads && desk.working.size < parallel && desk.ready.length > 0) {
      const spot = desk.ready.shift()!;
      spot.state = "working";
      spot.again = false;
      const work = visit(desk, spot).finally(() => {
        desk.working.delete(work);
        pump(desk);
      });
      desk.working.add(work);
    }
  }

  /** Everything that may leave for one place now. */
  async function visit(desk: Desk, spot: Spot): Promise<void> {
    const delivery: Delivery = { house, sender: desk.sender, buckets: desk.buckets, patience };
    let wait: number | undefined;
    try {
      wait = await run(desk, spot, delivery);
    } catch (error) {
      unreached(error);
      wait = 1000;
    }
    spot.state = "asleep";
    if (stopped || !desk.leads) spots.delete(noticeOf(spot.place));
    else if (wait !== undefined) {
      // Nothing new in the place can leave before its head. It is looked at in between, should the head be taken back.
      const pause = Math.min(Math.max(wait, 20), 60_000);
      spot.timer ??= setTimeout(() => {
        spot.timer = undefined;
        call(desk, spot);
      }, pause);
    } else if (spot.again) call(desk, spot);
    else spots.delete(noticeOf(spot.place));
  }

  async function run(desk: Desk, spot: Spot, delivery: Delivery): Promise<number | undefined> {
    let done: { outcome: Outcome; message: Outgoing } | undefined;
    for (;;) {
      const last = done;
      const goesOn = desk.leads && !stopped;
      const head: Head = await lasting(() => write(spot, last, goesOn));
      if (!head || !goesOn) return undefined;
      if ("wait" in head) return head.wait;
      const { message, since, gone } = head;
      const outcome: Outcome = gone ? { id: message.id, kind: "gone" } : await deliver(delivery, message, since);
      done = { outcome, message };
    }
  }

  /** What became of a message is known only to us: it is written as soon as the database can be reached again. */
  async function lasting<T>(work: () => Promise<T>): Promise<T> {
    for (let tries = 0; ; tries++) {
      try {
        return await work();
      } catch (error) {
        if (!isPassing(error) || (stopped && tries > 5)) throw error;
        await new Promise((done) => setTimeout(done, Math.min(1000, 50 * 2 ** tries)));
      }
    }
  }

  async function write(
    spot: Spot,
    done: { outcome: Outcome; message: Outgoing } | undefined,
    goesOn: boolean,
  ): Promise<Head> {
    const { database, place } = spot;
    if (!done) return goesOn ? step(database, place, lease, undefined) : undefined;
    const { outcome, message } = done;
    const ending: Ending =
      outcome.kind === "gone" ? { id: outcome.id, kind: "failed", error: "The place is gone." } : outcome;
    const told = ending.kind === "failed" ? (tx: Tx) => tell(tx, place, message, outcome, ending.error) : undefined;
    if (goesOn || told) return step(database, place, lease, ending, told);
    await finish(database, place, ending);
    return undefined;
  }

  /** A fact for others: alerts, and whoever is on call. */
  async function tell(tx: Tx, place: PlaceKey, message: Outgoing, outcome: Outcome, error: string): Promise<void> {
    const writer = { db: tx, now: house.sources.now(), newId: house.sources.newId, person: null, run: null };
    const workspace = { id: place.workspaceId };
    const { surface, tenant, place: external } = place;
    if (outcome.kind !== "gone") {
      const payload = { surface, place: external, message: message.id, error };
      return void (await writeEvent(
        { ...writer, workspace },
        { name: messageFailed.name, payload, subject: message.subject },
      ));
    }
    const { marked, failed } = await markGone(tx, place, writer.now);
    if (!marked) return;
    house.log.warn({ surface, place: external, unsent: failed + 1 }, "a place is gone");
    const payload = { surface, tenant, place: external, unsent: failed + 1 };
    await writeEvent({ ...writer, workspace }, { name: placeGone.name, payload, subject: external });
  }

  const ear = openEar(main, {
    channel: OUTBOX_CHANNEL,
    heard: (notice) => hear(main, notice),
    ready: () => void look(),
    lost: () => {
      // The locks went with the line. Another process may send for our surfaces by now.
      for (const desk of desks.values()) desk.leads = false;
    },
  });
  const others = house.databases
    .slice(1)
    .map((database) => openEar(database, { channel: OUTBOX_CHANNEL, heard: (notice) => hear(database, notice) }));

  function hear(database: Database, notice: string): void {
    const [workspaceId, surface, tenant, place] = JSON.parse(notice) as [string, string, string, string];
    const desk = desks.get(surface);
    if (desk?.leads) call(desk, spotFor(database, { workspaceId, surface, tenant, place }));
  }

  let looking: Promise<void> | undefined;
  function look(): Promise<void> {
    looking ??= lookOnce()
      .catch(unreached)
      .finally(() => {
        looking = undefined;
      });
    return looking;
  }

  async function lookOnce(): Promise<void> {
    for (const [surface, desk] of desks) {
      desk.leads = await ear.lock(`impresario outbox ${surface}`);
      // Places that stood in line when the lead was lost stand there still.
      pump(desk);
    }
    const led = [...desks].filter(([, desk]) => desk.leads).map(([surface]) => surface);
    if (led.length === 0 || stopped) return;
    for (const database of house.databases) {
      for (const workspaceId of await workspaceIds(database)) {
        for (const place of await waitingPlaces(database, workspaceId, led)) {
          const spot = spotFor(database, place);
          // One that waits for its time has its own clock.
          if (!spot.timer) call(desks.get(place.surface)!, spot);
        }
      }
    }
  }
  const timer = setInterval(() => void look(), sweep);
  timer.unref();

  return {
    wake,
    leads: (surface) => desks.get(surface)?.leads ?? false,
    async stop() {
      stopped = true;
      clearInterval(timer);
      for (const spot of spots.values()) clearTimeout(spot.timer);
      await looking;
      await Promise.all([...desks.values()].flatMap((desk) => [...desk.working]));
      for (const desk of desks.values()) desk.leads = false;
      await Promise.all([ear, ...others].map((one) => one.close()));
    },
  };
}
