// What was asked for and each try at it, as rows.
import { rawOf } from "../../db/connect.ts";
import type { Act } from "../act.ts";
import type { Kind, Wish } from "./provider.ts";
import type { Profile } from "./router.ts";

export type Item = {
  id: string;
  batch: string;
  number: number;
  job: string;
  kind: Kind;
  wish: Wish;
  status: "waiting" | "making" | "made" | "failed" | "cancelled";
  error: string | null;
  createdAt: string;
  // Of its batch.
  channel: string | null;
  person: string | null;
  profile: Profile;
  provider: string | null;
  /** The job that shows the batch, and of how many. */
  shown: string;
  wanted: number;
  /** So many of them have not ended. */
  open: number;
  /** The film that it is a part of. */
  partOf: string | null;
  /** Somebody stopped the batch, or the film's. */
  stopped: boolean;
  /** Of which kind its next attempt is; unset: it makes the thing. */
  purpose?: Purpose;
};

/** `check`: a model is asked about what was made. */
export type Purpose = "make" | "check";

export type Attempt = {
  id: string;
  number: number;
  provider: string;
  model: string;
  status: "submitting" | "unknown" | "accepted" | "fetching" | "done" | "failed" | "cancelled" | "lost";
  task: string | null;
  estimate: string;
  cost: string | null;
  failure: string | null;
  error: string | null;
  asked: number;
  startedAt: string;
  deadline: string;
};

export const OPEN: readonly Attempt["status"][] = ["submitting", "unknown", "accepted", "fetching"];

/**
 * Held until the transaction ends: one step of an item at a time. The job is looked up by its key: without statistics a
 * join reads every job of the workspace.
 */
export async function holdItem(act: Act, id: string): Promise<Item | undefined> {
  const [row] = await rawOf(act.db)<Item[]>`
    select i.id, i.batch_id as batch, i.number, i.job_id as job, i.kind, i.wish, i.status, i.error,
      i.created_at as "createdAt", b.channel_id as channel, b.person_id as person, b.profile, b.provider, b.job_id as shown, b.wanted, b.open, b.part_of as "partOf",
      ((select j.status from job j where j.workspace_id = b.workspace_id and j.id = b.job_id) = 'cancelled' or b.part_of is not null and exists (
        select from item f join batch fb on fb.workspace_id = f.workspace_id and fb.id = f.batch_id
        join job fj on fj.workspace_id = fb.workspace_id and fj.id = fb.job_id
        where f.workspace_id = b.workspace_id and f.id = b.part_of and fj.status = 'cancelled')) as stopped
    from item i join batch b on b.workspace_id = i.workspace_id and b.id = i.batch_id
    where i.id = ${id} for update of i`;
  return row;
}

const columns = (act: Act) => rawOf(act.db)`
  id, number, provider, model, status, task, estimate, cost, failure, error, asked, started_at as "startedAt", deadline`;

/** Newest first. */
export const attemptsOf = (act: Act, item: string, purpose: Purpose = "make"): Promise<Attempt[]> =>
  rawOf(act.db)<Attempt[]>`
    select ${columns(act)} from attempt where item_id = ${item} and purpose = ${purpose} order by number desc`;

export async function moveAttempt(
  act: Act,
  id: string,
  to: { status: Attempt["status"]; task?: string; cost?: bigint; failure?: string; error?: string; asked?: number },
): Promise<void> {
  const ended = !OPEN.includes(to.status);
  await rawOf(act.db)`
    update attempt set status = ${to.status}, task = coalesce(${to.task ?? null}, task),
      cost = coalesce(${to.cost === undefined ? null : String(to.cost)}::bigint, cost),
      failure = coalesce(${to.failure ?? null}, failure), error = coalesce(${to.error ?? null}, error),
      asked = coalesce(${to.asked ?? null}::int, asked), ended_at = ${ended ? act.now.toISOString() : null}
    where id = ${id}`;
}

/** Ends an item once. The answer is how many of its batch are still open; undefined: it had ended before. */
export async function endItem(
  act: Act,
  item: Pick<Item, "id" | "batch">,
  status: "made" | "failed" | "cancelled",
  error?: string,
): Promise<number | undefined> {
  const [row] = await rawOf(act.db)<{ open: number }[]>`
    with ended as (
      update item set status = ${status}, error = ${error ?? null}, ended_at = ${act.now.toISOString()}
      where id = ${item.id} and status in ('waiting', 'making') returning 1)
    update batch set open = open - (select count(*)::int from ended) where id = ${item.batch} and exists (select from ended)
    returning open`;
  return row?.open;
}
