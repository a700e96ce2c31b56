// An album comes in parts, and each part may be told to another process.
import { expect, test } from "vitest";
import { choice, command, file } from "../../core/command/index.ts";
import { view } from "../../core/view/index.ts";
import { telegramOffice } from "../../test/telegram.ts";

const load = command({
  name: "test load",
  says: "Load a file",
  role: "member",
  options: {
    data: file("Which file?", { max: 1_000, endings: ["csv"] }),
    mode: choice("How strict?", ["strict", "valid"]),
  },
  run: async ({ options }) => view(`Loaded ${options.data.name}, ${options.mode}.`),
});
const office = telegramOffice([load]);
const SECRET = "a-secret-of-32-letters_0123456789";

async function process() {
  const { chat } = await office.start({ TELEGRAM_WEBHOOK_SECRET: SECRET, BASE_URL: "https://radio.test" });
  const hook = chat.bots[0]!.bot.hook!(chat.door);
  const headers = new Headers({ "x-telegram-bot-api-secret-token": SECRET });
  return async (update: object) =>
    (await hook({ method: "POST", headers, body: Buffer.from(JSON.stringify(update)), query: new URLSearchParams() }))
      .status;
}

function part(who: ReturnType<typeof office.person>, media_group_id: string, name: string, more: object = {}): object {
  const { telegram } = office;
  const bytes = Buffer.from(name);
  const document = { ...telegram.keepFile(bytes), file_name: `${name}.csv`, file_size: bytes.length };
  telegram.say(who, who.chat, "", { media_group_id, document, ...more });
  return telegram.waiting().at(-1)!;
}

test("of an album that several processes hear, every file is taken with its words, once", async () => {
  const [one, two] = [await process(), await process()];
  const ann = office.person("Ann");
  await office.bind(ann.chat);
  const parts = [part(ann, "1", "first"), part(ann, "1", "second", { caption: "/test_load mode:strict" })];
  const rest = [part(ann, "1", "third"), part(ann, "1", "fourth")];
  const heard = [one(parts[0]!), two(parts[1]!), one(rest[0]!), two(rest[1]!)];
  expect(await Promise.all(heard)).toEqual([200, 200, 200, 200]);
  for (const name of ["first", "second", "third", "fourth"])
    await office.answer(ann.chat, new RegExp(`Loaded ${name}\\.csv, strict`));
  // Told once more, elsewhere: the first one's answer stands.
  expect(await two(parts[0]!)).toBe(200);
  expect(office.of(ann.chat)).toHaveLength(4);
});

test("the words of an album are its sender's and its chat's alone", async () => {
  const tell = await process();
  const [bea, cleo] = [office.person("Bea"), office.person("Cleo")];
  for (const { chat } of [bea, cleo]) await office.bind(chat);
  const words = part(bea, "7", "mine", { caption: "/test_load mode:valid" });
  expect(await tell(words)).toBe(200);
  expect(await tell(part(cleo, "7", "theirs"))).toBe(200);
  expect(await tell(part({ ...cleo, chat: bea.chat }, "7", "strangers"))).toBe(200);
  await office.answer(bea.chat, /Loaded mine\.csv, valid/);
  // What is answered with 200 was kept before, or not at all.
  expect(await office.sql("select from inbox where envelope::text ~ 'theirs|strangers'")).toEqual([]);
});
