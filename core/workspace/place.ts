// Which workspace a chat belongs to. A place is one chat, or, with an empty `external`, a whole server or team.
import { ask, type Database, findIn, rawOf } from "../../db/connect.ts";
import { type Act, eventKind, type Place } from "../act.ts";
import { isId } from "../ids.ts";
import { refuse } from "../problem.ts";

export const placeBound = eventKind<{ place: string; surface: string; tenant: string; external: string }>(
  "place.bound",
);
export const placeLeft = eventKind<{ place: string; surface: string; tenant: string; external: string }>("place.left");

export type Bound = { database: Database; workspaceId: string; placeId: string };

/** Binds a place to the workspace of `act`. The database allows one workspace a place. */
export async function bindPlace(act: Act, place: Place & { name?: string }): Promise<string> {
  const { surface, tenant, name = "" } = place;
  const external = place.whole ? "" : place.external;
  // The platform had closed it to us, and it is open again.
  await rawOf(act.db)`
    delete from place where surface = ${surface} and tenant = ${tenant} and external = ${external} and gone_at is not null`;
  const [made] = await rawOf(act.db)<{ id: string }[]>`
    insert into place (workspace_id, id, surface, tenant, external, name, bound_by, created_at)
    values (${act.workspace.id}, ${act.newId()}, ${surface}, ${tenant}, ${external}, ${name}, ${act.person.id},
      ${act.now.toISOString()})
    on conflict do nothing returning id`;
  if (made) {
    act.changed({ what: "place", id: made.id, to: { surface, tenant, external } });
    await act.emit(placeBound, { place: made.id, surface, tenant, external }, made.id);
    return made.id;
  }
  const [own] = await rawOf(act.db)<{ id: string }[]>`
    select id from place where surface = ${surface} and tenant = ${tenant} and external = ${external} and gone_at is null`;
  if (!own) throw refuse("clash", "This place belongs to another workspace. Its owner can let it go with /disconnect.");
  return own.id;
}

/** Lets a place go: it is nobody's from now on. What happened there stays noted. */
export async function leavePlace(act: Act, id: string): Promise<{ surface: string; name: string }> {
  const [row] = isId(id)
    ? await rawOf(act.db)<{ surface: string; tenant: string; external: string; name: string }[]>`
        delete from place where id = ${id} returning surface, tenant, external, name`
    : [];
  if (!row) throw refuse("missing", "This place is not connected here. /workspace show names those that are.");
  const { surface, tenant, external } = row;
  act.changed({ what: "place", id, from: { surface, tenant, external }, to: null });
  await act.emit(placeLeft, { place: id, surface, tenant, external }, id);
  return { surface, name: row.name || external || tenant };
}

export type PlaceRow = { id: string; surface: string; tenant: string; external: string; name: string; gone: boolean };

/** Those that were closed to us stand last: somebody may let us in again, or let them go. */
export const listPlaces = (act: Pick<Act, "db">) => rawOf(act.db)<PlaceRow[]>`
  select id, surface, tenant, external, name, gone_at is not null as gone from place order by gone, id limit 200`;

/** The chat itself where it is bound alone, else its server or team. Over all databases, the main one first. */
export function lookUpPlace(databases: readonly Database[], place: Place): Promise<Bound | undefined> {
  const { surface, tenant, external } = place;
  return findIn(databases, async (database) => {
    const [row] = await ask(
      database.urgent(),
      (sql) => sql<{ workspace_id: string; id: string }[]>`
        select workspace_id, id, 1 as rank from find_place(${surface}, ${tenant}, ${external})
        union all select workspace_id, id, 2 from find_place(${surface}, ${tenant}, '')
        order by rank limit 1`,
    );
    return row && { database, workspaceId: row.workspace_id, placeId: row.id };
  });
}
