// How far a job is, in its row and in the views of the runs that wait for it.

import { rawOf } from "../../db/connect.ts";
import type { Act } from "../act.ts";
import { announceRun } from "../outbox/index.ts";
import { asJson } from "../text.ts";
import { type Block, type View, view } from "../view/index.ts";
import { runsOf, writeRun } from "./finish.ts";

export type Progress = { done: number; total: number; now: string };

/** What a command answers with when a job goes on: progress that moves, and the button that stops it. */
export const runningView = (act: Act, text: string, job: string, total = 1): View =>
  view(
    text,
    { kind: "progress", done: 0, total, now: act.say("Waiting for its turn"), job },
    {
      kind: "buttons",
      buttons: [
        {
          label: act.say("Cancel"),
          press: { command: "job cancel", options: { job }, uses: "once", audience: "staff" },
        },
      ],
    },
  );

/** Writes the progress of one attempt. Gives way to anybody who holds the row: the next report tells more. */
export async function writeProgress(act: Act, job: string, attempt: number, progress: Progress): Promise<boolean> {
  const rows = await rawOf(act.db)`
    update job set progress = ${asJson(progress)}::text::jsonb where id = (
      select id from job where id = ${job} and status = 'running' and attempts = ${attempt} for update skip locked)
    returning 1`;
  if (rows.length > 0) await showProgress(act, job, progress);
  return rows.length > 0;
}

export async function showProgress(act: Act, job: string, progress: Progress): Promise<void> {
  for (const { id, person, answer } of await runsOf(act.db, job, ["running"])) {
    await writeRun(act, id, "running", { ...answer, view: withProgress(answer.view as View, job, progress) });
    await announceRun(act, { id, person: person ?? act.person.id }, "running");
  }
}

function withProgress(shown: View, job: string, progress: Progress): View {
  const block: Block = { kind: "progress", ...progress, job };
  const at = shown.blocks.findIndex((b) => b.kind === "progress");
  return { ...shown, blocks: at < 0 ? [block, ...shown.blocks] : shown.blocks.with(at, block) };
}
