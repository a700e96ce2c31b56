import { expect, test } from "vitest";
import { wrongFigures } from "../../../test/figures.ts";
import { radio } from "./index.ts";

const FIGURES = `
currency = GBP
zone = Europe/London
locale = en-GB
// Now
targets revenue_gross@source:subscriptions/month#0 low = 5000
targets revenue_gross@source:subscriptions/month#0 high = 10000
targets revenue_gross@source:tips/month#0 low = 2000
targets revenue_gross@source:tips/month#0 high = 5000
targets revenue_gross@source:bookings/month#0 low = 3000
targets revenue_gross@source:bookings/month#0 high = 7000
// After phases 1–5
stages 5 targets revenue_gross@source:subscriptions/month low = 15000
stages 5 targets revenue_gross@source:subscriptions/month high = 30000
stages 5 targets revenue_gross@source:tips/month low = 5000
stages 5 targets revenue_gross@source:tips/month high = 10000
stages 5 targets revenue_gross@source:bookings/month low = 10000
stages 5 targets revenue_gross@source:bookings/month high = 20000
// After phases 6–10
stages 10 targets revenue_gross@source:subscriptions/month low = 50000
stages 10 targets revenue_gross@source:subscriptions/month high = 100000
stages 10 targets revenue_gross@source:tips/month low = 20000
stages 10 targets revenue_gross@source:tips/month high = 40000
stages 10 targets revenue_gross@source:bookings/month low = 30000
stages 10 targets revenue_gross@source:bookings/month high = 50000
stages 10 targets revenue_gross@source:drops/once low = 50000
stages 10 targets revenue_gross@source:drops/once high = 200000
stages 10 targets revenue_gross@source:white-label/month low = 20000
stages 10 targets revenue_gross@source:white-label/month high = 50000
// After phases 11–15
stages 15 targets revenue_gross@source:subscriptions/month low = 200000
stages 15 targets revenue_gross@source:subscriptions/month high = 500000
stages 15 targets revenue_gross@source:all/month low = 100000
stages 15 targets revenue_gross@source:all/month high = 200000
stages 15 targets revenue_gross@source:collectibles/year low = 1000000
stages 15 targets valuation low = 10000000
stages 15 targets valuation high = 50000000
// Infrastructure in dollars
terms infrastructure-now amount = USD 200
terms infrastructure-now high = USD 500
terms infrastructure-scaled amount = USD 2000
terms infrastructure-scaled high = USD 5000
terms infrastructure-enterprise amount = USD 10000
terms infrastructure-enterprise high = USD 20000
budgets workspace/month#1 amount = USD 500
budgets workspace/month#6 amount = USD 5000
budgets workspace/month#11 amount = USD 20000
// White label and drops
terms white-label amount = USD 99
terms white-label high = USD 499
products white-label price = USD 99
products white-label high = USD 499
targets revenue_gross@product:drop/once low = 10000
targets revenue_gross@product:drop/once high = 100000
// Return
targets return_multiple#3 low = 1
targets return_multiple#6 low = 2
targets return_multiple#6 high = 3
targets return_multiple#12 low = 5
targets return_multiple#12 high = 10
// Goals
targets session_multiple low = 2
targets session_multiple high = 3
targets plays_change low = 0.4
targets session_change low = 0.3
targets returning_change low = 0.25
targets installed_share low = 0.5
targets page_seconds low = 1
targets latency_p95@api low = 0.1
targets uptime low = 0.999
targets users_at_once low = 10000
targets people low = 6
targets people high = 7
targets languages low = 7
capacity phases = 15
capacity weeks = 26
`;

test("every figure of the radio is in the data", () => {
  expect(wrongFigures(radio, FIGURES)).toEqual([]);
});

test("fifteen phases with their weeks and priorities", () => {
  expect(radio.stages.map((s) => [s.number, s.starts, s.ends, s.priority])).toEqual([
    [1, 1, 2, "critical"],
    [2, 2, 3, "critical"],
    [3, 3, 4, "critical"],
    [4, 4, 5, "high"],
    [5, 5, 6, "high"],
    [6, 6, 8, "medium"],
    [7, 8, 10, "medium"],
    [8, 10, 12, "low"],
    [9, 12, 14, "low"],
    [10, 14, 18, "high"],
    [11, 18, 20, "low"],
    [12, 20, 22, "medium"],
    [13, 22, 24, "medium"],
    [14, 24, 26, "low"],
    [15, 26, undefined, "critical"],
  ]);
  expect(radio.stages.map((s) => Object.keys(s.checklist.items).length)).toEqual([
    7, 7, 8, 7, 8, 7, 8, 7, 7, 8, 7, 6, 7, 5, 8,
  ]);
});

test("a team of six, or seven with a third developer; seven languages", () => {
  const { developers, devops, designers, dataScientists, marketers } = radio.capacity;
  expect(developers! + devops! + designers! + dataScientists! + marketers!).toBe(7);
  expect(radio.languages.map((l) => l.code)).toEqual(["en", "es", "pt-BR", "fr", "de", "ja", "ko"]);
});
