// What is typed on the page of three platforms, and how markup looks there.
import { expect, test } from "vitest";
import { offersFor, type Registered, readCommand, spoken } from "./discord-commands.ts";
import { inPlainWords } from "./everywhere.ts";
import { discordParts, mrkdwnParts, telegramParts } from "./markup.ts";

const COMMANDS: Registered[] = [
  {
    name: "song",
    name_localizations: { de: "lied" },
    type: 1,
    options: [
      {
        name: "make",
        name_localizations: { de: "machen" },
        type: 1,
        description: "Make a song",
        description_localizations: { de: "Ein Lied machen" },
        options: [
          { name: "title", name_localizations: { de: "titel" }, type: 3, description: "Its title", required: true },
          { name: "count", type: 4, description: "How many" },
          {
            name: "mood",
            type: 3,
            description: "Which mood",
            choices: [{ name: "calm", name_localizations: { de: "ruhig" }, value: "calm" }],
          },
          { name: "voice", type: 3, description: "Whose voice", autocomplete: true },
        ],
      },
    ],
  },
  { name: "help", type: 1, description: "Help" },
  { name: "Look at it", type: 3 },
];
const english = spoken(COMMANDS, "en-US");
const german = spoken(COMMANDS, "de");

test("commands are offered in the person's language, and taken in either", () => {
  expect(offersFor(english, "/").offers.map((o) => o.label)).toEqual(["/song make", "/help"]);
  expect(offersFor(german, "/l").offers).toEqual([
    { insert: "/lied machen ", label: "/lied machen", hint: "Ein Lied machen" },
  ]);
  const wanted = { name: "song make", given: { title: "Night rain", count: 2, mood: "calm" } };
  expect(readCommand(german, '/lied machen titel:"Night rain" count:2 mood:ruhig')).toEqual(wanted);
  expect(readCommand(german, '/song make title:"Night rain" count:2 mood:calm')).toEqual(wanted);
});

test("what Discord would not send is not sent", () => {
  expect(readCommand(english, "/song")).toEqual({ problem: "There is no command /song." });
  expect(readCommand(english, "/song make count:1")).toEqual({ problem: "title: this option is required." });
  expect(readCommand(english, "/song make title:a loud:yes")).toEqual({ problem: "loud: there is no such option." });
});

test("options are offered until they are given; choices after their name; the rest is the bot's to say", () => {
  expect(offersFor(english, "/song make title:a ").offers.map((o) => o.label)).toEqual(["count", "mood", "voice"]);
  expect(offersFor(german, "/lied machen mood:r").offers).toEqual([
    { insert: "/lied machen mood:calm ", label: "ruhig", hint: "calm" },
  ]);
  expect(offersFor(english, "/song make voice:al").ask).toMatchObject({
    name: "song make",
    option: "voice",
    value: "al",
  });
});

test("one command is typed in each platform's way", () => {
  expect(inPlainWords("discord", "token create name:x")).toBe("/token create name:x");
  expect(inPlainWords("slack", "/token create name:x")).toBe("/impresario token create name:x");
  expect(inPlainWords("telegram", "token create name:x")).toBe("/token_create name:x");
  expect(inPlainWords("telegram", "help budgets")).toBe("/help budgets");
});

const textOf = (parts: ReturnType<typeof discordParts>) =>
  parts.map((p) => (p.kind === "text" ? p.spans.map((s) => s.text).join("") : p.kind === "pre" ? p.text : ""));

test("Discord's Markdown: what is escaped stands, what is marked is styled", () => {
  expect(discordParts("**Name:** a \\*b\\*")).toEqual([
    {
      kind: "text",
      spans: [{ text: "Name:", bold: true }, { text: " a " }, { text: "*" }, { text: "b" }, { text: "*" }],
    },
  ]);
  expect(textOf(discordParts("-# small\n```\n| a |\n```\n- item"))).toEqual(["small", "| a |", "item"]);
  expect(discordParts("@everyone")[0]).toMatchObject({ spans: [{ text: "@everyone", call: true }] });
});

test("Slack's mrkdwn: escaped signs are read, calls are seen", () => {
  const name = (id: string) => ({ U1: "Anna" })[id] ?? id;
  expect(mrkdwnParts("*b* &lt;x&gt; <https://a.test|a> <@U1> <!channel>", name)).toEqual([
    {
      kind: "text",
      spans: [
        { text: "b", bold: true },
        { text: " <x> " },
        { text: "a", href: "https://a.test" },
        { text: " " },
        { text: "@Anna", call: true },
        { text: " " },
        { text: "@channel", call: true },
      ],
    },
  ]);
});

test("Telegram's entities: lines stay lines, code stands apart", () => {
  const text = "One bold\n\ncode here\nlast";
  const entities = [
    { type: "bold", offset: 4, length: 4 },
    { type: "pre", offset: 10, length: 9 },
  ];
  const parts = telegramParts(text, entities);
  expect(parts[0]).toEqual({ kind: "text", spans: [{ text: "One " }, { text: "bold", bold: true }] });
  expect(parts).toContainEqual({ kind: "pre", text: "code here" });
  expect(parts.at(-1)).toEqual({ kind: "text", spans: [{ text: "last" }] });
});
