// Independent artists: fees, referrals for life, influencers, pools, stories and achievements.
import type { Blueprint } from "../blueprint.ts";
import { empty } from "../empty.ts";
import { monitors } from "../monitors.ts";
import { achievements, campaigns, deals, platforms, stories } from "./growth.ts";
import { stages } from "./stages.ts";
import { terms } from "./terms.ts";

export const artists: Blueprint = {
  ...empty,
  slug: "artists",
  name: "Artists' platform",
  text: "A platform for independent artists that grows by referrals, pools and stories",
  stages,
  terms,
  achievements,
  stories,
  campaigns,
  platforms,
  deals,
  targets: [
    // Platform revenue by month of the plan
    { metric: "revenue_gross", period: "month", due: 1, low: "1000" },
    { metric: "revenue_gross", period: "month", due: 3, low: "5000" },
    { metric: "revenue_gross", period: "month", due: 6, low: "10000" },
    // Winning artists
    { metric: "signups", period: "month", low: "500" },
    { metric: "organic_share", low: "0.6" },
    { metric: "signup_conversion", low: "0.3" },
    { metric: "viral_coefficient", low: "1.5" },
    // Revenue
    { metric: "mrr_growth", period: "month", low: "0.2" },
    { metric: "arpu", period: "month", low: "150" },
    { metric: "ltv", low: "1500" },
    { metric: "fee_rate", low: "0.25" },
    // Taking part
    { metric: "dau_share", low: "0.4" },
    { metric: "adoption", low: "0.7" },
    { metric: "participation", low: "0.5" },
    { metric: "stories", period: "month", low: "10" },
    // What stories should do
    { metric: "signups_change", scope: "stories", low: "0.35" },
    { metric: "upgrades_change", scope: "stories", low: "0.25" },
    { metric: "reach_multiple", scope: "stories", low: "3.2" },
    // Ads
    { metric: "roas", scope: "ads", low: "3" },
    { metric: "cac", scope: "ads", low: "50" },
    { metric: "ltv", scope: "ads", low: "500" },
    { metric: "payback_months", scope: "ads", low: "3" },
  ],
  risks: [
    {
      slug: "abuse",
      kind: "financial",
      level: "medium",
      text: "People refer themselves, or each other in a ring",
      mitigation: "Links between accounts, rings checked when they close, bonuses held",
      backup: "Claw back, proportionally, and hold the payout",
      trigger: "More than three referrals from one device or card in a day",
    },
    {
      slug: "ad-spend",
      kind: "financial",
      level: "medium",
      text: "Ads cost more than they bring",
      mitigation: "Spend 20% of revenue at most, and scale only after 30 good days",
      backup: "Stop the campaign",
      trigger: "Return on spend under 3, or more than USD 50 for a customer",
    },
  ],
  budgets: [
    { scope: "pool:indie-rock-collective", period: "month", amount: "USD 2500" },
    { scope: "campaign:milestone-1000", period: "once", amount: "USD 500" },
    { scope: "campaign:milestone-5000", period: "once", amount: "USD 2000" },
    { scope: "campaign:milestone-10000", period: "once", amount: "USD 5000" },
  ],
  rules: [
    ...monitors,
    {
      slug: "ads-return",
      name: "Ads bring less than they should",
      metric: "roas",
      scope: "each:campaign",
      operator: "<",
      threshold: "3",
      seconds: 604_800,
      severity: "warning",
      advice: "Stop the campaign, or change it.",
    },
    {
      slug: "ads-cost",
      name: "A customer costs too much",
      metric: "cac",
      operator: ">",
      threshold: "50",
      seconds: 604_800,
      severity: "warning",
      advice: "Narrow the audience of the ads.",
    },
  ],
  products: [
    { slug: "mentor-session", name: "Mentor session", kind: "coaching", per: "session" },
    { slug: "premium", name: "Premium", kind: "plan", per: "month" },
  ],
  reviews: {
    weekly: ["signups", "organic_share", "mrr_growth", "viral_coefficient", "stories", "nps"],
    monthly: ["revenue_gross", "arpu", "ltv", "cac", "ltv_cac", "churn_customers", "fee_rate"],
  },
  capacity: { poolMembers: 15, monthsToTenfold: 6 },
};
