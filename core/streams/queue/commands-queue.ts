// The queue of a channel, and what is heard now.
import { rawOf } from "../../../db/connect.ts";
import { type Act, mayActAs } from "../../act.ts";
import { command, pick, text, yesNo } from "../../command/index.ts";
import { lengthWords } from "../../library/index.ts";
import { refuse } from "../../problem.ts";
import { type Block, view } from "../../view/index.ts";
import { type Channel, channels, listChannels } from "../channel.ts";
import { wake } from "../control.ts";
import { nowOn } from "../now.ts";
import { nowWords, trackData, troubleOf } from "../show.ts";
import { clockWords, decidedWords, listen, staffButton, stateWords, trackWords } from "../words.ts";
import { askSkip, enqueue, findItem, type QueueItem, queueOf, removeItem } from "./queue.ts";
import { songs } from "./songs.ts";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const MENU = 25;
const SHOWN = 20;

export const queueShow = command({
  name: "queue show",
  says: "What a channel plays now, and what comes",
  role: "member",
  reads: true,
  options: { channel: pick(channels, "Which channel") },
  examples: ["queue show noir-jazz"],
  async run({ act, options: { channel } }) {
    const now = await nowOn(act, channel);
    const line = [...(now.item ? [now.item] : []), ...now.next];
    const items = line.map((i) => ({ ...trackData(i), starts_at: now.startsAt.get(i.id)?.toISOString() ?? null }));
    const data = { items };
    const waiting = now.next.filter((i) => i.state === "waiting");
    const words =
      now.next.length === 0
        ? act.say("Nothing waits on {name}: the rotation chooses.", { name: channel.name })
        : act.say("{name}: {count, plural, one {# track comes} other {# tracks come}}.", {
            name: channel.name,
            count: now.next.length,
          });
    const rows = line
      .slice(0, SHOWN)
      .map((i) => [
        i.state === "on_air" ? act.say("now") : atWords(act, now.startsAt.get(i.id)),
        trackWords(i),
        i.seconds === null ? "" : lengthWords(i.seconds),
        decidedWords(act, i),
      ]);
    const columns = [
      { label: act.say("At") },
      { label: act.say("Track") },
      { label: act.say("Length"), align: "right" as const },
      { label: act.say("Why") },
    ];
    const table: Block[] = rows.length > 0 ? [{ kind: "table", columns, rows }] : [];
    const staff = mayActAs(act.role, "staff") ? staffBlocks(act, channel, now.item, waiting) : [];
    return { view: view(words, ...(await troubleOf(act, channel, now)), ...table, ...staff), data };
  },
});

const atWords = (act: Act, at: Date | undefined) => (at ? clockWords(act, at) : "");

function staffBlocks(act: Act, { slug: channel }: Channel, item: QueueItem | undefined, waiting: QueueItem[]): Block[] {
  const choices = waiting.slice(0, MENU).map((i) => ({
    value: i.id,
    label: trackWords(i).slice(0, 90),
    press: {
      command: "queue remove",
      options: { channel, entry: i.id },
      uses: "many" as const,
      audience: "staff" as const,
    },
  }));
  return [
    ...(choices.length > 0 ? [{ kind: "select" as const, label: act.say("Remove one"), choices }] : []),
    ...(item
      ? [
          {
            kind: "buttons" as const,
            buttons: [staffButton(act.say("Skip"), "queue skip", { channel, entry: item.id })],
          },
        ]
      : []),
  ];
}

