// What others may use of the pipelines.
export { advance } from "./advance.ts";
export { bench, keepWorked, type StepBench, stepsDone, storeWorked } from "./bench.ts";
export { filmOf } from "./film/film.ts";
export { mixed } from "./film/sound.ts";
export { judge, trustFilm, watchFilm } from "./film/watch.ts";
export { scenesOf } from "./script.ts";
export { longStep, quickStep } from "./steps.ts";
export { timelineOf } from "./timeline.ts";
export { work } from "./work.ts";
