// Channels seen by everybody, and all commands of streams.
import type { Act } from "../act.ts";
import { command, pick, text } from "../command/index.ts";
import { type Block, view } from "../view/index.ts";
import { channels, listChannels } from "./channel.ts";
import { controlCommands } from "./commands-channel.ts";
import { destinationCommands } from "./commands-destination.ts";
import { stateOf } from "./now.ts";
import { queueCommands } from "./queue/commands-queue.ts";
import { emergencyCommands } from "./schedule/commands-emergency.ts";
import { rotationCommands } from "./schedule/commands-rotation.ts";
import { serverCommands } from "./servers/commands-server.ts";
import { channelData, showChannel } from "./show.ts";
import { reportCommands } from "./watch/commands-report.ts";
import { stateWords } from "./words.ts";

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
    const states = items.map((c) => stateOf(c, act.now));
    const onAir = states.filter((s) => s === "on").length;
    const data = {
      items: items.map((c, n) => ({ ...channelData(c), state: states[n]! })),
      ...(next ? { next } : {}),
    };
    if (items.length === 0) return { view: none(act), data };
    const rows = items.map((c, n) => [
      c.name,
      stateWords(act, states[n]!),
      c.stage === null ? "" : `${c.stage}`,
      c.slug,
    ]);
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
  says: "One channel: what it plays, how it is, its genre, audience and look",
  role: "member",
  reads: true,
  options: { channel: pick(channels, "Which channel") },
  examples: ["channel show city-pop-anime"],
  run: ({ act, options: { channel } }) => showChannel(act, channel),
});

export const streamCommands = [
  channelList,
  channelShow,
  ...controlCommands,
  ...queueCommands,
  ...emergencyCommands,
  ...rotationCommands,
  ...destinationCommands,
  ...reportCommands,
  ...serverCommands,
];
