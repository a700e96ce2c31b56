// A DJ's radio: live shows, bookings, subscriptions, and a platform for other DJs.
import type { Blueprint } from "../blueprint.ts";
import { empty } from "../empty.ts";
import { monitors } from "../monitors.ts";
import { stages } from "./stages.ts";
import { goals, now } from "./targets.ts";

export const radio: Blueprint = {
  ...empty,
  slug: "radio",
  name: "Radio",
  text: "Radio with live shows, tips, bookings and a white label for other DJs",
  currency: "GBP",
  zone: "Europe/London",
  locale: "en-GB",
  languages: [
    { code: "en" },
    { code: "es" },
    { code: "pt-BR" },
    { code: "fr" },
    { code: "de" },
    { code: "ja" },
    { code: "ko" },
  ],
  channels: [
    {
      slug: "hectic-radio",
      name: "Hectic Radio",
      genre: "fitness-beats",
      hue: "#e0652b",
      audience: "Listeners of Danny Hectic B's shows and mixes",
      brand: {
        tagline: "Live and hectic",
        style: "Studio light, vinyl, bold type",
        words: ["live", "energetic", "club"],
      },
    },
  ],
  stages,
  targets: [...now, ...goals],
  risks: [
    {
      slug: "scale",
      kind: "technical",
      level: "medium",
      text: "A live show draws more listeners than the servers carry",
      mitigation: "CDN, caching, and a load test before each big show",
      backup: "Audio only, at a lower rate",
      trigger: "10,000 listeners at once",
    },
    {
      slug: "dead-air",
      kind: "operational",
      level: "medium",
      text: "The studio goes silent in a live show",
      mitigation: "Emergency content for every channel",
      backup: "The autopilot takes over",
      trigger: "Five seconds of silence",
    },
  ],
  budgets: [
    { scope: "workspace", period: "month", stage: 1, amount: "USD 500" },
    { scope: "workspace", period: "month", stage: 6, amount: "USD 5000" },
    { scope: "workspace", period: "month", stage: 11, amount: "USD 20000" },
  ],
  terms: [
    {
      slug: "white-label",
      kind: "price",
      name: "White label, for each DJ",
      amount: "USD 99",
      high: "USD 499",
      period: "month",
      conditions: { revenue_share: true, agency_tier: true },
    },
    // Infrastructure: now, after scaling, at enterprise scale
    {
      slug: "infrastructure-now",
      kind: "spend",
      name: "Infrastructure now",
      amount: "USD 200",
      high: "USD 500",
      period: "month",
    },
    {
      slug: "infrastructure-scaled",
      kind: "spend",
      name: "Infrastructure after scaling",
      amount: "USD 2000",
      high: "USD 5000",
      period: "month",
    },
    {
      slug: "infrastructure-enterprise",
      kind: "spend",
      name: "Infrastructure at enterprise scale",
      amount: "USD 10000",
      high: "USD 20000",
      period: "month",
    },
  ],
  rules: [
    ...monitors,
    {
      slug: "api-slow",
      name: "The API is slower than promised",
      metric: "latency_p95",
      scope: "api",
      operator: ">",
      threshold: "0.1",
      seconds: 600,
      severity: "notice",
      advice: "Look at the slowest queries and the cache.",
    },
  ],
  products: [
    { slug: "white-label", name: "White label", kind: "plan", price: "USD 99", high: "USD 499", per: "month" },
    { slug: "drop", name: "Limited drop", kind: "collectible", per: "event" },
    { slug: "live-event", name: "Paid live event", kind: "ticket", per: "event" },
    { slug: "meet-and-greet", name: "Virtual meet and greet", kind: "ticket", per: "event" },
    { slug: "exclusive-session", name: "Exclusive live session", kind: "ticket", per: "event" },
    { slug: "dj-battle", name: "Ticketed DJ battle", kind: "ticket", per: "event" },
  ],
  platforms: [
    { slug: "youtube", name: "YouTube", forms: ["live"] },
    { slug: "twitch", name: "Twitch", forms: ["live"] },
    { slug: "alexa", name: "Alexa", forms: ["voice"] },
    { slug: "google-assistant", name: "Google Assistant", forms: ["voice"] },
  ],
  campaigns: [
    { slug: "welcome", name: "Welcome", kind: "journey", channels: ["email"] },
    { slug: "cart", name: "Abandoned cart", kind: "journey", channels: ["email", "push"] },
    { slug: "re-engagement", name: "Re-engagement", kind: "journey", channels: ["email", "push", "whatsapp"] },
    { slug: "win-back", name: "Win-back", kind: "journey", channels: ["email", "sms"] },
    { slug: "referral", name: "Referral", kind: "journey", channels: ["email", "chat"] },
    { slug: "birthday", name: "Birthday and anniversary", kind: "journey", channels: ["email"] },
    { slug: "behaviour", name: "By behaviour", kind: "journey", channels: ["email", "push", "chat"] },
  ],
  reviews: {
    weekly: ["dau", "viewers", "watch_hours", "latency_p95", "error_rate", "nps"],
    monthly: ["mau", "ltv", "churn_customers", "arpu", "costs", "return_multiple"],
  },
  capacity: { phases: 15, weeks: 26, developers: 3, devops: 1, designers: 1, dataScientists: 1, marketers: 1 },
};
