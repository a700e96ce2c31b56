import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { view } from "../view/index.ts";
import { command } from "./command.ts";
import type { Options } from "./option.ts";
import { choice, type Entity, file, money, period, person, pick, text, whole } from "./options/index.ts";
import { registry } from "./registry.ts";
import { formatWords, parseWords } from "./words.ts";

const things: Entity<string> = { name: "thing", find: async (_act, raw) => raw, search: async () => [] };
const make = (name: string, options: Options = {}) =>
  command({ name, says: "Do it", role: "member", options, run: () => view("Done.") });

const house = registry([
  make("generate song", {
    channel: pick(things, "Which channel"),
    count: whole("How many", { default: 1 }),
    mood: text("Mood").optional(),
  }),
  make("song plan", {
    channel: pick(things, "Which channel").optional(),
    count: whole("How many", { default: 1 }),
    mood: text("Mood").optional(),
  }),
  make("ask", { question: text("What") }),
  make("role grant", { person: person(things, "Who"), role: choice("Which", ["staff", "member"]) }),
  make("kpi show", {
    metric: pick(things, "Which"),
    period: period("When", { default: "last 7 days" }),
    by: choice("By", ["channel", "source"]).optional(),
  }),
  make("cost add", { amount: money("How much"), currency: text("In"), kind: choice("Kind", ["server", "ads"]) }),
  make("vote cast", { ballot: pick(things, "Which"), choice: text("What") }),
  make("rate import", { file: file("Which file"), mode: choice("Mode", ["strict", "valid"], { default: "valid" }) }),
  make("help", { topic: text("About").optional() }),
  make("status"),
]);

const read = (line: string, mention?: string[]) => parseWords(house, line, mention ? { mention } : {});
const options = (line: string) => read(line)?.options;

describe("the name", () => {
  test.each([
    "/generate song",
    "!generate song",
    "generate song",
    "／generate_song",
    "Generate.Song",
    "  /GENERATE   song ",
  ])("%s", (line) => {
    expect(read(line)).toMatchObject({ name: "generate song", known: true });
  });

  test("an unknown one goes on to be answered, as one word or two", () => {
    expect(read("/genrate song 3")).toMatchObject({ name: "genrate song", known: false, addressed: true });
    expect(read("stauts please")).toMatchObject({ name: "stauts", known: false, addressed: false });
    expect(read("/generate")).toMatchObject({ name: "generate", known: false });
    expect(read("hello")).toMatchObject({ name: "hello", known: false, addressed: false });
    expect(read("")).toBeUndefined();
    expect(read(" / ")).toBeUndefined();
  });

  test("a mention calls us, another bot's command is nothing to us", () => {
    const us = ["@impresario_bot", "<@123>"];
    expect(read("<@123>, status", us)).toMatchObject({ name: "status", addressed: true });
    expect(read("@Impresario_Bot /ask why", us)).toMatchObject({ name: "ask", options: { question: "why" } });
    expect(read("/ask@impresario_bot why", us)).toMatchObject({ name: "ask", options: { question: "why" } });
    expect(read("/ask@other_bot why", us)).toBeUndefined();
    expect(read("@impresario_botany status", us)).toMatchObject({ known: false, addressed: false });
  });
});

describe("options", () => {
  test.each([
    [
      '/generate song channel:noir-jazz count:3 mood:"dark rain"',
      { channel: "noir-jazz", count: "3", mood: "dark rain" },
    ],
    [
      "/generate song channel:noir-jazz mood:“dark rain” count:3",
      { channel: "noir-jazz", mood: "dark rain", count: "3" },
    ],
    ["/generate song channel：noir-jazz mood:「dark rain」", { channel: "noir-jazz", mood: "dark rain" }],
    ["/generate song channel=noir-jazz mood='dark rain'", { channel: "noir-jazz", mood: "dark rain" }],
    ["/generate song channel: noir-jazz count: 3", { channel: "noir-jazz", count: "3" }],
    ["/generate song channel:noir-jazz mood:dark rain on glass", { channel: "noir-jazz", mood: "dark rain on glass" }],
    ["/generate song noir-jazz 3", { channel: "noir-jazz", mood: "3" }],
    ["/song plan noir-jazz 3", { channel: "noir-jazz", count: "3" }],
    ['/song plan "Noir Jazz"', { channel: "Noir Jazz" }],
    ["/song plan Noir Jazz", { channel: "Noir Jazz" }],
    ['/ask what does "viral" mean', { question: 'what does "viral" mean' }],
    ['/ask "what now"', { question: "what now" }],
    ["/ask question: why is it?\nand how", { question: "why is it?\nand how" }],
    ["/ask it's: a test", { question: "it's: a test" }],
    ['/ask "unclosed quote', { question: '"unclosed quote' }],
    ["/role grant Anna Smith staff", { person: "Anna Smith", role: "staff" }],
    ["/role grant @anna staff", { person: "@anna", role: "staff" }],
    ["/role grant role:staff Anna Smith", { person: "Anna Smith", role: "staff" }],
    ["/kpi show mrr last month", { metric: "mrr", period: "last month" }],
    ["/kpi show mrr last month channel", { metric: "mrr", period: "last month", by: "channel" }],
    ["/cost add 12.34 USD ads", { amount: "12.34", currency: "USD", kind: "ads" }],
    ["/vote cast 12 the second one", { ballot: "12", choice: "the second one" }],
    ["/vote cast ballot:12 the second one", { ballot: "12", choice: "the second one" }],
    ["/rate import strict", { mode: "strict" }],
    ["help generate song", { topic: "generate song" }],
    ["/status", {}],
    ["/status now please", { now: "", please: "" }],
    ["/rate import strict file", { mode: "strict", '"file"': "" }],
    ["/ask note: this", { question: "note: this" }],
  ])("%s", (line, expected) => {
    expect(options(line)).toEqual(expected);
  });

  test("names that every object has mean nothing", () => {
    expect(options("/status __proto__ constructor:1")).toEqual(
      Object.fromEntries([
        ["__proto__", ""],
        ["constructor:1", ""],
      ]),
    );
    expect(options("/ask __proto__:x")).toEqual({ question: "__proto__:x" });
  });
});

