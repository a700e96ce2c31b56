// The statements that move a job along: waiting → running → done, failed, or waiting again. Each is guarded by where
// the job must be; the number of attempts is the fence.

import type { Act } from "../core/act.ts";
import type { Progress } from "../core/jobs/index.ts";
import { asJson } from "../core/text.ts";
import { rawOf, type Tx } from "../db/connect.ts";
import type { Message } from "./run.ts";
import { Gone } from "./signals.ts";

export type Claim = {
  id: string;
  workspaceId: string;
  name: string;
  input: Record<string, unknown>;
  attempts: number;
  spent: number;
  steps: Record<string, unknown>;
  progress: Progress | null;
  runId: string;
  personId: string | null;
  locale: string | null;
  dueAt: string;
};

/**
 * Starts an attempt, if the message is the job's current one. A job that runs already under this very message lost its
 * worker: the engine hands a message out again only when nobody has shown a sign of life for it.
 */
export async function claimJob(tx: Tx, message: Message, now: Date): Promise<Claim | undefined> {
  const [row] = await rawOf(tx)<Claim[]>`
    update job j set status = 'running', attempts = j.attempts + 1, spent = j.spent + (j.status = 'running')::int,
      started_at = ${now.toISOString()}, ended_at = null
    where j.id = ${message.job} and coalesce(j.message, j.id) = ${message.id} and j.status in ('waiting', 'running')
    returning j.id, j.workspace_id as "workspaceId", j.name, j.input, j.attempts, j.spent, j.steps,
      j.progress, j.due_at as "dueAt", coalesce(j.run_id, j.id) as "runId", j.person_id as "personId",
      (select coalesce(max(p.locale), max(w.locale)) from workspace w left join person p on p.id = j.person_id) as locale`;
  return row;
}

/** Holds the job's row until the transaction ends, or throws: this attempt is no longer the one that counts. */
export async function hold(tx: Tx, claim: Claim): Promise<void> {
  const rows = await rawOf(tx)`
    select 1 from job where id = ${claim.id} and status = 'running' and attempts = ${claim.attempts} for update`;
  if (rows.length === 0) throw new Gone();
}

// What follows is called with the row held.

export const writeDone = (tx: Tx, { id }: Claim, result: Record<string, unknown> | undefined, now: Date) => rawOf(tx)`
  update job set status = 'done', result = ${result ? asJson(result) : null}::text::jsonb, error = null,
    ended_at = ${now.toISOString()}
  where id = ${id}`;

export const writeFailed = (tx: Tx, { id }: Claim, error: string, now: Date) => rawOf(tx)`
  update job set status = 'failed', spent = spent + 1, error = ${error}, ended_at = ${now.toISOString()} where id = ${id}`;

export async function writeRetry(tx: Tx, act: Act, { id, name }: Claim, error: string, dueAt: Date): Promise<void> {
  const message = act.newId();
  await rawOf(tx)`
    update job set status = 'waiting', spent = spent + 1, error = ${error}, message = ${message},
      due_at = ${dueAt.toISOString()}
    where id = ${id}`;
  await act.resend({ id, name, message, dueAt });
}

/** Given back unharmed: no try is spent. */
export async function writeReleased(tx: Tx, act: Act, { id, name }: Claim, dueAt = act.now): Promise<void> {
  const message = act.newId();
  await rawOf(tx)`
    update job set status = 'waiting', message = ${message}, due_at = ${dueAt.toISOString()} where id = ${id}`;
  await act.resend({ id, name, message, dueAt });
}
