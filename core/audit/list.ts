// Who did what, newest first.
import { rawOf } from "../../db/connect.ts";
import type { Act } from "../act.ts";
import { isId } from "../ids.ts";
import { refuse } from "../problem.ts";

export type Line = {
  id: string;
  at: string;
  person: string | null;
  name: string | null;
  surface: string;
  place: string;
  command: string;
  outcome: string;
  run: string | null;
  changes: { what: string; id: string; from?: unknown; to?: unknown }[];
};

export type Filter = {
  from?: { from: Date; to: Date } | undefined;
  person?: string | undefined;
  before?: string | undefined;
};

/** A person's rows are also those of whoever was merged into them. */
export async function listAudit(act: Act, { from, person, before }: Filter, most: number): Promise<Line[]> {
  if (before !== undefined && !isId(before))
    throw refuse(
      "options",
      "“before” is the id of an entry: take “next” of the page before, or leave it out to begin with the newest.",
    );
  const sql = rawOf(act.db);
  const within = from ? sql`and a.at >= ${from.from.toISOString()} and a.at < ${from.to.toISOString()}` : sql``;
  const whose = person
    ? sql`and a.person_id in (select id from person where id = ${person} or merged_into = ${person})`
    : sql``;
  const rows = await sql<Line[]>`
    select a.id, a.at, a.person_id as person, p.name, a.surface, a.place, a.command, a.outcome, a.run_id as run, a.changes
    from audit a left join person p on p.workspace_id = a.workspace_id and p.id = a.person_id
    where true ${before ? sql`and a.id < ${before}` : sql``} ${within} ${whose}
    order by a.id desc limit ${most}`;
  return rows.map((row) => ({ ...row, at: new Date(row.at).toISOString() }));
}
