// Channels made, started, stopped and set. What is wanted is written down; their keeper does it.
import type { Act } from "../act.ts";
import { choice, colour, command, decimal, pick, text, whole, yesNo } from "../command/index.ts";
import { refuse } from "../problem.ts";
import { type View, view } from "../view/index.ts";
import { type Channel, channels } from "./channel.ts";
import {
  bindPlace,
  createChannel,
  restartChannel,
  setChannel,
  shapeOf,
  startChannel,
  stopChannel,
  unbindPlace,
} from "./control.ts";
import { anyHost, nowOn } from "./now.ts";
import { stockOf } from "./schedule/pool.ts";
import { buttonsOf, channelData } from "./show.ts";
import { listen, staffButton } from "./words.ts";

const slugOf = (name: string) =>
  name
    .normalize("NFKD")
    .toLowerCase()
    .replace(/\p{M}+/gu, "")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 60)
    .replace(/-+$/, "");
const SLUG = /^[a-z0-9]+(-[a-z0-9]+)*$/;
/** The accent of the house, until the channel has its own. */
const HUE = "#3d82d8";

export const channelCreate = command({
  name: "channel create",
  says: "Make a channel of your own",
  role: "staff",
  options: {
    name: text("What it is called", { max: 60 }),
    genre: text("Its genre, such as noir-jazz", { max: 60 }).optional(),
    slug: text("Its short name in addresses", { max: 60 }).optional(),
    colour: colour("Its colour").optional(),
  },
  examples: ['channel create "Late Piano" genre:noir-jazz'],
  async run({ act, options: { name, genre, slug = slugOf(name), colour: hue = HUE } }) {
    if (!SLUG.test(slug))
      throw refuse(
        "options",
        "Give it a slug of a-z, 0-9 and dashes, such as late-piano.",
        {},
        {
          errors: [{ option: "slug", text: "Give it a slug of a-z, 0-9 and dashes, such as late-piano." }],
        },
      );
    await createChannel(act, { name, slug, genre: genre ?? slug, hue });
    const channel = (await channels.find(act, slug))!;
    return {
      view: view(act.say("{name} is made. Approved songs of its genre join it by themselves.", { name }), {
        kind: "buttons",
        buttons: [staffButton(act.say("Start"), "channel start", { channel: slug }, { style: "primary" })],
      }),
      data: { item: channelData(channel) },
    };
  },
});

/** The answer of start, stop and restart: the channel as it is a moment later, with what can be done now. */
async function changed(act: Act, words: string, before: Channel, more: View["blocks"] = []) {
  const channel = (await channels.find(act, before.id))!;
  const now = await nowOn(act, channel);
  const buttons = { kind: "buttons" as const, buttons: buttonsOf(act, channel, now) };
  return {
    view: view(words, ...more, ...(channel.wanted === "on" ? [listen(act, channel)] : []), buttons),
    data: { item: { ...channelData(channel), state: now.state } },
  };
}

/** Starting needs somebody who does it. */
async function nobody(act: Act): Promise<View["blocks"]> {
  if (await anyHost(act)) return [];
  const text = act.say("No worker lives that could play it. Start one: npm start, or npm run worker.");
  return [{ kind: "text", tone: "warn", text }];
}

/** A channel without songs plays what else the library has, or calm emergency content: say how to change that. */
async function noSongs(act: Act, channel: Channel): Promise<View["blocks"]> {
  const { songs, drafts } = await stockOf(act, channel);
  if (songs > 0) return [];
  const text =
    drafts > 0
      ? act.say(
          "It has no approved song yet, and {count, plural, one {# draft waits} other {# drafts wait}} for you: /review list. Until then it plays what else there is.",
          { count: drafts },
        )
      : act.say("It has no song yet: /generate song makes some. Until then it plays what else there is.");
  const button =
    drafts > 0
      ? staffButton(act.say("Review the drafts"), "review list", {}, { style: "primary" })
      : staffButton(
          act.say("Make three songs"),
          "generate song",
          { channel: channel.slug, count: 3 },
          { style: "primary" },
        );
  return [
    { kind: "text", tone: "warn", text },
    { kind: "buttons", buttons: [button] },
  ];
}

export const channelStart = command({
  name: "channel start",
  says: "Put a channel on the air",
  role: "staff",
  effects: ["publish"],
  options: { channel: pick(channels, "Which channel") },
  examples: ["channel start city-pop-anime"],
  async run({ act, options: { channel } }) {
    const news = await startChannel(act, channel);
    const told = await bindPlace(act, channel.id, { only: true });
    const words = news
      ? act.say("{name} is being put on the air.", { name: channel.name })
      : act.say("{name} is wanted on the air already.", { name: channel.name });
    const soft = told
      ? [
          {
            kind: "text" as const,
            tone: "soft" as const,
            text: act.say("What it plays and its votes are told here from now on."),
          },
        ]
      : [];
    return changed(act, words, channel, [...(await nobody(act)), ...(await noSongs(act, channel)), ...soft]);
  },
});

