import { expect, test } from "vitest";
import { wrongFigures } from "../../../test/figures.ts";
import { artists } from "./index.ts";

const FIGURES = `
currency = USD
// Platform revenue a month
targets revenue_gross/month#1 low = 1000
targets revenue_gross/month#3 low = 5000
targets revenue_gross/month#6 low = 10000
stages 1 targets revenue_gross/month low = 1000
stages 2 targets revenue_gross/month low = 5000
stages 3 targets revenue_gross/month low = 10000
stages 4 targets revenue_gross/month low = 50000
stages 1 gates revenue value = 1000
stages 2 gates revenue value = 5000
stages 3 gates revenue value = 10000
// Fees
terms platform-fee rateBp = 2500
terms platform-fee lowBp = 1500
terms platform-fee highBp = 6500
// Referrals, for life: no months
terms referral rateBp = 500
terms referral base = platform_fee
terms referral-1 from = 1
terms referral-1 amount = USD 50
terms referral-5 from = 5
terms referral-5 amount = USD 300
terms referral-10 from = 10
terms referral-10 amount = USD 750
terms referral-25 from = 25
terms referral-25 amount = USD 2000
terms referral-25 conditions = {premium_features:true}
// Influencers and ambassadors
terms influencer rateBp = 2000
terms influencer base = referred_revenue
terms influencer conditions followers_from = 10000
terms influencer conditions followers_to = 100000
terms ambassador from = 5000
terms ambassador conditions = {posts_per_month:2,early_access:true}
// Pool
terms pool rateBp = 1000
terms pool amount = USD 2500
terms pool conditions members = 15
terms pool conditions share = equal
terms pool conditions least_per_month = USD 100
terms pool conditions cross_promotion = required
terms pool conditions exclusive_content = monthly
terms remix rateBp = 2500
terms remix base = prize_pool
terms mentor rateBp = 2000
terms mentor base = session
budgets pool:indie-rock-collective/month amount = USD 2500
// Achievements
achievements first-dollar credit = USD 10
achievements hundred-dollar-month value = 100
achievements hundred-dollar-month credit = USD 25
achievements thousand-dollar-month value = 1000
achievements thousand-dollar-month credit = USD 100
// Stories and what they should do
stories first-100 value = 100
stories month-500 value = 500
stories month-1000 value = 1000
stories month-5000 value = 5000
stories streams-10k value = 10000
stories drop metric = drops
targets signups_change@stories low = 0.35
targets upgrades_change@stories low = 0.25
targets reach_multiple@stories low = 3.2
// Ads
terms ads rateBp = 2000
terms ads conditions = {roas:3,cac_most:USD 50,ltv_least:USD 500,payback_months:3,scale_after_days:30}
targets roas@ads low = 3
targets cac@ads low = 50
targets ltv@ads low = 500
targets payback_months@ads low = 3
// Milestones
campaigns milestone-1000 trigger value = 1000
campaigns milestone-1000 budget = USD 500
campaigns milestone-5000 trigger value = 5000
campaigns milestone-5000 budget = USD 2000
campaigns milestone-10000 trigger value = 10000
campaigns milestone-10000 budget = USD 5000
// Targets
targets signups/month low = 500
targets organic_share low = 0.6
targets signup_conversion low = 0.3
targets viral_coefficient low = 1.5
targets mrr_growth/month low = 0.2
targets arpu/month low = 150
targets ltv low = 1500
targets fee_rate low = 0.25
targets dau_share low = 0.4
targets adoption low = 0.7
targets participation low = 0.5
targets stories/month low = 10
// Posting
platforms youtube posts count = 1
platforms youtube posts per = day
platforms instagram posts count = 1
platforms instagram posts per = day
platforms tiktok posts count = 3
platforms tiktok posts per = day
`;

test("every figure of the artists' platform is in the data", () => {
  expect(wrongFigures(artists, FIGURES)).toEqual([]);
});

test("four checklists of four; the referral has no end", () => {
  expect(artists.stages.map((s) => Object.keys(s.checklist.items).length)).toEqual([4, 4, 4, 4]);
  expect(artists.terms.find((t) => t.slug === "referral")?.months).toBeUndefined();
});

test("campaigns' budgets and caps are the same", () => {
  for (const campaign of artists.campaigns.filter((c) => c.kind === "milestone")) {
    const cap = artists.budgets.find((b) => b.scope === `campaign:${campaign.slug}`);
    expect(cap && "amount" in cap && cap.amount).toBe(campaign.budget);
  }
});
