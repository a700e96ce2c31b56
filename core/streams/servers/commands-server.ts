// The machines that play: seen, written down, and emptied before they are switched off.
import type { Act } from "../../act.ts";
import { choice, command, text, yesNo } from "../../command/index.ts";
import { type Block, view } from "../../view/index.ts";
import { agoWords, percentWords, staffButton } from "../words.ts";
import { addServer, drainServer, listServers, type Server } from "./server.ts";

const healthWords = (act: Act, s: Server): string => {
  if (s.drain) return act.say("drained");
  return {
    live: act.say("live"),
    busy: act.say("busy"),
    gone: act.say("not seen"),
    unknown: act.say("only written down"),
  }[s.health];
};

export const serverList = command({
  name: "server list",
  says: "The machines: whether they live, how busy they are, which channels they play",
  role: "staff",
  reads: true,
  examples: ["server list"],
  async run({ act }) {
    const items = await listServers(act);
    if (items.length === 0)
      return {
        view: view(act.say("No machine is known yet. One that runs npm start or npm run worker names itself.")),
        data: { items },
      };
    const rows = items.map((s) => [
      s.name,
      healthWords(act, s),
      s.load === null ? "" : percentWords(act, s.load / (s.cores ?? 1)),
      s.memory_total ? percentWords(act, 1 - s.memory_free! / s.memory_total) : "",
      s.channels.join(", "),
      s.seen_at === null ? "" : agoWords(act, act.now.getTime() - Date.parse(s.seen_at)),
    ]);
    const right = { align: "right" as const };
    const columns = [
      { label: act.say("Server") },
      { label: act.say("State") },
      { label: act.say("Load"), ...right },
      { label: act.say("Memory"), ...right },
      { label: act.say("Channels") },
      { label: act.say("Seen") },
    ];
    const live = items.filter((s) => s.health === "live" || s.health === "busy").length;
    const words = act.say("{live} of {count, plural, one {# server} other {# servers}} live.", {
      live,
      count: items.length,
    });
    const blocks: Block[] = [{ kind: "table", columns, rows }];
    const buttons = items
      .filter((s) => s.channels.length > 0 || s.drain)
      .slice(0, 5)
      .map((s) =>
        s.drain
          ? staffButton(act.say("Use {server} again", { server: s.name }), "server drain", {
              server: s.name,
              drain: false,
            })
          : staffButton(act.say("Drain {server}", { server: s.name }), "server drain", { server: s.name }),
      );
    if (buttons.length > 0) blocks.push({ kind: "buttons", buttons });
    return { view: view(words, ...blocks), data: { items } };
  },
});

export const serverAdd = command({
  name: "server add",
  says: "Write a machine down",
  role: "staff",
  options: {
    server: text("Its name; of one that runs a worker, its host name", { max: 60 }),
    address: text("Where it is", { max: 200 }).optional(),
    kind: choice("What it does", ["worker", "obs", "liquidsoap", "azuracast", "other"], { default: "worker" }),
  },
  examples: ["server add contabo-1 203.0.113.7"],
  async run({ act, options: { server, address = "", kind } }) {
    await addServer(act, { name: server, address, kind });
    const item = (await listServers(act)).find((s) => s.name === server)!;
    return { view: view(act.say("{server} is written down.", { server })), data: { item } };
  },
});

export const serverDrain = command({
  name: "server drain",
  says: "Move a server's channels to others, so that it can be switched off",
  role: "staff",
  effects: ["publish"],
  options: {
    server: text("Which server, by its name", { max: 60 }),
    drain: yesNo("No: it may play again", { default: true }),
  },
  examples: ["server drain contabo-1", "server drain contabo-1 drain:no"],
  async run({ act, options: { server, drain } }) {
    const item = await drainServer(act, server, drain);
    const others = (await listServers(act)).some(
      (s) => s.name !== item.name && !s.drain && (s.health === "live" || s.health === "busy"),
    );
    const words = !drain
      ? act.say("{server} may play channels again.", { server: item.name })
      : item.channels.length === 0
        ? act.say("{server} plays nothing and takes no channel any more.", { server: item.name })
        : act.say("{server} takes no channel any more; {count, plural, one {# moves} other {# move}} to others.", {
            server: item.name,
            count: item.channels.length,
          });
    const alone: Block[] =
      drain && !others && item.channels.length > 0
        ? [
            {
              kind: "text",
              tone: "warn",
              text: act.say("No other server lives: its channels fall silent. Start another first."),
            },
          ]
        : [];
    return { view: view(words, ...alone), data: { item } };
  },
});

export const serverCommands = [serverList, serverAdd, serverDrain];
