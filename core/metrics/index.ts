export { metricCommands } from "./commands.ts";
export { capName, isMoney, moneyData, moneyWords, periodWords } from "./figures.ts";
export { fillPlan } from "./fill.ts";
export { METRICS, type MetricSlug, type Unit } from "./slugs.ts";