export const queueAdd = command({
  name: "queue add",
  says: "Put a track of the library into a channel's queue",
  role: "staff",
  options: {
    channel: pick(channels, "Which channel"),
    asset: pick(songs, "Which track"),
    first: yesNo("Before all that waits", { default: false }),
  },
  examples: ["queue add noir-jazz 3fa20b1c", "queue add noir-jazz 3fa20b1c first:yes"],
  async run({ act, options: { channel, asset, first } }) {
    const added = await enqueue(act, {
      channel: channel.id,
      asset: asset.id,
      source: "operator",
      first,
      person: act.person.id,
      decidedBy: "operator",
      // The run itself: asked twice under one key, it is put in once.
      request: act.run,
    });
    act.changed({ what: "queue", id: added.item, to: { channel: channel.id, asset: asset.id, first } });
    const vars = { title: asset.title, name: channel.name, position: added.position };
    const words = added.startsAt
      ? act.say("{title} is number {position} on {name}, at about {time}.", {
          ...vars,
          time: clockWords(act, added.startsAt),
        })
      : act.say("{title} is number {position} on {name}.", vars);
    const options = { channel: channel.slug, entry: added.item };
    return {
      view: view(words, {
        kind: "buttons",
        buttons: [
          staffButton(act.say("Remove"), "queue remove", options),
          staffButton(act.say("Queue"), "queue show", { channel: channel.slug }),
        ],
      }),
      data: {
        item: {
          id: added.item,
          asset: asset.id,
          position: added.position,
          starts_at: added.startsAt?.toISOString() ?? null,
        },
      },
    };
  },
});

export const queueRemove = command({
  name: "queue remove",
  says: "Take a waiting track out of a channel's queue",
  role: "staff",
  options: {
    channel: pick(channels, "Which channel"),
    asset: pick(songs, "Which track").optional(),
    entry: text("Which place in the queue, by its id", { max: 36 }).optional(),
  },
  examples: ["queue remove noir-jazz 3fa20b1c"],
  async run({ act, options: { channel, asset, entry: item } }) {
    if (!asset && !item)
      throw refuse("options", "Say which track: /queue show {slug} lists them.", { slug: channel.slug });
    const line = await queueOf(act, channel.id);
    const wanted = line.find((i) => (item ? i.id === item : i.asset === asset!.id && i.state === "waiting"));
    const found = wanted ?? (item && UUID.test(item) ? await findItem(act, item) : undefined);
    if (!found || found.channel !== channel.id)
      throw refuse("missing", "That track is not in the queue of {name}.", { name: channel.name });
    const done = await removeItem(act, found.id, "removed by staff");
    if (done) act.changed({ what: "queue", id: found.id, from: { channel: channel.id, asset: found.asset } });
    const over = found.state === "on_air" || found.state === "handed";
    if (!done && over)
      throw refuse(
        "rule",
        "{title} is on its way to the listeners already. /queue skip {slug} cuts short what plays.",
        {
          title: found.title,
          slug: channel.slug,
        },
      );
    // Pressed twice: it is out, as was wanted.
    const words = act.say("{title} is out of the queue of {name}.", { title: found.title, name: channel.name });
    return { view: view(words), data: { item: { id: found.id, asset: found.asset } } };
  },
});

export const queueSkip = command({
  name: "queue skip",
  says: "Cut short what a channel plays",
  role: "staff",
  effects: ["publish"],
  options: {
    channel: pick(channels, "Which channel"),
    entry: text("Only if this still plays, by its id", { max: 36 }).optional(),
  },
  examples: ["queue skip noir-jazz"],
  async run({ act, options: { channel, entry: item } }) {
    const [playing] = (await queueOf(act, channel.id)).filter((i) => i.state === "on_air");
    if (!playing) throw refuse("rule", "Nothing plays on {name} now.", { name: channel.name });
    const data = { item: { id: playing.id, asset: playing.asset, title: playing.title } };
    // A button that was pressed late, or by two: the track after it is not theirs to skip.
    if (item && item !== playing.id)
      return { view: view(act.say("That track is over already. Now: {track}.", { track: trackWords(playing) })), data };
    if ((await askSkip(act, channel.id, playing.id)) === "asked") {
      act.changed({ what: "queue", id: playing.id, to: { skipped: playing.asset } });
      wake(act);
    }
    return { view: view(act.say("{title} is being cut short.", { title: playing.title })), data };
  },
});

