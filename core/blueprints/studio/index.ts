// Short videos by the thousand a day, with affiliates, courses, tools and consulting behind them.
import type { Blueprint } from "../blueprint.ts";
import { empty } from "../empty.ts";
import { monitors } from "../monitors.ts";
import { affiliate, campaigns, deals, platforms, products } from "./market.ts";
import { stages } from "./stages.ts";
import { targets } from "./targets.ts";

export const studio: Blueprint = {
  ...empty,
  slug: "studio",
  name: "Video studio",
  text: "100 to 10,000 short videos a day, with affiliates and products",
  zone: "America/New_York",
  languages: [
    { code: "en", shareBp: 4_000 },
    { code: "es", shareBp: 2_000 },
    { code: "pt-BR", shareBp: 1_500 },
    { code: "fr", shareBp: 1_000 },
    { code: "de", shareBp: 800 },
    { code: "ja", shareBp: 700 },
  ],
  stages,
  targets,
  products,
  platforms,
  affiliate,
  campaigns,
  deals,
  risks: [
    {
      slug: "platforms",
      kind: "market",
      level: "high",
      text: "Income hangs on a few platforms",
      mitigation: "Publish on many, in three tiers of effort",
      backup: "Move effort to the platforms that still pay",
      trigger: "One platform brings more than half of a month's revenue",
    },
    {
      slug: "throughput",
      kind: "technical",
      level: "medium",
      text: "A fault stops the whole line",
      mitigation: "Failover between models, workers that resume, every step a job",
      backup: "Render less, and publish from the library",
      trigger: "Under 95% of videos made without a hand",
    },
  ],
  terms: [
    { slug: "affiliate", kind: "commission", name: "Affiliate networks", base: "revenue", rateBp: 2_500 },
    {
      slug: "effort",
      kind: "spend",
      name: "Effort by tier of platform",
      conditions: { tier_1_bp: 7_000, tier_2_bp: 2_000, tier_3_bp: 1_000 },
    },
  ],
  rules: [
    ...monitors,
    {
      slug: "automation",
      name: "Too much is done by hand",
      metric: "automation_rate",
      operator: "<",
      threshold: "0.95",
      seconds: 86_400,
      severity: "notice",
      advice: "Look at which step people repeat.",
    },
    {
      slug: "slow-routing",
      name: "Choosing a provider is slow",
      metric: "routing_seconds",
      operator: ">",
      threshold: "0.025",
      seconds: 600,
      severity: "notice",
      advice: "Look at the load of the worker.",
    },
  ],
  capacity: {
    batch: 100,
    renderNodes: 20,
    scriptsAtOnce: 50,
    secondsPerVideo: 30,
    modelServers: 4,
    nichesWatched: 500,
    databaseConnections: 10_000,
    bytesPerDay: 1_000_000_000_000_000,
    countries: 50,
    localPartners: 100,
  },
};
