import { expect, test } from "vitest";
import { wrongFigures } from "../../../test/figures.ts";
import { minorOf } from "../../amount.ts";
import type { TargetData } from "../blueprint.ts";
import { studio } from "./index.ts";

const FIGURES = `
currency = USD
// Phase 1, months 1–6
stages 1 starts = 1
stages 1 ends = 6
stages 1 targets videos_made/day low = 1000
stages 1 targets revenue_gross/day low = 100000
stages 1 targets revenue_gross@source:affiliate/day low = 50000
stages 1 targets revenue_gross@source:affiliate/day stated = 70000
stages 1 targets revenue_gross@source:video/day low = 30000
stages 1 targets revenue_gross@source:courses/day low = 15000
stages 1 targets revenue_gross@source:books/day low = 5000
stages 1 targets traffic_share@platform:tiktok low = 0.3
stages 1 targets traffic_share@platform:youtube low = 0.25
stages 1 targets traffic_share@platform:instagram low = 0.2
stages 1 targets traffic_share@platform:facebook low = 0.15
stages 1 targets traffic_share@platform:other low = 0.1
stages 1 targets revenue_gross@platform:tiktok/day low = 30000
stages 1 targets revenue_gross@platform:youtube/day low = 35000
stages 1 targets revenue_gross@platform:instagram/day low = 20000
stages 1 targets revenue_gross@platform:facebook/day low = 10000
stages 1 targets revenue_gross@platform:other/day low = 5000
stages 1 targets people low = 20
stages 1 targets revenue_per_employee/day low = 5000
stages 1 plans team amount = USD 200000
stages 1 plans team period = month
stages 1 plans team lines technical people = 8
stages 1 plans team lines content people = 6
stages 1 plans team lines marketing people = 4
stages 1 plans team lines operations people = 2
stages 1 plans investment amount = USD 5000000
stages 1 plans investment lines infrastructure amount = USD 2000000
stages 1 plans investment lines team amount = USD 1200000
stages 1 plans investment lines marketing amount = USD 1000000
stages 1 plans investment lines operations amount = USD 800000
// Phase 2, months 7–18
stages 2 starts = 7
stages 2 ends = 18
stages 2 targets videos_made/day low = 5000
stages 2 targets revenue_gross/day low = 500000
stages 2 targets revenue_gross@platform:youtube/day low = 200000
stages 2 targets revenue_gross@platform:tiktok/day low = 150000
stages 2 targets revenue_gross@platform:instagram/day low = 100000
stages 2 targets revenue_gross@platform:other/day low = 50000
stages 2 plans investment amount = USD 25000000
stages 2 plans investment lines technology amount = USD 10000000
stages 2 plans investment lines expansion amount = USD 8000000
stages 2 plans investment lines acquisitions amount = USD 5000000
stages 2 plans investment lines operations amount = USD 2000000
capacity batch = 100
// Phase 3, months 19–36
stages 3 starts = 19
stages 3 ends = 36
stages 3 targets videos_made/day low = 10000
stages 3 targets revenue_gross/day low = 1060000
stages 3 targets revenue_gross@source:affiliate/day low = 400000
stages 3 targets revenue_gross@source:video/day low = 300000
stages 3 targets revenue_gross@source:courses/day low = 150000
stages 3 targets revenue_gross@source:consulting/day low = 100000
stages 3 targets revenue_gross@source:ecommerce/day low = 50000
stages 3 targets revenue_gross@source:realestate/day low = 30000
stages 3 targets revenue_gross@source:crypto/day low = 20000
stages 3 targets revenue_gross@source:collectibles/day low = 10000
stages 3 targets users_at_once low = 10000000
stages 3 plans investment amount = USD 100000000
stages 3 plans investment lines expansion amount = USD 50000000
stages 3 plans investment lines acquisitions amount = USD 30000000
stages 3 plans investment lines technology amount = USD 15000000
stages 3 plans investment lines operations amount = USD 5000000
// Together
targets valuation#36 low = 5000000000
targets roi#36 low = 38.46
targets revenue_gross/day#6 low = 100000
targets revenue_gross/day#12 low = 300000
targets revenue_gross/day#18 low = 500000
targets revenue_gross/day#24 low = 750000
targets revenue_gross/day#36 low = 1000000
targets revenue_gross/year#12 low = 387000000
targets revenue_gross/year#24 low = 650000000
targets revenue_gross/year#36 low = 1100000000
targets arr#36 low = 1000000000
targets arr#48 low = 1500000000
targets arr#60 low = 2500000000
targets orders@product:courses/day low = 100
targets customers@product:tools low = 5000
targets customers@product:consulting/month low = 10
targets revenue_gross@product:merchandise/day low = 10000
targets ltv low = 500
targets churn_customers low = 0.02
targets margin low = 0.6
targets revenue_growth/month low = 0.15
targets audience low = 100000000
targets market_share low = 0.25
targets automation_rate low = 0.95
targets answer_seconds low = 2
targets latency_p95 low = 0.1
targets uptime low = 0.9999
targets trend_horizon low = 72
targets trend_accuracy low = 0.85
targets routing_seconds low = 0.025
targets languages low = 25
targets platforms low = 50
languages en shareBp = 4000
languages es shareBp = 2000
languages pt-BR shareBp = 1500
languages fr shareBp = 1000
languages de shareBp = 800
languages ja shareBp = 700
// Affiliates: the formula and the target, both
affiliate products = 10000
affiliate niches = 100
affiliate commissionBp = 2500
affiliate conversionBp = 350
affiliate commission = USD 40
affiliate clicksPerVideo = 50
affiliate videosPerDay = 1000
affiliate formula = USD 70000
affiliate target = USD 50000
// Prices
products affiliate-secrets price = USD 197
products viral-content price = USD 297
products social-empire price = USD 397
products ai-automation price = USD 497
products analytics price = USD 27
products affiliate-research price = USD 47
products content-suite price = USD 97
products coaching price = USD 5000
products done-for-you price = USD 50000
products enterprise price = USD 100000
// The line of work
capacity renderNodes = 20
capacity scriptsAtOnce = 50
capacity secondsPerVideo = 30
capacity nichesWatched = 500
capacity databaseConnections = 10000
capacity bytesPerDay = 1000000000000000
terms effort conditions = {tier_1_bp:7000,tier_2_bp:2000,tier_3_bp:1000}
// Campaigns and deals
campaigns viral figures = {pieces:1000,platforms:15,languages:25,days:30,return_multiple:5}
deals creators size = USD 50000000
deals creators returnBp = 30000
deals technology size = USD 100000000
deals technology returnBp = 50000
deals media size = USD 200000000
deals media returnBp = 40000
deals international size = USD 500000000
deals international revenue = USD 2000000000
`;

