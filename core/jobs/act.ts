// The act of a job: the person who asked and the place where it was asked, as they are now.
import { rawOf, type Tx } from "../../db/connect.ts";
import type { Place } from "../act.ts";
import type { House } from "../house.ts";
import { type Made, makeAct, type Room, readWho, type Who } from "../inbox/index.ts";

/** Work that nobody asked for: a schedule's, or a reaction to one. It may do what the owner may. */
export const NOBODY = "00000000-0000-0000-0000-000000000000";

export type Asker = { workspaceId: string; personId: string | null; runId: string };

export async function jobAct(house: House, room: Room, { workspaceId, personId, runId }: Asker): Promise<Made> {
  const nobody = !personId || personId === NOBODY;
  const [who, place] = await Promise.all([
    nobody ? readHouse(room.tx) : readWho(room.tx, personId),
    readPlace(room.tx, runId),
  ]);
  const caller = { workspaceId, personId: personId ?? NOBODY };
  return makeAct(house, room, caller, who[0], runId, place[0] ?? { surface: "job", tenant: "", external: "" });
}

const readHouse = (tx: Tx) => rawOf(tx)<Who[]>`
  select w.name, 'owner' as role, null as locale, false as erased, w.slug, w.name as brand, w.locale as spoken, w.currency, w.zone
  from workspace w`;

const readPlace = (tx: Tx, run: string) => rawOf(tx)<Place[]>`
  select surface, tenant, envelope->>'place' as external from inbox where id = ${run}`;
