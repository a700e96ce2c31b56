// What a business starts from, as data. `plan` figures are what its lines add up to; `stated` keeps what its author
// said where that differs. Rates are basis points (2,500 is 25%); values of metrics are exact decimals in the metric's
// own unit (0.05 for 5%); money is "USD 18.00".
import type { Amount, Currency } from "../amount.ts";
import type { MetricSlug } from "../metrics/index.ts";

export type Decimal = `${number}`;
export type Operator = ">" | ">=" | "<" | "<=";

export type ChannelData = {
  slug: string;
  name: string;
  genre: string;
  hue: `#${string}`;
  stage?: number;
  audience: string;
  brand: { tagline: string; style: string; words: readonly string[] };
};

export type PlanLineData = {
  slug: string;
  name: string;
  provider?: string;
  /** Of one. */
  amount?: Amount;
  count?: number;
  people?: number;
  /** Goes on from the stage before. */
  carried?: true;
};

export type PlanData = {
  kind: "running" | "infrastructure" | "team" | "investment";
  period: "month" | "once";
  amount: Amount;
  high?: Amount;
  stated?: Amount;
  note?: string;
  lines: readonly PlanLineData[];
};

export type GateData =
  | { slug: string; text: string; metric: MetricSlug; scope?: string; operator: Operator; value: Decimal; days: number }
  | { slug: string; text: string; signed: true };

export type RiskData = {
  slug: string;
  /** None: a risk of the whole business. */
  stage?: number;
  kind: "technical" | "financial" | "market" | "operational" | "legal";
  level: "low" | "medium" | "medium-high" | "high";
  text: string;
  mitigation: string;
  backup: string;
  trigger: string;
};

export type TargetData = {
  metric: MetricSlug;
  /** `source:stores`, `platform:tiktok`, `channel:…`; none: the whole business. */
  scope?: string;
  period?: "hour" | "day" | "week" | "month" | "year" | "once";
  /** By this month of the plan; 0: where the business stood when it was planned. */
  due?: number;
  low: Decimal;
  high?: Decimal;
  currency?: Currency;
  stated?: Decimal;
  note?: string;
};

export type StageData = {
  number: number;
  name: string;
  goal: string;
  unit: "week" | "month";
  starts: number;
  ends?: number;
  priority?: "critical" | "high" | "medium" | "low";
  features: readonly string[];
  plans: readonly PlanData[];
  targets: readonly TargetData[];
  gates: readonly GateData[];
  checklist: { due: "before" | "during"; items: Readonly<Record<string, string>> };
  choices: readonly { slug: string; text: string; amount?: Amount }[];
};

export type BudgetData = {
  scope: string;
  each?: "channel" | "person";
  period: "day" | "week" | "month" | "year" | "once";
  stage?: number;
} & ({ amount: Amount } | { count: number; of: string });

export type TermData = {
  slug: string;
  kind: "fee" | "commission" | "bonus" | "pool" | "price" | "spend";
  program?: string;
  name: string;
  base?: "revenue" | "platform_fee" | "referred_revenue" | "earnings" | "prize_pool" | "session";
  rateBp?: number;
  lowBp?: number;
  highBp?: number;
  from?: number;
  fromUnit?: string;
  amount?: Amount;
  high?: Amount;
  period?: "month" | "session" | "once";
  months?: number;
  conditions?: Readonly<Record<string, string | number | boolean>>;
};

export type RuleData = {
  slug: string;
  name: string;
  metric: MetricSlug;
  scope?: string;
  operator: Operator;
  threshold: Decimal;
  seconds: number;
  severity: "notice" | "warning" | "critical";
  advice: string;
};

export type ProductData = {
  slug: string;
  name: string;
  kind:
    | "course"
    | "tool"
    | "coaching"
    | "service"
    | "enterprise"
    | "goods"
    | "book"
    | "ticket"
    | "plan"
    | "collectible";
  price?: Amount;
  high?: Amount;
  per: "once" | "month" | "session" | "event";
};

export type PlatformData = {
  slug: string;
  name: string;
  /** Where the effort goes: 1 first. */
  tier?: number;
  forms?: readonly string[];
  /** How many posts, and how often. */
  posts?: { count: number; per: "day" | "week" | "month"; of: string };
  keywords?: readonly string[];
  hooks?: readonly string[];
  hashtags?: readonly string[];
};

export type CampaignData = {
  slug: string;
  name: string;
  kind: "milestone" | "ads" | "viral" | "journey";
  /** What starts it. */
  trigger?: { metric: MetricSlug; value: Decimal; period: "month" | "day" | "once" };
  budget?: Amount;
  channels: readonly string[];
  message?: string;
  figures?: Readonly<Record<string, Decimal>>;
};

export type StoryData = { slug: string; text: string; metric: MetricSlug; value: Decimal; period: "month" | "once" };

export type AchievementData = {
  slug: string;
  name: string;
  metric: MetricSlug;
  value: Decimal;
  period: "month" | "once";
  credit: Amount;
  badge: string;
  unlocks: string;
};

export type DealData = {
  slug: string;
  kind: "acquisition" | "expansion" | "integration" | "partnership";
  name: string;
  wants: readonly string[];
  size?: Amount;
  /** Hoped-for return in basis points of the size: 30,000 is 300%. */
  returnBp?: number;
  revenue?: Amount;
};

/** Clicks and commissions, and the day they should make. */
export type AffiliateData = {
  networks: readonly string[];
  products: number;
  niches: number;
  commissionBp: number;
  conversionBp: number;
  commission: Amount;
  clicksPerVideo: number;
  videosPerDay: number;
  formula: Amount;
  target: Amount;
};

export type Blueprint = {
  slug: BlueprintName;
  name: string;
  text: string;
  currency: Currency;
  zone: string;
  locale: string;
  languages: readonly { code: string; shareBp?: number }[];
  channels: readonly ChannelData[];
  stages: readonly StageData[];
  targets: readonly TargetData[];
  risks: readonly RiskData[];
  budgets: readonly BudgetData[];
  terms: readonly TermData[];
  rules: readonly RuleData[];
  products: readonly ProductData[];
  platforms: readonly PlatformData[];
  campaigns: readonly CampaignData[];
  stories: readonly StoryData[];
  achievements: readonly AchievementData[];
  deals: readonly DealData[];
  affiliate?: AffiliateData;
  /** What is looked at each week and each month. */
  reviews: { weekly: readonly MetricSlug[]; monthly: readonly MetricSlug[] };
  /** How much at once, how long each, how many there are: plain figures that belong to no metric. */
  capacity: Readonly<Record<string, number>>;
};

export const BLUEPRINT_NAMES = ["streams", "studio", "radio", "saas", "artists", "empty"] as const;
export type BlueprintName = (typeof BLUEPRINT_NAMES)[number];
