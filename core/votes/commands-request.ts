// Asking for a track by words, and wanting what somebody else asked for.
import { rawOf } from "../../db/connect.ts";
import type { Act } from "../act.ts";
import { command, type Option, option, pick, text } from "../command/index.ts";
import { refuse } from "../problem.ts";
import { type Channel, channels } from "../streams/index.ts";
import { type Block, view } from "../view/index.ts";
import { askFor, type Placed, raise, requestsOf } from "./requests.ts";
import { calledTrack, type Findable, findTrack, findTracks } from "./search.ts";

const OFFERED = 25;
const DAY = 24 * 60;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Text, with what is in the library offered while it is typed. */
const track = (plain: Option<string>): Option<string> => {
  const { required: _, optional: __, ...spec } = plain;
  return option<string>({
    ...spec,
    async suggest(act, typed) {
      const here = await channelHere(act);
      const found = await findTracks(act, here?.id, typed, OFFERED);
      return found.map((one) => ({ value: one.id, label: calledTrack(one) }));
    },
  });
};

export const requestCommand = command({
  name: "request",
  says: "Ask for a track on a channel",
  options: {
    query: track(text("Its title, or what you remember of it", { max: 200, example: "night drive" })),
    channel: pick(channels, "On which channel; this chat's own if not said").optional(),
  },
  role: "member",
  examples: ['request query:"night drive"'],
  async run({ act, options: { query, channel: given } }) {
    const channel = given ?? (await channelHere(act));
    if (!channel)
      throw refuse(
        "options",
        "On which channel? Say it with channel:.",
        {},
        { errors: [{ option: "channel", text: "This is needed." }] },
      );
    const found = await trackOf(act, channel, query);
    const placed = await askFor(act, channel, found, query);
    act.changed({ what: "request", id: placed.request, to: { asset: found.id, channel: channel.slug } });
    return cardOf(act, channel, found, placed);
  },
});

export const requestRaise = command({
  name: "vote raise",
  says: "Want a track that somebody asked for",
  options: { request: text("Which request", { max: 40 }), channel: pick(channels, "On which channel") },
  role: "member",
  reply: "private",
  brief: true,
  hidden: true,
  async run({ act, options: { request, channel } }) {
    if (!UUID.test(request)) throw refuse("missing", "This request is over: it was heard, or taken out.");
    const placed = await raise(act, channel.id, request);
    act.changed({ what: "request", id: request, to: { votes: placed.votes } });
    const words = act.say(
      "You want it too: number {position} in line, {votes, plural, one {# vote} other {# votes}}.",
      placed as { position: number; votes: number },
    );
    return { view: view(words), data: { item: { id: request, position: placed.position, votes: placed.votes } } };
  },
});

export const requestList = command({
  name: "vote requests",
  says: "What listeners asked for, in the order it is heard",
  options: { channel: pick(channels, "On which channel; this chat's own if not said").optional() },
  role: "member",
  reads: true,
  async run({ act, options: { channel: given } }) {
    const channel = given ?? (await channelHere(act));
    if (!channel)
      throw refuse(
        "options",
        "On which channel? Say it with channel:.",
        {},
        { errors: [{ option: "channel", text: "This is needed." }] },
      );
    const line = await requestsOf(act, channel.id);
    const words = act.say(
      "{count, plural, =0 {Nothing was asked for on {channel}.} one {# request on {channel}.} other {# requests on {channel}.}}",
      { count: line.length, channel: channel.name },
    );
    const items = line.map((r, n) => ({
      id: r.id,
      asset: r.asset,
      title: r.title,
      artist: r.artist,
      person: r.person,
      votes: r.votes,
      position: n + 1,
      state: r.state,
    }));
    const note = (r: (typeof line)[number]) =>
      `${r.name} · ${act.say("{count, plural, one {# vote} other {# votes}}", { count: r.votes })}`;
    return {
      view: view(words, {
        kind: "list",
        ordered: true,
        items: line.slice(0, OFFERED).map((r) => ({ id: r.id, text: calledTrack(r), note: note(r) })),
      }),
      data: { items },
    };
  },
});

function cardOf(act: Act, channel: Channel, found: Findable, placed: Placed) {
  const called = calledTrack(found);
  const words = placed.again
    ? act.say("{track} was asked for on {channel} already: your vote raises it to number {position}.", {
        track: called,
        channel: channel.name,
        position: placed.position,
      })
    : act.say("{track} is asked for on {channel}: number {position} in line.", {
        track: called,
        channel: channel.name,
        position: placed.position,
      });
  const wanting: Block = {
    kind: "buttons",
    buttons: [
      {
        label: act.say("I want it too"),
        style: "primary",
        press: {
          command: "vote raise",
          options: { request: placed.request, channel: channel.id },
          uses: "many",
          audience: "anyone",
          minutes: DAY,
        },
      },
    ],
  };
  return {
    view: view(words, wanting),
    data: {
      item: {
        id: placed.request,
        asset: found.id,
        title: found.title,
        channel: channel.slug,
        position: placed.position,
        votes: placed.votes,
        again: placed.again,
      },
    },
  };
}

async function trackOf(act: Act, channel: Channel, query: string): Promise<Findable> {
  const typed = query.trim();
  if (UUID.test(typed)) {
    const exact = await findTrack(act, channel.id, typed);
    if (exact) return exact;
  }
  const [best] = await findTracks(act, channel.id, typed, 1);
  if (!best)
    throw refuse("missing", "Nothing on {channel} sounds like {query}. /library list shows what there is.", {
      channel: channel.name,
      query: typed.slice(0, 60),
    });
  return best;
}

/** The channel that this chat is told of, or the only one there is. */
async function channelHere(act: Act): Promise<Channel | undefined> {
  const { surface, tenant, external } = act.place;
  const [row] = await rawOf(act.db)<{ id: string }[]>`
    select id from (
      select p.channel_id as id, 1 as rank from channel_place p
      where p.surface = ${surface} and p.tenant = ${tenant} and p.external = ${external}
      union all select c.id, 2 from channel c where (select count(*) from channel) = 1
      union all select c.id, 3 from channel c where c.wanted = 'on' and (select count(*) from channel where wanted = 'on') = 1) here
    order by rank, id limit 1`;
  return row && channels.find(act, row.id);
}

export const requestCommands = [requestCommand, requestRaise, requestList];
