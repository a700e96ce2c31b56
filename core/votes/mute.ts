// People whose votes and requests are not taken for a while.
import { rawOf } from "../../db/connect.ts";
import type { Act } from "../act.ts";

/** In seconds; 0: not muted. */
export async function mutedFor(act: Pick<Act, "db" | "now">, person: string): Promise<number> {
  const [row] = await rawOf(act.db)<{ seconds: number }[]>`
    select extract(epoch from until - ${act.now.toISOString()}::timestamptz)::float8 as seconds from mute
    where person_id = ${person}`;
  return Math.max(0, Math.ceil(row?.seconds ?? 0));
}

/** Until then; a later word takes the place of an earlier one. What they cast before stays. */
export async function mutePerson(act: Act, person: string, until: Date, reason: string): Promise<void> {
  await rawOf(act.db)`
    insert into mute (workspace_id, person_id, until, reason, muted_by, created_at)
    values (${act.workspace.id}, ${person}, ${until.toISOString()}, ${reason}, ${act.person.id}, ${act.now.toISOString()})
    on conflict (workspace_id, person_id) do update set until = excluded.until, reason = excluded.reason,
      muted_by = excluded.muted_by, created_at = excluded.created_at`;
  act.changed({ what: "mute", id: person, to: { until, reason } });
}

export async function unmutePerson(act: Act, person: string): Promise<boolean> {
  const rows = await rawOf(act.db)`delete from mute where person_id = ${person} returning 1`;
  if (rows.length > 0) act.changed({ what: "mute", id: person, to: null });
  return rows.length > 0;
}
