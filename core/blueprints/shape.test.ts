// What must hold for every business's data, so that loading it cannot fail or mean two things.
import { describe, expect, test } from "vitest";
import { twins } from "../../test/figures.ts";
import { minorOf } from "../amount.ts";
import { METRICS } from "../metrics/index.ts";
import { BLUEPRINT_NAMES } from "./blueprint.ts";
import { blueprints } from "./index.ts";

describe.each(BLUEPRINT_NAMES)("%s", (which) => {
  const b = blueprints[which];

  test("no two elements of a list share a key", () => {
    const lists = [b.channels, b.stages, b.targets, b.risks, b.budgets, b.terms, b.rules, b.products, b.platforms];
    const more = [b.campaigns, b.stories, b.achievements, b.deals, b.languages];
    const ofStages = b.stages.flatMap((s) => [s.plans, s.targets, s.gates, s.choices, ...s.plans.map((p) => p.lines)]);
    expect([...lists, ...more, ...ofStages].flatMap(twins)).toEqual([]);
  });

  test("stages are numbered from 1 and follow each other in time", () => {
    expect(b.stages.map((s) => s.number)).toEqual(b.stages.map((_, i) => i + 1));
    for (const [i, s] of b.stages.entries()) {
      expect(s.ends ?? s.starts).toBeGreaterThanOrEqual(s.starts);
      if (i > 0) expect(s.starts).toBeGreaterThanOrEqual(b.stages[i - 1]!.ends!);
    }
  });

  test("what names a stage names one that is there", () => {
    const numbers = new Set(b.stages.map((s) => s.number));
    const named = [...b.channels, ...b.risks, ...b.budgets].flatMap((e) => e.stage ?? []);
    expect(named.filter((n) => !numbers.has(n))).toEqual([]);
  });

  test("amounts are exact, ranges run upwards, rates are at most the whole", () => {
    const ranges = b.stages.flatMap((s) => s.plans).concat();
    for (const { amount, high } of [...ranges, ...b.terms]) {
      if (amount && high) expect(minorOf(high)).toBeGreaterThanOrEqual(minorOf(amount));
    }
    for (const t of [...b.targets, ...b.stages.flatMap((s) => s.targets)]) {
      if (t.high !== undefined) expect(Number(t.high)).toBeGreaterThan(Number(t.low));
      if (METRICS[t.metric].unit === "ratio" && t.metric !== "roi") expect(Number(t.low)).toBeLessThanOrEqual(1);
    }
    for (const { lowBp = 0, rateBp = lowBp, highBp = 10_000 } of b.terms) {
      expect(lowBp).toBeLessThanOrEqual(rateBp);
      expect(rateBp).toBeLessThanOrEqual(highBp);
    }
  });

  test("its zone and currency are real, and the nine monitors are on", () => {
    expect(Intl.supportedValuesOf("timeZone").concat("UTC")).toContain(b.zone);
    expect(Intl.supportedValuesOf("currency")).toContain(b.currency);
    const nine = blueprints.empty.rules.map((r) => r.slug);
    expect(nine).toHaveLength(9);
    expect(b.rules.map((r) => r.slug)).toEqual(expect.arrayContaining(nine));
  });

  test("a channel's hue can be read on a light and on a dark ground", () => {
    for (const { slug, hue } of b.channels) {
      expect([slug, contrast(hue, "#ffffff") >= 3]).toEqual([slug, true]);
      expect([slug, contrast(hue, "#17181e") >= 3]).toEqual([slug, true]);
    }
  });
});

test("every metric that scripts name is one of ours", () => {
  const named =
    "revenue_gross revenue_net costs profit margin roi roas mrr mrr_new mrr_expansion mrr_contraction mrr_churn " +
    "mrr_reactivation mrr_fx arpu ltv cac payback_months ltv_cac customers churn_customers churn_mrr_gross " +
    "churn_mrr_net nrr quick_ratio viral_coefficient signups dau mau stickiness nps viewers watch_hours uptime " +
    "interactions_per_hour songs_made videos_made automation_rate cost_per_asset error_rate latency_p95";
  expect(named.split(" ").filter((slug) => !Object.hasOwn(METRICS, slug))).toEqual([]);
});

test("amounts become the smallest unit without rounding", () => {
  expect(minorOf("USD 3.60")).toBe(360n);
  expect(minorOf("USD 3.60", 6)).toBe(3_600_000n);
  expect(minorOf("USD 2000000000")).toBe(200_000_000_000n);
  for (const wrong of ["USD 1.005", "USD -1", "USD 1e3"] as const) expect(() => minorOf(wrong)).toThrow("is no amount");
});

/** WCAG 2.2, contrast ratio of two colours. */
function contrast(one: string, two: string): number {
  const [dark, light] = [luminance(one), luminance(two)].sort((a, b) => a - b);
  return (light! + 0.05) / (dark! + 0.05);
}

function luminance(colour: string): number {
  const [r, g, b] = [1, 3, 5].map((i) => {
    const c = Number.parseInt(colour.slice(i, i + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}
