// What the whole business aims at, beside its stages.
import type { TargetData } from "../blueprint.ts";

export const targets: readonly TargetData[] = [
  // Where it stood, and a day's revenue by month of the plan
  { metric: "videos_made", period: "day", due: 0, low: "100" },
  { metric: "revenue_gross", period: "day", due: 6, low: "100000" },
  { metric: "revenue_gross", period: "day", due: 12, low: "300000" },
  { metric: "revenue_gross", period: "day", due: 18, low: "500000" },
  { metric: "revenue_gross", period: "day", due: 24, low: "750000" },
  { metric: "revenue_gross", period: "day", due: 36, low: "1000000" },
  // By year
  { metric: "revenue_gross", period: "year", due: 12, low: "387000000" },
  { metric: "revenue_gross", period: "year", due: 24, low: "650000000" },
  { metric: "revenue_gross", period: "year", due: 36, low: "1100000000" },
  { metric: "arr", due: 36, low: "1000000000" },
  { metric: "arr", due: 48, low: "1500000000" },
  { metric: "arr", due: 60, low: "2500000000" },
  { metric: "valuation", due: 36, low: "5000000000" },
  { metric: "roi", due: 36, low: "38.46" },
  // Products
  { metric: "orders", scope: "product:courses", period: "day", low: "100" },
  { metric: "revenue_gross", scope: "product:courses", period: "day", low: "50000" },
  { metric: "customers", scope: "product:tools", low: "5000" },
  { metric: "revenue_gross", scope: "product:tools", period: "month", low: "85000" },
  { metric: "customers", scope: "product:consulting", period: "month", low: "10" },
  { metric: "revenue_gross", scope: "product:consulting", period: "month", low: "500000" },
  { metric: "revenue_gross", scope: "product:merchandise", period: "day", low: "10000" },
  // Business
  { metric: "ltv", low: "500" },
  { metric: "churn_customers", low: "0.02" },
  { metric: "margin", low: "0.6" },
  { metric: "revenue_growth", period: "month", low: "0.15" },
  // Market
  { metric: "audience", low: "100000000" },
  { metric: "market_share", low: "0.25" },
  { metric: "brand_rank", low: "3" },
  { metric: "platforms", low: "50" },
  { metric: "languages", low: "25" },
  // Technology
  { metric: "automation_rate", low: "0.95" },
  { metric: "answer_seconds", low: "2" },
  { metric: "latency_p95", low: "0.1" },
  { metric: "uptime", low: "0.9999" },
  { metric: "trend_horizon", low: "72" },
  { metric: "trend_accuracy", low: "0.85" },
  { metric: "routing_seconds", low: "0.025" },
];
