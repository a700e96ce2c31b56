// Bearer tokens: who holds one acts as its person. Only a hash is kept; the token itself is shown once.
import { createHash } from "node:crypto";
import { ask, type Database, findIn, rawOf, type Tx } from "../../db/connect.ts";
import { person, token } from "../../db/schema/index.ts";
import { type Act, mayActAs, type Role } from "../act.ts";
import { isId, randomLetters } from "../ids.ts";
import { refuse } from "../problem.ts";
import { keepsOwner } from "./owners.ts";

/** 40 letters of 62 are 238 bits: a plain hash is enough, nothing can be guessed. */
export const newSecret = (): string => `imp_${randomLetters(40)}`;
export const hashSecret = (secret: string): Buffer => createHash("sha256").update(secret).digest();

export type Holder = { database: Database; workspaceId: string; personId: string; tokenId: string };

/** Whose token this is, over all databases, the main one first. */
export function findToken(databases: readonly Database[], secret: string): Promise<Holder | undefined> {
  const hash = hashSecret(secret);
  return findIn(databases, async (database) => {
    const [row] = await ask(
      database,
      (sql) => sql<{ workspace_id: string; id: string; person_id: string }[]>`
        select workspace_id, id, person_id from find_token(${hash})`,
    );
    return row && { database, workspaceId: row.workspace_id, personId: row.person_id, tokenId: row.id };
  });
}

export type NewToken = { name: string; role: Role };
export type MadeToken = { id: string; personId: string; secret: string };
type Maker = Pick<Act, "now" | "newId"> & { db: Tx; workspaceId: string; personId: string | null };

/** A token that is a person of its own, with its own role. */
export async function makeToken(maker: Maker, { name, role }: NewToken): Promise<MadeToken> {
  const personId = maker.newId();
  const { workspaceId, now } = maker;
  await maker.db.insert(person).values({ workspaceId, id: personId, name, role, createdAt: now });
  const secret = newSecret();
  const id = await keepToken(maker, { personId, name, secret, source: "command" });
  if (!id) throw new Error("A new token met another with the same hash.");
  return { id, personId, secret };
}

export type KeptToken = {
  id?: string;
  personId: string;
  name: string;
  secret: string;
  source: (typeof token.$inferSelect)["source"];
};

/** Writes a token's row. Nothing when the hash is known already, here or in another workspace. */
export async function keepToken(maker: Maker, kept: KeptToken): Promise<string | undefined> {
  const [row] = await maker.db
    .insert(token)
    .values({
      workspaceId: maker.workspaceId,
      id: kept.id ?? maker.newId(),
      personId: kept.personId,
      name: kept.name,
      hash: hashSecret(kept.secret),
      source: kept.source,
      createdBy: maker.personId,
      createdAt: maker.now,
    })
    .onConflictDoNothing()
    .returning({ id: token.id });
  return row?.id;
}

/** Makes a token for somebody, never one that may do more than its maker. */
export async function createToken(act: Act, wanted: NewToken): Promise<MadeToken> {
  if (!mayActAs(act.role, wanted.role)) {
    throw refuse("role", "You are {you} here and cannot make a token for {role}.", {
      you: act.say(`role:${act.role}`),
      role: act.say(`role:${wanted.role}`),
    });
  }
  const made = await makeToken(
    { db: act.db, workspaceId: act.workspace.id, personId: act.person.id, now: act.now, newId: act.newId },
    wanted,
  );
  act.changed({ what: "token", id: made.id, to: { name: wanted.name, role: wanted.role, person: made.personId } });
  return made;
}

export type TokenRow = { id: string; name: string; person: string; role: Role; made: string };

export async function listTokens(tx: Tx, after: string | undefined, most: number): Promise<TokenRow[]> {
  if (after !== undefined && !isId(after))
    throw refuse("options", "There is no token called {name}. /token list shows those there are.", { name: after });
  const sql = rawOf(tx);
  return sql<TokenRow[]>`
    select t.id, t.name, t.person_id as person, p.role, t.created_at as made
    from token t join person p on p.workspace_id = t.workspace_id and p.id = t.person_id
    where t.revoked_at is null ${after ? sql`and t.id < ${after}` : sql``}
    order by t.id desc limit ${most}`;
}

/** Ends a token at once, by its id or, when only one has it, its name. */
export async function revokeToken(act: Act, which: string): Promise<{ id: string; name: string }> {
  const found = await rawOf(act.db)<{ id: string; name: string; person_id: string }[]>`
    select id, name, person_id from token
    where revoked_at is null and ${isId(which) ? rawOf(act.db)`id = ${which}` : rawOf(act.db)`name = ${which}`}
    limit 2`;
  const [row, second] = found;
  if (!row)
    throw refuse("missing", "There is no token called {name}. /token list shows those there are.", { name: which });
  if (second)
    throw refuse("clash", "Several tokens are called {name}. Give the id that /token list shows.", { name: which });
  const [ended] = await rawOf(act.db)<{ id: string }[]>`
    update token set revoked_at = ${act.now.toISOString()} where id = ${row.id} and revoked_at is null returning id`;
  if (!ended) throw refuse("clash", "Somebody else revoked this token just now.");
  await keepsOwner(retire(act.db, row.person_id));
  act.changed({ what: "token", id: row.id, from: { name: row.name }, to: null });
  return { id: row.id, name: row.name };
}

/** A person that nobody can act as any more keeps no rights: otherwise it would count as an owner for ever. */
export const retire = (tx: Tx, personId: string) => rawOf(tx)`
  update person p set role = 'member'
  where p.id = ${personId} and p.role <> 'member'
    and not exists (select from account a where a.workspace_id = p.workspace_id and a.person_id = p.id)
    and not exists (select from token t
      where t.workspace_id = p.workspace_id and t.person_id = p.id and t.revoked_at is null)`;
