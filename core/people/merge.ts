// Two persons that turn out to be one, and an account that becomes a person of its own again. Rows of the past keep
// the person they were written for; whoever reads them follows `merged_into`.
import { rawOf } from "../../db/connect.ts";
import { type Act, eventKind, mayActAs, ROLES, type Role } from "../act.ts";
import { refuse } from "../problem.ts";
import { keepsOwner } from "./owners.ts";

export const personMerged = eventKind<{ from: string; into: string }>("person.merged");
export const personSplit = eventKind<{ from: string; into: string; account: string }>("person.split");

type Row = { id: string; name: string; role: Role };

/**
 * `from` goes on as `into`: accounts and tokens move, the role of `into` stays. Linking never raises a role: `into`
 * may do at least what `from` may, and said yes to it where its code was made.
 */
export async function mergePersons(act: Act, from: string, into: string): Promise<void> {
  const sql = rawOf(act.db);
  // Locked in one order, so that two merges that cross take turns.
  const rows = await sql<Row[]>`
    select id, name, role from person
    where id in (${from}, ${into}) and merged_into is null and erased_at is null order by id for update`;
  const gone = rows.find((r) => r.id === from);
  const stays = rows.find((r) => r.id === into);
  if (!gone || !stays) throw refuse("clash", "One of the two is linked or gone already. Make a new code with /link.");
  if (!mayActAs(stays.role, gone.role)) throw higherRole(act, gone.role);
  await keepsOwner(sql`update person set merged_into = ${into} where id = ${from} or merged_into = ${from}`);
  await sql`
    update person p set locale = coalesce(p.locale, q.locale), zone = coalesce(p.zone, q.zone)
    from person q where p.id = ${into} and q.workspace_id = p.workspace_id and q.id = ${from}`;
  await sql`update account set person_id = ${into} where person_id = ${from}`;
  await sql`update token set person_id = ${into} where person_id = ${from}`;
  await sql`update session set person_id = ${into} where person_id = ${from}`;
  await sql`update action set for_person = ${into} where for_person = ${from}`;
  await sql`update asset set for_person = ${into} where for_person = ${from}`;
  act.changed({ what: "person", id: from, to: { merged_into: into } });
  await act.emit(personMerged, { from, into }, into);
}

export const higherRole = (act: Pick<Act, "say">, role: Role) =>
  refuse(
    "rule",
    "You are {role} here, and the code was made by somebody who may do less. Make a code here instead, and type it there.",
    {
      role: act.say(`role:${role}`),
    },
  );

type AccountRow = { id: string; name: string; external: string; surface: string; first_person_id: string };

/**
 * Takes an account off its person. Where the account came with a person who was merged, that person goes on with its
 * own past, and may do no more than either could; otherwise a new member is made.
 */
export async function splitAccount(act: Act, account: AccountRow): Promise<string> {
  const sql = rawOf(act.db);
  const { first_person_id: first } = account;
  const [back] = await sql<{ role: Role }[]>`
    select role from person where id = ${first} and merged_into = ${act.person.id} and erased_at is null for update`;
  let id = first;
  if (back) {
    const role = ROLES[Math.min(ROLES.indexOf(back.role), ROLES.indexOf(act.person.role))]!;
    await sql`update person set merged_into = null, role = ${role} where id = ${first}`;
  } else {
    id = act.newId();
    await sql`
      insert into person (workspace_id, id, name, role, created_at)
      values (${act.workspace.id}, ${id}, ${account.name || account.external}, 'member', ${act.now.toISOString()})`;
  }
  const moved = await sql`
    update account set person_id = ${id} where id = ${account.id} and person_id = ${act.person.id} returning id`;
  if (moved.length === 0) throw refuse("clash", "This account was moved just now. Look again.");
  // Nobody knows any more whose browser is whose: all sign in again, so that none goes on as the other.
  const now = act.now.toISOString();
  await sql`update session set ended_at = ${now} where person_id = ${act.person.id} and ended_at is null`;
  act.changed({ what: "account", id: account.id, from: { person: act.person.id }, to: { person: id } });
  await act.emit(personSplit, { from: act.person.id, into: id, account: account.id }, id);
  return id;
}

/** The account to take off: the one named, or the only one where this is said. Never the last way in. */
export async function pickAccount(act: Act, which: string | undefined): Promise<AccountRow> {
  const all = await rawOf(act.db)<(AccountRow & { tenant: string })[]>`
    select id, name, external, surface, tenant, first_person_id from account where person_id = ${act.person.id} order by id`;
  const [tokens] = await rawOf(act.db)<{ n: number }[]>`
    select count(*)::int as n from token where person_id = ${act.person.id} and revoked_at is null`;
  if (all.length + (tokens?.n ?? 0) < 2 || all.length === 0)
    throw refuse("rule", "There is nothing to unlink: you are known here by one account only.");
  const fits = which
    ? all.filter((a) => a.id === which || a.surface === which.toLowerCase() || a.external === which)
    : all.filter((a) => a.surface === act.surface && a.tenant === act.place.tenant);
  if (fits.length === 1) return fits[0]!;
  const names = all.map((a) => `${a.surface} ${a.name || a.external} (${a.id})`).join(", ");
  throw refuse("options", "Which one? Give the id of an account: {accounts}.", { accounts: names });
}
