import { expect, test } from "vitest";
import { wrongFigures } from "../../../test/figures.ts";
import { minorOf } from "../../amount.ts";
import type { StageData } from "../blueprint.ts";
import { streams } from "./index.ts";

const FIGURES = `
currency = USD
// Stage 1, months 1–3
stages 1 starts = 1
stages 1 ends = 3
stages 1 plans running amount = USD 18
stages 1 plans running period = month
stages 1 plans investment amount = USD 54
stages 1 plans running lines server amount = EUR 4.02
stages 1 plans running lines suno amount = USD 3.60
stages 1 plans running lines minimax amount = USD 10
stages 1 targets viewers low = 1000
stages 1 targets revenue_gross/month low = 300
stages 1 targets revenue_gross/month high = 900
stages 1 targets interactions_per_hour low = 50
stages 1 targets songs_made/once low = 360
stages 1 targets return_multiple low = 17
stages 1 targets return_multiple high = 50
stages 1 gates viewers metric = viewers
stages 1 gates viewers operator = >=
stages 1 gates viewers value = 500
stages 1 gates viewers days = 14
stages 1 gates profit metric = profit
stages 1 gates profit operator = >=
stages 1 gates profit value = 200
stages 1 gates uptime operator = >
stages 1 gates uptime value = 0.95
stages 1 gates feedback signed = true
stages 1 choices stop amount = USD 54
// Stage 2, months 4–6
stages 2 starts = 4
stages 2 ends = 6
stages 2 plans running amount = USD 45
stages 2 plans investment amount = USD 135
stages 2 plans running lines server-2 amount = EUR 4.02
stages 2 plans running lines apis amount = USD 20
stages 2 plans running lines monitoring amount = USD 3
stages 2 targets viewers low = 2000
stages 2 targets revenue_gross/month low = 600
stages 2 targets revenue_gross/month high = 1800
stages 2 targets audience_overlap low = 0.1
stages 2 targets songs_made/once low = 720
stages 2 targets return_multiple low = 13
stages 2 targets return_multiple high = 40
stages 2 gates revenue operator = >
stages 2 gates revenue value = 1000
stages 2 gates uptime scope = each:channel
stages 2 gates uptime operator = >
stages 2 gates uptime value = 0.9
stages 2 gates cross-channel signed = true
stages 2 gates orchestration signed = true
// Stage 3, months 7–9: the lines are the plan, the document's sum is kept
stages 3 starts = 7
stages 3 ends = 9
stages 3 plans running amount = USD 235
stages 3 plans running stated = USD 150
stages 3 plans running lines orchestration amount = USD 50
stages 3 plans running lines servers amount = USD 20
stages 3 plans running lines servers count = 4
stages 3 plans running lines minimax amount = USD 95
stages 3 plans running lines monitoring amount = USD 10
stages 3 targets viewers low = 5000
stages 3 targets revenue_gross/month low = 2000
stages 3 targets revenue_gross/month high = 6000
stages 3 targets revenue_gross@source:stores/month low = 200
stages 3 targets revenue_gross@source:stores/month high = 500
stages 3 targets songs_made/once low = 1440
stages 3 targets return_multiple low = 13
stages 3 targets return_multiple high = 40
stages 3 gates revenue operator = >
stages 3 gates revenue value = 3000
stages 3 gates profit-each metric = profit
stages 3 gates profit-each scope = each:channel
stages 3 gates profit-each operator = >
stages 3 gates profit-each value = 0
stages 3 gates stores scope = source:stores
stages 3 gates stores operator = >
stages 3 gates stores value = 0
stages 3 gates smooth signed = true
// Stage 4, months 10–12: no exit
stages 4 starts = 10
stages 4 ends = 12
stages 4 plans running amount = USD 860
stages 4 plans investment amount = USD 2580
stages 4 plans running lines orchestration amount = USD 150
stages 4 plans running lines servers amount = USD 20
stages 4 plans running lines servers count = 7
stages 4 plans running lines apis amount = USD 500
stages 4 plans running lines monitoring amount = USD 70
stages 4 targets viewers low = 15000
stages 4 targets revenue_gross/month low = 8500
stages 4 targets revenue_gross/month high = 31400
stages 4 targets return_multiple low = 10
stages 4 targets return_multiple high = 36
stages 4 gates = []
// Quotas and caps
budgets provider:suno/channel/day/song count = 12
budgets provider:suno/channel/month/song count = 360
budgets provider:suno/channel/month amount = USD 3.60
budgets provider:minimax/month#1 amount = USD 10
budgets provider:minimax/month#3 amount = USD 95
budgets providers/month#2 amount = USD 33.60
budgets providers/month#4 amount = USD 500
budgets workspace/month#1 amount = USD 18
budgets workspace/month#2 amount = USD 45
budgets workspace/month#3 amount = USD 235
budgets workspace/month#4 amount = USD 860
// Channels and when they open
channels city-pop-anime stage = 1
channels neon-synthwave stage = 2
channels cosmic-ambient stage = 3
channels fitness-beats stage = 3
channels noir-jazz stage = 4
channels desert-country stage = 4
channels intimate-vibes stage = 4
`;

