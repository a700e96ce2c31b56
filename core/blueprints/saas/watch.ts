// Risks, and the figures that say when to scale what.
import type { RiskData, RuleData } from "../blueprint.ts";

const hour = 3_600;
const day = 86_400;

export const triggers: readonly RuleData[] = [
  {
    slug: "scale-database",
    name: "Time to scale the database",
    metric: "users",
    operator: ">=",
    threshold: "1000",
    seconds: day,
    severity: "notice",
    advice: "Indexes, caching, read replicas.",
  },
  {
    slug: "scale-ai",
    name: "Time to tame AI costs",
    metric: "cost_ai",
    operator: ">=",
    threshold: "5000",
    seconds: 30 * day,
    severity: "warning",
    advice: "Route by price, and answer the same question from a cache.",
  },
  {
    slug: "scale-assets",
    name: "Time to move assets to a CDN",
    metric: "storage_gigabytes",
    operator: ">=",
    threshold: "10",
    seconds: day,
    severity: "notice",
    advice: "CDN, compression, lazy loading.",
  },
  {
    slug: "scale-live",
    name: "Time to scale what is live",
    metric: "users_at_once",
    operator: ">=",
    threshold: "500",
    seconds: hour,
    severity: "notice",
    advice: "Look at sockets and queues; add a process.",
  },
  {
    slug: "ai-above-revenue",
    name: "AI costs more than comes in",
    metric: "cost_ai_share",
    operator: ">",
    threshold: "1",
    seconds: 30 * day,
    severity: "critical",
    advice: "Limit use per person, or take cheaper providers.",
  },
];

export const risks: readonly RiskData[] = [
  {
    slug: "database",
    kind: "technical",
    level: "medium",
    text: "The database becomes the bottleneck",
    mitigation: "Read replicas by month 6",
    backup: "Prepare sharding",
    trigger: "1,000 users",
  },
  {
    slug: "ai-costs",
    kind: "financial",
    level: "high",
    text: "AI costs exceed revenue",
    mitigation: "Track the cost of each user",
    backup: "Rate limits, other providers",
    trigger: "USD 5,000 a month on AI, or more than comes in",
  },
  {
    slug: "hosting-costs",
    kind: "financial",
    level: "medium",
    text: "Hosting costs spike",
    mitigation: "Watch usage, make functions lean",
    backup: "Hybrid cloud",
    trigger: "A day's hosting costs twice its week's mean",
  },
  {
    slug: "support",
    kind: "operational",
    level: "medium",
    text: "Support is overwhelmed",
    mitigation: "Automated answers, knowledge base",
    backup: "Hire ahead of growth",
    trigger: "Open tickets grow two weeks in a row",
  },
  {
    slug: "quality",
    kind: "operational",
    level: "medium",
    text: "Quality goes down",
    mitigation: "Automated tests, monitoring",
    backup: "A team that tests by hand",
    trigger: "Errors at or over 0.1%",
  },
];
