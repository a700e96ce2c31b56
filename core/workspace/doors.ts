// The door of every chat surface: from a place and an account to whose rows and who asks. Places of nobody lead into
// the lobby, where only help, connect and link are answered.
import { type Database, inWorkspace } from "../../db/connect.ts";
import { LOBBY, type Place, type Sources } from "../act.ts";
import type { Caller } from "../inbox/index.ts";
import { resolveAccount } from "../people/index.ts";
import { listWorkspaces } from "./create.ts";
import { type Bound, lookUpPlace } from "./place.ts";

/** A place that was let go still leads to its workspace for so long; one that was just connected is found sooner. */
const KEPT = 30_000;
const KEPT_EMPTY = 2_000;
/** Two megabytes at most. */
const MOST = 10_000;

type Entry = { until: number; bound: Bound | undefined };
/** What the doors remember. One a process, handed down by whoever opens them. */
export type Doors = { places: Map<string, Entry>; lobbyId?: string };
export const openDoors = (): Doors => ({ places: new Map() });

type Building = { databases: readonly Database[]; sources: Sources };

/** Which workspace a place belongs to, remembered for a moment. */
export async function findPlace(
  { databases, sources }: Building,
  doors: Doors,
  place: Place,
): Promise<Bound | undefined> {
  const key = JSON.stringify([place.surface, place.tenant, place.external]);
  const now = sources.now().getTime();
  const known = doors.places.get(key);
  // A clock that was set back must not keep an entry for ever.
  if (known && known.until > now && known.until <= now + KEPT) return known.bound;
  const bound = await lookUpPlace(databases, place);
  doors.places.delete(key);
  if (doors.places.size >= MOST) doors.places.delete(doors.places.keys().next().value!);
  doors.places.set(key, { until: now + (bound ? KEPT : KEPT_EMPTY), bound });
  return bound;
}

export type Visitor = { place: Place; account: { id: string; name?: string; locale?: string } };
export type Entered = { database: Database; caller: Caller; bound: boolean };

/** Who speaks, in the workspace of the place or in the lobby. Somebody new becomes a member. */
export async function enter(building: Building, doors: Doors, { place, account }: Visitor): Promise<Entered> {
  const bound = await findPlace(building, doors, place);
  const database = bound?.database ?? building.databases[0]!;
  const workspaceId = bound?.workspaceId ?? (await lobbyOf(database, doors));
  const { now, newId } = building.sources;
  const { id: external, ...said } = account;
  const seen = { surface: place.surface, tenant: place.tenant, external, ...said };
  const personId = await inWorkspace(database, workspaceId, (db) =>
    resolveAccount({ db, workspaceId, now: now(), newId }, seen),
  );
  return { database, caller: { workspaceId, personId }, bound: bound !== undefined };
}

/** Where messages of places wait that belong to nobody yet. */
export async function lobbyOf(main: Database, doors: Doors): Promise<string> {
  if (doors.lobbyId) return doors.lobbyId;
  const lobby = (await listWorkspaces(main)).find((w) => w.slug === LOBBY);
  if (!lobby) throw new Error("There is no lobby: the first start has not been made (ensureOwnerToken).");
  doors.lobbyId = lobby.workspaceId;
  return lobby.workspaceId;
}
