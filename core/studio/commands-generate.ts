// Asking for something to be made. One command a medium; what runs behind them is the same.
import type { Act } from "../act.ts";
import { choice, command, pick, text, whole, yesNo } from "../command/index.ts";
import { runningView } from "../jobs/index.ts";
import { type Channel, channels } from "../streams/index.ts";
import { MOST_ITEMS, order } from "./batch.ts";
import { takeMood } from "./mood.ts";
import { filmWishes } from "./pipeline/order.ts";
import { type Plan, pipelines } from "./pipeline/plan.ts";
import { FILM_KIND, type Kind, type Wish } from "./provider.ts";
import { PROFILES, type Profile } from "./router.ts";
import { wishesFor } from "./wish.ts";

const LONGEST = 3600;

const options = () => ({
  channel: pick(channels, "Which channel it is for").optional(),
  count: whole("How many", { min: 1, max: MOST_ITEMS, default: 1 }),
  mood: text("In a few words, such as rainy night", { max: 100 }).optional(),
  prompt: text("What it should be, in your words", { max: 4000 }).optional(),
  seconds: whole("How long, in seconds", { min: 1, max: LONGEST }).optional(),
  provider: text("Only this provider", { max: 40 }).optional(),
  profile: choice("What matters most", PROFILES, { default: "balanced" }),
  genre: text("The genre, when no channel gives it", { max: 60 }).optional(),
});

type Given = {
  channel?: Channel | undefined;
  count: number;
  mood?: string | undefined;
  prompt?: string | undefined;
  seconds?: number | undefined;
  provider?: string | undefined;
  profile: Profile;
  genre?: string | undefined;
  kind: Kind;
  ratio?: Wish["ratio"] | undefined;
  language?: string | undefined;
  fresh?: boolean | undefined;
  pipeline?: Plan | undefined;
};

const MUSIC: ReadonlySet<Kind> = new Set<Kind>(["song", "loop"]);

async function generate(act: Act, given: Given) {
  const { channel, count, profile, kind } = given;
  // What listeners voted for, where whoever asks has no mood in mind.
  const free = MUSIC.has(kind) && given.mood === undefined && given.prompt === undefined;
  const voted = free ? await takeMood(act, channel?.id ?? null) : undefined;
  const asked = voted === undefined ? given : { ...given, mood: voted };
  const wishes = given.pipeline
    ? await filmWishes(act, asked, given.pipeline, count)
    : await wishesFor(act, { ...asked, pipeline: undefined }, count);
  const { batch, job } = await order(act, {
    kind,
    wishes,
    channel: channel?.id ?? null,
    profile,
    provider: given.provider?.toLowerCase(),
  });
  const what = act.say(`kinds:${kind}`, { count });
  const words = channel
    ? act.say("Making {what} for {channel}.", { what, channel: channel.name })
    : act.say("Making {what}.", { what });
  const told =
    voted === undefined ? words : `${words} ${act.say("In the mood that was voted for: {mood}.", { mood: voted })}`;
  return { view: runningView(act, told, job, count), data: { batch, job }, job };
}

const SOUNDS = ["song", "loop"] as const;
const MOVING = ["clip", "visualizer"] as const;
const PICTURES = ["cover", "thumbnail"] as const;
const WRITING = ["post", "script", "caption", "translation", "case_study", "press_release"] as const;
const RATIOS = ["16:9", "9:16", "1:1"] as const;

export const generateSong = command({
  name: "generate song",
  says: "Make songs or loops for a channel",
  role: "staff",
  effects: ["spend"],
  options: { ...options(), kind: choice("A song, or a loop without an end", SOUNDS, { default: "song" }) },
  examples: ["generate song channel:city-pop-anime", 'generate song channel:noir-jazz count:12 mood:"rainy night"'],
  run: ({ act, options }) => generate(act, options),
});

export const generateVideo = command({
  name: "generate video",
  says: "Make video clips or visualizers",
  role: "staff",
  effects: ["spend"],
  options: {
    ...options(),
    kind: choice("A clip, or a picture that moves to the music", MOVING, { default: "visualizer" }),
    ratio: choice("The shape of the picture", RATIOS, { default: "16:9" }),
    pipeline: pick(pipelines, "In steps, from a script to every shape, such as short").optional(),
    language: text("In which language, such as ja", { max: 20 }).optional(),
  },
  examples: [
    "generate video channel:neon-synthwave seconds:20",
    'generate video pipeline:short prompt:"Rain in Tokyo"',
  ],
  run: ({ act, options: { kind, ratio, ...options } }) =>
    options.pipeline ? generate(act, { ...options, kind: FILM_KIND }) : generate(act, { ...options, kind, ratio }),
});

export const generateImage = command({
  name: "generate image",
  says: "Make covers or thumbnails",
  role: "staff",
  effects: ["spend"],
  options: {
    ...options(),
    kind: choice("A cover, or a thumbnail", PICTURES, { default: "cover" }),
    ratio: choice("The shape of the picture", RATIOS, { default: "1:1" }),
  },
  examples: ["generate image channel:cosmic-ambient"],
  run: ({ act, options }) => generate(act, options),
});

export const generateText = command({
  name: "generate text",
  says: "Write posts, captions, scripts, translations and releases",
  role: "staff",
  effects: ["spend"],
  options: {
    ...options(),
    kind: choice("What to write", WRITING, { default: "post" }),
    language: text("In which language, such as ja", { max: 20 }).optional(),
    fresh: yesNo("New words, although the same were asked for before", { default: false }),
  },
  examples: ["generate text kind:caption channel:desert-country"],
  run: ({ act, options }) => generate(act, options),
});

export const generateVoice = command({
  name: "generate voice",
  says: "Speak a text",
  role: "staff",
  effects: ["spend"],
  options: { ...options(), language: text("In which language, such as ja", { max: 20 }).optional() },
  examples: ['generate voice prompt:"You are listening to Noir Jazz"'],
  run: ({ act, options }) => generate(act, { ...options, kind: "voice" }),
});

export const generateCommands = [generateSong, generateVideo, generateImage, generateText, generateVoice];
