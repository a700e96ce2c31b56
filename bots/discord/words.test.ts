import { expect, test } from "vitest";
import { command, file, registry, text } from "../../core/command/index.ts";
import { view } from "../../core/view/index.ts";
import { openSaid, type Saying } from "../../test/emulators/discord/said.ts";
import { heard, type Said } from "./words.ts";

const run = () => view("Done.");
const commands = registry([
  command({ name: "song make", says: "Make a song.", role: "member", run, options: { about: text("What about.") } }),
  command({ name: "secret", says: "Show a secret.", role: "owner", reply: "private", run }),
  command({ name: "read", says: "Read a file.", role: "member", run, options: { file: file("A file.") } }),
  command({ name: "help", says: "Help.", role: "member", run, options: { topic: text("A topic.").optional() } }),
]);
const me = { app: "901", user: "900" };
const said = openSaid(() => new Date("2026-11-20T12:00:00Z"));
const hear = (words: string, from?: Saying) => heard(said.add(words, from) as unknown as Said, me, commands);

test("what is said after our name is a command, with who said it and what to reply to", () => {
  const told = said.add("<@900> song make rain at night", { roles: ["7"] });
  expect(heard(told as unknown as Said, me, commands)).toEqual({
    surface: "discord",
    tenant: "500",
    place: "600",
    whole: true,
    delivery: told.id,
    account: { id: "42", name: "user42", roles: ["7"] },
    content: { kind: "command", name: "song make", options: { about: "rain at night" } },
    hints: { message: told.id, user: "42" },
  });
});

test.each([
  ["<@900> !song make rain", {}],
  ["<@!900>, song make rain", {}],
  ["!song make rain", { direct: true }],
  ["/song make rain", { direct: true }],
  ["song make rain", { direct: true }],
  ["<@900> song make rain", { direct: true }],
])("%s is heard", (words, from) => {
  expect(hear(words, from)?.content).toEqual({ kind: "command", name: "song make", options: { about: "rain" } });
});

test.each([
  ["!song make rain", {}],
  ["song make rain <@900>", {}],
  ["<@901> song make rain", {}],
  ["", { direct: true }],
  ["<@900> song make rain", { bot: true }],
  ["<@900> song make rain", { webhook: true }],
  ["song make rain", { direct: true, bot: true }],
])("%s is not for us, or a program said it", (words, from) => {
  expect(hear(words, from)).toBeUndefined();
});

test("our name alone asks for help, and a first word alone for what is behind it", () => {
  expect(hear(" <@900> ")?.content).toEqual({ kind: "command", name: "help", options: {} });
  expect(hear("<@900> song")?.content).toEqual({ kind: "command", name: "help", options: { topic: "song" } });
  expect(hear("<@900> whistle")?.content).toMatchObject({ name: "whistle" });
});

test("a direct message is of the bot's own place; a private answer in a server goes to the person", () => {
  expect(hear("secret", { direct: true, channel: "70" })).toMatchObject({ tenant: "901", place: "70" });
  expect(hear("secret", { direct: true })?.hints).not.toHaveProperty("private");
  expect(hear("<@900> secret")?.hints).toMatchObject({ private: true });
});

test("what is attached fills the options that are files", () => {
  const songs = { name: "songs.csv", type: "text/csv", url: "https://cdn.discordapp.com/x", size: 8 };
  expect(hear("<@900> read", { files: [songs] })?.content).toMatchObject({
    options: { file: { attachment: { name: "songs.csv", type: "text/csv", where: songs.url, size: 8 } } },
  });
  expect(hear("<@900> read")?.content).toMatchObject({ options: {} });
});

test("what Discord itself tells (somebody joined, a message was pinned) is not heard", () => {
  for (const type of [6, 7, 21])
    expect(heard({ ...(said.add("<@900> help") as unknown as Said), type }, me, commands)).toBeUndefined();
});
