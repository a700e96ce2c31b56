export { metricCommands } from "./commands.ts";
export { capName, figureWords, isMoney, metrics, moneyData, moneyWords, nameOf, periodWords } from "./figures.ts";
export { fillPlan } from "./fill.ts";
export { METRICS, type MetricSlug, type Unit, unitOf } from "./slugs.ts";
export { listTargets } from "./target.ts";
