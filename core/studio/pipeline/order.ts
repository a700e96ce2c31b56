// Asking for films: what a person typed becomes one wish a film, and films that failed go on from where they stand.
import { rawOf } from "../../../db/connect.ts";
import type { Act } from "../../act.ts";
import { refuse } from "../../problem.ts";
import { endBatch, LOOK_MS } from "../batch.ts";
import { reopen } from "../deliver.ts";
import type { Wish } from "../provider.ts";
import { type Asked, languageOf, wishesFor } from "../wish.ts";
import type { Plan } from "./plan.ts";

const SECONDS = { least: 5, most: 180 };
const LONGEST_TITLE = 60;

type Given = Omit<Asked, "pipeline" | "kind" | "ratio"> & { language?: string | undefined };

export async function filmWishes(act: Act, given: Given, plan: Plan, count: number): Promise<Wish[]> {
  const { language, prompt, seconds } = given;
  if (seconds !== undefined && (seconds < SECONDS.least || seconds > SECONDS.most))
    throw refuse("options", "A film in steps lasts from {least} to {most} seconds.", SECONDS);
  const spoken = languageOf(language ?? act.workspace.locale);
  const { channel, genre, mood } = given;
  const wishes = await wishesFor(
    act,
    { kind: "video", channel, genre, mood, prompt, seconds, pipeline: plan.name },
    count,
  );
  const title = prompt
    ?.split(/\n|(?<=[.!?。！？])/)[0]
    ?.replace(/[.。\s]+$/, "")
    .trim();
  return wishes.map((wish) => ({
    ...wish,
    spoken,
    ...(title && title.length <= LONGEST_TITLE
      ? { title: count === 1 ? title : `${title} ${wish.title.match(/\d+$/)?.[0] ?? ""}`.trim() }
      : {}),
  }));
}

/**
 * The films of a batch that failed or were stopped, in a batch of their own with a message of its own: what is done of them
 * stays done and is not paid again.
 */
export async function orderAgain(act: Act, batch: string): Promise<{ batch: string; job: string }> {
  const sql = rawOf(act.db);
  const next = act.newId();
  const job = await act.later(endBatch, { batch: next }, { at: new Date(act.now.getTime() + LOOK_MS) });
  const [row] = await sql<{ count: number }[]>`
    with gone as (select id from item where batch_id = ${batch} and status in ('failed', 'cancelled') for update),
    made as (
      insert into batch (workspace_id, id, job_id, kind, wanted, channel_id, profile, provider, person_id, run_id, open, created_at)
      select workspace_id, ${next}, ${job}, kind, (select count(*) from gone), channel_id, profile, provider, ${act.person.id},
        ${act.run}, 0, ${act.now.toISOString()}
      from batch where id = ${batch} and exists (select from gone) returning wanted)
    select coalesce(max(wanted), 0)::int as count from made`;
  if (!row?.count) throw refuse("missing", "There is nothing left to make again.");
  await sql`
    update item set batch_id = ${next} where batch_id = ${batch} and status in ('failed', 'cancelled')`;
  await reopen(act, next);
  return { batch: next, job };
}
