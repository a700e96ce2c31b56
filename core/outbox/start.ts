// Sends what waits in the outbox: in order in each place, at least once, one process of the cluster for each surface.
import type { Database } from "../../db/connect.ts";
import { openEar } from "../../db/ear.ts";
import { workspaceIds } from "../../db/workspaces.ts";
import type { House } from "../house.ts";
import { type Desk, openDesk } from "./desk.ts";
import { waitingPlaces } from "./rows.ts";
import type { Sender } from "./sender.ts";
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

export function startOutbox(house: House, senders: readonly Sender[], options: OutboxOptions = {}): Outbox {
  const { parallel = 16, lease = 30_000, patience = 15_000, sweep = 2_000 } = options;
  const main = house.databases[0]!;
  const desks: Desks = new Map(
    senders.map((sender) => [sender.surface, openDesk(house, sender, { parallel, lease, patience })]),
  );
  const unreached = (error: unknown) => house.log.warn({ err: error }, "the outbox could not be reached");
  let stopped = false;

  // Nobody looks twice at once: whoever asks in between hears of the look that is under way.
  let looking: Promise<void> | undefined;
  function look(): Promise<void> {
    looking ??= (async () => {
      const led = await elect(desks, (name) => ear.lock(name));
      if (led.length > 0 && !stopped) await callWaiting(house, desks, led);
    })()
      .catch(unreached)
      .finally(() => {
        looking = undefined;
      });
    return looking;
  }

  const ear = openEar(main, {
    channel: OUTBOX_CHANNEL,
    heard: (notice) => hear(desks, main, notice),
    ready: () => void look(),
    lost: () => {
      // The locks went with the line. Another process may send for our surfaces by now.
      for (const desk of desks.values()) desk.lead(false);
    },
  });
  const others = house.databases
    .slice(1)
    .map((one) => openEar(one, { channel: OUTBOX_CHANNEL, heard: (notice) => hear(desks, one, notice) }));
  const timer = setInterval(() => void look(), sweep);
  timer.unref();

  return {
    wake(place, database = main) {
      const desk = desks.get(place.surface);
      if (desk?.leads()) desk.call(place, database, "new");
      // Its surface is sent for elsewhere. A notice that is lost costs only time.
      else if (!stopped) database.client`select pg_notify(${OUTBOX_CHANNEL}, ${noticeOf(place)})`.catch(unreached);
    },
    leads: (surface) => desks.get(surface)?.leads() ?? false,
    async stop() {
      stopped = true;
      clearInterval(timer);
      const ending = [...desks.values()].map((desk) => desk.stop());
      await looking;
      await Promise.all(ending);
      await Promise.all([ear, ...others].map((one) => one.close()));
    },
  };
}

type Desks = ReadonlyMap<string, Desk>;

/** One process of the cluster leads a surface: whoever holds its lock, for as long as the line that holds it lives. */
async function elect(desks: Desks, lock: (name: string) => Promise<boolean>): Promise<string[]> {
  for (const [surface, desk] of desks) desk.lead(await lock(`impresario outbox ${surface}`));
  return [...desks].filter(([, desk]) => desk.leads()).map(([surface]) => surface);
}

/** What no notice told, or what was told while nobody led. */
async function callWaiting(house: House, desks: Desks, led: string[]): Promise<void> {
  for (const database of house.databases) {
    for (const workspaceId of await workspaceIds(database)) {
      for (const place of await waitingPlaces(database, workspaceId, led))
        desks.get(place.surface)?.call(place, database, "found");
    }
  }
}

function hear(desks: Desks, database: Database, notice: string): void {
  const [workspaceId, surface, tenant, place, apart] = JSON.parse(notice) as [string, string, string, string, 1?];
  const desk = desks.get(surface);
  if (desk?.leads()) desk.call({ workspaceId, surface, tenant, place, apart: apart === 1 }, database, "new");
}
