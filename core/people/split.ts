// An account that becomes a person of its own again. Where it came with a person who was linked, that person goes on,
// with its own past and its own ways in; nothing that was made while both were one lets anybody in any more.
import { rawOf } from "../../db/connect.ts";
import { type Act, eventKind, ROLES, type Role } from "../act.ts";
import { refuse } from "../problem.ts";
import { keepsOwner } from "./owners.ts";
import { retire } from "./tokens.ts";

export const personSplit = eventKind<{ from: string; into: string; account: string }>("person.split");

type AccountRow = { id: string; name: string; external: string; surface: string; first_person_id: string };
/** The person of the account now, whether it was there before, and how many tokens ended that were made since. */
export type Split = { id: string; back: boolean; ended: number };

/** Takes an account off its person. Who goes on with their own past may do no more than either could. */
export async function splitAccount(act: Act, account: AccountRow): Promise<Split> {
  const sql = rawOf(act.db);
  const [from] = await sql<{ role: Role }[]>`
    select role from person where id = ${act.person.id} and merged_into is null for update`;
  if (!from) throw refuse("clash", "This account was moved just now. Look again.");
  const { first_person_id: first } = account;
  const [back] = await sql<{ role: Role }[]>`
    select role from person where id = ${first} and merged_into = ${act.person.id} and erased_at is null for update`;
  let split: Split;
  if (back) {
    // Before the tree is cut: it says who was one with whom since when.
    const ended = await endCommon(act, first);
    const role = ROLES[Math.min(ROLES.indexOf(back.role), ROLES.indexOf(from.role))]!;
    await giveBack(act, first, role);
    split = { id: first, back: true, ended };
  } else {
    split = { id: act.newId(), back: false, ended: 0 };
    await sql`
      insert into person (workspace_id, id, name, role, created_at)
      values (${act.workspace.id}, ${split.id}, ${account.name || account.external}, 'member', ${act.now.toISOString()})`;
    await endBrowsers(act);
  }
  const moved = await sql<{ id: string }[]>`
    update account set person_id = ${split.id}
    where person_id = ${act.person.id} and (id = ${account.id} or first_person_id in (
      select id from person where id = ${split.id} or merged_into = ${split.id})) returning id`;
  if (!moved.some(({ id }) => id === account.id)) throw refuse("clash", "This account was moved just now. Look again.");
  // A code that one of them made is not for the other to say yes to.
  await sql`
    update code set ended_at = ${act.now.toISOString()}
    where ended_at is null and issued_by in (select id from person where id = ${act.person.id} or merged_into = ${act.person.id})`;
  // A file of everything that was kept about both is for neither. Each may ask for their own.
  await sql`
    update asset set expires_at = ${act.now.toISOString()}
    where kind = 'export' and for_person = ${act.person.id} and (expires_at is null or expires_at > ${act.now.toISOString()})`;
  for (const { id } of moved)
    act.changed({ what: "account", id, from: { person: act.person.id }, to: { person: split.id } });
  await act.emit(personSplit, { from: act.person.id, into: split.id, account: account.id }, split.id);
  return split;
}

/** Nobody knows any more whose browser is whose: all sign in again, so that none goes on as the other. */
async function endBrowsers(act: Act): Promise<void> {
  const sql = rawOf(act.db);
  const at = act.now.toISOString();
  await sql`update session set ended_at = ${at} where person_id = ${act.person.id} and ended_at is null`;
  await sql`update entry set used_at = ${at} where person_id = ${act.person.id} and used_at is null`;
}

/**
 * Ends what either could have made since they were one: browsers, links that sign in, and tokens, each of which is a
 * person with rights that the one who goes may never have had. `above` is everyone whom `first` could act as, and since when.
 */
async function endCommon(act: Act, first: string): Promise<number> {
  const sql = rawOf(act.db);
  const at = act.now.toISOString();
  const above = sql`
    with recursive above (id, since) as (
      select coalesce(merged_first, merged_into), coalesce(merged_at, created_at) from person where id = ${first}
      union
      select coalesce(p.merged_first, p.merged_into), coalesce(p.merged_at, p.created_at) from person p
      join above a on a.id = p.id where p.merged_into is not null)`;
  await sql`
    ${above} update session s set ended_at = ${at} from above a
    where coalesce(s.first_person_id, s.person_id) = a.id and s.created_at >= a.since and s.ended_at is null`;
  await sql`
    ${above} update entry e set used_at = ${at} from above a
    where e.person_id = a.id and e.created_at >= a.since and e.used_at is null`;
  const ended = await sql<{ id: string; name: string; person_id: string }[]>`
    ${above} update token t set revoked_at = ${at} from above a
    where t.created_by = a.id and t.created_at >= a.since and t.revoked_at is null
    returning t.id, t.name, t.person_id`;
  for (const { id, name, person_id } of ended) {
    await keepsOwner(retire(act.db, person_id));
    act.changed({ what: "token", id, from: { name }, to: null });
  }
  return ended.length;
}

/** The person is there again, with whoever was linked to them before, and with the tokens and browsers of all those. */
async function giveBack(act: Act, first: string, role: Role): Promise<void> {
  const sql = rawOf(act.db);
  const below = await sql<{ id: string }[]>`
    with recursive below (id) as (
      select ${first}::uuid union select p.id from person p join below b on p.merged_first = b.id)
    select id from below`;
  const ids = below.map((row) => row.id);
  await sql`
    update person set merged_into = null, merged_first = null, merged_at = null, role = ${role} where id = ${first}`;
  await sql`update person set merged_into = ${first} where id = any(${ids}) and id <> ${first}`;
  for (const ways of [sql`token`, sql`session`])
    await sql`
      update ${ways} set person_id = ${first}, first_person_id = nullif(first_person_id, ${first})
      where person_id = ${act.person.id} and first_person_id = any(${ids})`;
}

/** The account to take off: the one named, or the only one where this is said. Never the last way in. */
export async function pickAccount(act: Act, which: string | undefined): Promise<AccountRow> {
  const all = await rawOf(act.db)<(AccountRow & { tenant: string })[]>`
    select id, name, external, surface, tenant, first_person_id from account where person_id = ${act.person.id} order by id`;
  const tokens = await rawOf(act.db)<{ own: boolean }[]>`
    select first_person_id is null as own from token where person_id = ${act.person.id} and revoked_at is null`;
  if (all.length + tokens.length < 2 || all.length === 0)
    throw refuse("rule", "There is nothing to unlink: you are known here by one account only.");
  const fits = which
    ? all.filter((a) => a.id === which || a.surface === which.toLowerCase() || a.external === which)
    : all.filter((a) => a.surface === act.surface && a.tenant === act.place.tenant);
  if (fits.length !== 1)
    throw refuse("options", "Which one? Give the id of an account: {accounts}.", { accounts: named(all) });
  const picked = fits[0]!;
  const others = all.filter((a) => a.id !== picked.id);
  const isOwn = (a: AccountRow) => a.first_person_id === act.person.id;
  // The rights are this account's: they would stay behind with whoever was linked to it.
  if (isOwn(picked) && others.some((a) => !isOwn(a)) && !others.some(isOwn) && !tokens.some((t) => t.own))
    throw refuse(
      "rule",
      "You were known by this account first, and what you may do is its own. Unlink the others: {accounts}.",
      {
        accounts: named(others.filter((a) => !isOwn(a))),
      },
    );
  return picked;
}

const named = (accounts: readonly AccountRow[]) =>
  accounts.map((a) => `${a.surface} ${a.name || a.external} (${a.id})`).join(", ");
