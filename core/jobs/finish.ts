// The end of a job is the answer of every run that waits for it, where it was asked for.

import { rawOf, type Tx } from "../../db/connect.ts";
import type { Act } from "../act.ts";
import { type Outcome, type Registry, refused } from "../command/index.ts";
import { sealView } from "../inbox/index.ts";
import { announceRun } from "../outbox/index.ts";
import { type Refusal, refuse } from "../problem.ts";
import { asJson } from "../text.ts";
import { type Block, type View, view } from "../view/index.ts";

export type Ending = Pick<Outcome, "status" | "view" | "data" | "problem">;
type Waiting = { id: string; person: string | null; answer: Record<string, unknown> };

/**
 * Writes an ending to the runs that show this job: the one that asked for it, and any that asked for the same work
 * meanwhile. Call it in the transaction that ended the job, after its row was written: a run that is being answered
 * holds that row, so none is missed. Again, it finds nothing left to do.
 */
export async function finishRuns(act: Act, commands: Registry | null, job: string, ending: Ending): Promise<void> {
  const runs = await runsOf(act.db, job, ["running"]);
  if (runs.length === 0) return;
  const { status, ...rest } = { ...ending, view: commands ? await sealView(act, commands, ending.view) : ending.view };
  for (const { id, person, answer } of runs) {
    // On its way first: who is told reads it.
    const written = writeRun(act, id, status, { ...answer, ...rest }).execute();
    await Promise.all([written, announceRun(act, { id, person: person ?? act.person.id }, status)]);
  }
}

export const runsOf = (tx: Tx, job: string, statuses: readonly string[]) => rawOf(tx)<Waiting[]>`
  select id, person_id as person, answer from inbox where answer->>'job' = ${job} and status = any(${[...statuses]}) order by id for update`;

export const writeRun = (act: Act, run: string, status: string, answer: Record<string, unknown>) => rawOf(act.db)`
  update inbox set status = ${status}, answer = ${asJson(answer)}::text::json,
    done_at = ${status === "running" ? null : act.now.toISOString()}
  where id = ${run}`;

/** A failed job in words, with the button that tries again. */
export function failed(act: Act, { id, name }: { id: string; name: string }, error: Refusal | string): Ending {
  const told =
    typeof error === "string"
      ? refuse("internal", "{job} failed: {reason} Nothing more happens until somebody tries again.", {
          job: name,
          reason: error,
        })
      : error;
  const again: Block = {
    kind: "buttons",
    buttons: [
      {
        label: act.say("Try again"),
        press: { command: "job retry", options: { job: id }, uses: "many", audience: "staff" },
      },
    ],
  };
  const { view, problem } = refused(act, name, told, [again]);
  return { status: "failed", view, ...(problem ? { problem } : {}) };
}

export const cancelled = (act: Act, name: string): Ending => ({
  status: "cancelled",
  view: view(act.say("{job} was cancelled. What was done before stays.", { job: name })) as View,
});
