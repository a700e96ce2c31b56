// The steps of a film as rows. A row that says `done` is the only thing that makes a step done.
import { rawOf } from "../../../db/connect.ts";
import { type Act, jobKind } from "../../act.ts";
import { hurryJob } from "../../jobs/index.ts";
import { asJson } from "../../text.ts";
import type { PartMade } from "../save.ts";
import type { Plan, StepKind, StepOptions } from "./plan.ts";
import type { Timeline } from "./timeline.ts";

/** Work of this house for a film: of a moment, and of minutes. */
export const quickStep = jobKind<{ film: string; step: string }>("film.step");
export const longStep = jobKind<{ film: string; step: string }>("film.render");

/** What a step gives to those after it. Files are assets of the film. */
export type StepResult = {
  parts?: PartMade[];
  timeline?: Timeline;
  /** By what it is: "vtt", "srt", "sound", "film". */
  files?: Record<string, string>;
  facts?: Record<string, unknown>;
  quality?: number;
};
export type StepRow = {
  name: string;
  number: number;
  kind: StepKind;
  needs: string[];
  options: StepOptions;
  optional: boolean;
  status: "waiting" | "working" | "done" | "skipped" | "failed";
  batch: string | null;
  job: string | null;
  result: StepResult | null;
  error: string | null;
  startedAt: string | null;
  endedAt: string | null;
};

export const stepsOf = (act: Act, film: string): Promise<StepRow[]> => rawOf(act.db)<StepRow[]>`
  select name, number, kind, needs, options, optional, status, batch_id as batch, job_id as job, result, error,
    started_at as "startedAt", ended_at as "endedAt"
  from film_step where item_id = ${film} order by number`;

export async function beginSteps(act: Act, film: string, { steps }: Plan): Promise<void> {
  for (const [n, { name, kind, needs, options, optional }] of steps.entries())
    await rawOf(act.db)`
      insert into film_step (workspace_id, item_id, name, number, kind, needs, options, optional, status)
      values (${act.workspace.id}, ${film}, ${name}, ${n + 1}, ${kind}, ${asJson(needs)}::text::jsonb,
        ${asJson(options)}::text::jsonb, ${optional}, 'waiting')
      on conflict do nothing`;
}

export type Move =
  | { status: "working"; batch?: string; job?: string }
  | { status: "done"; result: StepResult }
  | { status: "skipped" | "failed"; error: string };

/** Answers whether it was moved: what is done stays done. */
export async function moveStep(act: Act, film: string, name: string, to: Move): Promise<boolean> {
  const now = act.now.toISOString();
  const result = "result" in to ? asJson(to.result) : null;
  const [batch, job] = to.status === "working" ? [to.batch ?? null, to.job ?? null] : [null, null];
  const rows = await rawOf(act.db)`
    update film_step set status = ${to.status}, result = ${result}::text::jsonb,
      error = ${"error" in to ? to.error : null}, batch_id = coalesce(${batch}::uuid, batch_id),
      job_id = coalesce(${job}::uuid, job_id),
      started_at = case when ${to.status} = 'working' then ${now}::timestamptz else started_at end,
      ended_at = case when ${to.status} = 'working' then null else ${now}::timestamptz end
    where item_id = ${film} and name = ${name} and status not in ('done', 'skipped') returning 1`;
  return rows.length > 0;
}

/** A step of this house ended: the film's job looks on. That job's row first, as it takes them itself. */
export async function endStep(
  act: Act,
  film: string,
  name: string,
  to: Move,
  save: () => Promise<void>,
): Promise<void> {
  const [row] = await rawOf(act.db)<{ job: string }[]>`
    select j.id as job from job j join item i on i.workspace_id = j.workspace_id and i.job_id = j.id
    where i.id = ${film} for no key update of j`;
  if (!row || !(await moveStep(act, film, name, to))) return;
  await save();
  await hurryJob(act, row.job);
}
