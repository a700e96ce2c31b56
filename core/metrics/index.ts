export { metricCommands } from "./commands.ts";
export { fillPlan } from "./fill.ts";
export { METRICS, type MetricSlug, type Unit } from "./slugs.ts";
