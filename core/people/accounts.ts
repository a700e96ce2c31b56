// How a person is known on a surface. Whoever speaks for the first time becomes a member with one account.
import { rawOf, type Tx } from "../../db/connect.ts";
import type { Act } from "../act.ts";

export type Seen = { surface: string; tenant: string; external: string; name?: string; locale?: string };
type Room = Pick<Act, "now" | "newId"> & { db: Tx; workspaceId: string };

/** The person behind an account, made if it was never seen. Two messages that come first make one person. */
export async function resolveAccount(room: Room, seen: Seen): Promise<string> {
  const known = await knownAs(room, seen);
  if (known) return known;
  const made = await attach(room, seen, room.newId(), "new person");
  if (made) return made;
  // Somebody else wrote it between the two statements and has committed: this one sees it.
  const other = await knownAs(room, seen);
  if (!other) throw new Error("An account was there and is gone.");
  return other;
}

/** The same for many of one server or team, by their names there. */
export async function resolveAccounts(
  room: Room,
  of: Pick<Seen, "surface" | "tenant">,
  seen: readonly Omit<Seen, "surface" | "tenant">[],
): Promise<Map<string, string>> {
  const wanted = new Map(seen.map((one) => [one.external, one]));
  const known = await allKnown(room, of, wanted);
  const fresh = [...wanted.values()].filter(({ external }) => !known.has(external));
  if (fresh.length === 0) return known;
  await attachAll(room, of, fresh);
  // Also those that somebody else wrote between the two statements.
  return allKnown(room, of, wanted);
}

async function allKnown(
  { db, workspaceId }: Room,
  { surface, tenant }: Pick<Seen, "surface" | "tenant">,
  wanted: ReadonlyMap<string, Omit<Seen, "surface" | "tenant">>,
): Promise<Map<string, string>> {
  const sql = rawOf(db);
  const rows = await sql<{ id: string; person: string; external: string; name: string; locale: string | null }[]>`
    select id, person_id as person, external, name, locale from account
    where workspace_id = ${workspaceId} and surface = ${surface} and tenant = ${tenant}
      and external = any(${[...wanted.keys()]}::text[])`;
  const changed = rows.flatMap((row) => {
    const { name, locale } = wanted.get(row.external)!;
    const now = { id: row.id, name: name || row.name, locale: locale ?? row.locale };
    return now.name === row.name && now.locale === row.locale ? [] : [now];
  });
  if (changed.length > 0)
    await sql`
      update account a set name = g.name, locale = g.locale
      from unnest(${changed.map((c) => c.id)}::uuid[], ${changed.map((c) => c.name)}::text[],
        ${changed.map((c) => c.locale)}::text[]) as g (id, name, locale) where a.id = g.id`;
  return new Map(rows.map((row) => [row.external, row.person]));
}

async function attachAll(
  { db, workspaceId, now, newId }: Room,
  { surface, tenant }: Pick<Seen, "surface" | "tenant">,
  seen: readonly Omit<Seen, "surface" | "tenant">[],
): Promise<void> {
  const at = now.toISOString();
  await rawOf(db)`
    with account_made as (
      insert into account (workspace_id, id, person_id, first_person_id, surface, tenant, external, name, locale, created_at)
      select ${workspaceId}::uuid, id, person, person, ${surface}, ${tenant}, external, name, locale, ${at}::timestamptz
      from unnest(${seen.map(() => newId())}::uuid[], ${seen.map(() => newId())}::uuid[],
        ${seen.map((s) => s.external)}::text[], ${seen.map((s) => s.name ?? "")}::text[],
        ${seen.map((s) => s.locale ?? null)}::text[]) as g (id, person, external, name, locale)
      order by external
      on conflict (workspace_id, surface, tenant, external) do nothing returning person_id, name, external)
    insert into person (workspace_id, id, name, role, created_at)
    select ${workspaceId}::uuid, person_id, coalesce(nullif(name, ''), external), 'member', ${at}::timestamptz from account_made`;
}

async function knownAs({ db, workspaceId }: Room, seen: Seen): Promise<string | undefined> {
  const [row] = await rawOf(db)<{ id: string; person_id: string; name: string; locale: string | null }[]>`
    select id, person_id, name, locale from account
    where workspace_id = ${workspaceId} and surface = ${seen.surface} and tenant = ${seen.tenant}
      and external = ${seen.external}`;
  if (!row) return undefined;
  const name = seen.name || row.name;
  const locale = seen.locale ?? row.locale;
  if (name !== row.name || locale !== row.locale)
    await rawOf(db)`update account set name = ${name}, locale = ${locale} where id = ${row.id}`;
  return row.person_id;
}

/** Gives an account that nobody has to a person; with a person who is made in the same statement, if asked. */
export async function attach(
  { db, workspaceId, now, newId }: Room,
  seen: Seen,
  personId: string,
  to: "new person" | "known person",
): Promise<string | undefined> {
  const at = now.toISOString();
  const name = seen.name ?? "";
  const account = rawOf(db)`
    insert into account (workspace_id, id, person_id, first_person_id, surface, tenant, external, name, locale, created_at)
    values (${workspaceId}, ${newId()}, ${personId}, ${personId}, ${seen.surface}, ${seen.tenant}, ${seen.external},
      ${name}, ${seen.locale ?? null}, ${at})
    on conflict (workspace_id, surface, tenant, external) do nothing returning person_id`;
  if (to === "known person") {
    const rows = (await account) as unknown as unknown[];
    return rows.length > 0 ? personId : undefined;
  }
  // One statement: the account decides who is first, and its person is there when the foreign key looks.
  const rows = await rawOf(db)`
    with account_made as (${account})
    insert into person (workspace_id, id, name, role, created_at)
    select ${workspaceId}::uuid, person_id, ${name || seen.external}, 'member', ${at}::timestamptz from account_made
    returning id`;
  return rows.length > 0 ? personId : undefined;
}

export type AccountRow = { id: string; surface: string; tenant: string; external: string; name: string };

export const accountsOf = (db: Tx, personId: string) => rawOf(db)<AccountRow[]>`
  select id, surface, tenant, external, name from account where person_id = ${personId} order by id`;
