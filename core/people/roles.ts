// What a person may do, and which roles of a platform stand for ours.
import { rawOf } from "../../db/connect.ts";
import { type Act, eventKind, mayActAs, type Role } from "../act.ts";
import { refuse } from "../problem.ts";
import { keepsOwner } from "./owners.ts";
import type { Known } from "./persons.ts";

export const roleChanged = eventKind<{ person: string; from: Role; to: Role }>("person.role");

export async function grantRole(act: Act, person: Known, role: Role): Promise<void> {
  if (!mayActAs(act.role, role)) throw aboveOwn(act, role);
  if (person.role === role)
    throw refuse("clash", "{name} is {role} already.", { name: person.name, role: act.say(`role:${role}`) });
  if (mayActAs(person.role, role)) {
    throw refuse("clash", "{name} may do more already, as {role}. Take that away first with /role revoke.", {
      name: person.name,
      role: act.say(`role:${person.role}`),
    });
  }
  await setRole(act, person, role);
}

export async function revokeRole(act: Act, person: Known, role: Role): Promise<void> {
  if (role === "member")
    throw refuse("rule", "Everyone here is a member. To end a person's access, end their token or their account.");
  if (person.role !== role) {
    throw refuse("clash", "{name} is {role}; there is nothing else to take away.", {
      name: person.name,
      role: act.say(`role:${person.role}`),
    });
  }
  await setRole(act, person, "member");
}

async function setRole(act: Act, person: Known, to: Role): Promise<void> {
  // The role that was seen is part of the statement: what somebody else changed meanwhile is not overwritten.
  const rows = await keepsOwner(rawOf(act.db)`
    update person set role = ${to}
    where id = ${person.id} and role = ${person.role} and merged_into is null and erased_at is null returning id`);
  if (rows.length === 0)
    throw refuse("clash", "Somebody else changed {name} just now. Look again.", { name: person.name });
  act.changed({ what: "person.role", id: person.id, from: person.role, to });
  await act.emit(roleChanged, { person: person.id, from: person.role, to }, person.id);
}

const aboveOwn = (act: Act, role: Role) =>
  refuse("role", "You are {you} here and cannot make anybody {role}.", {
    you: act.say(`role:${act.role}`),
    role: act.say(`role:${role}`),
  });

export type PlatformRole = { surface: string; tenant: string; external: string };
export type MappedRole = PlatformRole & { id: string; role: Role };

/** From now on whoever has this role on the platform may do what ours may. Owners are named one by one. */
export async function mapRole(act: Act, theirs: PlatformRole, ours: Exclude<Role, "owner">): Promise<MappedRole> {
  if (!mayActAs(act.role, ours)) throw aboveOwn(act, ours);
  const [row] = await rawOf(act.db)<MappedRole[]>`
    insert into role_map (workspace_id, id, surface, tenant, external, role, created_at)
    values (${act.workspace.id}, ${act.newId()}, ${theirs.surface}, ${theirs.tenant}, ${theirs.external}, ${ours},
      ${act.now.toISOString()})
    on conflict (workspace_id, surface, tenant, external) do update set role = excluded.role
    returning id, surface, tenant, external, role`;
  act.changed({ what: "role_map", id: row!.id, to: { ...theirs, role: ours } });
  return row!;
}

export async function unmapRole(act: Act, which: string): Promise<MappedRole> {
  const [row] = await rawOf(act.db)<MappedRole[]>`
    delete from role_map where id::text = ${which} or external = ${which} and surface = ${act.surface}
      and tenant = ${act.place.tenant}
    returning id, surface, tenant, external, role`;
  if (!row)
    throw refuse("missing", "No role {name} is mapped here. /role maps shows those there are.", { name: which });
  act.changed({ what: "role_map", id: row.id, from: { role: row.role }, to: null });
  return row;
}

export const listMaps = (act: Act) => rawOf(act.db)<MappedRole[]>`
  select id, surface, tenant, external, role from role_map order by surface, tenant, external`;
