// The bot as it runs: grammY, inbox, lanes, outbox, and a Telegram that enforces its limits.
import { expect, test } from "vitest";
import { choice, command, text } from "../../core/command/index.ts";
import { findRun } from "../../core/inbox/index.ts";
import { edit } from "../../core/outbox/index.ts";
import { view } from "../../core/view/index.ts";
import { inWorkspace } from "../../db/connect.ts";
import { telegramOffice } from "../../test/telegram.ts";

const book = command({
  name: "test book",
  says: "Book a show",
  role: "member",
  options: { title: text("What is it called?", { max: 50 }), kind: choice("Which kind?", ["live", "recorded"]) },
  run: async ({ options }) => view(`Booked ${options.title} (${options.kind}).`),
});
const secret = command({
  name: "test secret",
  says: "Only for you",
  role: "member",
  reply: "private",
  options: {},
  run: async () => view("For your eyes only."),
});
const office = telegramOffice([book, secret]);
const group = (id: number) => ({ id: -id, type: "supergroup" as const });

test("a chat is nobody's, is connected with a code, and then answers its people", async () => {
  await office.start();
  const mia = office.person("Mia");
  const { telegram, house, owner } = office;
  telegram.say(mia, mia.chat, "/whoami");
  await office.answer(mia.chat, /belongs to no workspace yet/);
  const issued = await house.ask("connect", {}, { as: owner });
  const { code } = (issued.data?.item ?? {}) as { code: string };
  telegram.say(mia, mia.chat, `/connect code:${code}`);
  const almost = await office.answer(mia.chat, /Almost/);
  const asked = await inWorkspace(house.database, owner.workspaceId, (tx) => findRun(tx, issued.run));
  const [yes] = asked!.view.blocks.flatMap((b) => (b.kind === "buttons" ? b.buttons : []));
  await house.press(yes!.action!, { as: owner });
  await expect.poll(() => almost.text, { timeout: 8_000 }).toContain("belongs to Main now");
  expect(almost.edits).toBeGreaterThan(0);
  house.clock.pass(3_000);
  telegram.say(mia, mia.chat, "/whoami");
  await office.answer(mia.chat, /You are Mia, .* of Main/);
  telegram.say(mia, mia.chat, "/help");
  const help = await office.answer(mia.chat, /You can use \d+ commands/);
  telegram.press(mia, help, "/channel");
  const menu = await office.answer(mia.chat, /\/channel does/);
  expect(telegram.answered).toHaveLength(1);
  telegram.press(mia, menu, "/channel list");
  await office.answer(mia.chat, /There is no channel yet/, office.of(mia.chat).length);
  await office.make("owner", mia);
  telegram.say(mia, mia.chat, "/setup blueprint:streams");
  await office.answer(mia.chat, /Channels: 7/, office.of(mia.chat).length);
});

test("missing options are asked for one by one, in a reply and with buttons, over a restart", async () => {
  const bot = await office.start();
  const ben = office.person("Ben");
  await office.bind(ben.chat);
  office.telegram.say(ben, ben.chat, "/test_book");
  const first = await office.answer(ben.chat, /What is it called\?/);
  expect(first.markup).toMatchObject({ force_reply: true });
  await bot.stop();
  await office.start();
  office.telegram.say(ben, ben.chat, 'Night "owls" <b>kind:live</b>', { to: first });
  const second = await office.answer(ben.chat, /Which kind\?/);
  expect(second.markup?.inline_keyboard?.flat().map((b) => b.text)).toEqual(["live", "recorded"]);
  office.telegram.press(ben, second, "recorded");
  await office.answer(ben.chat, /Booked Night "owls" <b>kind:live<\/b> \(recorded\)\./);
});

test("the same update twice has one effect; others in between are not lost", async () => {
  const eve = office.person("Eve");
  await office.bind(eve.chat);
  office.telegram.say(eve, eve.chat, "/test book title:one kind:live");
  const [update] = office.telegram.waiting().slice(-1);
  await office.start();
  await office.answer(eve.chat, /Booked one/);
  office.telegram.again(update!);
  office.telegram.say(eve, eve.chat, "/test book title:two kind:live");
  await office.answer(eve.chat, /Booked two/);
  expect(office.of(eve.chat)).toHaveLength(2);
});

test("in a group only what is said to us is heard, and private answers stay private", async () => {
  await office.start();
  const kim = office.person("Kim");
  const band = group(501);
  await office.bind(band);
  office.telegram.say(kim, band, "help me with the drums");
  office.telegram.say(kim, band, "/help@another_bot");
  office.telegram.say({ ...kim, is_bot: true } as typeof kim, band, "/help");
  office.telegram.say(kim, band, "/test_secret@impresario_test_bot");
  await office.answer(kim.chat, /For your eyes only/);
  await office.answer(band, /in our own chat/);
  expect(office.of(band)).toHaveLength(1);
  const lee = office.person("Lee");
  office.telegram.rules.blocked.add(lee.id);
  office.telegram.say(lee, band, "/test_secret");
  const note = await office.answer(band, /only for you/);
  expect(note.markup?.inline_keyboard?.[0]?.[0]?.url).toContain("t.me/impresario_test_bot");
  expect(
    office
      .of(band)
      .map((m) => m.text)
      .join(),
  ).not.toContain("your eyes");
});

