// Telegram to the contract suite: what people type and tap becomes updates, handed out or posted to the webhook.
import { ALBUM } from "../../../bots/telegram/limits.ts";
import { escaped } from "../../../bots/telegram/markup.ts";
import { type Part, render } from "../../../bots/telegram/render.ts";
import { BOT, openTelegram, type Shown, TOKEN } from "../../emulators/telegram/emulator.ts";
import { check } from "../../emulators/telegram/rules.ts";
import {
  type At,
  type Delivery,
  type Driver,
  type Given,
  type Happening,
  openTroubles,
  type Platform,
  postTo,
  type Seen,
  unmarked,
  until,
  type Way,
  type Who,
} from "../driver.ts";
import { BASE, complaint, type Paint, READER } from "../paint.ts";

const SECRET = "a-secret-of-32-letters_0123456789";
const HEADER = "x-telegram-bot-api-secret-token";
type Update = { update_id: number } & Record<string, unknown>;

async function open(way: Way): Promise<Platform> {
  const telegram = await openTelegram();
  const bot = { url: "" };
  const next = { person: 1000, place: 500 };
  const troubles = openTroubles();
  const outside = new Set<number>();
  /** Who pressed, by what Telegram calls the press. */
  const pressed = new Map<string, At>();
  telegram.rules.fault = ({ method, params }) => {
    if (!method.startsWith("send") && !method.startsWith("edit")) return undefined;
    if (outside.has(Number(params.chat_id)))
      return { kind: "error", code: 403, description: "Forbidden: bot was kicked from the supergroup chat" };
    const trouble = troubles.next(String(params.chat_id));
    if (trouble?.kind === "slow down") return { kind: "slow down", after: Math.ceil(trouble.after / 1000) };
    return trouble?.kind === "drop" ? { kind: "drop" } : trouble;
  };

  const from = ({ id, name, locale }: Who) => ({
    id: Number(id),
    is_bot: false,
    first_name: name,
    language_code: locale,
  });
  const chatOf = ({ where }: At) => ({ id: Number(where.id), type: where.direct ? "private" : "supergroup" });
  const update = (rest: Record<string, unknown>): Happening => {
    const what: Update = { update_id: ++telegram.state.lastUpdate, ...rest };
    return { id: `${BOT.id}:${what.update_id}`, what };
  };
  const message = (at: At, rest: Record<string, unknown>): Happening => {
    const message_id = ++telegram.state.lastMessage;
    return update({ message: { message_id, from: from(at.who), chat: chatOf(at), date: 1, ...rest } });
  };
  const asMessage = (shown: Shown) => ({
    message_id: shown.message_id,
    from: BOT,
    chat: { id: shown.chat, type: shown.chat < 0 ? "supergroup" : "private" },
    date: 1,
    text: shown.text,
    entities: shown.entities,
    ...(shown.markup ? { reply_markup: shown.markup } : {}),
  });

  /** A private answer to somebody in a group comes to their own chat. */
  const inReach = ({ who, where }: At) =>
    telegram.messages.filter((m) =>
      m.only === undefined ? m.chat === Number(where.id) || m.chat === Number(who.id) : m.only === Number(who.id),
    );
  const buttonsOf = (shown: Shown) => (shown.markup?.inline_keyboard ?? []).flat();

  function press(at: At, label: string): Happening {
    const shown = inReach(at).findLast((m) => buttonsOf(m).some((b) => b.text === label && b.callback_data));
    const button = shown && buttonsOf(shown).find((b) => b.text === label);
    if (!shown || !button) throw new Error(`There is no button "${label}" in ${at.where.id}.`);
    const id = `q${telegram.state.lastUpdate}`;
    pressed.set(id, at);
    const query = { id, from: from(at.who), chat_instance: "1", data: button.callback_data, message: asMessage(shown) };
    return update({ callback_query: query });
  }

  /** What the answer to a press says, over the chat, to whoever pressed. */
  const toasts = (): Seen[] =>
    telegram.answered.flatMap(({ callback_query_id: id, text }) => {
      const at = pressed.get(String(id));
      if (!at || typeof text !== "string") return [];
      const nothing = { buttons: [], menus: [], links: [], media: [], pings: [], asks: false, edits: 0 };
      return [{ id: String(id), where: at.where.id, only: at.who.id, text, ...nothing }];
    });

  function delivery({ what }: Happening, forgery?: string): Delivery {
    const headers: Record<string, string> = { "content-type": "application/json", [HEADER]: SECRET };
    // A secret has no time and no signature over the words: whoever has it is Telegram.
    if (forgery === "unsigned") delete headers[HEADER];
    else if (forgery === "cut proof") headers[HEADER] = SECRET.slice(1);
    else if (forgery === "changed body") headers[HEADER] = SECRET.toUpperCase();
    else if (forgery) headers[HEADER] = `another-secret-of-32-letters_${forgery.length}`;
    return { path: "/hooks/telegram", headers, body: JSON.stringify(what) };
  }

  /** What a person waits for is that a button stops spinning; a message that was sent shows no sign. */
  async function acknowledged({ what }: Happening): Promise<number> {
    const id = ((what as Update).callback_query as { id: string } | undefined)?.id;
    if (!id) return 0;
    const began = performance.now();
    await until(() => telegram.answered.find((a) => a.callback_query_id === id), 20_000);
    return performance.now() - began;
  }

  async function send(happening: Happening) {
    const spun = acknowledged(happening);
    if (way === "webhook") {
      const heard = await postTo(bot.url, delivery(happening), 60_000);
      return { ...heard, milliseconds: Math.max(heard.milliseconds, await spun) };
    }
    const { update_id } = happening.what as Update;
    telegram.again(happening.what as Update);
    const kept = () => telegram.waiting().every((one) => one.update_id !== update_id) || undefined;
    // Whoever polls confirms what it has kept with its next question; until then Telegram has it.
    const confirmed = await until(kept, 3_000);
    return { status: confirmed ? 200 : 503, milliseconds: await spun };
  }

  const typed = (at: At, command: string, options: Given) => {
    const words = Object.entries(options).map(([name, value]) => ` ${name}:${quoted(String(value))}`);
    return `/${command.replaceAll(" ", "_")}${at.where.direct ? "" : `@${BOT.username}`}${words.join("")}`;
  };

  async function fill(at: At, values: Record<string, string>): Promise<void> {
    const left = new Map(Object.entries(values));
    while (left.size > 0) {
      const question = await until(() => {
        const found = inReach(at).at(-1);
        const name = found && askedIn(found);
        return name && left.has(name) ? { found, name } : undefined;
      });
      if (!question) throw new Error(`Nobody asks for ${[...left.keys()].join(", ")} in ${at.where.id}.`);
      const value = left.get(question.name)!;
      left.delete(question.name);
      const button = buttonsOf(question.found).find((b) => b.text === value || b.callback_data === `=${value}`);
      const heard = await send(
        button ? press(at, button.text) : message(at, { text: value, reply_to_message: asMessage(question.found) }),
      );
      if (heard.status !== 200) throw new Error(`The answer to ${question.name} was not heard: ${heard.status}.`);
    }
  }

  return {
    surface: "telegram",
    way,
    tenant: String(BOT.id),
    env: {
      TELEGRAM_TOKEN: TOKEN,
      TELEGRAM_API_URL: telegram.url,
      ...(way === "webhook" ? { TELEGRAM_WEBHOOK_SECRET: SECRET } : {}),
    },
    bot,
    newPerson: (name, locale = "en") => ({ id: String(++next.person), name, locale }),
    newPlace: () => ({ id: String(-++next.place) }),
    strangePlace: () => ({ id: String(-++next.place) }),
    directPlace: ({ id }) => ({ id, direct: true }),
    make(at, command, options = {}, files = []) {
      const [file] = files;
      if (!file) return message(at, { text: typed(at, command, options) });
      const kept = telegram.keepFile(file.bytes);
      const document = { ...kept, file_name: file.name, mime_type: file.type, file_size: file.bytes.length };
      return message(at, { caption: typed(at, command, options), document });
    },
    makePress: press,
    makeWords: (at, line) => message(at, { text: at.where.direct ? line : `@${BOT.username} ${line}` }),
    makeBotWords: (at, line) =>
      message(at, { text: line, from: { id: 99, is_bot: true, first_name: "Echo", username: "echo_bot" } }),
    send,
    redelivers: () => true,
    // What is asked for in turn comes in turn; a webhook's requests may pass each other on their way.
    reorders: way === "webhook",
    choose: (at, choice) => send(press(at, choice)),
    fill,
    seen: () => [...telegram.messages.map(seenOf), ...toasts()],
    rawPayloads: () => telegram.calls.filter(({ method }) => /^(send|edit)/.test(method)),
    slowed: () => telegram.state.flooded,
    wrong: () => [],
    trouble: troubles.add,
    calm: troubles.calm,
    slowLine: (bytes, milliseconds) => void Object.assign(telegram.rules.slow, { bytes, milliseconds }),
    holdFiles: (until) => void Object.assign(telegram.rules, { filesHere: until }),
    // Its sendMessage has no key by which a repetition would be known.
    tellsTwice: () => true,
    throwOut: ({ id }) => void outside.add(Number(id)),
    block: ({ id }) => void telegram.rules.blocked.add(Number(id)),
    delivery,
    reseal: (like, body) => ({ ...like, body }),
    samples(at) {
      const [chat, person] = [chatOf(at), from(at.who)];
      const ours = { message_id: 7, from: BOT, chat, date: 1 };
      const line = "/test book title:";
      const question = { ...ours, text: line, entities: [{ type: "code", offset: 0, length: line.length }] };
      const query = { id: "q1", from: person, chat_instance: "1", message: question };
      return [
        message(at, { text: "/test_note note:x" }),
        message(at, { text: '/test_options@impresario_test_bot count:7 words:"a b"', message_thread_id: 5 }),
        message(at, { text: "Night Owls", reply_to_message: question }),
        message(at, { caption: "/test_upload", document: { file_id: "f", file_unique_id: "f", file_name: "a.csv" } }),
        message(at, { new_chat_members: [person] }),
        update({ callback_query: { ...query, data: "rAAAAAAAAAAAAAA" } }),
        update({ callback_query: { ...query, data: "=live" } }),
        update({ callback_query: { ...query, data: "!" } }),
        update({ edited_message: { ...ours, from: person, text: "/test_note note:y" } }),
        update({ channel_post: { ...ours, text: "/test_note note:y" } }),
        update({ my_chat_member: { chat, from: person, date: 1, old_chat_member: {}, new_chat_member: {} } }),
      ];
    },
    hangUp: () => telegram.state.poller?.(),
    close: telegram.close,
  };
}

