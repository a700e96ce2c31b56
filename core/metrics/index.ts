export { fillPlan } from "./fill.ts";
export { isMetric, METRIC_SLUGS, METRICS, type MetricSlug, type Unit, unitOf } from "./slugs.ts";
