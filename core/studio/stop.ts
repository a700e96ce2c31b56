// Stops what was asked for and is not made yet, when nobody is there any more to want it: what waits never begins, what
// providers work on is called back by its own job, and the money that was held for it is free or spent, not held.
import { rawOf } from "../../db/connect.ts";
import { type Act, jobKind } from "../act.ts";
import { cancelJob, hurryJob } from "../jobs/index.ts";

/** The person's, and of those who were merged into them. */
export const stopOrders = jobKind<{ person: string; merged: string[] }>("stop orders");

const openOf = (act: Act, persons: readonly string[]) => rawOf(act.db)<{ id: string; job: string; runs: boolean }[]>`
  select b.id, b.job_id as job, j.status in ('waiting', 'running') as runs
  from batch b join job j on j.workspace_id = b.workspace_id and j.id = b.job_id
  where b.person_id = any(${[...persons]}::uuid[]) and b.part_of is null and b.open > 0 order by b.id`;

export async function stopOrdersOf(act: Act, persons: readonly string[]): Promise<void> {
  for (const { job, runs } of await openOf(act, persons)) if (runs) await cancelJob(act, job);
}

/** Afterwards, in a transaction of its own: an item's job holds its row while it waits for its batch's. */
export async function hurryStopped(act: Act, persons: readonly string[]): Promise<void> {
  const batches = (await openOf(act, persons)).map(({ id }) => id);
  const items = await rawOf(act.db)<{ job: string }[]>`
    select job_id as job from item where batch_id = any(${batches}::uuid[]) and status in ('waiting', 'making') order by job_id`;
  for (const { job } of items) await hurryJob(act, job);
}
