export { jobAct } from "./act.ts";
export { jobCommands } from "./commands.ts";
export { anyJob } from "./entity.ts";
export { type Ending, failed, finishRuns } from "./finish.ts";
export { cancelJob, hurryJob, type Job } from "./job.ts";
export { type Progress, runningView, showProgress, writeProgress } from "./progress.ts";
export { WORKER } from "./status.ts";
export { jobView } from "./views.ts";
