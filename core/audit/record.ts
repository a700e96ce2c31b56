// One row of the audit: who, where, which command, what changed. `hash` is a seal over all of it.
import { rawOf, type Tx } from "../../db/connect.ts";
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

export const record = (act: Act, entry: Entry): Promise<void> => recordAll(act.db, [{ act, entry }]);

/** Those of several runs in one transaction. */
export async function recordAll(tx: Tx, entries: readonly { act: Act; entry: Entry }[]): Promise<void> {
  if (entries.length === 0) return;
  const rows = entries.map(({ act, entry }) => rowOf(act, entry));
  const column = (name: Exclude<keyof Row, "hash">) => rows.map((row) => row[name]);
  await rawOf(tx)`
    insert into audit (workspace_id, id, at, run_id, person_id, surface, place, command, outcome, changes, hash)
    select ${rows[0]!.workspaceId}::uuid, id, at::timestamptz, run, person, surface, place, command, outcome, changes::jsonb,
      decode(hash, 'hex')
    from unnest(${column("id")}::uuid[], ${column("at")}::text[], ${column("runId")}::uuid[], ${column("personId")}::uuid[],
      ${column("surface")}::text[], ${column("place")}::text[], ${column("command")}::text[], ${column("outcome")}::text[],
      ${column("changes")}::text[], ${rows.map((row) => row.hash.toString("hex"))}::text[])
      as g (id, at, run, person, surface, place, command, outcome, changes, hash)`;
}

type Row = Omit<Content, "changes"> & { changes: string; hash: Buffer };

function rowOf(act: Act, entry: Entry): Row {
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
  return { ...row, changes, hash: act.sign(row) };
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
