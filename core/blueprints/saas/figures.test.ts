import { expect, test } from "vitest";
import { wrongFigures } from "../../../test/figures.ts";
import { minorOf } from "../../amount.ts";
import { saas } from "./index.ts";

/** phase, months, paying, MRR, cost, P95 s, uptime, at once */
const PHASES: [number, number, number, string, string, string, string, string, string, string][] = [
  [1, 1, 3, "100", "10000", "USD 500", "USD 1500", "0.5", "0.995", "100"],
  [2, 4, 6, "500", "50000", "USD 2000", "USD 5000", "0.3", "0.997", "500"],
  [3, 7, 9, "2000", "150000", "USD 10000", "USD 20000", "0.2", "0.999", "2000"],
  [4, 10, 14, "10000", "1000000", "USD 50000", "USD 100000", "0.15", "0.9995", "10000"],
];

const table = PHASES.map(
  ([n, from, to, paying, mrr, low, high, p95, uptime, atOnce]) => `
stages ${n} starts = ${from}
stages ${n} ends = ${to}
stages ${n} targets customers low = ${paying}
stages ${n} targets mrr low = ${mrr}
stages ${n} plans running amount = ${low}
stages ${n} plans running high = ${high}
stages ${n} targets latency_p95 low = ${p95}
stages ${n} targets uptime low = ${uptime}
stages ${n} targets users_at_once low = ${atOnce}
budgets workspace/month#${n} amount = ${high}
stages ${n} gates customers value = ${paying}
stages ${n} gates mrr value = ${mrr}
stages ${n} gates uptime value = ${uptime}
stages ${n} gates speed value = ${p95}`,
).join("\n");

const FIGURES = `
currency = USD
// The headline says ARR, the table MRR: both are kept
stages 4 targets arr low = 1000000
targets arr#14 low = 1000000
targets users#14 low = 10000
targets uptime#14 low = 0.999
targets uptime#14 stated = 0.9995
stages 1 targets people@team:support low = 1
stages 2 targets people@team:support low = 3
stages 3 targets people@team:support low = 5
stages 3 targets people@team:sales low = 2
stages 4 targets people low = 20
targets error_rate low = 0.001
targets latency_p95#0 low = 1
// Infrastructure by line
stages 1 plans infrastructure lines hosting amount = USD 200
stages 2 plans infrastructure lines hosting amount = USD 500
stages 3 plans infrastructure lines hosting amount = USD 1500
stages 4 plans infrastructure lines hosting amount = USD 4000
stages 1 plans infrastructure lines database amount = USD 25
stages 2 plans infrastructure lines database amount = USD 50
stages 3 plans infrastructure lines database amount = USD 200
stages 4 plans infrastructure lines database amount = USD 1000
stages 1 plans infrastructure lines ai amount = USD 200
stages 2 plans infrastructure lines ai amount = USD 800
stages 3 plans infrastructure lines ai amount = USD 2500
stages 4 plans infrastructure lines ai amount = USD 8000
stages 1 plans infrastructure lines cache amount = USD 0
stages 2 plans infrastructure lines cache amount = USD 30
stages 3 plans infrastructure lines cache amount = USD 100
stages 4 plans infrastructure lines cache amount = USD 300
stages 1 plans infrastructure lines cdn amount = USD 0
stages 2 plans infrastructure lines cdn amount = USD 50
stages 3 plans infrastructure lines cdn amount = USD 200
stages 4 plans infrastructure lines cdn amount = USD 500
stages 1 plans infrastructure lines monitoring amount = USD 0
stages 2 plans infrastructure lines monitoring amount = USD 0
stages 3 plans infrastructure lines monitoring amount = USD 100
stages 4 plans infrastructure lines monitoring amount = USD 300
stages 4 plans infrastructure lines other amount = USD 500
stages 1 plans infrastructure stated = USD 500
stages 2 plans infrastructure stated = USD 1500
stages 3 plans infrastructure stated = USD 5000
stages 4 plans infrastructure stated = USD 15000
// Team by line
stages 1 plans team amount = USD 0
stages 2 plans team amount = USD 15000
stages 2 plans team lines support amount = USD 6000
stages 2 plans team lines developers amount = USD 8000
stages 2 plans team lines tools amount = USD 1000
stages 3 plans team amount = USD 48000
stages 3 plans team stated = USD 40000
stages 3 plans team lines support amount = USD 15000
stages 3 plans team lines developers amount = USD 20000
stages 3 plans team lines sales amount = USD 10000
stages 3 plans team lines tools amount = USD 3000
stages 4 plans team amount = USD 150000
stages 4 plans team lines support amount = USD 35000
stages 4 plans team lines developers amount = USD 60000
stages 4 plans team lines sales amount = USD 35000
stages 4 plans team lines operations amount = USD 10000
stages 4 plans team lines tools amount = USD 10000
stages 2 plans team lines support people = 2
stages 3 plans team lines support people = 5
stages 3 plans team lines sales people = 2
// When to scale what
rules scale-database threshold = 1000
rules scale-ai threshold = 5000
rules scale-assets threshold = 10
rules scale-live threshold = 500
rules ai-above-revenue metric = cost_ai_share
rules ai-above-revenue threshold = 1
rules error-rate threshold = 0.001
// What there is
capacity apps = 15
capacity appsFailing = 6
capacity tools = 60
capacity games = 1200
capacity integrations = 1000
capacity monitors = 9
reviews weekly = [active_users,mrr_growth,latency_p95,error_rate,tickets,nps]
reviews monthly = [costs,team_efficiency,feature_velocity,churn_customers,ltv_cac]
`;

test("every figure of the software service is in the data", () => {
  expect(wrongFigures(saas, table)).toEqual([]);
  expect(wrongFigures(saas, FIGURES)).toEqual([]);
});

test("every plan with lines is their sum; phase 3's team is 48,000, not 40,000", () => {
  for (const { number, plans } of saas.stages) {
    for (const plan of plans.filter((p) => p.lines.length > 0)) {
      const lines = plan.lines.reduce((n, l) => n + minorOf(l.amount!), 0n);
      expect([number, plan.kind, lines]).toEqual([number, plan.kind, minorOf(plan.amount)]);
    }
  }
});

test("the caps on AI are the plan's lines for AI", () => {
  for (const { number, plans } of saas.stages) {
    const line = plans.find((p) => p.kind === "infrastructure")!.lines.find((l) => l.slug === "ai")!;
    const cap = saas.budgets.find((b) => b.scope === "providers" && b.stage === number)!;
    expect("amount" in cap && cap.amount).toBe(line.amount);
  }
});