test("what formatWords writes, parseWords reads back as it was", () => {
  const song = house.find("generate song")!;
  const value = fc.oneof(
    fc.string({ unit: "binary", minLength: 1 }),
    fc.string({ unit: fc.constantFrom(..."ab :=\"'\\“”„«»「」『』\n\t /!@"), minLength: 1 }),
    fc.constantFrom("count:3", 'a"b', "\\", '\\"', " ", "“”", "mood:", "/status", "\ud800"),
  );
  const given = fc.record({ channel: value, count: value, mood: value }, { requiredKeys: [] });
  fc.assert(
    fc.property(given, (written) => {
      expect(parseWords(house, formatWords(song, written))).toMatchObject({ name: "generate song", known: true });
      expect(parseWords(house, formatWords(song, written))?.options).toEqual(written);
    }),
    { numRuns: 4000 },
  );
});

test("whatever somebody types is read, and made of what was typed", () => {
  const line = fc.oneof(
    fc.string({ unit: "binary", maxLength: 300 }),
    fc
      .array(
        fc.constantFrom("/generate", "song", "channel:", "mood:", '"', "“", "x", ":", "count:3", "'", "\\", "ask"),
        {
          maxLength: 30,
        },
      )
      .map((w) => w.join(" ")),
  );
  fc.assert(
    fc.property(line, (typed) => {
      const heard = parseWords(house, typed);
      for (const [name, value] of heard?.known ? Object.entries(heard.options) : []) {
        for (const word of (value || name.replaceAll('"', "")).split(/\s+/)) expect(typed).toContain(word);
      }
    }),
    { numRuns: 4000 },
  );
});

test("no word is lost, whichever command it was said to", () => {
  const names = fc.constantFrom(...house.all().map((c) => c.name));
  const mark = fc.constantFrom("", '"', "“", "'", "count:", "mood:", "#");
  fc.assert(
    fc.property(names, fc.array(mark, { minLength: 1, maxLength: 12 }), (name, marks) => {
      const words = marks.map((m, n) => (m.endsWith(":") && marks.indexOf(m) < n ? `word${n}.` : `${m}word${n}.`));
      const heard = JSON.stringify(parseWords(house, `/${name} ${words.join(" ")}`));
      for (const n of words.keys()) expect(heard).toContain(`word${n}.`);
    }),
    { numRuns: 2000 },
  );
});

test.each([
  ["open quotes", `/ask ${'"a '.repeat(25_000)}`],
  ["other quotes", `/ask ${"“ „ « 「 ".repeat(12_000)}`],
  ["escapes", `/ask "${"\\".repeat(50_000)}`],
  ["names", `/ask ${"question:".repeat(6_000)}`],
  ["long name", `/${"a".repeat(50_000)}`],
  ["spaces", `/${" ".repeat(50_000)}x`],
  ["letters before a colon", `/generate song ${"a".repeat(50_000)}:`],
  ["many words", `/status ${"a ".repeat(25_000)}`],
])("50 kB of %s take no time", (_what, line) => {
  // The best of three: the machine may be busy with something else.
  const times = [1, 2, 3].map(() => {
    const before = performance.now();
    parseWords(house, line);
    return performance.now() - before;
  });
  expect(Math.min(...times)).toBeLessThan(500);
});
