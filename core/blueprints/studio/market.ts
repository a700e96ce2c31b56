// What is sold, where it is published, and with whom.
import type { AffiliateData, CampaignData, DealData, PlatformData, ProductData } from "../blueprint.ts";

export const products: readonly ProductData[] = [
  { slug: "affiliate-secrets", name: "Affiliate Marketing Secrets", kind: "course", price: "USD 197", per: "once" },
  { slug: "viral-content", name: "Viral Content Creation", kind: "course", price: "USD 297", per: "once" },
  { slug: "social-empire", name: "Social Media Empire", kind: "course", price: "USD 397", per: "once" },
  { slug: "ai-automation", name: "AI Automation Mastery", kind: "course", price: "USD 497", per: "once" },
  { slug: "analytics", name: "Analytics Dashboard", kind: "tool", price: "USD 27", per: "month" },
  { slug: "affiliate-research", name: "Affiliate Research Tool", kind: "tool", price: "USD 47", per: "month" },
  { slug: "content-suite", name: "Content Creation Suite", kind: "tool", price: "USD 97", per: "month" },
  { slug: "coaching", name: "One-to-one coaching", kind: "coaching", price: "USD 5000", per: "session" },
  { slug: "done-for-you", name: "Done-for-you services", kind: "service", price: "USD 50000", per: "month" },
  // From this price on.
  { slug: "enterprise", name: "Enterprise solutions", kind: "enterprise", price: "USD 100000", per: "once" },
  { slug: "merchandise", name: "Branded merchandise", kind: "goods", per: "once" },
  { slug: "books", name: "Books and publications", kind: "book", per: "once" },
  { slug: "hardware", name: "Recommended hardware", kind: "goods", per: "once" },
];

/** Effort goes 70, 20 and 10 percent to the three tiers; the fourth is watched. */
export const platforms: readonly PlatformData[] = [
  { slug: "tiktok", name: "TikTok", tier: 1, forms: ["short"] },
  { slug: "youtube", name: "YouTube", tier: 1, forms: ["short", "long"] },
  { slug: "instagram", name: "Instagram", tier: 1, forms: ["short"] },
  { slug: "facebook", name: "Facebook", tier: 2, forms: ["long"] },
  { slug: "twitter", name: "Twitter", tier: 2 },
  { slug: "linkedin", name: "LinkedIn", tier: 2, forms: ["professional"] },
  { slug: "reddit", name: "Reddit", tier: 3, forms: ["community"] },
  { slug: "pinterest", name: "Pinterest", tier: 3 },
  { slug: "snapchat", name: "Snapchat", tier: 3 },
  { slug: "bereal", name: "BeReal", tier: 4 },
  { slug: "clubhouse", name: "Clubhouse", tier: 4 },
  { slug: "discord", name: "Discord", tier: 4, forms: ["community"] },
  { slug: "twitch", name: "Twitch", tier: 4 },
  { slug: "onlyfans", name: "OnlyFans", tier: 4 },
];

/** 1,000 videos × 50 clicks × 3.5% × USD 40 is USD 70,000 a day; the plan counts on USD 50,000. */
export const affiliate: AffiliateData = {
  networks: [
    "Amazon Associates",
    "ClickBank",
    "Commission Junction",
    "ShareASale",
    "Impact",
    "PartnerStack",
    "Own partnerships",
  ],
  products: 10_000,
  niches: 100,
  commissionBp: 2_500,
  conversionBp: 350,
  commission: "USD 40",
  clicksPerVideo: 50,
  videosPerDay: 1_000,
  formula: "USD 70000",
  target: "USD 50000",
};

export const campaigns: readonly CampaignData[] = [
  {
    slug: "viral",
    name: "Viral campaign",
    kind: "viral",
    channels: [],
    figures: { pieces: "1000", platforms: "15", languages: "25", days: "30", return_multiple: "5" },
  },
];

export const deals: readonly DealData[] = [
  {
    slug: "creators",
    kind: "acquisition",
    name: "Content creators",
    wants: [
      "TikTok creators with over 1,000,000 followers",
      "YouTube channels with over 100,000 subscribers",
      "Instagram influencers with over 500,000 followers",
    ],
    size: "USD 50000000",
    returnBp: 30_000,
  },
  {
    slug: "technology",
    kind: "acquisition",
    name: "Technology companies",
    wants: ["AI video generation", "Social media management", "Analytics platforms"],
    size: "USD 100000000",
    returnBp: 50_000,
  },
  {
    slug: "media",
    kind: "acquisition",
    name: "Media companies",
    wants: ["Digital marketing agencies", "Production studios", "Affiliate networks"],
    size: "USD 200000000",
    returnBp: 40_000,
  },
  {
    slug: "international",
    kind: "expansion",
    name: "International expansion",
    wants: ["50 countries", "25 languages", "100 local partnerships"],
    size: "USD 500000000",
    revenue: "USD 2000000000",
  },
  {
    slug: "partners",
    kind: "partnership",
    name: "Partnership network",
    wants: ["Major brands", "Celebrity endorsements", "Platform partnerships", "Technology integrations"],
  },
];