test("progress edits one message; an edit that changes nothing is no trouble", async () => {
  await office.start();
  const pat = office.person("Pat");
  await office.bind(pat.chat);
  office.telegram.say(pat, pat.chat, "/test book title:three kind:live");
  const shown = await office.answer(pat.chat, /Booked three/);
  const [row] = await office.sql(`select subject from outbox where place = '${pat.chat.id}' and kind = 'answer'`);
  const change = (done: number) =>
    inWorkspace(office.house.database, office.owner.workspaceId, (tx) =>
      edit(
        {
          db: tx,
          now: office.house.clock.now,
          newId: office.house.sources.newId,
          workspace: { id: office.owner.workspaceId },
        },
        {
          place: { surface: "telegram", tenant: "4242", external: String(pat.chat.id) },
          subject: String(row!.subject),
          view: view("Mixing", { kind: "progress", done, total: 10, now: "bass" }),
        },
      ),
    );
  await change(3);
  await expect.poll(() => shown.text, { timeout: 8_000 }).toContain("30%");
  await change(3);
  await change(10);
  await expect.poll(() => shown.text, { timeout: 8_000 }).toContain("100%");
  expect(office.of(pat.chat)).toHaveLength(1);
});

test("429 is obeyed, a broken server and a lost connection are outlived, a blocked chat is marked", async () => {
  await office.start();
  const { telegram } = office;
  const ida = office.person("Ida");
  await office.bind(ida.chat);
  const faults = [{ kind: "slow down", after: 1 }, { kind: "broken" }, { kind: "drop" }] as const;
  let next = 0;
  telegram.rules.fault = ({ method, params }) =>
    method === "sendMessage" && Number(params.chat_id) === ida.id ? faults[next++] : undefined;
  const asked = performance.now();
  telegram.say(ida, ida.chat, "/test book title:four kind:live");
  await office.answer(ida.chat, /Booked four/);
  expect(performance.now() - asked).toBeGreaterThan(1_000);
  expect(office.of(ida.chat)).toHaveLength(1);
  telegram.rules.blocked.add(ida.id);
  telegram.say(ida, ida.chat, "/test book title:five kind:live");
  const gone = () => office.sql(`select gone_at from place where external = '${ida.id}'`);
  await expect.poll(async () => (await gone())[0]?.gone_at, { timeout: 8_000 }).not.toBeNull();
});

test("a second poller is told by 409, and we go on when it is gone", async () => {
  const max = office.person("Max");
  await office.bind(max.chat);
  let conflicts = 0;
  office.telegram.rules.fault = ({ method }) =>
    method === "getUpdates" && ++conflicts <= 1
      ? { kind: "error", code: 409, description: "Conflict: terminated by other getUpdates request" }
      : undefined;
  await office.start();
  office.telegram.say(max, max.chat, "/test book title:six kind:live");
  await office.answer(max.chat, /Booked six/);
  expect(conflicts).toBeGreaterThan(1);
});

test("a Telegram that is away when we start keeps nothing from starting, and is heard when it is back", async () => {
  const ada = office.person("Ada");
  await office.bind(ada.chat);
  office.telegram.rules.fault = () => ({ kind: "drop" });
  const { parts } = await office.start();
  expect(parts[0]?.line).toContain("not connected yet");
  office.telegram.rules.fault = () => undefined;
  office.telegram.say(ada, ada.chat, "/test book title:eight kind:live");
  await office.answer(ada.chat, /Booked eight/);
});

test("a webhook believes only who knows its secret, and keeps before it answers", async () => {
  const words = { TELEGRAM_WEBHOOK_SECRET: "a-secret-of-32-letters_0123456789", BASE_URL: "https://radio.test" };
  const { chat, parts } = await office.start(words);
  expect(office.telegram.state).toMatchObject({
    webhook: "https://radio.test/hooks/telegram",
    secret: words.TELEGRAM_WEBHOOK_SECRET,
  });
  expect(parts[0]?.line).toContain("webhook");
  const hook = chat.bots[0]!.bot.hook!(chat.door);
  const zoe = office.person("Zoe");
  await office.bind(zoe.chat);
  office.telegram.say(zoe, zoe.chat, "/test book title:seven kind:live");
  const [update] = office.telegram.waiting().slice(-1);
  const body = Buffer.from(JSON.stringify(update));
  const post = (token: string | undefined, bytes = body) =>
    hook({
      method: "POST",
      headers: new Headers(token === undefined ? {} : { "x-telegram-bot-api-secret-token": token }),
      body: bytes,
      query: new URLSearchParams(),
    });
  for (const forged of [
    undefined,
    "",
    "a",
    `${words.TELEGRAM_WEBHOOK_SECRET}x`,
    words.TELEGRAM_WEBHOOK_SECRET.slice(1),
  ])
    expect((await post(forged)).status).toBe(401);
  expect((await post(words.TELEGRAM_WEBHOOK_SECRET, Buffer.from("{"))).status).toBe(400);
  expect((await post(words.TELEGRAM_WEBHOOK_SECRET)).status).toBe(200);
  expect((await post(words.TELEGRAM_WEBHOOK_SECRET)).status).toBe(200);
  await office.answer(zoe.chat, /Booked seven/);
  expect(office.of(zoe.chat)).toHaveLength(1);
});

test("the menu is compared, replaced in one call, and then has nothing to change", async () => {
  const { chat } = await office.start();
  const { register } = chat.bots[0]!.bot;
  const dry = await register!(office.house.commands, false);
  expect(dry).toContainEqual({ kind: "add", name: "help" });
  expect(office.telegram.menus.size).toBe(0);
  await register!(office.house.commands, true);
  expect(office.telegram.calls.some((c) => c.method === "deleteMyCommands")).toBe(false);
  expect((await register!(office.house.commands, true)).filter(({ kind }) => kind !== "left out")).toEqual([]);
  expect((await chat.bots[0]!.bot.examine!({ baseUrl: undefined })).filter(({ ok }) => !ok)).toEqual([]);
});