export const now = command({
  name: "now",
  says: "What is heard now, who chose it, and what comes",
  role: "member",
  reads: true,
  options: { channel: pick(channels, "Which channel").optional() },
  examples: ["now", "now noir-jazz"],
  async run({ act, options }) {
    const channel = options.channel ?? (await channelHere(act));
    return channel ? one(act, channel) : all(act);
  },
});

/** The only channel that is told of in this chat, when there is just one. */
export async function channelHere(act: Act): Promise<Channel | undefined> {
  const { surface, tenant, external } = act.place;
  const rows = await rawOf(act.db)<{ id: string }[]>`
    select channel_id as id from channel_place
    where surface = ${surface} and tenant = ${tenant} and external = ${external} limit 2`;
  return rows.length === 1 ? channels.find(act, rows[0]!.id) : undefined;
}

async function one(act: Act, channel: Channel) {
  const now = await nowOn(act, channel);
  const { item, cover } = now;
  const [next] = now.next;
  const fields = [
    ...(item ? [{ label: act.say("Why"), value: decidedWords(act, item) }] : []),
    ...(item?.seconds && item.heardAt
      ? [{ label: act.say("Until"), value: clockWords(act, new Date(item.heardAt.getTime() + item.seconds * 1000)) }]
      : []),
    ...(next && item ? [{ label: act.say("Next"), value: `${trackWords(next)} (${decidedWords(act, next)})` }] : []),
  ];
  const picture: Block[] = cover
    ? [
        {
          kind: "picture",
          url: `/api/v1/assets/${cover.asset}`,
          alt: item!.title,
          type: cover.type,
          asset: cover.asset,
        },
      ]
    : [];
  const data = {
    item: {
      id: channel.id,
      slug: channel.slug,
      state: now.state,
      now: item ? trackData(item) : null,
      next: now.next.slice(0, 3).map(trackData),
      listen: `/live/${channel.slug}/index.m3u8`,
    },
  };
  const trouble = await troubleOf(act, channel, now);
  const blocks: Block[] = [...trouble, ...picture, ...(fields.length > 0 ? [{ kind: "fields" as const, fields }] : [])];
  return { view: view(nowWords(act, channel, now), ...blocks, listen(act, channel)), data };
}

async function all(act: Act) {
  const { items } = await listChannels(act);
  const wanted = items.filter((c) => c.wanted === "on");
  const found: { channel: Channel; now: Awaited<ReturnType<typeof nowOn>> }[] = [];
  for (const channel of wanted) found.push({ channel, now: await nowOn(act, channel) });
  const data = {
    items: found.map(({ channel: c, now: n }) => ({
      id: c.id,
      slug: c.slug,
      state: n.state,
      now: n.item ? trackData(n.item) : null,
    })),
  };
  if (found.length === 0)
    return { view: view(act.say("No channel is on the air. Staff start one: /channel start")), data };
  const rows = found.map(({ channel: c, now: n }) => [
    c.name,
    n.item ? trackWords(n.item) : stateWords(act, n.state),
    n.item ? decidedWords(act, n.item) : "",
  ]);
  const columns = [{ label: act.say("Channel") }, { label: act.say("Now") }, { label: act.say("Why") }];
  const choices = found.slice(0, MENU).map(({ channel: c }) => ({
    value: c.slug,
    label: c.name,
    press: { command: "now", options: { channel: c.slug }, uses: "many" as const },
  }));
  const words = act.say("{count, plural, one {# channel is} other {# channels are}} wanted on the air.", {
    count: found.length,
  });
  return {
    view: view(words, { kind: "table", columns, rows }, { kind: "select", label: act.say("Show a channel"), choices }),
    data,
  };
}

export const queueCommands = [queueShow, queueAdd, queueRemove, queueSkip, now];
