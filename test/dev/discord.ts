// Discord on somebody's screen: commands with their options, messages of components, dialogues.
import type { APIInteraction } from "discord-api-types/v10";
import { until } from "../contract/driver.ts";
import { component, type From, modal, slash } from "../emulators/discord/interactions.ts";
import { openDiscord, type Shown } from "../emulators/discord/server.ts";
import { dialogOf, type Node, type Opened, partsOf } from "./discord-parts.ts";
import { discordParts } from "./markup.ts";
import { type At, type Choice, type Client, type Drawn, makeOrder, type Offer, type Room } from "./screen.ts";
import { parseLine, splitTyped, wordsOf } from "./typed.ts";

const TOKEN = "emulated-token-of-a-bot";
type Option = {
  name: string;
  type: number;
  description: string;
  required?: boolean;
  choices?: { name: string; value: string | number }[];
  autocomplete?: boolean;
  options?: Option[];
};
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

  const commands = (): Option[] => [...discord.commands.values()] as unknown as Option[];
  function find(line: string): { name: string; options: Option[] } | undefined {
    const words = wordsOf(line);
    const group = commands().find((c) => c.name === words[0]);
    if (!group) return undefined;
    const sub = group.options?.find((o) => o.type === 1 && o.name === words[1]);
    if (sub) return { name: `${group.name} ${sub.name}`, options: sub.options ?? [] };
    return group.options?.some((o) => o.type === 1) ? undefined : { name: group.name, options: group.options ?? [] };
  }

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
      const command = find(line.slice(1));
      if (!command)
        return void toasts.set(at.person.id, `There is no command ${line.split(" ").slice(0, 2).join(" ")}.`);
      const given: Record<string, unknown> = {};
      for (const [name, value] of parseLine(
        line.slice(1),
        command.name,
        command.options.map((o) => o.name),
      )) {
        const option = command.options.find((o) => o.name === name);
        if (!option) return void toasts.set(at.person.id, `${name}: there is no such option.`);
        const choice = option.choices?.find((c) => c.name.toLowerCase() === value.toLowerCase());
        given[name] =
          option.type === 4 || option.type === 10
            ? Number(value)
            : option.type === 5
              ? /^(true|yes|1)$/i.test(value)
              : (choice?.value ?? value);
      }
      const missing = command.options.find((o) => o.required && given[o.name] === undefined);
      if (missing) return void toasts.set(at.person.id, `${missing.name}: this option is required.`);
      note(line);
      await tell(at, slash(command.name, given, from(at)));
    },
    async offers(at, line) {
      if (!line.startsWith("/")) return [];
      const command = find(line.slice(1));
      if (!command || !line.slice(1).startsWith(`${command.name} `)) return names(commands(), line);
      const { before, option, value } = splitTyped(line);
      const spec = command.options.find((o) => o.name === option);
      if (!spec) {
        const left = command.options.filter((o) => !line.includes(` ${o.name}:`) && o.name.startsWith(value));
        return left.map((o) => ({ insert: `${before}${o.name}:`, label: o.name, hint: o.description }));
      }
      const put = (c: Choice): Offer => ({
        insert: `${before}${option}:${/\s/.test(c.value) ? `"${c.value}"` : c.value} `,
        label: c.label,
        hint: c.value,
      });
      const known = (spec.choices ?? []).map((c) => ({ value: String(c.value), label: c.name }));
      if (!spec.autocomplete) return known.filter((c) => c.label.toLowerCase().includes(value.toLowerCase())).map(put);
      const answer = await tell(at, slash(command.name, { [option!]: value }, { ...from(at), focused: option! }));
      const choices = (answer?.data?.choices ?? []) as { name: string; value: string }[];
      return choices.map((c) => put({ value: String(c.value), label: c.name }));
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

function names(commands: readonly Option[], line: string): Offer[] {
  const all = commands.flatMap((c) => {
    const subs = (c.options ?? []).filter((o) => o.type === 1);
    return subs.length > 0
      ? subs.map((s) => ({ name: `${c.name} ${s.name}`, hint: s.description }))
      : [{ name: c.name, hint: c.description }];
  });
  return all
    .filter((c) => `/${c.name}`.startsWith(line.trimEnd()))
    .map((c) => ({ insert: `/${c.name} `, label: `/${c.name}`, hint: c.hint }));
}
