// Revenue in pounds a month by source, from now to after the last phase, and the goals of the audience and the service.
import type { TargetData } from "../blueprint.ts";

const month = "month";

export const now: readonly TargetData[] = [
  { metric: "revenue_gross", scope: "source:subscriptions", period: month, due: 0, low: "5000", high: "10000" },
  { metric: "revenue_gross", scope: "source:tips", period: month, due: 0, low: "2000", high: "5000" },
  { metric: "revenue_gross", scope: "source:bookings", period: month, due: 0, low: "3000", high: "7000" },
];

export const after5: readonly TargetData[] = [
  { metric: "revenue_gross", scope: "source:subscriptions", period: month, low: "15000", high: "30000" },
  { metric: "revenue_gross", scope: "source:tips", period: month, low: "5000", high: "10000" },
  { metric: "revenue_gross", scope: "source:bookings", period: month, low: "10000", high: "20000" },
];

export const after10: readonly TargetData[] = [
  { metric: "revenue_gross", scope: "source:subscriptions", period: month, low: "50000", high: "100000" },
  { metric: "revenue_gross", scope: "source:tips", period: month, low: "20000", high: "40000" },
  { metric: "revenue_gross", scope: "source:bookings", period: month, low: "30000", high: "50000" },
  { metric: "revenue_gross", scope: "source:drops", period: "once", low: "50000", high: "200000" },
  { metric: "revenue_gross", scope: "source:white-label", period: month, low: "20000", high: "50000" },
];

export const after15: readonly TargetData[] = [
  { metric: "revenue_gross", scope: "source:subscriptions", period: month, low: "200000", high: "500000" },
  {
    metric: "revenue_gross",
    scope: "source:all",
    period: month,
    low: "100000",
    high: "200000",
    note: "All streams together, as the document says; it is less than its subscriptions alone.",
  },
  { metric: "revenue_gross", scope: "source:collectibles", period: "year", low: "1000000" },
  { metric: "valuation", low: "10000000", high: "50000000" },
];

export const goals: readonly TargetData[] = [
  // Even, then two to three, then five to ten times
  { metric: "return_multiple", due: 3, low: "1" },
  { metric: "return_multiple", due: 6, low: "2", high: "3" },
  { metric: "return_multiple", due: 12, low: "5", high: "10" },
  { metric: "session_multiple", low: "2", high: "3" },
  { metric: "plays_change", low: "0.4" },
  { metric: "session_change", low: "0.3" },
  { metric: "returning_change", low: "0.25" },
  { metric: "installed_share", low: "0.5" },
  { metric: "page_seconds", low: "1" },
  { metric: "latency_p95", scope: "api", low: "0.1" },
  { metric: "uptime", low: "0.999" },
  { metric: "users_at_once", low: "10000" },
  { metric: "languages", low: "7" },
  { metric: "people", low: "6", high: "7" },
  { metric: "revenue_gross", scope: "product:drop", period: "once", low: "10000", high: "100000" },
];
