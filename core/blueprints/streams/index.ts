// AI music streaming: from one channel at $18 a month to seven at $31,400.
import type { Blueprint } from "../blueprint.ts";
import { empty } from "../empty.ts";
import { monitors } from "../monitors.ts";
import { channels } from "./channels.ts";
import { risks } from "./risks.ts";
import { stages } from "./stages.ts";

export const streams: Blueprint = {
  ...empty,
  slug: "streams",
  name: "Music streams",
  text: "One to seven always-on music channels that the audience steers",
  channels,
  stages,
  risks,
  budgets: [
    { scope: "workspace", period: "month", stage: 1, amount: "USD 18" },
    { scope: "workspace", period: "month", stage: 2, amount: "USD 45" },
    { scope: "workspace", period: "month", stage: 3, amount: "USD 235" },
    { scope: "workspace", period: "month", stage: 4, amount: "USD 860" },
    // 3.60 and 10, then 20 more, then enterprise plans. Stage 3 names MiniMax alone.
    { scope: "providers", period: "month", stage: 1, amount: "USD 13.60" },
    { scope: "providers", period: "month", stage: 2, amount: "USD 33.60" },
    { scope: "providers", period: "month", stage: 4, amount: "USD 500" },
    { scope: "provider:suno", each: "channel", period: "month", amount: "USD 3.60" },
    { scope: "provider:suno", each: "channel", period: "day", count: 12, of: "song" },
    { scope: "provider:suno", each: "channel", period: "month", count: 360, of: "song" },
    { scope: "provider:minimax", period: "month", stage: 1, amount: "USD 10" },
    { scope: "provider:minimax", period: "month", stage: 3, amount: "USD 95" },
  ],
  rules: [
    ...monitors,
    {
      slug: "stage-loss",
      name: "The first stage's money is spent",
      metric: "profit",
      operator: "<=",
      threshold: "-54",
      seconds: 86_400,
      severity: "warning",
      advice: "Decide: stop here with USD 54 lost, or say why it goes on.",
    },
    {
      slug: "quiet-chat",
      name: "The chat is quiet",
      metric: "interactions_per_hour",
      operator: "<",
      threshold: "50",
      seconds: 86_400,
      severity: "notice",
      advice: "Open a ballot, or ask the channel a question.",
    },
  ],
  platforms: [
    { slug: "youtube", name: "YouTube", tier: 1 },
    { slug: "twitch", name: "Twitch", tier: 2 },
    { slug: "spotify", name: "Spotify", tier: 3 },
    { slug: "apple-music", name: "Apple Music", tier: 3 },
  ],
};
