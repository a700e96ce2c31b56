// Hints of a source, kept before the source hears that we have them, and worked off later: each is asked about again, so
// that it does not matter in which order they came, or how often.
import { type Database, inWorkspace, rawOf, type Tx } from "../../../db/connect.ts";
import { type Act, jobKind } from "../../act.ts";
import { asJson } from "../../text.ts";
import type { Hint } from "./source.ts";

/** Works off what a source has told. One at a time for each source. */
export const takeHints = jobKind<{ source: string }>("money hints");

export type Kept = {
  id: string;
  external: string;
  object: string;
  sort: string;
  kind: string;
  at: string;
  attempts: number;
};

/** How many of them were new. */
export async function keepHints(act: Act, source: string, hints: readonly Hint[]): Promise<number> {
  if (hints.length === 0) return 0;
  const rows = hints.map(({ id, kind, object, sort, at }) => ({
    id: act.newId(),
    external: id,
    kind,
    object,
    sort,
    at: at.toISOString(),
  }));
  const now = act.now.toISOString();
  const fresh = await rawOf(act.db)`
    insert into source_hint (workspace_id, id, source, external, kind, object, sort, at, received_at, status, not_before)
    select ${act.workspace.id}, id, ${source}, external, kind, object, sort, at, ${now}, 'waiting', ${now}
    from jsonb_to_recordset(${asJson(rows)}::text::jsonb) as (id uuid, external text, kind text, object text, sort text,
      at timestamptz)
    on conflict (workspace_id, source, external) do nothing returning 1`;
  return fresh.length;
}

/**
 * Has what waits worked off. What nobody was asked for is found within a minute (`stirHints`). A job that runs already
 * may have looked for the last time: then another comes after it.
 */
export async function askForHints(act: Act, source: string): Promise<void> {
  const jobs = await rawOf(act.db)<{ key: string; status: string }[]>`
    select key, status from job where name = ${takeHints.name} and key in (${source}, ${`${source} next`})
      and status in ('waiting', 'running')`;
  if (jobs.some(({ status }) => status === "waiting")) return;
  const key = jobs.some((job) => job.key === source) ? `${source} next` : source;
  await act.later(takeHints, { source }, { key, part: true });
}

const BATCH = 100;

/** The next that are due, oldest first by the source's own clock. */
export const waitingHints = (tx: Tx, source: string, now: Date, most = BATCH): Promise<Kept[]> =>
  rawOf(tx)<Kept[]>`
    select id, external, object, sort, kind, at, attempts from source_hint
    where source = ${source} and status = 'waiting' and not_before <= ${now.toISOString()}
    order by at, external limit ${most}`;

/** When the next of them may be looked at; undefined: none waits. */
export async function nextHint(tx: Tx, source: string): Promise<Date | undefined> {
  const [row] = await rawOf(tx)<{ at: string | null }[]>`
    select min(not_before) as at from source_hint where source = ${source} and status = 'waiting'`;
  return row?.at ? new Date(row.at) : undefined;
}

export async function closeHints(
  tx: Tx,
  ids: readonly string[],
  status: "done" | "gone" | "failed",
  now: Date,
  error: string | null = null,
): Promise<void> {
  if (ids.length === 0) return;
  await rawOf(tx)`
    update source_hint set status = ${status}, done_at = ${now.toISOString()}, error = ${error}
    where id = any(${ids as string[]}::uuid[]) and status = 'waiting'`;
}

/** An hour and a half of tries, then once an hour: what a source has is not given up, it is asked for again. */
const FIRST_SECONDS = 5;
const MOST_SECONDS = 3_600;

export async function putOff(tx: Tx, ids: readonly string[], now: Date, why: string, after = 0): Promise<void> {
  if (ids.length === 0) return;
  await rawOf(tx)`
    update source_hint set attempts = attempts + 1, error = ${why.slice(0, 300)},
      not_before = ${now.toISOString()}::timestamptz
        + make_interval(secs => greatest(${after}, least(${MOST_SECONDS}, ${FIRST_SECONDS} * power(2, least(attempts, 12)))))
    where id = any(${ids as string[]}::uuid[]) and status = 'waiting'`;
}

/** The sources of which something waits, in a workspace: whoever died over it is caught up with. */
export const restless = (database: Database, workspaceId: string, now: Date): Promise<{ source: string }[]> =>
  inWorkspace(
    database,
    workspaceId,
    (tx) => rawOf(tx)<{ source: string }[]>`
      select distinct source from source_hint where status = 'waiting' and not_before <= ${now.toISOString()}`,
  );
