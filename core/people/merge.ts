// Two persons that turn out to be one. Rows of the past keep the person they were written for; whoever reads them
// follows `merged_into`. What lets somebody in moves, and notes whose it was, so that split.ts can give it back.
import { rawOf } from "../../db/connect.ts";
import { type Act, eventKind, mayActAs, type Role } from "../act.ts";
import { refuse } from "../problem.ts";
import { keepsOwner } from "./owners.ts";

export const personMerged = eventKind<{ from: string; into: string }>("person.merged");

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
  if (!gone || !stays || from === into)
    throw refuse("clash", "One of the two is linked or gone already. Make a new code with /link.");
  if (!mayActAs(stays.role, gone.role)) throw higherRole(act, gone.role);
  await keepsOwner(sql`update person set merged_into = ${into} where id = ${from} or merged_into = ${from}`);
  await sql`update person set merged_first = ${into}, merged_at = ${act.now.toISOString()} where id = ${from}`;
  await sql`
    update person p set locale = coalesce(p.locale, q.locale), zone = coalesce(p.zone, q.zone)
    from person q where p.id = ${into} and q.workspace_id = p.workspace_id and q.id = ${from}`;
  await sql`update account set person_id = ${into} where person_id = ${from}`;
  for (const ways of [sql`token`, sql`session`])
    await sql`
      update ${ways} set person_id = ${into}, first_person_id = coalesce(first_person_id, person_id)
      where person_id = ${from}`;
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
