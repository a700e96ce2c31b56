import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { allKeys, faultOf, placeholders, spareKeys, spoken, textsIn } from "./keys.ts";
import { LOCALES, type Locale, localeOf, say, wordsOf } from "./say.ts";

const keys = allKeys();

describe("texts in the source", () => {
  const found = (source: string) => [...textsIn("x.ts", source).texts];

  test("are found wherever people hear them", () => {
    expect(
      found(`
        import { text, whole as count, pick, person } from "../command/index.ts";
        act.say("One {a}", { a }); say(locale, "Two"); throw refuse("rule", "Three " + "and more");
        new Wrong(\`Four\`); new Refusal("role", only ? "Five" : other || "Six");
        command({ says: "Seven", options: { a: text("Eight", { max: 5 }), b: count("Nine").optional(), c: pick(things, "Ten") } });
        errors.push({ option: "x", text: "Eleven" }); say(many ? "Twelve" : \`Thirteen\`);
        const p = person(persons, "Fourteen");
      `),
    ).toEqual([
      "One {a}",
      "Two",
      "Three and more",
      "Four",
      "Five",
      "Six",
      "Seven",
      "Eight",
      "Nine",
      "Ten",
      "Eleven",
      "Twelve",
      "Thirteen",
      "Fourteen",
    ]);
  });

  test("are not found in what is something else", () => {
    expect(
      found(`
        import { text } from "../view.ts";
        // act.say("No")
        const a = 'say("No")'; text("No"); c.text("No"); act.say(command.says); say(key); refuse("No", why); file("No");
        ({ text: "No" }); ({ says });
      `),
    ).toEqual([]);
  });

  test("keys that are put together are known by how they begin", () => {
    expect([...textsIn("x.ts", "act.say(`role:$" + "{role}`); say(`$" + "{a}: b`)").prefixes]).toEqual(["role:"]);
  });

  test("the house speaks", () => {
    expect(keys.size).toBeGreaterThan(100);
    expect(keys.get("role:owner")).toBe("an owner");
    expect(keys.get("command:help")).toBe("help");
    expect(keys.has("option:topic")).toBe(true);
  });
});

test("every key of the English words is said somewhere", () => {
  const { texts, prefixes } = spoken();
  const known = (key: string) => texts.has(key) || [...prefixes].some((prefix) => key.startsWith(prefix));
  expect([...wordsOf("en").keys()].filter((key) => !known(key))).toEqual([]);
});

test("every English message formats, with every number", () => {
  const faults = [...keys].map(([key, english]) => faultOf(key, english, english, "en")).filter(Boolean);
  expect(faults).toEqual([]);
});

test("what is wrong with a translation is told", () => {
  const english = "{count, plural, one {# song} other {# songs}} for {name}";
  const german = (words: string) => faultOf("key", english, words, "de");
  expect(german("{count, plural, one {# Lied} other {# Lieder}} für {name}")).toBeUndefined();
  expect(german("{count} Lieder für {name}")).toBeUndefined();
  expect(german("{count} Lieder")).toBe("key: {name} is missing");
  expect(german("{count} Lieder für {name} und {other}")).toBe("key: {other} is not in the English");
  expect(german("{count, plural, one {# Lied}} für {name}")).toMatch(/^key: /);
  expect(german("{count Lieder für {name}")).toMatch(/^key: /);
  expect(faultOf("key", "Yes", " ", "de")).toBe("key: it says nothing");
  expect([...placeholders("{when, date, short} {n, selectordinal, other {{inner}}}", "en").keys()]).toEqual([
    "when",
    "n",
    "inner",
  ]);
});

// en-GB says only what it says differently.
const WHOLE = LOCALES.filter((l) => l !== "en" && l !== "en-GB");
const ready = existsSync(new URL("./es/", import.meta.url));
if (!ready) console.warn("Translations are not checked: core/words/es is not there yet.");
const waiting = ready ? "" : " (waits: core/words/es is not there yet)";

describe.skipIf(!ready)(`translations${waiting}`, () => {
  test.each(WHOLE)("%s lacks no key", (locale) => {
    const words = wordsOf(locale);
    expect([...keys.keys()].filter((key) => !words.has(key))).toEqual([]);
  });

  test.each(LOCALES.filter((l) => l !== "en"))("%s has no key that nobody says", (locale) => {
    const spare = spareKeys();
    expect([...wordsOf(locale).keys()].filter((key) => !keys.has(key) && !spare.has(key))).toEqual([]);
  });

  test.each(LOCALES.filter((l) => l !== "en"))(
    "%s formats, and has the names in braces that the English has",
    (locale) => {
      const faults = [...wordsOf(locale)]
        .filter(([key]) => keys.has(key))
        .map(([key, words]) => faultOf(key, keys.get(key) ?? key, words, locale))
        .filter(Boolean);
      expect(faults).toEqual([]);
    },
  );

  test.each(WHOLE)("%s is not English", (locale) => {
    const words = wordsOf(locale);
    // A name of one or two words may be the same in both; the frame of a plural is no word.
    const prose = (english: string) =>
      english
        .replaceAll(/\{\w+, plural,|\b(one|other) (?=\{)|[{}#]/g, "")
        .trim()
        .split(/\s+/);
    const same = [...keys].filter(([key, english]) => prose(english).length > 3 && words.get(key) === english);
    expect(same.map(([key]) => key)).toEqual([]);
  });
});

describe("say", () => {
  test.each([
    [undefined, "en"],
    ["", "en"],
    ["en-GB", "en-GB"],
    ["en-gb", "en-GB"],
    ["en-AU", "en"],
    ["pt", "pt-BR"],
    ["pt_PT", "pt-BR"],
    ["de-AT", "de"],
    ["zh", "en"],
    ["__proto__", "en"],
  ] as [string | undefined, Locale][])("%s is %s", (wanted, locale) => {
    expect(localeOf(wanted)).toBe(locale);
  });

  test("numbers and plurals are the language's own", () => {
    expect(say("en", "{n, number} {n, plural, one {song} other {songs}}", { n: 1000 })).toBe("1,000 songs");
    expect(say("de", "{n, number}", { n: 1000.5 })).toBe("1.000,5");
    expect(say("en", "{n, number}", { n: 10n })).toBe("10");
  });

  test("a broken translation is said in English; a variable that the English lacks is an error", () => {
    wordsOf("fr").set("Test {a}", "Essai {a, plural, one {");
    expect(say("fr", "Test {a}", { a: "x" })).toBe("Test x");
    wordsOf("fr").delete("Test {a}");
    expect(() => say("en", "Test {a}", {})).toThrow();
  });

  test("somebody's words inside ours are never read as a message", () => {
    expect(say("en", "Hello {name}.", { name: "{count, plural, other {#}} <b>" })).toBe(
      "Hello {count, plural, other {#}} <b>.",
    );
  });
});
