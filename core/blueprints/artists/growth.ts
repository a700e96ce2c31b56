// Achievements, stories, campaigns, and where and how often is posted.
import type { AchievementData, CampaignData, DealData, PlatformData, StoryData } from "../blueprint.ts";

export const achievements: readonly AchievementData[] = [
  {
    slug: "first-dollar",
    name: "First dollar",
    metric: "revenue_gross",
    value: "1",
    period: "once",
    credit: "USD 10",
    badge: "Earning artist",
    unlocks: "Advanced analytics",
  },
  {
    slug: "hundred-dollar-month",
    name: "$100 month",
    metric: "revenue_gross",
    value: "100",
    period: "month",
    credit: "USD 25",
    badge: "Rising star",
    unlocks: "Priority support",
  },
  {
    slug: "thousand-dollar-month",
    name: "$1,000 month",
    metric: "revenue_gross",
    value: "1000",
    period: "month",
    credit: "USD 100",
    badge: "Platform champion",
    unlocks: "Exclusive features",
  },
];

export const stories: readonly StoryData[] = [
  { slug: "first-100", text: "First $100 earned", metric: "revenue_gross", value: "100", period: "once" },
  { slug: "month-500", text: "$500 in a month", metric: "revenue_gross", value: "500", period: "month" },
  { slug: "month-1000", text: "$1,000 in a month", metric: "revenue_gross", value: "1000", period: "month" },
  { slug: "month-5000", text: "$5,000 in a month", metric: "revenue_gross", value: "5000", period: "month" },
  { slug: "streams-10k", text: "A song with 10,000 streams", metric: "streams_played", value: "10000", period: "once" },
  { slug: "drop", text: "A successful drop", metric: "drops", value: "1", period: "once" },
];

export const campaigns: readonly CampaignData[] = [
  {
    slug: "milestone-1000",
    name: "Case studies",
    kind: "milestone",
    trigger: { metric: "revenue_gross", value: "1000", period: "month" },
    budget: "USD 500",
    channels: ["social media", "music blogs", "YouTube"],
    message: "The platform makes real income",
  },
  {
    slug: "milestone-5000",
    name: "Press",
    kind: "milestone",
    trigger: { metric: "revenue_gross", value: "5000", period: "month" },
    budget: "USD 2000",
    channels: ["TechCrunch", "Billboard", "Music Week"],
    message: "An independent platform changes the industry",
  },
  {
    slug: "milestone-10000",
    name: "Thought leadership",
    kind: "milestone",
    trigger: { metric: "revenue_gross", value: "10000", period: "month" },
    budget: "USD 5000",
    channels: ["conferences", "podcasts", "industry panels"],
    message: "The founder as a music entrepreneur",
  },
  {
    slug: "facebook-ads",
    name: "Facebook ads",
    kind: "ads",
    channels: ["facebook"],
    message: "For independent musicians, optimised for lifetime value",
  },
  {
    slug: "google-ads",
    name: "Google ads",
    kind: "ads",
    channels: ["google"],
    message: "Music distribution, artist revenue, independent music",
  },
  {
    slug: "spotify-ads",
    name: "Spotify Ad Studio",
    kind: "ads",
    channels: ["spotify"],
    message: "Testimonials between indie tracks",
  },
];

export const platforms: readonly PlatformData[] = [
  {
    slug: "youtube",
    name: "YouTube",
    posts: { count: 1, per: "day", of: "success stories" },
    keywords: ["music distribution", "independent artist", "music revenue"],
  },
  {
    slug: "tiktok",
    name: "TikTok",
    posts: { count: 3, per: "day", of: "quick tips" },
    hooks: ["Made $X in Y days", "What independent artists do not tell"],
  },
  {
    slug: "instagram",
    name: "Instagram",
    posts: { count: 1, per: "day", of: "income with consent" },
    hashtags: ["#NotALabelSuccess"],
  },
];

export const deals: readonly DealData[] = [
  { slug: "spotify", kind: "integration", name: "Spotify for Artists", wants: ["Analytics that go deeper"] },
  {
    slug: "youtube-music",
    kind: "integration",
    name: "YouTube Music",
    wants: ["Automated distribution", "Cross promotion"],
  },
  { slug: "bandcamp", kind: "integration", name: "Bandcamp", wants: ["Merchandise in step", "Physical sales tracked"] },
  { slug: "music-blogs", kind: "integration", name: "Music blogs", wants: ["Press releases", "Backlinks"] },
];