export const channelStop = command({
  name: "channel stop",
  says: "Take a channel off the air",
  role: "staff",
  effects: ["publish"],
  options: { channel: pick(channels, "Which channel") },
  examples: ["channel stop city-pop-anime"],
  async run({ act, options: { channel } }) {
    const words = (await stopChannel(act, channel))
      ? act.say("{name} is being taken off the air.", { name: channel.name })
      : act.say("{name} is off the air already.", { name: channel.name });
    return changed(act, words, channel);
  },
});

export const channelRestart = command({
  name: "channel restart",
  says: "Start a channel's engine anew",
  role: "staff",
  effects: ["publish"],
  options: { channel: pick(channels, "Which channel") },
  examples: ["channel restart city-pop-anime"],
  async run({ act, options: { channel } }) {
    if (!(await restartChannel(act, channel)))
      throw refuse("rule", "{name} is off the air. Start it: /channel start {slug}", channelWords(channel));
    return changed(act, act.say("{name} is being started anew.", { name: channel.name }), channel, await nobody(act));
  },
});

export const channelWords = ({ name, slug }: Channel) => ({ name, slug });

export const channelSet = command({
  name: "channel set",
  says: "How a channel plays: crossfade, repeats, votes, picture, engine, where it is told",
  role: "staff",
  options: {
    channel: pick(channels, "Which channel"),
    crossfade: decimal("Seconds in which one track fades into the next", { min: 0, max: 15 }).optional(),
    beat_match: yesNo("Mix on the beat where both tracks have one").optional(),
    track_gap: whole("The same track not again within so many minutes", { min: 0, max: 10_080 }).optional(),
    artist_gap: whole("The same artist or title not again within so many minutes", { min: 0, max: 10_080 }).optional(),
    votes: yesNo("Let people vote what is next, track by track").optional(),
    candidates: whole("Among how many tracks they choose", { min: 3, max: 5 }).optional(),
    quorum: whole("Below so many voters the rotation decides", { min: 1, max: 1000 }).optional(),
    hidden: yesNo("Hide the tally until the vote closes").optional(),
    visual: choice("The picture of the stream", ["none", "loop", "card"]).optional(),
    engine: choice("What plays it", ["mixer", "liquidsoap", "obs", "azuracast"]).optional(),
    here: yesNo("Tell of it in this chat").optional(),
  },
  examples: ["channel set noir-jazz crossfade:6 votes:yes", "channel set noir-jazz here:yes"],
  async run({ act, options: { channel, crossfade, here, votes, candidates, quorum, hidden, ...o } }) {
    await setChannel(act, channel.id, {
      crossfadeMs: crossfade === undefined ? undefined : Math.round(Number(crossfade) * 1000),
      beatMatch: o.beat_match,
      trackGap: o.track_gap,
      artistGap: o.artist_gap,
      visual: o.visual,
      engine: o.engine,
      votes: dropped({ on: votes, candidates, quorum, hidden }),
    });
    if (here !== undefined) await tellHere(act, channel, here);
    const s = await shapeOf(act, channel.id);
    const yes = (on: boolean) => (on ? act.say("yes") : act.say("no"));
    const fields = [
      { label: act.say("Crossfade"), value: `${s.crossfadeMs / 1000} s` },
      { label: act.say("On the beat"), value: yes(s.beatMatch) },
      { label: act.say("Same track after"), value: act.say("{minutes} min", { minutes: s.trackGap }) },
      { label: act.say("Same artist after"), value: act.say("{minutes} min", { minutes: s.artistGap }) },
      { label: act.say("Votes"), value: s.votes.on ? `${s.votes.candidates}, ≥ ${s.votes.quorum}` : yes(false) },
      { label: act.say("Picture"), value: s.visual },
      { label: act.say("Engine"), value: s.engine },
    ];
    return {
      view: view(act.say("{name} plays like this:", { name: channel.name }), { kind: "fields", fields }),
      data: { item: { ...channelData(channel), settings: s } },
    };
  },
});

const dropped = <T extends Record<string, unknown>>(given: T) =>
  Object.fromEntries(Object.entries(given).filter(([, v]) => v !== undefined)) as {
    [K in keyof T]?: NonNullable<T[K]>;
  };

async function tellHere(act: Act, channel: Channel, here: boolean): Promise<void> {
  const { surface, tenant, external } = act.place;
  const done = here ? await bindPlace(act, channel.id) : await unbindPlace(act, channel.id);
  if (done)
    act.changed({ what: "channel", id: channel.id, to: { place: here ? { surface, tenant, external } : null } });
  else if (here && !["discord", "slack", "telegram"].includes(surface))
    throw refuse("rule", "Run this in the chat where it should be told of: on Discord, Slack or Telegram.");
}

export const controlCommands = [channelCreate, channelStart, channelStop, channelRestart, channelSet];
