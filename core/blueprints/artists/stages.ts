// Ten times the revenue in six months, then a growth engine that carries itself.
import type { StageData } from "../blueprint.ts";

const month = "month";

export const stages: readonly StageData[] = [
  {
    number: 1,
    name: "Foundation",
    goal: "USD 1,000 platform revenue a month",
    unit: "month",
    starts: 1,
    ends: 1,
    features: ["Referrals with a share", "Success stories", "Content marketing", "Ad campaigns"],
    plans: [],
    targets: [{ metric: "revenue_gross", period: month, low: "1000" }],
    gates: [
      {
        slug: "revenue",
        text: "USD 1,000 platform revenue in a month",
        metric: "revenue_gross",
        operator: ">=",
        value: "1000",
        days: 30,
      },
    ],
    checklist: {
      due: "during",
      items: {
        referrals: "Start the referral program with its share of revenue",
        stories: "Launch success stories",
        content: "Begin automated content marketing",
        ads: "Set up ad campaigns by performance",
      },
    },
    choices: [],
  },
  {
    number: 2,
    name: "Acceleration",
    goal: "USD 5,000 platform revenue a month",
    unit: "month",
    starts: 2,
    ends: 3,
    features: ["Influencers", "Revenue pools", "Achievements", "Ads that scale"],
    plans: [],
    targets: [{ metric: "revenue_gross", period: month, low: "5000" }],
    gates: [
      {
        slug: "revenue",
        text: "USD 5,000 platform revenue in a month",
        metric: "revenue_gross",
        operator: ">=",
        value: "5000",
        days: 30,
      },
    ],
    checklist: {
      due: "during",
      items: {
        influencers: "Activate the influencer program",
        pools: "Launch revenue pools",
        achievements: "Put achievements to work",
        "scale-ads": "Scale the ad campaigns that pay",
      },
    },
    choices: [],
  },
  {
    number: 3,
    name: "Viral growth",
    goal: "USD 10,000 or more platform revenue a month",
    unit: "month",
    starts: 4,
    ends: 6,
    features: ["Platform integrations", "Press", "Network effects", "Growth by the community"],
    plans: [],
    targets: [{ metric: "revenue_gross", period: month, low: "10000" }],
    gates: [
      {
        slug: "revenue",
        text: "USD 10,000 platform revenue in a month",
        metric: "revenue_gross",
        operator: ">=",
        value: "10000",
        days: 30,
      },
    ],
    checklist: {
      due: "during",
      items: {
        integrations: "Integrate platforms and win partners",
        press: "Run press campaigns in mainstream media",
        network: "Use advanced network effects",
        community: "Build growth features that the community drives",
      },
    },
    choices: [],
  },
  {
    number: 4,
    name: "Scale",
    goal: "USD 50,000 or more platform revenue a month",
    unit: "month",
    starts: 7,
    features: ["International expansion", "Features for labels", "White label", "Acquisitions"],
    plans: [],
    targets: [{ metric: "revenue_gross", period: month, low: "50000" }],
    gates: [],
    checklist: {
      due: "during",
      items: {
        international: "Expand internationally",
        labels: "Build enterprise features for labels",
        "white-label": "License the platform as a white label",
        acquire: "Acquire competing platforms",
      },
    },
    choices: [],
  },
];
