// Shouts and chat: said from anywhere, told where the channel is told of, and hidden by staff with one press.
import type { Act } from "../act.ts";
import type { Registry } from "../command/index.ts";
import { command, pick, text } from "../command/index.ts";
import { sealView } from "../inbox/index.ts";
import { post, remove } from "../outbox/index.ts";
import { refuse } from "../problem.ts";
import { makeEntry } from "../session/index.ts";
import { type Channel, channelHere, channels, liveUrl, placesOf, wanted } from "../streams/index.ts";
import { type View, view } from "../view/index.ts";
import { hide, type Remark, say, shownAt } from "./remark.ts";
import { MOST_LETTERS } from "./words.ts";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const remarkData = ({ id, kind, words, at }: Remark, { slug }: Channel) => ({
  id,
  kind,
  channel: slug,
  text: words,
  at,
});

/** The one that was named, the one of this chat, or the only one on the air. */
async function channelFor(act: Act, named: Channel | undefined): Promise<Channel> {
  const here = named ?? (await channelHere(act));
  if (here) return here;
  const on = await wanted(act);
  const only = on.length === 1 ? await channels.find(act, on[0]!.id) : undefined;
  if (!only) throw refuse("options", "Say on which channel: channel:noir-jazz. /now shows what is on the air.");
  return only;
}

const card = (act: Act, remark: Remark, { name }: Channel): View =>
  view(act.say("📣 {person} on {channel}: {words}", { person: remark.name, channel: name, words: remark.words }), {
    kind: "buttons",
    buttons: [
      {
        label: act.say("Hide"),
        style: "plain",
        press: {
          command: "chat hide",
          options: { message: remark.id },
          uses: "many",
          audience: "staff",
          confirmed: true,
          minutes: 7 * 24 * 60,
        },
      },
    ],
  });

/** In all places of the channel but the one where it was said: everybody there has read it. */
async function tell(act: Act, commands: Registry, remark: Remark, channel: Channel): Promise<number> {
  const { surface, tenant, external } = act.place;
  const places = (await placesOf(act, channel.id)).filter(
    (p) => p.surface !== surface || p.tenant !== tenant || p.external !== external,
  );
  if (places.length === 0) return 0;
  const sealed = await sealView(act, commands, card(act, remark, channel));
  const subject = `shout ${remark.id}`;
  for (const place of places) await post(act, { place, subject, view: sealed });
  await shownAt(
    act,
    remark.id,
    places.map((p) => ({ surface: p.surface, tenant: p.tenant, external: p.external, subject })),
  );
  return places.length;
}

const shout = command({
  name: "shout",
  says: "Say something to everyone who listens to a channel",
  role: "member",
  options: {
    text: text("What you say", { max: MOST_LETTERS }),
    channel: pick(channels, "On which channel; without one: the one of this chat").optional(),
  },
  examples: ['shout "good night from Lisbon"', "shout hello channel:noir-jazz"],
  async run({ act, options, commands }) {
    const channel = await channelFor(act, options.channel);
    const said = await say(act, channel.id, "shout", options.text);
    const places = await tell(act, commands, said, channel);
    const words = act.say(
      "Said on {channel}{places, plural, =0 {} one {, and in # other chat} other {, and in # other chats}}: {words}",
      { channel: channel.name, places, words: said.words },
    );
    return { view: view(words), data: { item: remarkData(said, channel) } };
  },
});

const chatSay = command({
  name: "chat say",
  says: "Write in the chat of a channel's live page",
  role: "member",
  reply: "private",
  options: {
    text: text("What you write", { max: MOST_LETTERS }),
    channel: pick(channels, "On which channel; without one: the one of this chat").optional(),
  },
  examples: ["chat say hello channel:noir-jazz"],
  async run({ act, options }) {
    const channel = await channelFor(act, options.channel);
    const said = await say(act, channel.id, "chat", options.text);
    const words = act.say("Written on {channel}: {words}", { channel: channel.name, words: said.words });
    return { view: view(words), data: { item: remarkData(said, channel) } };
  },
});

const chatHide = command({
  name: "chat hide",
  says: "Hide a shout or a chat message from everybody",
  role: "staff",
  reply: "private",
  options: { message: text("Its id", { max: 36 }) },
  async run({ act, options: { message } }) {
    const places = UUID.test(message) ? await hide(act, message) : undefined;
    if (!places) throw refuse("missing", "There is no such message, or it is hidden already.");
    for (const { subject, ...place } of places) await remove(act, { place, subject });
    return { view: view(act.say("It is hidden, here and on the live page.")), data: { item: { id: message } } };
  },
});

const live = command({
  name: "live",
  says: "Your own link to a channel's live page: listen, vote, ask and chat",
  role: "member",
  reply: "private",
  agents: "never",
  options: { channel: pick(channels, "Which channel; without one: the one of this chat").optional() },
  examples: ["live noir-jazz"],
  async run({ act, options }) {
    const channel = await channelFor(act, options.channel);
    const sources = { now: () => act.now, newId: act.newId, random: act.random };
    const code = await makeEntry(act.database, sources, { workspaceId: act.workspace.id, personId: act.person.id });
    const plain = liveUrl(channel.slug);
    const said = view(act.say("{channel} is heard here. Everybody may listen.", { channel: channel.name }), {
      kind: "link",
      url: plain,
      label: act.say("Listen to {name}", { name: channel.name }),
    });
    const own = view(
      act.say("Your link to {channel}: it signs you in once, within a day. Keep it to yourself.", {
        channel: channel.name,
      }),
      { kind: "link", url: `/enter?code=${code}&to=${plain}`, label: act.say("Open {name}", { name: channel.name }) },
    );
    const item = { channel: channel.slug, url: plain };
    return { view: said, data: { item }, once: { view: own, data: { item } } };
  },
});

export const communityCommands = [shout, chatSay, chatHide, live];
