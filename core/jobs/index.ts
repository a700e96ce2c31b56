export { jobAct, NOBODY } from "./act.ts";
export { cancelled, type Ending, failed, finishRuns } from "./finish.ts";
export { type Progress, runningView, showProgress, writeProgress } from "./progress.ts";