test("every figure of the streams is in the data", () => {
  expect(wrongFigures(streams, FIGURES)).toEqual([]);
});

const plan = (stage: StageData, kind: string) => stage.plans.find((p) => p.kind === kind)!;
const stage = (number: number) => streams.stages.find((s) => s.number === number)!;
const sum = (number: number, currency: string) =>
  plan(stage(number), "running")
    .lines.filter((l) => l.amount?.startsWith(currency))
    .reduce((n, l) => n + minorOf(l.amount!) * BigInt(l.count ?? 1), 0n);

test("where all is in dollars, the lines add up to the plan; stage 3 is 235, not 150", () => {
  for (const number of [3, 4]) expect(sum(number, "USD")).toBe(minorOf(plan(stage(number), "running").amount));
  expect(sum(3, "USD")).toBe(23_500n);
});

test("with the servers in euros, the plan leaves 4.40 and 8.40 dollars for 4.02 and 8.04 euros", () => {
  expect([sum(1, "USD"), sum(1, "EUR")]).toEqual([1_360n, 402n]);
  expect([sum(2, "USD"), sum(2, "EUR")]).toEqual([3_660n, 804n]);
  expect(minorOf(plan(stage(1), "running").amount) - sum(1, "USD")).toBe(440n);
  expect(minorOf(plan(stage(2), "running").amount) - sum(2, "USD")).toBe(840n);
});

test("a stage's investment is three months of its plan; stage 3's stated one is three of its stated", () => {
  for (const s of streams.stages) {
    expect(minorOf(plan(s, "investment").amount)).toBe(minorOf(plan(s, "running").amount) * 3n);
  }
  expect(minorOf(plan(stage(3), "investment").stated!)).toBe(minorOf(plan(stage(3), "running").stated!) * 3n);
});

test("360 songs are twelve a day for thirty days; each stage's library is that of its channels", () => {
  const songs = (number: number) => Number(stage(number).targets.find((t) => t.metric === "songs_made")?.low);
  expect(songs(1)).toBe(12 * 30);
  expect([songs(2), songs(3)]).toEqual([2 * 360, 4 * 360]);
});

test("four checklists of five, risks at every stage, an audience for each channel", () => {
  expect(streams.stages.map((s) => Object.keys(s.checklist.items).length)).toEqual([5, 5, 5, 5]);
  for (const { number } of streams.stages) {
    const kinds = streams.risks.filter((r) => r.stage === number).map((r) => r.kind);
    expect(kinds).toEqual(["technical", "financial", "market"]);
  }
  expect(streams.channels.every((c) => c.audience.length > 10)).toBe(true);
  const choices = streams.stages.flatMap((s) => s.choices.map((c) => c.slug));
  for (const choice of ["stop", "continue", "sell", "license", "partner"]) expect(choices).toContain(choice);
});
