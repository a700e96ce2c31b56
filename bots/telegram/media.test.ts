// What is more than one message: albums, files, long texts; sent once over restarts, and changed where they are.
import { expect, test } from "vitest";
import { type NewAsset, saveAsset } from "../../core/assets/index.ts";
import { command } from "../../core/command/index.ts";
import { edit } from "../../core/outbox/index.ts";
import { type Block, type View, view } from "../../core/view/index.ts";
import { inWorkspace } from "../../db/connect.ts";
import { telegramOffice } from "../../test/telegram.ts";
import { PHOTO_BYTES } from "./limits.ts";

const picture = (id: string, alt: string): Block => ({ kind: "picture", url: `/assets/${id}`, alt, type: "image/png" });
const sound = (id: string, title: string): Block => ({
  kind: "audio",
  url: `/assets/${id}`,
  alt: title,
  title,
  type: "audio/mpeg",
  seconds: 3.4,
});
const gallery = command({
  name: "test gallery",
  says: "Show what there is",
  role: "member",
  options: {},
  async run({ act }) {
    const make = async (more: Partial<NewAsset>) =>
      (await saveAsset(act, { kind: "song", type: "image/png", name: "x.png", bytes: Buffer.from("png"), ...more })).id;
    const large = await make({ bytes: Buffer.alloc(PHOTO_BYTES + 1) });
    return view(
      "All of it",
      picture(await make({}), "one"),
      picture(await make({}), "one"),
      { kind: "picture", url: "https://elsewhere.test/cat.png", alt: "a <cat>", type: "image/png" },
      picture(large, "a large one"),
      sound(await make({ type: "audio/mpeg" }), "Rain"),
      sound(await make({ type: "audio/mpeg" }), "Snow"),
      picture("018f0000-0000-7000-8000-000000000001", "gone"),
      { kind: "file", url: `/assets/${await make({})}`, name: "report.csv", type: "text/csv", bytes: 3 },
    );
  },
});
const LINE = "A line that is long enough to count, & <b>more</b> than that.";
const long = command({
  name: "test long",
  says: "Say a lot",
  role: "member",
  options: {},
  run: async () => view(Array.from({ length: 180 }, (_, n) => `${n + 1}. ${LINE}`).join("\n")),
});
const far = (alt: string): Block => ({ kind: "picture", url: "https://elsewhere.test/x.png", alt, type: "image/png" });
const wall = command({
  name: "test wall",
  says: "Ten pictures with long words",
  role: "member",
  options: {},
  run: async () =>
    view("A wall", ...Array.from({ length: 10 }, (_, n) => far(`Picture ${n} ${"& so on ".repeat(140)}`))),
});
const crowd = command({
  name: "test crowd",
  says: "A picture that calls many",
  role: "member",
  options: {},
  run: async () => view("A crowd", far("@a ".repeat(400))),
});
const office = telegramOffice([gallery, long, wall, crowd]);

async function guest(name: string) {
  const bot = await office.start({ BASE_URL: "https://radio.test" });
  const who = office.person(name);
  await office.bind(who.chat);
  return { who, bot };
}
async function change(id: number, shown: View): Promise<void> {
  const [row] = await office.sql(`select subject from outbox where place = '${id}' and kind = 'answer'`);
  const { database, clock, sources } = office.house;
  const { workspaceId } = office.owner;
  await inWorkspace(database, workspaceId, (tx) =>
    edit(
      { db: tx, now: clock.now, newId: sources.newId, workspace: { id: workspaceId } },
      {
        place: { surface: "telegram", tenant: "4242", external: String(id) },
        subject: String(row!.subject),
        view: shown,
      },
    ),
  );
}

test("what goes together is an album; a large picture is a file; what is not there is named", async () => {
  const { who } = await guest("Ada");
  office.telegram.say(who, who.chat, "/test_gallery");
  await office.answer(who.chat, /report\.csv/);
  const shown = office.of(who.chat);
  expect(shown.map((m) => [m.method, m.text])).toEqual([
    ["sendMessage", "All of it"],
    ["sendPhoto", "one"],
    ["sendPhoto", "one"],
    ["sendPhoto", "a <cat>"],
    ["sendDocument", "a large one"],
    ["sendAudio", "Rain"],
    ["sendAudio", "Snow"],
    ["sendMessage", "gone"],
    ["sendDocument", "report.csv"],
  ]);
  const albums = shown.map((m) => m.album);
  expect(new Set(albums.slice(1, 4)).size).toBe(1);
  expect(albums[1]).toBeDefined();
  expect(albums[4]).toBeUndefined();
  expect(albums[5]).toBe(albums[6]);
  expect(shown.flatMap((m) => (m.media instanceof File ? [m.media.name] : []))).toContain("report.csv");
  const lost = async () => (await office.sql(`select lost from outbox where place = '${who.id}'`))[0]?.lost;
  await expect.poll(lost).toEqual(["photo: its file is gone"]);
});