/** Which option a question is about stands at the end of the line of code under it. */
const askedIn = ({ text, entities }: Shown): string | undefined => {
  const line = entities.findLast((e) => e.type === "code");
  return line && / ([a-z0-9_-]+):$/.exec(text.slice(line.offset, line.offset + line.length))?.[1];
};

const quoted = (value: string): string => (/^[\w.-]+$/.test(value) ? value : `"${value.replace(/["\\]/g, "\\$&")}"`);

const KINDS = { sendPhoto: "picture", sendAudio: "audio", sendVideo: "video", sendDocument: "file" } as const;

function seenOf(shown: Shown): Seen {
  const { text, entities, chat, only, markup, method, edits } = shown;
  const part = ({ offset, length }: { offset: number; length: number }) => text.slice(offset, offset + length);
  const code = entities.filter((e) => e.type === "code" || e.type === "pre");
  const calls = [...text.matchAll(/(?<!\w)@(?=\w)/g)].filter(
    ({ index }) => !code.some((e) => index >= e.offset && index < e.offset + e.length),
  );
  const links = entities.flatMap((e) => (e.url ? [{ label: unmarked(part(e)), url: e.url }] : []));
  const rows = (markup?.inline_keyboard ?? []).flat();
  const kind = method in KINDS ? KINDS[method as keyof typeof KINDS] : undefined;
  const pressed = rows.filter((b) => b.callback_data).map((b) => b.text);
  return {
    id: String(shown.message_id),
    where: String(chat),
    ...(only !== undefined || chat > 0 ? { only: String(only ?? chat) } : {}),
    text: unmarked(text),
    buttons: pressed,
    menus: pressed.length > 0 ? [pressed] : [],
    links: [...links, ...rows.flatMap((b) => (b.url ? [{ label: b.text, url: b.url }] : []))],
    media: kind ? [{ kind, words: unmarked(text) }] : [],
    pings: [
      ...calls.map(({ index }) => text.slice(index, index + 20)),
      ...entities.filter((e) => e.type === "text_mention").map(part),
    ],
    asks: markup?.force_reply === true || (pressed.length > 0 && askedIn(shown) !== undefined),
    edits,
  };
}

const paint: Paint = (view) => {
  const { parts, lost } = render(view, { reader: READER, base: BASE, paints: true });
  const wrong = parts.flatMap((part) =>
    part.kind === "text"
      ? complaint(() => check("sendMessage", { chat_id: 1, text: part.html, parse_mode: "HTML", ...markupOf(part) }))
      : [
          ...(part.items.length > ALBUM ? ["wrong number of media in the album"] : []),
          ...part.items.flatMap(({ caption }) =>
            complaint(() =>
              check("sendPhoto", { chat_id: 1, photo: "x", caption: escaped(caption), parse_mode: "HTML" }),
            ),
          ),
        ],
  );
  return { payloads: parts, wrong, lost };
};

const markupOf = ({ keyboard, ask }: Extract<Part, { kind: "text" }>) =>
  keyboard
    ? { reply_markup: { inline_keyboard: keyboard } }
    : ask === undefined
      ? {}
      : { reply_markup: { force_reply: true, input_field_placeholder: ask } };

export const driver: Driver = { surface: "telegram", paint, ways: ["webhook", "socket"], open };
