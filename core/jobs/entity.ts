// Jobs as options ask for them: by id, by the end of an id, and offered while somebody types.
import type { Act } from "../act.ts";
import type { Entity } from "../command/index.ts";
import { findJob, type Job, type JobStatus, listJobs, shortOf, statusWord } from "./job.ts";

const OFFERED = 25;
/** How far back typing looks: older ones are found by their id. */
const LOOKED = 200;

/** Any job is found; those in a fitting state are offered, the newest first. */
const jobs = (offered?: readonly JobStatus[]): Entity<Job> => ({
  name: "job",
  find: findJob,
  async search(act: Act, typed) {
    const wanted = typed.toLowerCase().replace("#", "");
    const found = await listJobs(act, { status: offered }, wanted === "" ? OFFERED : LOOKED);
    return found
      .map((job) => ({ value: job.id, label: `${job.name} · ${statusWord(act, job.status)} · ${shortOf(job.id)}` }))
      .filter(({ value, label }) => value.includes(wanted) || label.toLowerCase().includes(wanted))
      .slice(0, OFFERED);
  },
});

export const anyJob = jobs();
export const openJob = jobs(["waiting", "running"]);
export const endedJob = jobs(["failed", "cancelled"]);
