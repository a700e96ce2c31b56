// The door of every chat surface: from a place and an account to whose rows and who asks. Places of nobody lead into
// the lobby, where only help, connect and link are answered.
import { type Database, inWorkspace, type Tx } from "../../db/connect.ts";
import { LOBBY, type Place, type Sources } from "../act.ts";
import { type Caller, type Envelope, type Home, isId, placeOf, type Speaker, soundAccount } from "../inbox/index.ts";
import { resolveAccount, resolveAccounts } from "../people/index.ts";
import { listWorkspaces } from "./create.ts";
import { type Bound, lookUpPlace } from "./place.ts";

/**
 * A place that was let go still leads to its workspace for so long. That a place is nobody's is not remembered at all:
 * another process may connect it at any moment, and what is said there next is said to that workspace.
 */
const KEPT = 30_000;
/** Two megabytes at most. */
const MOST = 10_000;

type Entry = { until: number; bound: Bound };
/** What the doors remember. One a process, handed down by whoever opens them. */
export type Doors = { places: Map<string, Entry>; lobbyId?: string };
export const openDoors = (): Doors => ({ places: new Map() });

const keyOf = ({ surface, tenant, external }: Place) => JSON.stringify([surface, tenant, external]);
/** The next message there asks the database again. */
export const forget = (doors: Doors, place: Place) => void doors.places.delete(keyOf(place));

type Building = { databases: readonly Database[]; sources: Sources };

/** Which workspace a place belongs to, remembered for a moment. */
export async function findPlace(
  { databases, sources }: Building,
  doors: Doors,
  place: Place,
): Promise<Bound | undefined> {
  const key = keyOf(place);
  const now = sources.now().getTime();
  const known = doors.places.get(key);
  // A clock that was set back must not keep an entry for ever.
  if (known && known.until > now && known.until <= now + KEPT) return known.bound;
  const bound = await lookUpPlace(databases, place);
  doors.places.delete(key);
  if (!bound) return undefined;
  if (doors.places.size >= MOST) doors.places.delete(doors.places.keys().next().value!);
  doors.places.set(key, { until: now + KEPT, bound });
  return bound;
}

export type Visitor = { place: Place; account: { id: string; name?: string; locale?: string } };
export type Entered = { database: Database; caller: Caller; bound: boolean };

/** Whose place it is, or the lobby. */
export async function homeOf(building: Building, doors: Doors, place: Place): Promise<Home & { bound: boolean }> {
  const bound = await findPlace(building, doors, place);
  if (bound) return { database: bound.database, workspaceId: bound.workspaceId, bound: true };
  const main = building.databases[0]!;
  return { database: main, workspaceId: await lobbyOf(main, doors), bound: false };
}

/** Who speaks, in the workspace of the place or in the lobby. Somebody new becomes a member. */
export async function enter(building: Building, doors: Doors, { place, account }: Visitor): Promise<Entered> {
  const who = soundAccount(account);
  if (!who || ![place.tenant, place.external].every(isId)) throw new Error("Nobody can be known by these words.");
  const visitor = { place, account: who };
  const { database, workspaceId, bound } = await homeOf(building, doors, visitor.place);
  const personId = await inWorkspace(database, workspaceId, (tx) => speaker(building, workspaceId, tx, visitor));
  return { database, caller: { workspaceId, personId }, bound };
}

function speaker({ sources }: Building, workspaceId: string, db: Tx, { place, account }: Visitor): Promise<string> {
  const { id: external, name, locale } = account;
  const said = { ...(name ? { name } : {}), ...(locale ? { locale } : {}) };
  const room = { db, workspaceId, now: sources.now(), newId: sources.newId };
  return resolveAccount(room, { surface: place.surface, tenant: place.tenant, external, ...said });
}

/** Those who speak in one place. */
function speakers({ sources }: Building, { workspaceId }: Home, db: Tx, envelopes: readonly Envelope[]) {
  const { surface, tenant } = envelopes[0]!;
  const room = { db, workspaceId, now: sources.now(), newId: sources.newId };
  const seen = envelopes.map(({ account: { id: external, name, locale } }) => ({
    external,
    ...(name ? { name } : {}),
    ...(locale ? { locale } : {}),
  }));
  return resolveAccounts(room, { surface, tenant }, seen);
}

/** The two questions of the intake and the lanes, answered for every chat surface. */
export const doorkeeper = (building: Building, doors: Doors) => ({
  findHome: (speaker: Speaker): Promise<Home> => homeOf(building, doors, placeOf(speaker)),
  resolveAccount: async ({ home, tx }: { home: Home; tx: Tx }, envelope: Envelope) => ({
    personId: await speaker(building, home.workspaceId, tx, { place: placeOf(envelope), account: envelope.account }),
  }),
  resolveAccounts: ({ home, tx }: { home: Home; tx: Tx }, envelopes: readonly Envelope[]) =>
    speakers(building, home, tx, envelopes),
});

async function lobbyOf(main: Database, doors: Doors): Promise<string> {
  if (doors.lobbyId) return doors.lobbyId;
  const lobby = (await listWorkspaces(main)).find((w) => w.slug === LOBBY);
  if (!lobby) throw new Error("There is no lobby: the first start has not been made (ensureOwnerToken).");
  doors.lobbyId = lobby.workspaceId;
  return lobby.workspaceId;
}
