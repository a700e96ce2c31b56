export { type Around, hideSecrets, makeLog, makeScope, type Scope, safe } from "./log.ts";
export { type Metrics, makeMetrics } from "./metrics.ts";
export { makeTracing, type Tracing } from "./trace.ts";
