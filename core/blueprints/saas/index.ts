// Creative tools by subscription: from launch to USD 1,000,000 a month.
import type { Blueprint } from "../blueprint.ts";
import { empty } from "../empty.ts";
import { monitors } from "../monitors.ts";
import { stages } from "./stages.ts";
import { risks, triggers } from "./watch.ts";

export const saas: Blueprint = {
  ...empty,
  slug: "saas",
  name: "Software service",
  text: "A subscription to creative tools, from launch to a million a month",
  zone: "America/New_York",
  stages,
  risks,
  targets: [
    // Where it stood
    { metric: "latency_p95", due: 0, low: "1" },
    { metric: "uptime", due: 0, low: "0.995" },
    { metric: "users_at_once", due: 0, low: "100" },
    { metric: "mrr", due: 0, low: "0" },
    // Always
    { metric: "error_rate", low: "0.001" },
    // The document's title
    { metric: "arr", due: 14, low: "1000000" },
    { metric: "users", due: 14, low: "10000" },
    { metric: "uptime", due: 14, low: "0.999", stated: "0.9995", note: "The title says 99.9%, phase 4 99.95%." },
  ],
  budgets: [
    { scope: "workspace", period: "month", stage: 1, amount: "USD 1500" },
    { scope: "workspace", period: "month", stage: 2, amount: "USD 5000" },
    { scope: "workspace", period: "month", stage: 3, amount: "USD 20000" },
    { scope: "workspace", period: "month", stage: 4, amount: "USD 100000" },
    { scope: "providers", period: "month", stage: 1, amount: "USD 200" },
    { scope: "providers", period: "month", stage: 2, amount: "USD 800" },
    { scope: "providers", period: "month", stage: 3, amount: "USD 2500" },
    { scope: "providers", period: "month", stage: 4, amount: "USD 8000" },
  ],
  rules: [...monitors, ...triggers],
  capacity: {
    apps: 15,
    appsFailing: 6,
    tools: 60,
    firstTools: 10,
    games: 1_200,
    integrations: 1_000,
    monitors: 9,
    tables: 33,
    doneBp: 8_300,
    functionSeconds: 60,
    serverlessBp: 8_000,
  },
};
