// What people hand over, over several steps: files, options that may be skipped, things of the workspace to choose from.
import { expect, test } from "vitest";
import { choice, command, type Entity, file, pick, text, whole } from "../../core/command/index.ts";
import { view } from "../../core/view/index.ts";
import { telegramOffice } from "../../test/telegram.ts";

const halls: Entity<{ name: string }> = {
  name: "hall",
  find: async (_act, raw) => (["Blue", "Red"].includes(raw) ? { name: raw } : undefined),
  search: async () => ["Blue", "Red"].map((name) => ({ value: name, label: `${name} hall` })),
};
const load = command({
  name: "test load",
  says: "Load a file",
  role: "member",
  options: {
    data: file("Which file?", { max: 1_000, endings: ["csv", "ogg", "jpg"] }),
    mode: choice("How strict?", ["strict", "valid"]),
  },
  run: async ({ options }) => view(`Loaded ${options.data.name}: ${options.data.bytes.length} bytes, ${options.mode}.`),
});
const show = command({
  name: "test show",
  says: "Plan a show",
  role: "member",
  options: {
    hall: pick(halls, "Where?"),
    mood: text("In a few words", { max: 50 }).optional(),
    seats: whole("How many seats", { min: 1, max: 99, default: 10 }),
  },
  run: async ({ options }) => view(`${options.hall.name}, ${options.mood ?? "no mood"}, ${options.seats} seats.`),
});
const office = telegramOffice([load, show]);
const document = (bytes: Buffer, file_name: string) => ({
  document: { ...office.telegram.keepFile(bytes), file_name, mime_type: "text/csv", file_size: bytes.length },
});

async function guest(name: string) {
  await office.start();
  const who = office.person(name);
  await office.bind(who.chat);
  return who;
}
const labels = (shown: { markup?: { inline_keyboard?: { text: string }[][] } }) =>
  shown.markup?.inline_keyboard?.flat().map((b) => b.text);

test("a document comes with its caption as the command", async () => {
  const ann = await guest("Ann");
  const caption = "/test_load mode:strict";
  office.telegram.say(ann, ann.chat, "", { caption, ...document(Buffer.from("a,b\n"), "in.csv") });
  await office.answer(ann.chat, /Loaded in\.csv: 4 bytes, strict\./);
});

test("a file is asked for, sent in a reply, and is not sent again when something else is missing", async () => {
  const bea = await guest("Bea");
  office.telegram.say(bea, bea.chat, "/test_load");
  const question = await office.answer(bea.chat, /Reply to this message with the file/);
  office.telegram.say(bea, bea.chat, "", { to: question, ...document(Buffer.from("a,b,c\n"), "my list.csv") });
  const next = await office.answer(bea.chat, /How strict\?/);
  office.telegram.press(bea, next, "valid");
  await office.answer(bea.chat, /Loaded my list\.csv: 6 bytes, valid\./);
});

test("a photo, a sound, a voice and a file that is answered with a command are taken; the largest photo counts", async () => {
  const cleo = await guest("Cleo");
  const { telegram } = office;
  const kept = (length: number) => ({ ...telegram.keepFile(Buffer.alloc(length, 1)), file_size: length });
  const size = { width: 10, height: 10 };
  const sent = [
    {
      photo: [
        { ...kept(1), ...size },
        { ...kept(2), ...size },
      ],
      is: /photo\.jpg: 2 bytes/,
    },
    { voice: { ...kept(3), duration: 1, mime_type: "audio/ogg" }, is: /voice\.ogg: 3 bytes/ },
    { audio: { ...kept(4), duration: 1, file_name: "song.ogg" }, is: /song\.ogg: 4 bytes/ },
  ];
  for (const { is, ...more } of sent) {
    telegram.say(cleo, cleo.chat, "", { caption: "/test_load mode:valid", ...more });
    await office.answer(cleo.chat, is);
  }
  const before = { message_id: 5, date: 1, chat: cleo.chat, ...document(Buffer.from("12345"), "said.csv") };
  telegram.say(cleo, cleo.chat, "/test_load mode:valid", { reply_to_message: before });
  await office.answer(cleo.chat, /said\.csv: 5 bytes/);
});

test("of an album every file is taken with its words, whichever part they came with; what takes none is done once", async () => {
  const ida = await guest("Ida");
  const { telegram } = office;
  const part = (media_group_id: string, name: string, more: object = {}) =>
    telegram.say(ida, ida.chat, "", { media_group_id, ...document(Buffer.from(name), `${name}.csv`), ...more });
  part("1", "one");
  part("1", "two", { caption: "/test_load mode:valid" });
  part("1", "three");
  for (const name of ["one", "two", "three"]) await office.answer(ida.chat, new RegExp(`Loaded ${name}\\.csv`));
  part("2", "four", { caption: "/test_show hall:Red" });
  part("2", "five");
  await office.answer(ida.chat, /^Red/);
  // An album without words is nothing to us; the answer to a question may be one.
  part("3", "six");
  telegram.say(ida, ida.chat, "/test_load mode:strict");
  const question = await office.answer(ida.chat, /Reply to this message with the file/);
  part("4", "seven", { to: question });
  part("4", "eight", { to: question });
  for (const name of ["seven", "eight"]) await office.answer(ida.chat, new RegExp(`Loaded ${name}\\.csv`));
  expect(office.of(ida.chat)).toHaveLength(7);
});

