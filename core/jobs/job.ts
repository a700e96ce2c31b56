// Jobs as people see them: find one, stop it, start it again.
import { rawOf } from "../../db/connect.ts";
import type { Act } from "../act.ts";
import { announceRun } from "../outbox/index.ts";
import { refuse } from "../problem.ts";
import { view } from "../view/index.ts";
import { cancelled, finishRuns, runsOf, writeRun } from "./finish.ts";
import type { Progress } from "./progress.ts";

export const STATUSES = ["waiting", "running", "done", "failed", "cancelled"] as const;
export type JobStatus = (typeof STATUSES)[number];

export type Job = {
  id: string;
  name: string;
  status: JobStatus;
  progress: Progress | null;
  result: Record<string, unknown> | null;
  error: string | null;
  attempts: number;
  run: string | null;
  person: string | null;
  created_at: string;
  due_at: string;
  started_at: string | null;
  ended_at: string | null;
};

export type JobFilter = {
  status?: JobStatus | readonly JobStatus[] | undefined;
  name?: string | undefined;
  before?: string | undefined;
};

const columns = (act: Act) => rawOf(act.db)`
  id, name, status, progress, result, error, attempts, run_id as run, person_id as person, created_at, due_at,
  started_at, ended_at`;

/** Newest first. */
export async function listJobs(act: Act, { status, name, before }: JobFilter, most: number): Promise<Job[]> {
  const sql = rawOf(act.db);
  const rows = await sql<Job[]>`
    select ${columns(act)} from job
    where (not part or ${name ?? null}::text is not null) ${status ? sql`and status = any(${[status].flat()})` : sql``} ${name ? sql`and name = ${name}` : sql``}
      ${before ? sql`and id < ${before}` : sql``}
    order by id desc limit ${most}`;
  return rows.map(inUtc);
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
/** The random end of an id, as lists show it. Fewer letters than this would soon be two jobs'. */
const SHORT = /^#?[0-9a-f]{6,12}$/i;

export const shortOf = (id: string): string => id.slice(-8);

/** By its id, or by the end of it. */
export async function findJob(act: Act, typed: string): Promise<Job | undefined> {
  const sql = rawOf(act.db);
  const wanted = UUID.test(typed)
    ? sql`id = ${typed}`
    : SHORT.test(typed)
      ? sql`id::text like ${`%${typed.replace("#", "").toLowerCase()}`}`
      : sql`false`;
  const rows = await sql<Job[]>`select ${columns(act)} from job where ${wanted} order by id desc limit 1`;
  return rows.map(inUtc)[0];
}

export async function getJob(act: Act, id: string): Promise<Job> {
  const job = await findJob(act, id);
  if (!job) throw refuse("missing", "There is no job {id} here. /job list shows them.", { id });
  return job;
}

/** A waiting job never starts; what a running one writes counts no more from here on, and its worker soon stops. */
export async function cancelJob(act: Act, id: string): Promise<Job> {
  const stopped = await rawOf(act.db)<{ name: string; was: string }[]>`
    update job j set status = 'cancelled', ended_at = ${act.now.toISOString()}
    from (select id, status from job where id = ${id} for update) old
    where j.id = old.id and old.status in ('waiting', 'running')
    returning j.name, old.status as was`;
  const job = await getJob(act, id);
  if (!stopped[0])
    throw refuse("clash", "{job} is {status} already.", { job: job.name, status: statusWord(act, job.status) });
  act.changed({ what: "job", id, from: stopped[0].was, to: "cancelled" });
  await finishRuns(act, null, id, cancelled(act, job.name));
  return job;
}

/** Puts a job that failed or was cancelled back, under its own id. What its finished steps gave is kept. */
export async function retryJob(act: Act, before: Job): Promise<Job> {
  const { id } = before;
  const message = act.newId();
  const back = await rawOf(act.db)`
    update job set status = 'waiting', spent = 0, message = ${message}, due_at = ${act.now.toISOString()}, ended_at = null,
      retried_at = ${act.now.toISOString()}, progress = null
    where id = ${id} and status in ('failed', 'cancelled') and not exists (
      select from job o where o.name = job.name and o.key = job.key and o.status in ('waiting', 'running'))
    returning 1`.catch((error: { code?: string }) => {
    if (error.code === "23505") return [];
    throw error;
  });
  if (back.length === 0) throw notAgain(act, before);
  await act.resend({ id, name: before.name, message, dueAt: act.now });
  act.changed({ what: "job", id, from: before.status, to: "waiting" });
  await reopenRuns(act, id, before.name);
  return { ...before, status: "waiting", error: null, ended_at: null };
}

const notAgain = (act: Act, job: Job) =>
  job.status === "failed" || job.status === "cancelled"
    ? refuse("clash", "The same work was asked for again and is on its way. /job list shows it.")
    : refuse("clash", "{job} is {status}; only failed and cancelled work can be tried again.", {
        job: job.name,
        status: statusWord(act, job.status),
      });

/** Where the failure was shown, progress is shown again, and then the result. */
async function reopenRuns(act: Act, job: string, name: string): Promise<void> {
  const text = act.say("Trying {job} again.", { job: name });
  const shown = view(text, { kind: "progress", done: 0, total: 1, now: act.say("Waiting for its turn"), job });
  for (const { id, person, answer } of await runsOf(act.db, job, ["failed", "cancelled"])) {
    await writeRun(act, id, "running", { ...answer, view: shown, problem: undefined });
    await announceRun(act, { id, person: person ?? act.person.id }, "running");
  }
}

export const statusWord = (act: Pick<Act, "say">, status: JobStatus): string => act.say(`job:${status}`);

const iso = (at: string | null) => (at === null ? null : new Date(at).toISOString());
const inUtc = (job: Job): Job => ({
  ...job,
  created_at: iso(job.created_at)!,
  due_at: iso(job.due_at)!,
  started_at: iso(job.started_at),
  ended_at: iso(job.ended_at),
});

/** A job that waits for a later time is due now; one that rests in a worker looks within a second. */
export async function hurryJob(act: Pick<Act, "db" | "now" | "newId" | "resend">, id: string): Promise<void> {
  const message = act.newId();
  // One that runs looks by itself whether its time was moved; its message stays, because that is what it runs under.
  const [row] = await rawOf(act.db)<{ name: string; status: string }[]>`
    update job set message = case when status = 'waiting' then ${message}::uuid else message end,
      due_at = case when status = 'waiting' then ${act.now.toISOString()} else due_at + interval '1 millisecond' end
    where id = ${id} and (status = 'waiting' or id in (
      -- In the middle of a step it looks soon, and whoever holds it may wait for us.
      select id from job where id = ${id} and status = 'running' for no key update skip locked)) returning name, status`;
  if (row?.status === "waiting") await act.resend({ id, name: row.name, message, dueAt: act.now });
}
