import { choice, command, pick, text } from "../command/index.ts";
import { view } from "../view/index.ts";
import { endedJob, openJob } from "./entity.ts";
import { cancelJob, getJob, listJobs, retryJob, STATUSES } from "./job.ts";
import { runningView } from "./progress.ts";
import { status } from "./status.ts";
import { jobsView } from "./views.ts";

const PAGE = 20;

export const jobList = command({
  name: "job list",
  says: "What runs, waits, ended or failed",
  role: "staff",
  reads: true,
  options: {
    status: choice("Only these", STATUSES).optional(),
    name: text("Only this kind of work", { max: 60 }).optional(),
    before: text("Only older ones than this job, by its id", { max: 36 }).optional(),
  },
  examples: ["job list status:failed"],
  async run({ act, options: { before, ...filter } }) {
    const last = before === undefined ? undefined : (await getJob(act, before)).id;
    const jobs = await listJobs(act, { ...filter, before: last }, PAGE + 1);
    const items = jobs.slice(0, PAGE);
    const more = jobs.length > PAGE;
    return { view: jobsView(act, items, more), data: { items, ...(more ? { next: items.at(-1)!.id } : {}) } };
  },
});

export const jobCancel = command({
  name: "job cancel",
  says: "Stop a job that waits or runs",
  role: "staff",
  options: { job: pick(openJob, "Which job") },
  examples: ["job cancel 3f9a21c7"],
  async run({ act, options }) {
    const job = await cancelJob(act, options.job.id);
    return { view: view(act.say("{job} was cancelled.", { job: job.name })), data: { item: job } };
  },
});

export const jobRetry = command({
  name: "job retry",
  says: "Try again what failed or was cancelled",
  role: "staff",
  // It does again whatever the job does, and that may cost money.
  effects: ["spend"],
  options: { job: pick(endedJob, "Which job") },
  examples: ["job retry 3f9a21c7"],
  async run({ act, options }) {
    const job = await retryJob(act, options.job);
    const text = act.say("Trying {job} again.", { job: job.name });
    return { view: runningView(act, text, job.id), data: { item: job }, job: job.id };
  },
});

export const jobCommands = [jobList, jobCancel, jobRetry, status];
