// Telegram on somebody's screen: a group and the person's own chat, keyboards under messages, replies that are asked for.
import { BOT, type Chat, openTelegram, type Shown, TOKEN } from "../emulators/telegram/emulator.ts";
import { telegramParts } from "./markup.ts";
import { type At, type Client, type Drawn, makeOrder, type Part } from "./screen.ts";

const GROUP: Chat = { id: -500, type: "supergroup" };
const LOOKS: Record<string, "primary" | "danger"> = { primary: "primary", danger: "danger" };
const KINDS = { sendPhoto: "picture", sendVideo: "video", sendAudio: "audio", sendDocument: "file" } as const;
type Button = { text: string; callback_data?: string; url?: string; style?: string };

export async function telegramClient(): Promise<Client> {
  const telegram = await openTelegram();
  // A bot that ran before remembers what it was told then.
  Object.assign(telegram.state, {
    lastUpdate: Math.floor(Date.now() / 100) % 2 ** 31,
    lastMessage: Math.floor(Date.now() / 1000) % 2 ** 31,
  });
  const order = makeOrder();
  const said: { id: string; chat: number; author: string; text: string }[] = [];
  const asked = { at: 0 };
  telegram.rules.fault = ({ method }) => {
    if (method === "getUpdates") asked.at = performance.now();
    return undefined;
  };
  const chatOf = ({ person, room }: At): Chat =>
    room === "direct" ? { id: Number(person.id), type: "private" } : GROUP;
  const userOf = ({ person }: At) => ({ id: Number(person.id), first_name: person.name, language_code: person.locale });
  const inReach = (at: At): Shown[] =>
    telegram.messages.filter(
      (m) => m.chat === chatOf(at).id && (m.only === undefined || m.only === Number(at.person.id)),
    );
  const told = ({ person }: At) => ({
    group: inReach({ person, room: "group" }).length,
    direct: inReach({ person, room: "direct" }).length,
  });
  const find = (at: At, id: string): Shown => {
    const found = inReach(at).find((m) => String(m.message_id) === id);
    if (!found) throw new Error("This message is gone.");
    return found;
  };

  function drawn(m: Shown): Drawn {
    const kind = m.method in KINDS ? KINDS[m.method as keyof typeof KINDS] : undefined;
    const url = typeof m.media === "string" ? m.media : `/file/telegram/${m.message_id}`;
    const media: Part[] = kind ? [{ kind, url, words: m.text || kind }] : [];
    const rows = (m.markup?.inline_keyboard ?? []) as Button[][];
    const keys: Part[] = rows.length > 0 ? [{ kind: "buttons", rows: rows.map((row) => row.map(keyOf)) }] : [];
    const parts = [...media, ...telegramParts(m.text, m.entities), ...keys];
    const asks = m.markup as { force_reply?: boolean; input_field_placeholder?: string } | undefined;
    return {
      id: String(m.message_id),
      author: "Impresario",
      bot: true,
      parts,
      only: m.only !== undefined,
      edits: m.edits,
      ...(asks?.force_reply ? { asks: asks.input_field_placeholder ?? "Reply" } : {}),
    };
  }

  return {
    name: "telegram",
    rooms: ["group", "direct"],
    env: { TELEGRAM_TOKEN: TOKEN, TELEGRAM_API_URL: telegram.url },
    screen(at) {
      const messages = inReach(at).map((m) => ({ at: order(String(m.message_id)), drawn: drawn(m) }));
      const own = said.filter((s) => s.chat === chatOf(at).id);
      const lines = own.map((s) => ({
        at: order(s.id),
        drawn: { id: s.id, author: s.author, bot: false, parts: telegramParts(s.text, []), only: false, edits: 0 },
      }));
      return {
        told: told(at),
        // It asks again and again, and waits up to half a minute each time.
        connected: telegram.state.poller !== undefined || (asked.at > 0 && performance.now() - asked.at < 2_000),
        messages: [...messages, ...lines].sort((a, b) => a.at - b.at).map((m) => m.drawn),
      };
    },
    async type(at, line) {
      for (const m of inReach(at)) order(String(m.message_id));
      const id = `said${said.length}`;
      order(id);
      said.push({ id, chat: chatOf(at).id, author: at.person.name, text: line });
      const last = inReach(at).at(-1);
      const asks =
        (last?.markup as { force_reply?: boolean } | undefined)?.force_reply === true && !line.startsWith("/");
      // In a group a bot hears what is meant for it, and no more.
      if (at.room === "group" && !asks && !line.startsWith("/") && !line.includes(`@${BOT.username}`)) return;
      telegram.say(userOf(at), chatOf(at), line, asks ? { to: last! } : {});
    },
    async offers(at, line) {
      if (!line.startsWith("/") || line.includes(" ")) return [];
      const scopes = [at.room === "group" ? "all_group_chats" : "all_private_chats", "default"];
      const lists = scopes.flatMap((s) => [`${s} ${at.person.locale}`, s]).map((name) => telegram.menus.get(name));
      const menus = (lists.find((l) => l !== undefined) ?? []) as { command: string; description: string }[];
      return menus
        .filter((c) => `/${c.command}`.startsWith(line))
        .map((c) => ({ insert: `/${c.command} `, label: `/${c.command}`, hint: c.description }));
    },
    async press(at, message, key) {
      telegram.press(userOf(at), find(at, message), key);
    },
    choose: async () => undefined,
    ask: async () => [],
    submit: async () => ({}),
    dismiss: async () => undefined,
    async file(id) {
      const media = telegram.messages.find((m) => String(m.message_id) === id)?.media;
      return media instanceof Blob
        ? { type: media.type || "image/png", bytes: new Uint8Array(await media.arrayBuffer()) }
        : undefined;
    },
    wrong: () => [],
    close: telegram.close,
  };
}

const keyOf = ({ text, url, style }: Button) => ({
  label: text,
  look: url ? ("link" as const) : (LOOKS[style ?? ""] ?? ("plain" as const)),
  ...(url ? { url } : { id: text }),
});
