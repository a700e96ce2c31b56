// What a batch ends with: the things themselves where they were asked for, the failures with their reasons, and what
// to do next.
import { rawOf } from "../../db/connect.ts";
import type { Act } from "../act.ts";
import { settle } from "../budgets/index.ts";
import {
  costData,
  costWords,
  factsOf,
  familyOf,
  lengthWords,
  listWorks,
  playerOf,
  reviewButtons,
  shortOf,
  type Work,
} from "../library/index.ts";
import { type Refusal, refuse } from "../problem.ts";
import { type Block, type View, view } from "../view/index.ts";

import { attemptsOf, endItem, moveAttempt, OPEN } from "./item.ts";
import { closeChecks } from "./judge.ts";
import { leaveSeat } from "./seats.ts";

export type Ended = {
  open: number;
  ended: boolean;
  made: number;
  failed: number;
  cancelled: number;
  /** Of the failed, those from before somebody tried the batch again. */
  old: number;
};

/** The batch's row is held: an item that ends at this moment waits, and then finds the batch's job ready to be woken. */
export async function holdBatch(act: Act, id: string): Promise<Ended & { kind: string; wanted: number }> {
  const [row] = await rawOf(act.db)<{ open: number; ended: boolean; kind: string; wanted: number }[]>`
    select open, ended_at is not null as ended, kind, wanted from batch where id = ${id} for update`;
  const counts = await rawOf(act.db)<{ status: string; n: number; old: number }[]>`
    select i.status, count(*)::int as n, count(*) filter (where i.ended_at < j.retried_at)::int as old
    from item i join batch b on b.workspace_id = i.workspace_id and b.id = i.batch_id
      join job j on j.workspace_id = b.workspace_id and j.id = b.job_id
    where i.batch_id = ${id} group by i.status`;
  const of = (status: string) => counts.find((c) => c.status === status)?.n ?? 0;
  const old = counts.find((c) => c.status === "failed")?.old ?? 0;
  return { ...row!, made: of("made"), failed: of("failed"), cancelled: of("cancelled"), old };
}

export async function markEnded(act: Act, id: string): Promise<void> {
  await rawOf(act.db)`update batch set ended_at = ${act.now.toISOString()} where id = ${id}`;
}

/**
 * Items whose job ended without them: killed for good, or cancelled. They are closed so that the batch can end. What was
 * tried for them may be made all the same, and nobody asks any more: it counts as paid.
 */
export async function closeStranded(act: Act, id: string): Promise<number> {
  const stranded = await rawOf(act.db)<{ id: string; error: string | null }[]>`
    select i.id, j.error from item i join job j on j.workspace_id = i.workspace_id and j.id = i.job_id
    where i.batch_id = ${id} and i.status in ('waiting', 'making') and j.status in ('done', 'failed', 'cancelled')
    for update of i skip locked`;
  for (const item of stranded) {
    const open = (await attemptsOf(act, item.id)).find((a) => OPEN.includes(a.status));
    await closeChecks(act, item.id);
    await endItem(act, { id: item.id, batch: id }, "failed", item.error ?? "");
    if (!open) continue;
    const cost = BigInt(open.estimate);
    await moveAttempt(act, open.id, { status: "lost", cost });
    await settle(act, open.id, cost, 1);
    await leaveSeat(act.db, open.id);
  }
  return stranded.length;
}

/**
 * Failed and cancelled items wait again; their jobs are sent once more. One whose worker has not quite ended is taken from
 * it: it would end the job, and leave the item without one. Jobs are held before items, as their workers do.
 */
export async function reopen(act: Act, id: string): Promise<number> {
  await rawOf(act.db)`
    select from job j join item i on i.workspace_id = j.workspace_id and i.job_id = j.id
    where i.batch_id = ${id} and i.status in ('failed', 'cancelled') order by j.id for update of j`;
  const items = await rawOf(act.db)<{ job: string }[]>`
    with back as (
      update item set status = 'waiting', error = null, ended_at = null, created_at = ${act.now.toISOString()}
      where batch_id = ${id} and status in ('failed', 'cancelled') returning job_id as job),
    counted as (
      update batch set open = open + (select count(*)::int from back), ended_at = null where id = ${id})
    select job from back`;
  for (const { job } of items) {
    const message = act.newId();
    const [row] = await rawOf(act.db)<{ name: string }[]>`
      update job set status = 'waiting', spent = 0, message = ${message}, due_at = ${act.now.toISOString()}, ended_at = null
      where id = ${job} returning name`;
    if (row) await act.resend({ id: job, name: row.name, message, dueAt: act.now });
  }
  return items.length;
}

