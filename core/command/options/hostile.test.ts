// Whatever comes in, a parser gives a value within its bounds or says what is wrong: never another error, never slowly.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Act } from "../../act.ts";
import { LOCALES, say } from "../../words/say.ts";
import { clip, type Option, type ParseContext, parseOptions, Wrong } from "../option.ts";
import {
  choice,
  colour,
  decimal,
  duration,
  type Entity,
  file,
  type Money,
  moment,
  money,
  type Period,
  period,
  person,
  pick,
  text,
  type UploadedFile,
  whole,
  yesNo,
} from "./index.ts";

const nobody: Entity<string> = {
  name: "thing",
  find: async (_act, raw) => (raw.length % 2 === 0 ? raw : undefined),
  search: async (_act, typed) => (typed ? [] : [{ value: "thing-one", label: "Thing One" }]),
};
const day = (value: unknown) =>
  value instanceof Date && value.getTime() >= 0 && value.getTime() <= Date.UTC(2201, 0, 1);

// Each kind, and what must hold for every value it gives.
const KINDS: Record<string, { option: Option; holds(value: never): boolean }> = {
  text: {
    option: text("Say", { max: 50 }),
    holds: (v: string) => v.length <= 100 && v.isWellFormed() && !v.includes("\0"),
  },
  whole: {
    option: whole("Count", { min: -5, max: 500 }),
    holds: (v: number) => Number.isInteger(v) && v >= -5 && v <= 500,
  },
  decimal: { option: decimal("Rate", { min: 0, max: 10 }), holds: (v: number) => v >= 0 && v <= 10 },
  money: {
    option: money("Amount", { max: 10_000n }),
    holds: ({ minor, currency }: Money) => minor > 0n && minor <= 10_000n && /^[A-Z]{3}$/.test(currency),
  },
  yesNo: { option: yesNo("Sure"), holds: (v: unknown) => typeof v === "boolean" },
  choice: {
    option: choice("Which", ["a", "toString", "long one"]),
    holds: (v: string) => ["a", "toString", "long one"].includes(v),
  },
  colour: { option: colour("Hue"), holds: (v: string) => /^#[0-9a-f]{6}$/.test(v) },
  duration: { option: duration("How long"), holds: (v: number) => Number.isInteger(v) && v >= 1 && v <= 366 * 86_400 },
  moment: { option: moment("When"), holds: day },
  period: {
    option: period("When"),
    holds: ({ from, to, label }: Period) => day(from) && day(to) && from < to && label !== "",
  },
  file: {
    option: file("File", { max: 100 }),
    holds: ({ name, type, bytes }: UploadedFile) =>
      !/[/\\\0]/.test(name) && name !== "" && /^[a-z0-9]+\/[a-z0-9.+-]+$/.test(type) && bytes.byteLength <= 100,
  },
  pick: { option: pick(nobody, "Which"), holds: (v: string) => v.length <= 200 && v.isWellFormed() },
  person: { option: person(nobody, "Who"), holds: (v: string) => v.length <= 200 },
};

const zones = ["UTC", "Europe/Berlin", "America/Sao_Paulo", "Asia/Tokyo", "Pacific/Apia", "Asia/Kathmandu"];
const context: fc.Arbitrary<ParseContext> = fc.record({
  now: fc.date({ min: new Date("2000-01-01"), max: new Date("2100-01-01"), noInvalidDate: true }),
  locale: fc.constantFrom(...LOCALES),
  zone: fc.constantFrom(...zones),
  currency: fc.constantFrom("USD", "JPY", "KWD", "EUR"),
});

const vicious = fc.constantFrom<unknown>(
  Number.POSITIVE_INFINITY,
  Number.NaN,
  -0,
  1e308,
  1e21,
  2 ** 53,
  -1,
  0.1 + 0.2,
  true,
  false,
  [],
  {},
  [[[]]],
  ["5"],
  "__proto__",
  "constructor",
  "toString",
  "\0",
  "\ud800",
  "\udc00x",
  "1e309",
  "0x10",
  "９９９",
  "-",
  "+",
  ".",
  ",",
  "%",
  "last 7 days",
  "過去",
  "in",
  "tomorrow",
  "p1d",
  "#fff",
  "$",
  "usd",
  "1:2:3",
  "..",
  "..2026",
  { toString: 1 },
  { name: "x", text: "y" },
  { name: "../..", bytes: new Uint8Array(5) },
  { name: 5, text: "x" },
  { amount: "5", currency: "__proto__" },
  { amount: {}, currency: [] },
  { name: "x", base64: "=" },
  Object.create(null),
  JSON.parse('{"__proto__": {"name": "x"}}'),
  10n,
  Symbol("s"),
  () => 1,
  new Date(Number.NaN),
  "x".repeat(100_000),
);
const grammar = fc
  .array(
    fc.constantFrom(
      "last",
      "7",
      "days",
      "2026",
      "-10",
      "-W41",
      "Q3",
      "..",
      "today",
      "h",
      "30m",
      ":",
      "18",
      "am",
      "$",
      "USD",
      "€",
      ".",
      ",",
      "1",
      "000",
      " ",
      "in",
      "ago",
      "PT",
      "%",
      "過去",
      "日間",
      "지난",
      "주",
      "年",
      "月",
      "mañana",
      "à",
      "T",
      "Z",
      "+09:00",
      "#",
      "f",
    ),
    { maxLength: 8 },
  )
  .chain((parts) => fc.constantFrom("", " ").map((between) => parts.join(between)));
const raw: fc.Arbitrary<unknown> = fc.oneof(
  vicious,
  { weight: 4, arbitrary: grammar },
  fc.string({ unit: "binary", maxLength: 200 }),
  fc.string({ unit: "grapheme", maxLength: 60 }),
  fc.double(),
  fc.integer(),
  fc.bigInt(),
  fc.anything({ withNullPrototype: true, withTypedArray: true, maxDepth: 4 }),
);

describe("hostile input", () => {
  const act = {} as Act;
  test.each(Object.keys(KINDS))("%s: a value within bounds, or what is wrong with it", async (kind) => {
    const { option, holds } = KINDS[kind]!;
    await fc.assert(
      fc.asyncProperty(raw, context, async (value, at) => {
        const { values, errors } = await parseOptions(
          { it: option },
          { it: value },
          { ...at, act: { ...act, workspace: { locale: at.locale } } as Act },
        );
        for (const error of errors) {
          for (const locale of LOCALES) expect(say(locale, error.text, error.vars)).not.toBe("");
        }
        if ("it" in values) expect(holds(values.it as never)).toBe(true);
        else expect(errors).toHaveLength(1);
      }),
      { numRuns: 1500 },
    );
  });

  test("whole bags of options, with names that no one declared", () => {
    const options = Object.fromEntries(
      Object.entries(KINDS).flatMap(([k, v]) => (/pick|person/.test(k) ? [] : [[k, v.option]])),
    );
    const bag = fc.dictionary(
      fc.oneof(fc.constantFrom(...Object.keys(KINDS), "__proto__", "constructor"), fc.string()),
      raw,
      { maxKeys: 8 },
    );
    fc.assert(
      fc.property(bag, context, (given, at) => {
        const parsed = parseOptions(options, given, at);
        if (parsed instanceof Promise) throw new Error("It should not have waited.");
        expect(Object.keys(parsed.values).every((name) => Object.hasOwn(options, name))).toBe(true);
        for (const error of parsed.errors) expect(error.option.length).toBeLessThanOrEqual(60);
      }),
      { numRuns: 2000 },
    );
  });

  test("anything can be shown on one short line", () => {
    fc.assert(
      fc.property(fc.oneof(vicious, fc.anything({ withNullPrototype: true })), (value) => {
        const shown = clip(value);
        expect(shown.length).toBeLessThanOrEqual(60);
        expect(shown.isWellFormed()).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});

const attacks = [
  "1",
  "1,",
  "1.",
  " ",
  "a",
  "-",
  "last ",
  "1h",
  "p1",
  "2026-",
  "일",
  "過去",
  "é",
  "́",
  "#",
  "1:",
  "..",
  "@",
  "\\",
  "% ",
  "　",
].map((part) => part.repeat(Math.ceil(50_000 / part.length)).slice(0, 50_000));
test("marks heaped on one letter take no time, however long a text may be", () => {
  const long = text("Say", { max: 50_000 });
  const attack = `a${"\u0301\u0323\u0327".repeat(16_000)}`;
  const before = performance.now();
  expect(long.parse(attack, { now: new Date(), locale: "en", zone: "UTC", currency: "USD" })).toHaveLength(30);
  expect(performance.now() - before).toBeLessThan(50);
});

test.each(Object.keys(KINDS).filter((k) => !/pick|person/.test(k)))("50 kB of nonsense as %s take no time", (kind) => {
  const { option } = KINDS[kind]!;
  const at: ParseContext = { now: new Date(), locale: "de", zone: "UTC", currency: "EUR" };
  for (const attack of [...attacks, ...attacks.map((a) => `${a}!`), ...attacks.map((a) => a.slice(0, 79))]) {
    const times = [1, 2].map(() => {
      const before = performance.now();
      try {
        option.parse(kind === "file" ? { name: attack, text: "x", type: attack } : attack, at);
      } catch (error) {
        expect(error).toBeInstanceOf(Wrong);
      }
      return performance.now() - before;
    });
    expect(Math.min(...times)).toBeLessThan(50);
  }
});
