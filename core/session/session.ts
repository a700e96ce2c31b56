// Who is signed in at a browser. The cookie and the link carry the workspace's id, so that nothing needs to be looked
// up before the workspace is known; the secret beside it is 256 bits, and only its hash is kept.
import { createHash, randomBytes } from "node:crypto";
import { type Database, inWorkspace, rawOf, type Tx } from "../../db/connect.ts";
import type { Sources } from "../act.ts";

export type SignedIn = { workspaceId: string; personId: string; tokenId: string | null; sessionId: string };

const DAY = 24 * 3600_000;
/** Long enough that somebody who looks in once a week stays signed in. */
export const SESSION_DAYS = 30;
/** A link in a terminal or a log of ours is found within a day, or it is not found at all. */
export const ENTRY_HOURS = 24;

export const hashOfSecret = (secret: string): Buffer => createHash("sha256").update(secret).digest();

const keyOf = (workspaceId: string, secret: string) =>
  `${Buffer.from(workspaceId.replaceAll("-", ""), "hex").toString("base64url")}.${secret}`;

/** The workspace that a key names, and its secret; undefined for anything that we did not write. */
export function readKey(key: string): { workspaceId: string; secret: string } | undefined {
  const [, id, secret] = /^([\w-]{22})\.([\w-]{43})$/.exec(key) ?? [];
  if (!id || !secret) return undefined;
  const hex = Buffer.from(id, "base64url").toString("hex");
  const parts = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)];
  return { workspaceId: parts.join("-"), secret };
}

/** Signs a person in; answers what the cookie holds. */
export async function startSession(
  database: Database,
  { now, newId }: Sources,
  who: { workspaceId: string; personId: string; tokenId?: string | undefined },
): Promise<string> {
  return inWorkspace(database, who.workspaceId, (tx) => begin(tx, { now, newId }, who));
}

async function begin(
  tx: Tx,
  { now, newId }: Pick<Sources, "now" | "newId">,
  who: { workspaceId: string; personId: string; tokenId?: string | null | undefined },
): Promise<string> {
  const secret = randomBytes(32).toString("base64url");
  const at = now();
  await rawOf(tx)`
    insert into session (workspace_id, id, person_id, token_id, hash, created_at, expires_at)
    values (${who.workspaceId}, ${newId()}, ${who.personId}, ${who.tokenId ?? null}, ${hashOfSecret(secret)},
      ${at.toISOString()}, ${new Date(at.getTime() + SESSION_DAYS * DAY).toISOString()})`;
  return keyOf(who.workspaceId, secret);
}

/** Who the cookie stands for now: not ended, not expired, its token not revoked, its person not erased. */
export async function findSession(database: Database, now: Date, key: string): Promise<SignedIn | undefined> {
  const read = readKey(key);
  if (!read) return undefined;
  return inWorkspace(database, read.workspaceId, async (tx) => {
    const [row] = await rawOf(tx)<{ id: string; person_id: string; token_id: string | null }[]>`
      select s.id, s.person_id, s.token_id from session s
      join person p on p.workspace_id = s.workspace_id and p.id = s.person_id
      left join token t on t.workspace_id = s.workspace_id and t.id = s.token_id
      where s.hash = ${hashOfSecret(read.secret)} and s.ended_at is null and s.expires_at > ${now.toISOString()}
        and p.erased_at is null and t.revoked_at is null`;
    return row && { workspaceId: read.workspaceId, personId: row.person_id, tokenId: row.token_id, sessionId: row.id };
  });
}

export async function endSession(database: Database, now: Date, who: SignedIn): Promise<void> {
  await inWorkspace(
    database,
    who.workspaceId,
    (tx) => rawOf(tx)`
      update session set ended_at = ${now.toISOString()} where id = ${who.sessionId} and ended_at is null`,
  );
}

/** A one-time key that signs a person in: for a link. */
export async function makeEntry(
  database: Database,
  { now, newId }: Sources,
  who: { workspaceId: string; personId: string },
): Promise<string> {
  const secret = randomBytes(32).toString("base64url");
  const at = now();
  await inWorkspace(
    database,
    who.workspaceId,
    (tx) => rawOf(tx)`
      insert into entry (workspace_id, id, person_id, hash, created_at, expires_at)
      values (${who.workspaceId}, ${newId()}, ${who.personId}, ${hashOfSecret(secret)}, ${at.toISOString()},
        ${new Date(at.getTime() + ENTRY_HOURS * 3600_000).toISOString()})`,
  );
  return keyOf(who.workspaceId, secret);
}

/** Uses a one-time key up and signs its person in, in one transaction. */
export async function useEntry(database: Database, sources: Sources, key: string): Promise<string | undefined> {
  const read = readKey(key);
  if (!read) return undefined;
  const at = sources.now().toISOString();
  return inWorkspace(database, read.workspaceId, async (tx) => {
    const [row] = await rawOf(tx)<{ person_id: string }[]>`
      update entry e set used_at = ${at} from person p
      where e.hash = ${hashOfSecret(read.secret)} and e.used_at is null and e.expires_at > ${at}
        and p.workspace_id = e.workspace_id and p.id = e.person_id and p.erased_at is null
      returning e.person_id`;
    return row && begin(tx, sources, { workspaceId: read.workspaceId, personId: row.person_id });
  });
}

/** Sessions and links that can let nobody in any more. */
export async function forgetSessions(tx: Tx, now: Date): Promise<void> {
  const at = now.toISOString();
  await rawOf(tx)`delete from session where expires_at < ${at} or ended_at < ${at}`;
  await rawOf(tx)`delete from entry where expires_at < ${at} or used_at < ${at}`;
}
