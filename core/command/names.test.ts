import { afterAll, beforeAll, expect, test } from "vitest";
import type { Act } from "../act.ts";
import { view } from "../view/index.ts";
import { wordsOf } from "../words/say.ts";
import { inputsOf, nearest } from "./describe.ts";
import {
  command,
  describeCommand,
  formatWords,
  groupsOf,
  jsonSchemaOf,
  localised,
  parseWords,
  registry,
  speaker,
} from "./index.ts";
import { choice, money, text, whole, yesNo } from "./options/index.ts";

const song = command({
  name: "generate song",
  says: "Make songs",
  role: "staff",
  effects: ["spend"],
  options: {
    title: text("Its title", { max: 40, example: "night drive" }),
    count: whole("How many", { min: 1, max: 20, default: 1 }),
    mood: choice("Mood", ["calm", "wild"]).optional(),
    loud: yesNo("Loud", { default: false }),
    worth: money("At most").optional(),
  },
  run: () => view("Done."),
});
const video = command({ name: "generate video", says: "Make videos", role: "member", run: () => view("Done.") });
const now = command({ name: "now", says: "What plays", role: "member", reads: true, run: () => view("Done.") });
const house = registry([song, video, now]);

// Two languages for this test alone; "jetzt" and "video" mean something else in the other one.
const WORDS = {
  de: {
    "command:generate song": "erzeuge lied",
    "command:generate video": "erzeuge video",
    "command:now": "jetzt",
    "option:count": "anzahl",
    "option:title": "titel",
    "option:generate song.title": "liedtitel",
    "choice:calm": "ruhig",
    "Make songs": "Mache Lieder",
    "How many": "Wie viele",
  },
  ja: { "command:generate song": "生成 曲", "command:generate video": "jetzt", "option:count": "曲数" },
} as const;
const added: (() => void)[] = [];
beforeAll(() => {
  for (const locale of ["de", "ja"] as const) {
    for (const [key, words] of Object.entries(WORDS[locale])) {
      const before = wordsOf(locale).get(key);
      wordsOf(locale).set(key, words);
      added.push(() => (before === undefined ? wordsOf(locale).delete(key) : wordsOf(locale).set(key, before)));
    }
  }
});
afterAll(() => {
  for (const undo of added) undo();
});

test("a command is found by its name in any language and any spelling", () => {
  for (const name of ["erzeuge lied", "Erzeuge_Lied", "ERZEUGE.LIED", "生成 曲", "generate_song", "Generate  Song"])
    expect(house.find(name)?.name).toBe("generate song");
  expect(house.find("lied")).toBeUndefined();
  expect(house.find("__proto__")).toBeUndefined();
  expect(house.find("x".repeat(1_000_000))).toBeUndefined();
});

test("a name that means two things means the speaker's", () => {
  expect(house.find("jetzt", "de")?.name).toBe("now");
  expect(house.find("jetzt", "ja")?.name).toBe("generate video");
  expect(house.find("now", "ja")?.name).toBe("now");
});

test("words are understood in the speaker's language, English always", () => {
  const heard = (line: string) => parseWords(house, line, { locale: "de" });
  expect(heard("/erzeuge lied liedtitel:nacht anzahl:3")).toMatchObject({
    name: "generate song",
    options: { title: "nacht", count: "3" },
  });
  expect(heard("/generate song title:nacht count:3")?.options).toEqual({ title: "nacht", count: "3" });
  expect(heard(formatWords(song, { title: "nacht und tag" }))?.options).toEqual({ title: "nacht und tag" });
  expect(heard("/生成　曲 曲数：３")?.options).toEqual({ count: "３" });
});

test("for native registration: names, descriptions and groups of a language", () => {
  expect(localised(song, "de")).toMatchObject({
    name: "erzeuge lied",
    says: "Mache Lieder",
    options: { title: { name: "liedtitel" }, count: { name: "anzahl", says: "Wie viele" }, mood: { name: "stimmung" } },
  });
  expect(localised(song, "en").name).toBe("generate song");
  expect(groupsOf(house.all(), "de").map(({ word, name, says }) => [word, name, says])).toEqual([
    ["generate", "erzeuge", "lied · video"],
    ["now", "jetzt", "What plays"],
  ]);
});

test("a choice is taken by its label too, and offered by it", async () => {
  const mood = song.options.mood!;
  const at = { now: new Date(0), locale: "de", zone: "UTC", currency: "EUR" };
  expect(mood.parse("Ruhig", at)).toBe("calm");
  expect(mood.parse("calm", at)).toBe("calm");
  expect(() => mood.parse("ruhig", { ...at, locale: "en" })).toThrow("Choose one of");
  expect(await mood.suggest?.({ locale: "de" } as Act, "ru")).toEqual([{ value: "calm", label: "ruhig" }]);
});

test("as data in a language: for completion and forms", () => {
  const described = describeCommand(song, speaker("de"));
  expect(described).toMatchObject({
    name: "generate song",
    local: "erzeuge lied",
    says: "Mache Lieder",
    role: "staff",
    reply: "public",
    reads: false,
    effects: ["spend"],
  });
  expect(described.examples).toEqual([
    '/generate song title:"night drive"',
    '/generate song title:"night drive" count:1',
  ]);
  expect(described.inputs.map((i) => [i.name, i.kind, i.required])).toEqual([
    ["title", "text", true],
    ["count", "whole", false],
    ["mood", "choice", false],
    ["loud", "yesNo", false],
    ["worth", "money", false],
  ]);
  expect(described.inputs[2]?.choices).toEqual([
    { value: "calm", label: "ruhig" },
    { value: "wild", label: "wild" },
  ]);
  const filled = inputsOf(song, speaker("en"), { title: "x", worth: { amount: "5" } }, [
    { option: "title", text: "Write it as text." },
  ]);
  expect(filled[0]).toMatchObject({ value: "x", error: "Write it as text.", max: 40 });
  expect(filled[4]?.value).toBeUndefined();
});

test("as JSON Schema: for OpenAPI and tools", () => {
  expect(jsonSchemaOf(song)).toEqual({
    type: "object",
    properties: {
      title: { type: "string", minLength: 1, maxLength: 40, description: "Its title" },
      count: { type: "integer", minimum: 1, maximum: 20, description: "How many", default: 1 },
      mood: { type: "string", enum: ["calm", "wild"], description: "Mood" },
      loud: { type: "boolean", description: "Loud", default: false },
      worth: expect.objectContaining({ type: "string", description: expect.stringMatching(/^At most\. An amount/) }),
    },
    required: ["title"],
    additionalProperties: false,
  });
  expect(jsonSchemaOf(now)).toEqual({ type: "object", properties: {}, additionalProperties: false });
});

test("the nearest names are those one may run, in one's language too", () => {
  expect(nearest(house, "genrate song", "owner").map((c) => c.name)[0]).toBe("generate song");
  expect(nearest(house, "genrate song", "member").map((c) => c.name)).not.toContain("generate song");
  expect(nearest(house, "erzeuge leid", "owner", 1, "de").map((c) => c.name)).toEqual(["generate song"]);
  expect(
    nearest(house, "generate", "owner")
      .map((c) => c.name)
      .sort(),
  ).toEqual(["generate song", "generate video"]);
  expect(nearest(house, "", "owner")).toEqual([]);
});