test("an album that Telegram cannot fetch becomes links, and what was sent is not sent again", async () => {
  const { who } = await guest("Bo");
  let broken = 0;
  office.telegram.rules.fault = ({ method, params }) => {
    if (Number(params.chat_id) !== who.id) return undefined;
    if (method === "sendMediaGroup" && JSON.stringify(params.media).includes("photo"))
      return { kind: "error", code: 400, description: "Bad Request: WEBPAGE_MEDIA_EMPTY" };
    return method === "sendDocument" && broken++ === 0 ? { kind: "broken" } : undefined;
  };
  office.telegram.say(who, who.chat, "/test_gallery");
  await office.answer(who.chat, /report\.csv/);
  const texts = office.of(who.chat).map((m) => m.text);
  expect(texts.filter((t) => t === "All of it")).toHaveLength(1);
  expect(texts[1]).toBe("one\none\na <cat>");
  expect(office.of(who.chat)[1]?.entities.map((e) => e.url)).toContain("https://elsewhere.test/cat.png");
});

test("what stands under an album that becomes links fits into one message, whatever is in it", async () => {
  const { who } = await guest("Eve");
  office.telegram.rules.fault = ({ method }) =>
    method === "sendMediaGroup"
      ? { kind: "error", code: 400, description: "Bad Request: WEBPAGE_MEDIA_EMPTY" }
      : undefined;
  office.telegram.say(who, who.chat, "/test_wall");
  await office.answer(who.chat, /Picture 9/);
  const [, links] = office.of(who.chat);
  expect(links!.text.length).toBeLessThanOrEqual(4_096);
  expect(links!.entities.filter((e) => e.url)).toHaveLength(10);
});

test("calls in what stands under a picture are mere text, and leave it short enough", async () => {
  const { who } = await guest("Fay");
  office.telegram.say(who, who.chat, "/test_crowd");
  const shown = await office.answer(who.chat, /@\u2060a/);
  expect(shown).toMatchObject({ method: "sendPhoto" });
});

test("a long text goes on in the next message; a restart in the middle sends only what is missing", async () => {
  const { who, bot } = await guest("Cy");
  let sent = 0;
  office.telegram.rules.fault = ({ method, params }) =>
    method === "sendMessage" && Number(params.chat_id) === who.id && ++sent > 1 ? { kind: "broken" } : undefined;
  office.telegram.say(who, who.chat, "/test_long");
  await expect.poll(() => sent, { timeout: 8_000 }).toBeGreaterThan(1);
  const known = () => office.sql(`select external from outbox where place = '${who.id}' and external is not null`);
  await expect.poll(async () => (await known()).length, { timeout: 8_000 }).toBe(1);
  await bot.stop();
  office.telegram.rules.fault = () => undefined;
  await office.start();
  await office.answer(who.chat, /180\. A line/);
  const parts = office.of(who.chat);
  expect(parts.length).toBeGreaterThan(2);
  expect(parts.every((m) => m.text.length <= 4_096)).toBe(true);
  const lines = parts.flatMap((m) => m.text.split("\n"));
  expect(lines).toEqual(Array.from({ length: 180 }, (_, n) => `${n + 1}. ${LINE}`));
});

test("what an edit added is changed and taken back by later ones, after a restart too", async () => {
  const { who, bot } = await guest("Di");
  office.telegram.say(who, who.chat, "/whoami");
  await office.answer(who.chat, /You are Di/);
  await change(who.id, view(Array.from({ length: 90 }, (_, n) => `${n}. ${LINE}`).join("\n")));
  await office.answer(who.chat, /89\. A line/);
  await bot.stop();
  await office.start();
  await change(who.id, view("Short again."));
  await expect.poll(() => office.of(who.chat).map((m) => m.text), { timeout: 8_000 }).toEqual(["Short again."]);
});
