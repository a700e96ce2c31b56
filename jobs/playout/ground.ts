// What a keeper of channels stands on.
import type { Act } from "../../core/act.ts";
import type { House } from "../../core/house.ts";
import { jobAct } from "../../core/jobs/index.ts";
import type { Playout, Wanted } from "../../core/streams/index.ts";
import { type Database, inWorkspace } from "../../db/connect.ts";

export type Ground = {
  house: House;
  /** This process, as its leases and the inventory name it. */
  host: string;
  /** Milliseconds that never go back, and the wall's, as engines know it. */
  elapsed(): number;
  wall(): number;
  /** Does it once, by the same clock; the answer calls it off. */
  later(ms: number, work: () => void): () => void;
  engineOf(channel: Wanted): Playout;
  /** Another host plays what is wanted: be ready to follow it. */
  warm(): void;
  /** Nothing is wanted anywhere. */
  cool(): Promise<void>;
  /** Of the engines' process. */
  memory(): number;
  /** The engine's process itself is begun anew. */
  roll(why: string): Promise<void>;
};

export type Home = { database: Database; workspaceId: string };

/** As the house itself: nobody asked for it. */
export function asHouse<T>(
  { house }: Pick<Ground, "house">,
  { database, workspaceId }: Home,
  work: (act: Act) => Promise<T>,
): Promise<T> {
  return inWorkspace(database, workspaceId, async (tx) => {
    const run = house.sources.newId();
    const { act } = await jobAct(house, { database, tx }, { workspaceId, personId: null, runId: run });
    return work(act);
  });
}
