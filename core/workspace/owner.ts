// Who may come in first: the owner's token, from the environment or made here and shown once.
import { type Database, rawOf, type Tx } from "../../db/connect.ts";
import { person } from "../../db/schema/index.ts";
import type { Sources } from "../act.ts";
import { hashSecret, keepToken, newSecret, retire } from "../people/index.ts";
import { type First, inFirst } from "./first.ts";

export type FirstOwner = First & {
  personId: string;
  /** Only when it was made just now: show it, it is known nowhere else. */
  secret?: string;
};

/**
 * Makes sure that the default workspace has an owner who can come in. `wanted` (from the environment) is the owner's
 * token; when it differs from the last start's, that one ends. Without it a token is made if no owner has one. An
 * unset `wanted` ends nothing: parts of one deployment may start with different environments.
 */
export function ensureOwnerToken(database: Database, sources: Sources, wanted?: string): Promise<FirstOwner> {
  return inFirst(database, sources, async (tx, first) => {
    const personId = await ensureOwner(tx, sources, first.mainId);
    const room: Room = { tx, sources, workspaceId: first.mainId, personId };
    if (wanted) {
      await takeFromEnvironment(room, wanted);
      return { ...first, personId };
    }
    const secret = await makeIfNone(room);
    return { ...first, personId, ...(secret ? { secret } : {}) };
  });
}

type Room = { tx: Tx; sources: Sources; workspaceId: string; personId: string };

async function ensureOwner(tx: Tx, { now, newId }: Sources, workspaceId: string): Promise<string> {
  const [row] = await rawOf(tx)<{ id: string }[]>`
    select id from person where role = 'owner' and merged_into is null and erased_at is null
    order by created_at, id limit 1`;
  if (row) return row.id;
  const id = newId();
  await tx.insert(person).values({ workspaceId, id, name: "Owner", role: "owner", createdAt: now() });
  return id;
}

async function takeFromEnvironment({ tx, sources, workspaceId, personId }: Room, wanted: string): Promise<void> {
  const now = sources.now();
  const hash = hashSecret(wanted);
  const taken = await rawOf(tx)<{ id: string }[]>`
    update token set revoked_at = null, person_id = ${personId}, first_person_id = null where hash = ${hash} and source = 'environment' returning id`;
  if (!taken[0]) {
    const maker = { db: tx, workspaceId, personId: null, now, newId: sources.newId };
    const kept = await keepToken(maker, { personId, name: "OWNER_TOKEN", secret: wanted, source: "environment" });
    if (!kept && !(await isOwners(tx, hash))) {
      throw new Error("OWNER_TOKEN is a token that was made for something else. Choose another value for it.");
    }
  }
  const ended = await rawOf(tx)<{ person_id: string }[]>`
    update token set revoked_at = ${now.toISOString()}
    where source = 'environment' and hash <> ${hash} and revoked_at is null returning person_id`;
  for (const { person_id } of ended) if (person_id !== personId) await retire(tx, person_id);
}

/** The token that we showed at the first start may be given back to us as OWNER_TOKEN. */
const isOwners = async (tx: Tx, hash: Buffer): Promise<boolean> => {
  const rows = await rawOf(tx)`
    select from token t join person p on p.workspace_id = t.workspace_id and p.id = t.person_id
    where t.hash = ${hash} and t.revoked_at is null and p.role = 'owner'`;
  return rows.length > 0;
};

async function makeIfNone({ tx, sources, workspaceId, personId }: Room): Promise<string | undefined> {
  const there = await rawOf(tx)`
    select from token t join person p on p.workspace_id = t.workspace_id and p.id = t.person_id
    where t.revoked_at is null and p.role = 'owner' limit 1`;
  if (there.length > 0) return undefined;
  const secret = newSecret();
  const maker = { db: tx, workspaceId, personId: null, now: sources.now(), newId: sources.newId };
  await keepToken(maker, { personId, name: "Owner", secret, source: "start" });
  return secret;
}