test("every figure of the studio is in the data", () => {
  expect(wrongFigures(studio, FIGURES)).toEqual([]);
});

const targets = (stage: number, scope: string) =>
  studio.stages[stage - 1]!.targets.filter((t) => t.metric === "revenue_gross" && (t.scope ?? "").startsWith(scope));
const total = (list: readonly TargetData[]) => list.reduce((n, t) => n + Number(t.low), 0);

test("a phase's revenue is the sum of its sources, and of its platforms", () => {
  expect(total(targets(1, "source:"))).toBe(100_000);
  expect(total(targets(1, "platform:"))).toBe(100_000);
  expect(total(targets(2, "platform:"))).toBe(500_000);
  expect(total(targets(3, "source:"))).toBe(1_060_000);
});

test("shares are whole: traffic, languages, effort", () => {
  const traffic = studio.stages[0]!.targets.filter((t) => t.metric === "traffic_share");
  expect(traffic.reduce((n, t) => n + Math.round(Number(t.low) * 10_000), 0)).toBe(10_000);
  expect(studio.languages.reduce((n, l) => n + (l.shareBp ?? 0), 0)).toBe(10_000);
});

test("investment adds up, line by line and to 130 million, which returns 3,846%", () => {
  const plans = studio.stages.map((s) => s.plans.find((p) => p.kind === "investment")!);
  for (const p of plans) expect(p.lines.reduce((n, l) => n + minorOf(l.amount!), 0n)).toBe(minorOf(p.amount));
  const all = plans.reduce((n, p) => n + minorOf(p.amount), 0n);
  expect(all).toBe(13_000_000_000n);
  expect(Math.round((5_000_000_000 / (Number(all) / 100)) * 100)).toBe(3_846);
});

test("the formula of clicks gives 70,000 a day; the target of 50,000 is kept beside it", () => {
  const a = studio.affiliate!;
  const minor = (BigInt(a.videosPerDay * a.clicksPerVideo * a.conversionBp) * minorOf(a.commission)) / 10_000n;
  expect(minor).toBe(minorOf(a.formula));
  expect(minorOf(a.target)).toBe(5_000_000n);
  expect(a.networks).toHaveLength(7);
});

test("twenty people at 5,000 each make the day", () => {
  const team = studio.stages[0]!.plans.find((p) => p.kind === "team")!;
  const people = team.lines.reduce((n, l) => n + (l.people ?? 0), 0);
  expect(people).toBe(20);
  expect(people * 5_000).toBe(100_000);
});
