import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { item, items } from "../../test/answers.ts";
import { type TestHouse, testHouse } from "../../test/house.ts";
import { diffOf, fill, promptFiles, VARIABLES, versionAt } from "./prompts.ts";

let house: TestHouse;
beforeAll(async () => {
  house = await testHouse();
});
afterAll(() => house.close());

const NAME = "genres/noir-jazz";
type Version = { version: number; weight: number; body: string };
const versions = async () => item(await house.ask("prompt show", { name: NAME })).versions as Version[];

test("every file has words, and names only variables that there are", () => {
  const files = promptFiles();
  expect(files.length).toBeGreaterThanOrEqual(7);
  for (const { name, body } of files) {
    expect(body.length, name).toBeGreaterThan(20);
    for (const [, variable] of body.matchAll(/\{(\w+)\}/g))
      expect(Object.keys(VARIABLES), `${name} {${variable}}`).toContain(variable);
  }
});

test("the list shows all of them; a short name is enough", async () => {
  expect(items(await house.ask("prompt list")).map((p) => p.id)).toContain(NAME);
  expect(item(await house.ask("prompt show", { name: "noir-jazz" })).id).toBe(NAME);
  expect((await house.ask("prompt show", { name: "../package" })).problem!.kind).toBe("options");
});

test("a version is written over the file, with a diff, and shares the weight as asked", async () => {
  const file = (await versions())[0]!.body;
  const reply = await house.ask("prompt set", { name: NAME, body: "Slow noir jazz, {mood}." });
  expect(reply.view.blocks[0]).toMatchObject({
    kind: "text",
    text: expect.stringContaining("+ Slow noir jazz, {mood}."),
  });
  expect(await versions()).toMatchObject([
    { version: 1, weight: 100 },
    { version: 0, weight: 0, body: file },
  ]);
  await house.ask("prompt set", { name: NAME, body: "Quick noir jazz.", weight: 30 });
  expect(await versions()).toMatchObject([
    { version: 2, weight: 30 },
    { version: 1, weight: 70 },
    { version: 0, weight: 0 },
  ]);
  const unknown = await house.ask("prompt set", { name: NAME, body: "Jazz {secret}" });
  expect(unknown.problem!.detail).toContain("{secret} is no variable");
  expect(await versions()).toHaveLength(3);
});

test("ten who set it at once make ten versions", async () => {
  const before = (await versions()).length;
  await Promise.all(
    Array.from({ length: 10 }, (_, n) => house.ask("prompt set", { name: NAME, body: `Jazz ${n}`, weight: 10 })),
  );
  const after = await versions();
  expect(new Set(after.map((v) => v.version)).size).toBe(before + 10);
  expect(after.reduce((sum, v) => sum + v.weight, 0)).toBeLessThanOrEqual(100);
});

test("chance takes a version as often as its weight says", () => {
  const all = [30, 70, 0].map((weight, version) => ({ version, weight, body: "", setBy: null, setAt: null }));
  const taken = [0, 0, 0];
  for (let n = 0; n < 1000; n++) taken[versionAt(all, n / 1000).version]!++;
  expect(taken).toEqual([300, 700, 0]);
});

test("what has no value leaves no hole", () => {
  expect(fill("City pop, {bpm} bpm, {mood}. Bright.", {})).toBe("City pop, bpm. Bright.");
  expect(fill("{mood} rain {asked}", { mood: "wet", asked: "{key}" })).toBe("wet rain {key}");
});

test("a diff has every line of both, in order", () => {
  const lines = fc.array(fc.constantFrom("a", "b", "c", ""), { maxLength: 12 }).map((l) => l.join("\n"));
  fc.assert(
    fc.property(lines, lines, (before, after) => {
      const diff = diffOf(before, after).split("\n");
      const of = (sign: string) =>
        diff
          .filter((l) => l.startsWith(sign) || l.startsWith("  "))
          .map((l) => l.slice(2))
          .join("\n");
      expect(of("- ")).toBe(before);
      expect(of("+ ")).toBe(after);
    }),
  );
});
