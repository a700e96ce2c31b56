// What our app hears of messages: where it is, what it subscribed to, what it was allowed.
import type { Json } from "./schema.ts";
import { BOT, messageOf, type Shown, type World } from "./world.ts";

const TYPES = { public: "channel", private: "group", im: "im", mpim: "mpim" } as const;
const EVENTS = { public: "channels", private: "groups", im: "im", mpim: "mpim" } as const;

export function hears(world: World, channel: string): boolean {
  const place = world.channels.get(channel);
  if (!place?.members.has(BOT.user)) return false;
  const kind = EVENTS[place.kind];
  return world.events.has(`message.${kind}`) && world.scopes.has(`${kind}:history`);
}

export function mentionsUs(world: World, { text, channel }: Shown): boolean {
  const place = world.channels.get(channel);
  const may = world.events.has("app_mention") && world.scopes.has("app_mentions:read");
  return may && place?.kind !== "im" && place?.members.has(BOT.user) === true && text.includes(`<@${BOT.user}>`);
}

/** A message as its event tells it. */
export const toldOf = (world: World, message: Shown): Json => ({
  ...messageOf(message),
  channel: message.channel,
  channel_type: TYPES[world.channels.get(message.channel)!.kind],
  event_ts: message.ts,
});

/** What our app said, changed or deleted, as the event of it. */
export function echoOf(world: World, { what, message, before }: World["done"][number]): Json {
  const told = toldOf(world, message);
  if (what === "said") return told;
  const { channel, channel_type } = told;
  const about = { type: "message", channel, channel_type, hidden: true, ts: world.nextTs(), event_ts: world.nextTs() };
  if (what === "deleted")
    return { ...about, subtype: "message_deleted", deleted_ts: message.ts, previous_message: messageOf(message) };
  return { ...about, subtype: "message_changed", message: messageOf(message), previous_message: before };
}
