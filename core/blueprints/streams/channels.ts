// Seven channels, each with a genre that the studio knows, an audience and a look of its own.
import type { ChannelData } from "../blueprint.ts";

export const channels: readonly ChannelData[] = [
  {
    slug: "city-pop-anime",
    name: "City Pop Anime",
    genre: "city-pop-anime",
    hue: "#e0569b",
    stage: 1,
    audience: "Study and work listeners, lo-fi and anime fans: long sessions, loyal",
    brand: {
      tagline: "Tokyo, 1984, eleven at night",
      style: "Anime skyline at dusk, pastel neon, soft grain",
      words: ["nostalgic", "bright", "city night"],
    },
  },
  {
    slug: "neon-synthwave",
    name: "Neon Synthwave",
    genre: "neon-synthwave",
    hue: "#8f5bea",
    stage: 2,
    audience: "Gamers and retro fans: very engaged, valued by sponsors",
    brand: {
      tagline: "Drive until the grid ends",
      style: "Grid horizon, chrome, magenta and cyan light",
      words: ["retro", "driving", "electric"],
    },
  },
  {
    slug: "cosmic-ambient",
    name: "Cosmic Ambient",
    genre: "cosmic-ambient",
    hue: "#3d82d8",
    stage: 3,
    audience: "People who meditate or want to sleep",
    brand: {
      tagline: "Breathe out. Keep drifting.",
      style: "Slow nebulae, deep blue, no hard edge",
      words: ["calm", "wide", "weightless"],
    },
  },
  {
    slug: "fitness-beats",
    name: "Fitness Beats",
    genre: "fitness-beats",
    hue: "#2f9a56",
    stage: 3,
    audience: "People who train and want to be pushed",
    brand: {
      tagline: "One more set",
      style: "Hard contrast, motion blur, bold figures",
      words: ["driving", "bright", "strong"],
    },
  },
  {
    slug: "noir-jazz",
    name: "Noir Jazz",
    genre: "noir-jazz",
    hue: "#7d8594",
    stage: 4,
    audience: "Grown-up listeners with a taste for the sophisticated",
    brand: {
      tagline: "Last table, low light",
      style: "Black and white, rain on glass, one warm lamp",
      words: ["smoky", "late", "elegant"],
    },
  },
  {
    slug: "desert-country",
    name: "Desert Country",
    genre: "desert-country",
    hue: "#b8772a",
    stage: 4,
    audience: "Country music fans",
    brand: {
      tagline: "Long road, open sky",
      style: "Dust, wide horizon, sun-bleached film",
      words: ["warm", "open", "honest"],
    },
  },
  {
    slug: "intimate-vibes",
    name: "Intimate Vibes",
    genre: "intimate-vibes",
    hue: "#cf4a4a",
    stage: 4,
    audience: "Couples and romantic evenings",
    brand: {
      tagline: "Stay a little longer",
      style: "Candlelight, close focus, deep red",
      words: ["tender", "slow", "close"],
    },
  },
];
