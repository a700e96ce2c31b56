// One row of the audit: who, where, which command, what changed. `hash` is a seal over all of it.
import { rawOf } from "../../db/connect.ts";
import type { Act, Change } from "../act.ts";

export type Entry = { command: string; outcome: string; changes: Change[] };

/** What a row's hash covers: everything but the hash, as it is read back from the database. */
export type Content = {
  workspaceId: string;
  id: string;
  at: string;
  runId: string | null;
  personId: string | null;
  surface: string;
  place: string;
  command: string;
  outcome: string;
  changes: unknown;
};

export async function record(act: Act, entry: Entry): Promise<void> {
  const changes = asJson(entry.changes);
  const row: Content = {
    workspaceId: act.workspace.id,
    id: act.newId(),
    at: act.now.toISOString(),
    runId: act.run,
    personId: act.person.id,
    surface: act.surface,
    place: act.place.external,
    command: entry.command,
    outcome: entry.outcome,
    changes: JSON.parse(changes),
  };
  await rawOf(act.db)`
    insert into audit (workspace_id, id, at, run_id, person_id, surface, place, command, outcome, changes, hash)
    values (${row.workspaceId}, ${row.id}, ${row.at}, ${row.runId}, ${row.personId}, ${row.surface}, ${row.place},
      ${row.command}, ${row.outcome}, ${changes}::text::jsonb, ${act.sign(row)})`;
}

/** What jsonb can keep and give back letter by letter: no NUL, no half of a surrogate pair, whole numbers of any size. */
const asJson = (changes: Change[]): string =>
  JSON.stringify(changes, (_key, value: unknown) => {
    if (typeof value === "bigint") return value.toString();
    return typeof value === "string" ? value.replaceAll("\0", "").toWellFormed() : value;
  });

export type Stored = {
  workspace_id: string;
  id: string;
  at: string;
  run_id: string | null;
  person_id: string | null;
  surface: string;
  place: string;
  command: string;
  outcome: string;
  changes: unknown;
  hash: Buffer;
};

export const contentOf = (row: Stored): Content => ({
  workspaceId: row.workspace_id,
  id: row.id,
  at: new Date(row.at).toISOString(),
  runId: row.run_id,
  personId: row.person_id,
  surface: row.surface,
  place: row.place,
  command: row.command,
  outcome: row.outcome,
  changes: row.changes,
});
