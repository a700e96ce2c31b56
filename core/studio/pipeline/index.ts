// What others may use of the pipelines.
export { advance } from "./advance.ts";
export { bench, keepWorked, type StepBench, stepsDone, storeWorked } from "./bench.ts";
export { longStep, quickStep } from "./steps.ts";
export { work } from "./work.ts";