test("what is too large, too much for Telegram, or cannot be fetched is told in words", async () => {
  const dan = await guest("Dan");
  const { telegram } = office;
  const send = (more: object) => telegram.say(dan, dan.chat, "", { caption: "/test_load mode:valid", ...more });
  send(document(Buffer.alloc(1_001, 1), "big.csv"));
  await office.answer(dan.chat, /too large/);
  const lost = { file_id: "nowhere", file_unique_id: "n", file_name: "x.csv", file_size: 5 };
  send({ document: lost });
  await office.answer(dan.chat, /could not be fetched\. Send it again/);
  const { document: hidden } = document(Buffer.alloc(5_000, 1), "hidden.csv");
  send({ document: { ...hidden, file_size: undefined } });
  await office.answer(dan.chat, /too large/, 2);
  expect(telegram.calls.filter(({ method }) => method === "getFile").length).toBeGreaterThan(0);
});

test("what is not needed stands behind a button: asked for, skipped, or answered, until it is run", async () => {
  const eli = await guest("Eli");
  const { telegram } = office;
  telegram.say(eli, eli.chat, "/test_show");
  const where = await office.answer(eli.chat, /Where\?/);
  expect(labels(where)).toEqual(["Blue hall", "Red hall", "More options"]);
  telegram.press(eli, where, "More options");
  await expect.poll(() => labels(where), { timeout: 8_000 }).toEqual(["hall", "mood", "seats"]);
  telegram.press(eli, where, "hall");
  await expect.poll(() => labels(where), { timeout: 8_000 }).toEqual(["Blue hall", "Red hall"]);
  telegram.press(eli, where, "Red hall");
  await expect.poll(() => labels(where), { timeout: 8_000 }).toEqual(["hall", "mood", "seats", "Run"]);
  expect(office.of(eli.chat)).toHaveLength(1);
  telegram.press(eli, where, "mood");
  const mood = await office.answer(eli.chat, /Answer with - to skip it/);
  telegram.say(eli, eli.chat, "-", { to: mood });
  const again = await office.answer(eli.chat, /In a few words/, 2);
  telegram.press(eli, again, "mood");
  const asked = await office.answer(eli.chat, /Answer with - to skip it/, 3);
  telegram.say(eli, eli.chat, "calm & <b>low</b>", { to: asked });
  const ready = await office.answer(eli.chat, /calm & <b>low/, 4);
  telegram.press(eli, ready, "Run");
  await office.answer(eli.chat, /^Red, calm & <b>low<\/b>, 10 seats\.$/);
});

test("a wrong answer on the way is said, and the way goes on", async () => {
  const fay = await guest("Fay");
  const { telegram } = office;
  telegram.say(fay, fay.chat, "/test_show hall:Green");
  const where = await office.answer(fay.chat, /Nothing here is called Green/);
  expect(labels(where)).toEqual(["Blue hall", "Red hall", "More options"]);
  telegram.press(fay, where, "Blue hall");
  await office.answer(fay.chat, /^Blue, no mood, 10 seats\.$/);
});

test("what was said after a file waits for it, in its chat alone, however many files are on their way", async () => {
  const senders = Array.from({ length: 8 }, (_, n) => office.person(`Gil ${n}`));
  const hua = office.person("Hua");
  for (const one of [...senders, hua]) await office.bind(one.chat);
  const { telegram } = office;
  const fetched = new Set<unknown>();
  telegram.rules.fault = ({ method, params }) => {
    if (method !== "getFile") return undefined;
    fetched.add(params.file_id);
    return { kind: "stall", milliseconds: 4_000 };
  };
  await office.start();
  const caption = "/test_load mode:valid";
  for (const gil of senders) {
    telegram.say(gil, gil.chat, "", { caption, ...document(Buffer.from("1"), "slow.csv") });
    telegram.say(gil, gil.chat, "/test_show hall:Red");
  }
  await expect.poll(() => fetched.size, { timeout: 8_000 }).toBe(senders.length);
  telegram.say(hua, hua.chat, "/test_show hall:Blue");
  await office.answer(hua.chat, /^Blue/);
  expect(senders.flatMap((gil) => office.of(gil.chat))).toEqual([]);
  for (const gil of senders) {
    await office.answer(gil.chat, /^Red/);
    expect(office.of(gil.chat).map((m) => m.text.slice(0, 6))).toEqual(["Loaded", "Red, n"]);
  }
  const stored = await office.sql("select envelope from inbox where envelope::text like '%slow.csv%'");
  expect(stored).toHaveLength(senders.length);
  for (const { envelope } of stored) expect(JSON.stringify(envelope)).not.toContain("base64");
});
