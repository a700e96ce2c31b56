// Takes a film a step further: what ended is written down, what can begin begins, and the last step ends the film. It
// runs in one transaction with the end of the film's job, which every part wakes when it ends.
import { rawOf } from "../../../db/connect.ts";
import type { Act } from "../../act.ts";
import { hurryJob, showProgress } from "../../jobs/index.ts";
import { Refusal } from "../../problem.ts";
import { itemEnded } from "../batch.ts";
import { reopen } from "../deliver.ts";
import { holdItem, type Item } from "../item.ts";
import type { PartMade } from "../save.ts";
import { finish } from "./finish.ts";
import { launch } from "./launch.ts";
import { planOf } from "./plan.ts";
import { beginSteps, moveStep, type StepRow, stepsOf } from "./steps.ts";

/** Nobody wakes a film whose part died for good, or whose batch was stopped: it looks by itself. */
const LOOK_MS = 10_000;

/** When to look again; undefined: the film has ended. */
export async function advance(act: Act, film: string): Promise<Date | undefined> {
  const item = await holdItem(act, film);
  if (!item || (item.status !== "waiting" && item.status !== "making")) return undefined;
  const again = new Date(act.now.getTime() + LOOK_MS);
  const first = await open(act, item);
  if (first.length === 0)
    return end(
      act,
      item,
      "failed",
      act.say("There is no pipeline {name} any more.", { name: item.wish.pipeline ?? "" }),
    );
  if (item.stopped) return (await stop(act, item, first)) ? undefined : again;
  for (const step of first) if (step.status === "working") await settle(act, film, step);
  for (;;) {
    const steps = await stepsOf(act, film);
    const over = (name: string) =>
      steps.some((s) => s.name === name && (s.status === "done" || s.status === "skipped"));
    const ready = steps.filter((s) => s.status === "waiting" && s.needs.every(over));
    for (const step of ready) await begin(act, item, step, steps);
    if (ready.length === 0) return (await closed(act, item, steps)) ? undefined : again;
  }
}

async function end(act: Act, item: Item, status: "failed" | "cancelled", error?: string): Promise<undefined> {
  await itemEnded(act, item, status, error);
}

/** The rows of the steps; of a film that was asked for again, what failed waits once more. */
async function open(act: Act, item: Item): Promise<StepRow[]> {
  if (item.status === "waiting") {
    const plan = planOf(item.wish.pipeline ?? "");
    if (plan) await beginSteps(act, item.id, plan);
    await rawOf(act.db)`update item set status = 'making' where id = ${item.id}`;
    for (const step of await stepsOf(act, item.id)) {
      if (step.status !== "failed" && step.status !== "working") continue;
      // What providers have made of it stays; the rest of it is asked for again.
      const back = step.batch !== null && (await reopen(act, step.batch)) + (await openIn(act, step.batch)) > 0;
      if (back) await moveStep(act, item.id, step.name, { status: "working" });
      else if (step.status === "failed" || step.batch !== null || !(await goesOn(act, step)))
        await rawOf(act.db)`
          update film_step set status = 'waiting', error = null, batch_id = null where item_id = ${item.id} and name = ${step.name}`;
    }
  }
  return stepsOf(act, item.id);
}

const openIn = async (act: Act, batch: string): Promise<number> =>
  (await rawOf(act.db)<{ open: number }[]>`select open from batch where id = ${batch}`)[0]?.open ?? 0;

const goesOn = async (act: Act, { job }: StepRow): Promise<boolean> =>
  job !== null &&
  (await rawOf(act.db)`select 1 from job where id = ${job} and status in ('waiting', 'running')`).length > 0;

async function begin(act: Act, item: Item, step: StepRow, steps: readonly StepRow[]): Promise<void> {
  try {
    await moveStep(act, item.id, step.name, await launch(act, item, step, steps));
  } catch (error) {
    // A rule of the house said no to these words: a person decides.
    if (!(error instanceof Refusal)) throw error;
    const words = act.say(error.message, error.vars);
    await moveStep(act, item.id, step.name, { status: step.optional ? "skipped" : "failed", error: words });
  }
}

type Part = { status: string; made: PartMade | null; error: string | null };

/** What became of a step that others work on. */
async function settle(act: Act, film: string, step: StepRow): Promise<void> {
  const given = { status: step.optional ? "skipped" : "failed" } as const;
  if (step.batch === null) {
    const [job] = await rawOf(act.db)<{ status: string; error: string | null }[]>`
      select status, error from job where id = ${step.job}`;
    if (job && (job.status === "failed" || job.status === "cancelled"))
      await moveStep(act, film, step.name, { ...given, error: job.error ?? act.say("It was stopped.") });
    return;
  }
  const parts = await rawOf(act.db)<Part[]>`
    select status, made, error from item where batch_id = ${step.batch} order by number`;
  if (parts.some((p) => p.status === "waiting" || p.status === "making")) return;
  const made = parts.flatMap((p) => (p.status === "made" && p.made ? [p.made] : []));
  if (made.length === parts.length) await moveStep(act, film, step.name, { status: "done", result: { parts: made } });
  else {
    const why = parts.find((p) => p.error)?.error ?? act.say("It was stopped.");
    await moveStep(act, film, step.name, { ...given, error: why });
  }
}

/** The last step ends it; so does one that failed, when nothing else goes on. */
async function closed(act: Act, item: Item, steps: readonly StepRow[]): Promise<boolean> {
  const going = steps.filter((s) => s.status === "working");
  const failed = steps.filter((s) => s.status === "failed");
  if (going.length > 0) {
    await tell(act, item, steps, going);
    return false;
  }
  if (failed.length > 0) {
    const words = failed.map((s) => `${stepWord(act, s)}: ${s.error}`).join(" ");
    await end(act, item, "failed", words);
    return true;
  }
  await finish(act, item, steps);
  await itemEnded(act, item, "made");
  return true;
}

export const stepWord = (act: Pick<Act, "say">, { kind }: Pick<StepRow, "kind">): string => act.say(`step:${kind}`);

async function tell(
  act: Act,
  { wanted, shown }: Item,
  steps: readonly StepRow[],
  going: readonly StepRow[],
): Promise<void> {
  if (wanted > 1) return;
  const done = steps.filter((s) => s.status === "done" || s.status === "skipped").length;
  const now = [...new Set(going.map((s) => stepWord(act, s)))].join(", ");
  await showProgress(act, shown, { done, total: steps.length, now });
}

/** Somebody stopped it: what waits never starts, what providers work on is called back by its own jobs. */
async function stop(act: Act, item: Item, steps: readonly StepRow[]): Promise<boolean> {
  const sql = rawOf(act.db);
  const jobs = steps.flatMap((s) => (s.status === "working" && s.job !== null ? [s.job] : []));
  await sql`
    update job set status = 'cancelled', ended_at = ${act.now.toISOString()} where id in (
      -- One that is just ending waits for this film: it finds that nobody wants it.
      select id from job where id = any(${jobs}::uuid[]) and status in ('waiting', 'running') for update skip locked)`;
  const waiting = await sql<{ job: string }[]>`
    select i.job_id as job from item i join batch b on b.workspace_id = i.workspace_id and b.id = i.batch_id
    where b.part_of = ${item.id} and i.status in ('waiting', 'making')`;
  for (const { job } of waiting) await hurryJob(act, job);
  if (waiting.length > 0) return false;
  for (const step of steps)
    if (step.status === "working")
      await moveStep(act, item.id, step.name, { status: "failed", error: act.say("It was stopped.") });
  await end(act, item, "cancelled");
  return true;
}