/** Why nothing came of all of it. */
export async function noneMade(act: Act, id: string): Promise<Refusal> {
  const errors = await errorsOf(act, id);
  return refuse("rule", "Nothing was made. {reason}", { reason: errors.map((e) => e.error).join(" ") });
}

const PLAYED = 5;

export async function batchView(
  act: Act,
  id: string,
  { kind, made, failed }: Ended & { kind: string },
): Promise<{ view: View; data: Record<string, unknown> }> {
  const [works, errors] = await Promise.all([listWorks(act, { batch: id, drafts: true }, 1000), errorsOf(act, id)]);
  works.reverse();
  const cost = works.reduce((sum, w) => sum + BigInt(w.cost), 0n);
  const [only] = works;
  const blocks = made === 1 && only ? one(act, only) : many(act, works);
  if (failed > 0) {
    const words = act.say("{count, plural, one {# was} other {# were}} not made: {reasons}", {
      count: failed,
      reasons: errors.map((e) => (e.n > 1 ? `${e.error} (${e.n}×)` : e.error)).join(" "),
    });
    blocks.push({ kind: "text", text: words, tone: "warn" });
    blocks.push({
      kind: "buttons",
      buttons: [
        {
          label: act.say("Try these again"),
          press: { command: "generate again", options: { batch: id }, uses: "once", audience: "staff" },
        },
      ],
    });
  }
  const what = act.say(`kinds:${kind}`, { count: made });
  const words =
    made === 1 && only
      ? act.say("{title} is ready.", { title: only.title })
      : act.say("Made {what} for {cost}.", { what, cost: costWords(act, cost) });
  const items = works.map((w) => ({
    id: w.id,
    kind: w.kind,
    title: w.title,
    seconds: w.seconds,
    cost: costData(w),
    status: w.status,
  }));
  return { view: view(words, ...blocks), data: { items, failed, batch: id } };
}

const one = (act: Act, work: Work): Block[] => [
  playerOf(work),
  ...familyOf(act, work),
  { kind: "fields", fields: factsOf(act, work) },
  ...(work.status === "draft" ? [reviewButtons(act, work)] : []),
];

const many = (act: Act, works: readonly Work[]): Block[] => [
  ...works.slice(0, PLAYED).map(playerOf),
  worksTable(act, works),
  ...draftChoices(
    act,
    works.filter((w) => w.status === "draft"),
  ),
];

/** A menu takes so many. */
const CHOICES = 25;

/** Each opens with its buttons; nothing when none waits. */
export function draftChoices(act: Act, drafts: readonly Work[]): Block[] {
  if (drafts.length === 0) return [];
  const choices = drafts.slice(0, CHOICES).map((w) => ({
    value: w.id,
    label: `${w.title} · ${shortOf(w.id)}`,
    press: {
      command: "library show",
      options: { asset: w.id },
      uses: "many" as const,
      audience: "staff" as const,
      minutes: 7 * 24 * 60,
    },
  }));
  return [{ kind: "select", label: act.say("Show a draft"), choices }];
}

export function worksTable(act: Act, works: readonly Work[]): Block {
  const rows = works
    .slice(0, 50)
    .map((w) => [
      w.title,
      w.seconds === null ? "" : lengthWords(w.seconds),
      w.provider,
      act.say(`work:${w.status}`),
      shortOf(w.id),
    ]);
  return {
    kind: "table",
    columns: [
      { label: act.say("Title") },
      { label: act.say("Length"), align: "right" },
      { label: act.say("Made by") },
      { label: act.say("State") },
      { label: act.say("Id") },
    ],
    rows,
    ...(works.length > 50 ? { caption: act.say("The first 50 of {count}.", { count: works.length }) } : {}),
  };
}

const errorsOf = (act: Act, id: string) =>
  rawOf(act.db)<{ error: string; n: number }[]>`
    select error, count(*)::int as n from item where batch_id = ${id} and status = 'failed' and error <> ''
    group by error order by count(*) desc limit 3`;
