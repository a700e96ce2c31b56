// A channel as people see it: what is heard, what comes, how it did, and what staff may do.
import { type Act, mayActAs } from "../act.ts";
import type { Block, Button, Field, View } from "../view/index.ts";
import { view } from "../view/index.ts";
import type { Channel } from "./channel.ts";
import { shapeOf } from "./control.ts";
import { destinationsOf } from "./destination.ts";
import { anyHost, type Now, nowOn } from "./now.ts";
import { type Uptime, uptimeOf } from "./watch/uptime.ts";
import {
  agoWords,
  clockWords,
  decidedWords,
  listen,
  percentWords,
  staffButton,
  stateWords,
  trackWords,
} from "./words.ts";

const MONTH = 30 * 86_400_000;

export const trackData = (item: NonNullable<Now["item"]>) => ({
  id: item.id,
  asset: item.asset,
  title: item.title,
  artist: item.artist,
  seconds: item.seconds,
  source: item.source,
  state: item.state,
  decided_by: item.decidedBy,
  heard_at: item.heardAt?.toISOString() ?? null,
});

/** In one sentence. */
export function nowWords(act: Act, { name }: Pick<Channel, "name">, now: Now): string {
  if (now.item) return act.say("{name}: {track}.", { name, track: trackWords(now.item) });
  return act.say("{name} is {state}.", { name, state: stateWords(act, now.state) });
}

/** What is wrong, when something is, and what to do. */
export async function troubleOf(act: Act, channel: Channel, now: Now): Promise<Block[]> {
  const warn = (text: string): Block[] => [{ kind: "text", text, tone: "warn" }];
  if (now.state === "unkept") {
    const age = now.age === undefined ? act.say("never") : agoWords(act, now.age);
    return (await anyHost(act))
      ? warn(
          act.say("No keeper has reported of it (last: {age}). /server list shows who works; a restart may help.", {
            age,
          }),
        )
      : warn(
          act.say("No worker lives that could play it (last report: {age}). Start one: npm start, or npm run worker.", {
            age,
          }),
        );
  }
  if (now.state === "failed")
    return warn(act.say("It failed: {why}. It is tried again by itself.", { why: channel.statusNote || "?" }));
  if (channel.emergencyAt)
    return warn(
      act.say("Emergency content plays since {time}. /emergency off ends it.", {
        time: clockWords(act, channel.emergencyAt),
      }),
    );
  return [];
}

export async function showChannel(act: Act, channel: Channel): Promise<{ view: View; data: Record<string, unknown> }> {
  const now = await nowOn(act, channel);
  const from = new Date(act.now.getTime() - MONTH);
  const [up] = await uptimeOf(act, { from, to: act.now, channel: channel.id });
  const staff = mayActAs(act.role, "staff");
  const destinations = staff ? await destinationsOf(act, channel.id) : [];
  const cover: Block[] = now.cover
    ? [
        {
          kind: "picture",
          url: `/api/v1/assets/${now.cover.asset}`,
          alt: now.item!.title,
          type: now.cover.type,
          asset: now.cover.asset,
        },
      ]
    : [];
  const { brand } = channel;
  const blocks: Block[] = [
    ...(await troubleOf(act, channel, now)),
    ...cover,
    ...(brand.tagline ? [{ kind: "text" as const, text: brand.tagline, tone: "soft" as const }] : []),
    { kind: "fields", fields: fieldsOf(act, channel, now, up) },
    ...(destinations.length > 0
      ? [
          {
            kind: "list" as const,
            items: destinations.map((d) => ({
              text: `${d.name} · ${d.host}`,
              note: [d.state, d.note].filter(Boolean).join(": "),
            })),
          },
        ]
      : []),
    listen(act, channel),
    ...(staff ? [{ kind: "buttons" as const, buttons: buttonsOf(act, channel, now) }] : []),
  ];
  const item = { ...channelData(channel), state: now.state, audience: channel.audience, brand };
  const data = {
    ...item,
    note: channel.statusNote,
    reported_at: channel.statusAt?.toISOString() ?? null,
    now: now.item ? trackData(now.item) : null,
    next: now.next.slice(0, 3).map(trackData),
    uptime: up?.ratio ?? null,
    silent_seconds: up?.silentSeconds ?? 0,
    listen: `/live/${channel.slug}/index.m3u8`,
    ...(staff ? { destinations, settings: await shapeOf(act, channel.id), host: now.host ?? null } : {}),
  };
  return { view: view(nowWords(act, channel, now), ...blocks), data: { item: data } };
}

function fieldsOf(act: Act, channel: Channel, now: Now, up: Uptime | undefined): Field[] {
  const [first] = now.next;
  const at = first && now.startsAt.get(first.id);
  const { brand } = channel;
  return [
    { label: act.say("State"), value: stateWords(act, now.state) },
    ...(now.item ? [{ label: act.say("Now"), value: `${trackWords(now.item)} (${decidedWords(act, now.item)})` }] : []),
    ...(first && now.item
      ? [{ label: act.say("Next"), value: [trackWords(first), at && clockWords(act, at)].filter(Boolean).join(", ") }]
      : []),
    ...(channel.wanted === "on" ? [{ label: act.say("On since"), value: clockWords(act, channel.wantedAt!) }] : []),
    ...(up?.ratio == null ? [] : [{ label: act.say("Heard, of 30 days"), value: percentWords(act, up.ratio) }]),
    ...(now.age === undefined || channel.wanted === "off"
      ? []
      : [{ label: act.say("Reported"), value: [agoWords(act, now.age), now.host].filter(Boolean).join(", ") }]),
    { label: act.say("Genre"), value: channel.genre },
    ...(channel.stage === null ? [] : [{ label: act.say("Opens in stage"), value: `${channel.stage}` }]),
    ...(channel.audience === "" ? [] : [{ label: act.say("Audience"), value: channel.audience }]),
    ...(brand.style ? [{ label: act.say("Look"), value: brand.style }] : []),
    ...(brand.words?.length ? [{ label: act.say("In words"), value: brand.words.join(", ") }] : []),
  ];
}

export function buttonsOf(act: Act, { slug, wanted }: Channel, now: Now): Button[] {
  const channel = { channel: slug };
  if (wanted === "off")
    return [
      staffButton(act.say("Start"), "channel start", channel, { style: "primary" }),
      staffButton(act.say("Queue"), "queue show", channel),
    ];
  return [
    ...(now.item ? [staffButton(act.say("Skip"), "queue skip", { ...channel, entry: now.item.id })] : []),
    staffButton(act.say("Queue"), "queue show", channel),
    staffButton(act.say("Restart"), "channel restart", channel),
    staffButton(act.say("Stop"), "channel stop", channel, { style: "danger" }),
  ];
}

export const channelData = ({ id, slug, name, genre, status, stage, hue, wanted }: Channel) => ({
  id,
  slug,
  name,
  genre,
  status,
  wanted,
  stage,
  hue,
});
