export { type Around, hideSecrets, makeLog, makeScope, type Scope, safe } from "./log.ts";
export { makeMetrics, type Metrics } from "./metrics.ts";
