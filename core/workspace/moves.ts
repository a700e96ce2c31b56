// What a platform tells about a chat itself: another id, closed to us, open again. Whoever tells it may be the first to
// know, and may tell it twice.
import { inWorkspace } from "../../db/connect.ts";
import { workspaceIds } from "../../db/workspaces.ts";
import type { Place } from "../act.ts";
import type { House } from "../house.ts";
import { movePlace, openPlace, tellGone } from "../outbox/index.ts";
import type { Doors } from "./doors.ts";
import { forget } from "./doors.ts";
import { lookUpPlace } from "./place.ts";

type Building = Pick<House, "databases" | "sources" | "log">;

const keyOf = (workspaceId: string, { surface, tenant, external }: Place) => ({
  workspaceId,
  surface,
  tenant,
  place: external,
});

/** Nothing happens where the place is nobody's, or is bound with its whole server. */
export async function moved(building: Building, doors: Doors, place: Place, to: string): Promise<void> {
  const bound = await lookUpPlace(building.databases, place);
  if (bound)
    await inWorkspace(bound.database, bound.workspaceId, (tx) =>
      movePlace(building, tx, keyOf(bound.workspaceId, place), to),
    );
  forget(doors, place);
  forget(doors, { ...place, external: to });
}

export async function closed(building: Building, doors: Doors, place: Place): Promise<void> {
  const bound = await lookUpPlace(building.databases, place);
  if (bound)
    await inWorkspace(bound.database, bound.workspaceId, (tx) =>
      tellGone(building, tx, keyOf(bound.workspaceId, place), 0),
    );
  forget(doors, place);
}

/** Whose it was is looked for in every workspace: it happens seldom. */
export async function opened(building: Building, doors: Doors, place: Place): Promise<void> {
  if (await lookUpPlace(building.databases, place)) return;
  for (const database of building.databases)
    for (const workspaceId of await workspaceIds(database))
      await inWorkspace(database, workspaceId, (tx) => openPlace(building, tx, keyOf(workspaceId, place)));
  forget(doors, place);
}
