// Where a channel goes besides its own page: YouTube, Twitch, an Icecast server.
import { command, pick, text } from "../command/index.ts";
import { view } from "../view/index.ts";
import { channels } from "./channel.ts";
import { addDestination, destinationsOf, removeDestination } from "./destination.ts";

export const destinationList = command({
  name: "destination list",
  says: "Where a channel is sent to, and whether it arrives",
  role: "staff",
  reads: true,
  options: { channel: pick(channels, "Which channel") },
  examples: ["destination list noir-jazz"],
  async run({ act, options: { channel } }) {
    const items = await destinationsOf(act, channel.id);
    const data = { items };
    if (items.length === 0)
      return {
        view: view(
          act.say("{name} is heard on its own page only. /destination add sends it elsewhere too.", {
            name: channel.name,
          }),
        ),
        data,
      };
    const state = {
      unknown: act.say("not tried yet"),
      connecting: act.say("connecting"),
      live: act.say("live"),
      failed: act.say("failed"),
    };
    const rows = items.map((d) => [d.name, d.host, [state[d.state], d.note].filter(Boolean).join(": ")]);
    const columns = [{ label: act.say("Name") }, { label: act.say("Host") }, { label: act.say("State") }];
    const words = act.say("{name} goes to {count, plural, one {# place} other {# places}} besides its own page.", {
      name: channel.name,
      count: items.length,
    });
    return { view: view(words, { kind: "table", columns, rows }), data };
  },
});

export const destinationAdd = command({
  name: "destination add",
  says: "Send a channel to YouTube, Twitch or an Icecast server too",
  role: "staff",
  reply: "private",
  agents: "never",
  effects: ["publish"],
  options: {
    channel: pick(channels, "Which channel"),
    name: text("What to call it, such as youtube", { max: 40 }),
    url: text("The server's address: rtmp://, rtmps://, icecast:// or https://", { max: 500 }),
    key: text("The stream key, when the platform gives it apart", { max: 300 }).optional(),
  },
  examples: ["destination add noir-jazz youtube rtmps://a.rtmps.youtube.com/live2 key:my-key"],
  async run({ act, options: { channel, name, url, key } }) {
    const added = await addDestination(act, channel.id, name, url, key);
    const words = act.say("{name} is sent to {host} too. The key is sealed: nobody sees it again.", {
      name: channel.name,
      host: added.host,
    });
    return { view: view(words), data: { item: added } };
  },
});

export const destinationRemove = command({
  name: "destination remove",
  says: "Send a channel there no more",
  role: "staff",
  effects: ["publish"],
  options: {
    channel: pick(channels, "Which channel"),
    name: text("Which destination, by its name", { max: 40 }),
  },
  examples: ["destination remove noir-jazz youtube"],
  async run({ act, options: { channel, name } }) {
    const gone = await removeDestination(act, channel.id, name);
    const words = act.say("{name} is sent to {host} no more. Its key is forgotten.", {
      name: channel.name,
      host: gone.host,
    });
    return { view: view(words), data: { item: gone } };
  },
});

export const destinationCommands = [destinationList, destinationAdd, destinationRemove];
