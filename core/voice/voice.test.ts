import { afterAll, beforeAll, expect, test } from "vitest";
import { addPerson, items } from "../../test/answers.ts";
import { type TestHouse, testHouse } from "../../test/house.ts";
import { provider } from "../../test/provider.ts";
import { makeWork } from "../../test/works.ts";
import { createWorkspace } from "../workspace/index.ts";
import { check, type Finding } from "./index.ts";

const rule = (kind: Finding["kind"], value = "") => ({ kind, value, level: "refuse" as const, own: true });
const whats = (text: string, ...rules: ReturnType<typeof rule>[]) => check(rules, [text]).map((f) => f.what);

test.each([
  ["a cheap song", true],
  ["CHEAP, and cheerful", true],
  ["c\u200bhe\u00adap", true],
  ["ｃｈｅａｐ", true],
  ["c\u0338he\u0336ap", true],
  ["cheaper than it was, cheapest", false],
  ["not expensive", false],
])("the word cheap in %j: %s", (text, is) => {
  expect(whats(text, rule("word", "cheap"))).toEqual(is ? ["cheap"] : []);
});

test("a word of a language without spaces is found within others", () => {
  expect(whats("これは無料です", rule("word", "無料"))).toEqual(["無料"]);
});

test.each([
  ["see https://evil.example/x?y", "link"],
  ["go to WWW.EXAMPLE.NET now", "link"],
  ["our shop is at example.com", "link"],
  ["THIS IS THE LOUDEST SONG", "shouting"],
  ["hear it!!!", "shouting"],
  ["write to ken.sato+x@mail.example.jp", "e-mail"],
  ["call +81 90 1234 5678 today", "phone"],
  ["pay with 4111 1111 1111 1111", "card"],
])("%j: %s", (text, what) => {
  const found = check([rule("link"), rule("shouting"), rule("personal")], [text]);
  expect(found.map((f) => (f.kind === "link" ? "link" : f.what))).toContain(what);
  expect(JSON.stringify(found)).not.toMatch(/4111|sato|1234/);
});

test.each([
  "Night drive at 0:05, then 0:20 and 128 BPM",
  "Released on 2026-11-20 at 12:00, 4111 1111 1111 1112 plays",
  "City Pop Anime. J-POP, FM 80s.",
  "",
])("%j breaks no rule", (text) => {
  expect(check([rule("link"), rule("shouting"), rule("personal")], [text])).toEqual([]);
});

test("a hundred thousand hostile letters take no time", () => {
  const rules = [rule("link"), rule("shouting"), rule("personal"), rule("word", "a".repeat(50))];
  for (const part of ["a", "a.", "@", "+1 ", "0-", "http", "1 "]) {
    const before = performance.now();
    check(rules, [part.repeat(100_000 / part.length)]);
    // Ten times what it takes on a busy machine; a quadratic look takes minutes.
    expect(performance.now() - before).toBeLessThan(5000);
  }
});

let house: TestHouse;
beforeAll(async () => {
  house = await testHouse({ providers: [provider()] });
  await house.ask("setup", { blueprint: "streams" });
});
afterAll(() => house.close());

test("what may not appear is refused before anything is ordered, with every reason", async () => {
  expect((await house.ask("brand set", { kind: "word", value: "Cheap" })).status).toBe("done");
  const reply = await house.ask("generate song", { genre: "noir-jazz", prompt: "cheap, for ken@mail.example" });
  expect(reply.problem).toMatchObject({ kind: "rule" });
  expect(reply.problem!.detail).toContain("“cheap” may not appear; there is an e-mail address in it");
  expect(reply.problem!.detail).not.toContain("ken@");
  expect(house.sent).toEqual([]);
  expect((await house.ask("generate song", { genre: "noir-jazz", prompt: "slow" })).status).toBe("running");
});

test("what breaks a rule cannot be let out until the rule is another", async () => {
  const { id } = await makeWork(house, { kind: "post", title: "Post", facts: { text: "Very sale, much wow" } });
  await house.ask("brand set", { kind: "word", value: "sale" });
  const refused = await house.ask("review approve", { asset: id });
  expect(refused.problem!.detail).toContain("Post cannot be let out: “sale” may not appear.");
  await house.ask("brand set", { kind: "word", value: "SALE", level: "off" });
  expect((await house.ask("review approve", { asset: id })).status).toBe("done");
});

test("rules are the workspace's own; the owner sets them, once each", async () => {
  const staff = await addPerson(house, "Sam", "staff");
  expect((await house.ask("brand set", { kind: "link" }, { as: staff })).problem?.kind).toBe("role");
  for (const level of ["refuse", "off", "refuse"]) await house.ask("brand set", { kind: "link", level });
  const links = items(await house.ask("brand list", {}, { as: staff })).filter((r) => r.kind === "link");
  expect(links).toEqual([{ id: "link", kind: "link", value: "", level: "refuse", own: true }]);
  const other = await createWorkspace(house.database, house.sources, { name: "Other", slug: "other" });
  expect(items(await house.ask("brand list", {}, { as: other })).every((r) => !r.own)).toBe(true);
  for (const wrong of [
    { kind: "word" },
    { kind: "word", value: "\u200b" },
    { kind: "link", value: "x" },
    { kind: "word", value: "never set", level: "off" },
    { kind: "smell" },
  ])
    expect((await house.ask("brand set", wrong)).status).toBe("refused");
});
