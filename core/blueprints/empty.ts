import type { Blueprint } from "./blueprint.ts";
import { monitors } from "./monitors.ts";

export const empty: Blueprint = {
  slug: "empty",
  name: "Empty",
  text: "Nothing but the nine monitors: you bring the plan",
  currency: "USD",
  zone: "UTC",
  locale: "en",
  languages: [{ code: "en" }],
  channels: [],
  stages: [],
  targets: [],
  risks: [],
  budgets: [],
  terms: [],
  rules: monitors,
  products: [],
  platforms: [],
  campaigns: [],
  stories: [],
  achievements: [],
  deals: [],
  reviews: {
    weekly: ["active_users", "mrr_growth", "latency_p95", "error_rate", "tickets", "nps"],
    monthly: ["costs", "team_efficiency", "feature_velocity", "churn_customers", "ltv_cac"],
  },
  capacity: {},
};
