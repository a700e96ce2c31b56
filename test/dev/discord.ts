// Discord on somebody's screen: commands with their options, messages of components, dialogues.
import type { APIInteraction } from "discord-api-types/v10";
import { until } from "../contract/driver.ts";
import { component, type From, modal, slash } from "../emulators/discord/interactions.ts";
import { openDiscord, type Shown } from "../emulators/discord/server.ts";
import { offersFor, type Registered, readCommand, spoken } from "./discord-commands.ts";
import { dialogOf, type Node, type Opened, partsOf } from "./discord-parts.ts";
import { discordParts } from "./markup.ts";
import { type At, type Client, type Drawn, makeOrder, type Room } from "./screen.ts";

const TOKEN = "emulated-token-of-a-bot";
const LOCALES: Record<string, string> = { en: "en-US", de: "de" };

export async function discordClient(): Promise<Client> {
  const discord = await openDiscord(undefined, TOKEN);
  const order = makeOrder();
  const said: { id: string; channel: string; author: string; text: string; user: string }[] = [];
  const dialogs = new Map<string, Opened>();
  const toasts = new Map<string, string>();

  const channelOf = ({ person, room }: At) => (room === "direct" ? `1000${person.id}` : "600");
  const from = (at: At, message?: Shown): From => ({
    channel: channelOf(at),
    user: at.person.id,
    nick: at.person.name,
    locale: LOCALES[at.person.locale] ?? "en-US",
    direct: at.room === "direct",
    ...(message ? { message: { id: message.id, channel_id: message.channel } } : {}),
  });

  /** Tells the bot, and waits as long as Discord does for its first response. */
  async function tell(
    at: At,
    interaction: APIInteraction,
  ): Promise<{ type: number; data?: Record<string, unknown> } | undefined> {
    const path = `/interactions/${interaction.id}/`;
    // What was asked long ago is of no use here, and holds its files.
    discord.asked.splice(0, discord.asked.length - 200);
    const connected = discord.connected() > 0;
    discord.tell(interaction);
    const heard = connected ? await until(() => discord.asked.find((a) => a.path.startsWith(path)), 3_000) : undefined;
    if (!heard) toasts.set(at.person.id, "The application did not respond");
    else toasts.delete(at.person.id);
    const answer = heard?.body as { type: number; data?: Record<string, unknown> } | undefined;
    if (answer?.type === 9) dialogs.set(at.person.id, { ...(answer.data as unknown as Opened), from: { ...from(at) } });
    return answer;
  }

  const told = ({ person }: At) => {
    const here = (room: Room) => inReach({ person, room }).filter((m) => Object.keys(m.body).length > 0).length;
    return { group: here("group"), direct: here("direct") };
  };
  const inReach = (at: At): Shown[] =>
    [...discord.messages.values()].filter(
      (m) => m.channel === channelOf(at) && (!m.private || m.user === undefined || m.user === at.person.id),
    );
  const shown = (at: At, id: string): Shown => {
    const found = inReach(at).find((m) => m.id === id);
    if (!found) throw new Error("This message is gone.");
    return found;
  };

  function drawn(m: Shown): Drawn {
    const nodes = (m.body.components ?? []) as Node[];
    const content = m.body.content ? discordParts(String(m.body.content)) : [];
    const parts = [...content, ...nodes.flatMap((n) => partsOf(n, m.id))];
    return {
      id: m.id,
      author: "Impresario",
      bot: true,
      parts,
      only: m.private,
      // What an answer was before it said anything is no edit.
      edits: m.user === undefined ? m.edits : Math.max(0, m.edits - 1),
      ...(parts.length === 0 ? { thinking: true } : {}),
    };
  }

  const commands = ({ person }: At) =>
    spoken([...discord.commands.values()] as unknown as Registered[], LOCALES[person.locale] ?? "en-US");

  return {
    name: "discord",
    rooms: ["group", "direct"],
    env: { DISCORD_TOKEN: TOKEN, DISCORD_APP_ID: "900", DISCORD_API_URL: discord.api },
    screen(at) {
      const messages = inReach(at).map((m) => ({ at: order(m.id), drawn: drawn(m) }));
      const own = said.filter((s) => s.channel === channelOf(at));
      const lines = own.map((s) => ({ at: order(s.id), drawn: typed(s) }));
      const dialog = dialogs.get(at.person.id);
      const toast = toasts.get(at.person.id);
      return {
        connected: discord.connected() > 0,
        told: told(at),
        messages: [...messages, ...lines].sort((a, b) => a.at - b.at).map((m) => m.drawn),
        ...(dialog ? { dialog: dialogOf(dialog) } : {}),
        ...(toast ? { toast } : {}),
      };
    },
    async type(at, line) {
      const note = (text: string) => {
        const id = `said${said.length}`;
        for (const m of inReach(at)) order(m.id);
        order(id);
        said.push({ id, channel: channelOf(at), author: at.person.name, text, user: at.person.id });
      };
      if (!line.startsWith("/")) {
        note(line);
        return void discord.say(line.replace(/@Impresario\b/gi, "<@900>"), {
          channel: channelOf(at),
          user: at.person.id,
          direct: at.room === "direct",
        });
      }
      const read = readCommand(commands(at), line);
      if ("problem" in read) return void toasts.set(at.person.id, read.problem);
      note(line);
      await tell(at, slash(read.name, read.given, from(at)));
    },
    async offers(at, line) {
      if (!line.startsWith("/")) return [];
      const { offers, ask } = offersFor(commands(at), line);
      if (!ask) return offers;
      const answer = await tell(at, slash(ask.name, { [ask.option]: ask.value }, { ...from(at), focused: ask.option }));
      const choices = (answer?.data?.choices ?? []) as { name: string; value: string }[];
      return choices.map((c) => ask.put({ value: String(c.value), label: c.name }));
    },
    press: async (at, message, key) => void (await tell(at, component(key, undefined, from(at, shown(at, message))))),
    choose: async (at, message, menu, values) =>
      void (await tell(at, component(menu, values, from(at, shown(at, message))))),
    ask: async () => [],
    async submit(at, values) {
      const open = dialogs.get(at.person.id);
      if (!open) return {};
      const fields = Object.entries(values).filter(([, all]) => all.some((v) => v !== ""));
      const lists = new Set(open.components.flatMap((c) => (c.component?.type === 3 ? [c.component.custom_id!] : [])));
      dialogs.delete(at.person.id);
      const given = Object.fromEntries(fields.map(([id, all]) => [id, lists.has(id) ? all : all[0]!]));
      await tell(at, modal(open.custom_id, given, { ...open.from, message: { id: "777", channel_id: channelOf(at) } }));
      return {};
    },
    async dismiss(at) {
      dialogs.delete(at.person.id);
      toasts.delete(at.person.id);
    },
    async file(id) {
      const [message = "", name = ""] = id.split("/");
      const bytes = discord.messages.get(message)?.bytes?.get(name);
      return bytes && { type: name.endsWith(".png") ? "image/png" : "application/octet-stream", bytes };
    },
    wrong: () => discord.wrong,
    close: discord.close,
  };
}

const typed = (s: { id: string; author: string; text: string }): Drawn => ({
  id: s.id,
  author: s.author,
  bot: false,
  parts: [{ kind: "text", spans: [{ text: s.text, code: s.text.startsWith("/") }] }],
  only: false,
  edits: 0,
});
