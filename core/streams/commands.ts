import type { Act } from "../act.ts";
import { command, pick, text } from "../command/index.ts";
import { type Block, view } from "../view/index.ts";
import { type Channel, channels, listChannels } from "./channel.ts";

const statusWords = (act: Act, status: Channel["status"]): string =>
  ({
    off: act.say("off"),
    starting: act.say("starting"),
    on: act.say("on air"),
    stopping: act.say("stopping"),
    failed: act.say("failed"),
  })[status];

const itemOf = ({ id, slug, name, genre, status, stage, hue }: Channel) => ({
  id,
  slug,
  name,
  genre,
  status,
  stage,
  hue,
});

export const channelList = command({
  name: "channel list",
  says: "The channels: what they are, and which are on air",
  role: "member",
  reads: true,
  options: {
    genre: text("Only this genre", { max: 60 }).optional(),
    after: text("Only those after this channel, by its id", { max: 36 }).optional(),
  },
  examples: ["channel list"],
  async run({ act, options }) {
    const { items, next } = await listChannels(act, options);
    const onAir = items.filter((c) => c.status === "on").length;
    const data = { items: items.map(itemOf), ...(next ? { next } : {}) };
    if (items.length === 0) return { view: none(act), data };
    const rows = items.map((c) => [c.name, statusWords(act, c.status), c.stage === null ? "" : `${c.stage}`, c.slug]);
    const columns = [
      { label: act.say("Channel") },
      { label: act.say("Now") },
      { label: act.say("Stage"), align: "right" as const },
      { label: act.say("Slug") },
    ];
    const words = act.say("{count, plural, one {# channel} other {# channels}}, {onAir} on air.", {
      count: items.length,
      onAir,
    });
    const choices = items.slice(0, 25).map((c) => ({
      value: c.slug,
      label: c.name,
      press: { command: "channel show", options: { channel: c.slug }, uses: "many" as const },
    }));
    const menu: Block = { kind: "select", label: act.say("Show a channel"), choices };
    return { view: view(words, { kind: "table", columns, rows }, menu), data };
  },
});

/** An empty list teaches the next step. */
function none(act: Act) {
  const words = act.say("There is no channel yet. An owner starts with seven: /setup blueprint:streams");
  if (act.role !== "owner") return view(words);
  const press = { command: "setup", options: { blueprint: "streams" } };
  return view(words, { kind: "buttons", buttons: [{ label: act.say("Set up seven"), style: "primary", press }] });
}

export const channelShow = command({
  name: "channel show",
  says: "One channel: its genre, audience, look and state",
  role: "member",
  reads: true,
  options: { channel: pick(channels, "Which channel") },
  examples: ["channel show city-pop-anime"],
  run({ act, options: { channel } }) {
    const { brand } = channel;
    const fields = [
      { label: act.say("Genre"), value: channel.genre },
      { label: act.say("State"), value: statusWords(act, channel.status) },
      ...(channel.stage === null ? [] : [{ label: act.say("Opens in stage"), value: `${channel.stage}` }]),
      ...(channel.audience === "" ? [] : [{ label: act.say("Audience"), value: channel.audience }]),
      ...(brand.style ? [{ label: act.say("Look"), value: brand.style }] : []),
      ...(brand.words?.length ? [{ label: act.say("In words"), value: brand.words.join(", ") }] : []),
    ];
    const words = act.say("{name} is {state}.", { name: channel.name, state: statusWords(act, channel.status) });
    return {
      view: view(
        words,
        ...(brand.tagline ? [{ kind: "text" as const, text: brand.tagline, tone: "soft" as const }] : []),
        { kind: "fields", fields },
      ),
      data: { item: { ...itemOf(channel), audience: channel.audience, brand } },
    };
  },
});

export const streamCommands = [channelList, channelShow];
