// A message that will never arrive is a fact for others: alerts, and whoever is on call.
import type { Tx } from "../../db/connect.ts";
import { writeEvent } from "../event/index.ts";
import type { House } from "../house.ts";
import { messageFailed, placeGone } from "./events.ts";
import { tellOwners } from "./owners.ts";
import { markGone } from "./rows.ts";
import type { Outgoing } from "./sender.ts";
import type { PlaceKey } from "./write.ts";

export type Teller = Pick<House, "sources" | "log" | "stirred">;
export const writerOf = ({ sources, stirred }: Teller, db: Tx, { workspaceId }: PlaceKey) => ({
  db,
  now: sources.now(),
  newId: sources.newId,
  workspace: { id: workspaceId },
  person: null,
  run: null,
  stirred: (id: string) => stirred?.(id),
});

export async function tellFailed(house: Teller, tx: Tx, place: PlaceKey, message: Outgoing, error: string) {
  const payload = { surface: place.surface, place: place.place, message: message.id, error };
  await writeEvent(writerOf(house, tx, place), { name: messageFailed.name, payload, subject: message.subject });
}

/** What else waits there will never arrive either; `unsent`: what is known not to have arrived before. */
export async function tellGone(house: Teller, tx: Tx, place: PlaceKey, unsent = 1): Promise<void> {
  const writer = writerOf(house, tx, place);
  const { news, failed } = await markGone(tx, place, writer.now);
  if (!news) return;
  const { surface, tenant, place: external } = place;
  const all = failed + unsent;
  house.log.warn({ surface, place: external, unsent: all }, "a place is gone");
  const payload = { surface, tenant, place: external, unsent: all };
  await writeEvent(writer, { name: placeGone.name, payload, subject: external });
  await tellOwners(writer, place, all);
}
