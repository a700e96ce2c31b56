export { listBudgets } from "./budget.ts";
export { stageChecked } from "./check.ts";
export { metricCommands } from "./commands.ts";
export { metrics } from "./figures.ts";
export { fillPlan } from "./fill.ts";
export { isMetric, METRIC_SLUGS, METRICS, type MetricSlug, type Unit, unitOf } from "./slugs.ts";
export { listTargets } from "./target.ts";
