import fc from "fast-check";
import { expect, test } from "vitest";
import { splitText } from "./split.ts";

const bare = (text: string) => text.replace(/\s+/g, "");
const lone = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

test("a text that fits is left as it is", () => {
  expect(splitText("Hello.\n\nThere.", 100)).toEqual(["Hello.\n\nThere."]);
  expect(splitText("", 100)).toEqual([]);
});

test("it is cut between paragraphs, else lines, else sentences, else words", () => {
  const long = "x".repeat(20);
  expect(splitText(`${long}\n\n${long} y\nz`, 30)).toEqual([long, `${long} y\nz`]);
  expect(splitText(`${long}\n${long} y`, 30)).toEqual([long, `${long} y`]);
  expect(splitText(`One two three four. Five six seven`, 26)).toEqual(["One two three four.", "Five six seven"]);
  expect(splitText("aaaa bbbb cccc dddd eeee ffff", 20)).toEqual(["aaaa bbbb cccc dddd", "eeee ffff"]);
  expect(splitText("これは文です。つぎの文です。さいごの文です。おわり。", 20)).toEqual([
    "これは文です。つぎの文です。",
    "さいごの文です。おわり。",
  ]);
  expect(splitText("x".repeat(45), 20)).toEqual(["x".repeat(20), "x".repeat(20), "x".repeat(5)]);
});

test("a block of code is closed where it is cut and opened again, and keeps its indentation", () => {
  const code = ["```ts", ...Array.from({ length: 8 }, (_, n) => `  line(${n});`), "```", "After."].join("\n");
  const parts = splitText(code, 60);
  expect(parts.length).toBeGreaterThan(1);
  for (const part of parts) {
    expect(part.length).toBeLessThanOrEqual(60);
    expect(part.split("\n").filter((l) => l.startsWith("```")).length % 2).toBe(0);
  }
  expect(parts[0]).toMatch(/^```ts\n[\s\S]*\n```$/);
  expect(parts[1]).toMatch(/^```ts\n {2}line/);
  const lines = parts.join("\n").split("\n");
  expect(lines.filter((l) => !l.startsWith("```"))).toEqual(code.split("\n").filter((l) => !l.startsWith("```")));
});

test("a letter of many code points stays whole", () => {
  const family = "👨‍👩‍👧‍👦";
  for (const part of splitText(family.repeat(20), 30)) expect(part.length % family.length).toBe(0);
  const parts = splitText(`e${"\u0301".repeat(100)}`, 30);
  expect(parts.join("")).toBe(`e${"\u0301".repeat(100)}`);
});

const words = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 12 }),
  fc.constantFrom(" ", "\n", "\n\n", ". ", "  ", "\t", "👩‍🚀", "日本語", "é", "-", "#"),
);
const texts = fc.array(words, { maxLength: 120 }).map((list) => list.join(""));

test("nothing but white space is lost, every part fits, and no letter is broken", () => {
  fc.assert(
    fc.property(texts, fc.integer({ min: 20, max: 200 }), (text, most) => {
      const clean = text.toWellFormed().replace(/[`~]/g, "'");
      const parts = splitText(clean, most);
      expect(bare(parts.join(""))).toBe(bare(clean));
      for (const part of parts) {
        expect(part.length).toBeLessThanOrEqual(most);
        expect(part).not.toMatch(lone);
        expect(part.trim()).not.toBe("");
      }
    }),
    { numRuns: 2000 },
  );
});

test("with blocks of code: every part fits and closes what it opens, and all text is there in order", () => {
  const piece = fc.oneof(words, fc.constantFrom("\n```\n", "\n```js\n", "\n~~~~\n", "\n````\n"));
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 80 }), fc.integer({ min: 40, max: 200 }), (list, most) => {
      const text = list.join("").toWellFormed();
      const parts = splitText(text, most);
      const plain = (all: string) => bare(all.replace(/^ {0,3}(`{3,8}|~{3,8})[^\n`]*$/gm, ""));
      expect(plain(parts.join("\n"))).toBe(plain(text));
      for (const part of parts) expect(part.length).toBeLessThanOrEqual(most);
    }),
    { numRuns: 2000 },
  );
});

test("a hundred thousand letters take no time worth telling", () => {
  const begun = performance.now();
  splitText("word ".repeat(20_000), 2000);
  splitText("x".repeat(100_000), 2000);
  splitText("`".repeat(50_000) + " ".repeat(50_000), 2000);
  splitText("\n".repeat(100_000), 2000);
  expect(performance.now() - begun).toBeLessThan(1000);
});
