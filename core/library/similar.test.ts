import { afterAll, beforeAll, expect, test } from "vitest";
import { addPerson, items } from "../../test/answers.ts";
import { type TestHouse, testHouse } from "../../test/house.ts";
import { makeWork } from "../../test/works.ts";
import { likeness } from "./similar.ts";
import type { Work } from "./work.ts";

let house: TestHouse;
beforeAll(async () => {
  house = await testHouse();
});
afterAll(() => house.close());

const song = (facts: object, more: object = {}) =>
  ({ title: "A", prompt: "a", promptName: null, facts, ...more }) as unknown as Work;
const like = (a: object, b: object) => likeness(song(a), song(b));

test("tempo and key as they are heard: the near one is more alike than the far one", () => {
  expect(like({ bpm: 100 }, { bpm: 100 })).toBe(1);
  expect(like({ bpm: 100 }, { bpm: 102 })).toBeGreaterThan(like({ bpm: 100 }, { bpm: 112 }));
  expect(like({ bpm: 100 }, { bpm: 200 })).toBeGreaterThan(like({ bpm: 100 }, { bpm: 140 }));
  const [same, relative, fifth, far] = ["A minor", "C major", "E minor", "D# minor"].map((key) =>
    like({ key: "A minor" }, { key }),
  ) as [number, number, number, number];
  expect(same).toBeGreaterThan(relative);
  expect(relative).toBeGreaterThan(fifth);
  expect(fifth).toBeGreaterThan(far);
});

test.each([
  { bpm: "fast" },
  { bpm: Number.NaN },
  { bpm: -1 },
  { bpm: 0 },
  { key: 7 },
  { key: "H major" },
  { lufs: null },
])("a fact that cannot be, %j, says nothing", (facts) => {
  expect(like(facts, { bpm: 100, key: "C major", lufs: -14 })).toBe(like({}, {}));
});

test("the most alike come first, of the same kind, and nobody sees more than they may", async () => {
  const facts = { bpm: 120, key: "C major", lufs: -14 };
  const given = { status: "approved" as const, promptName: "genres/noir-jazz" };
  const { id } = await makeWork(house, { ...given, title: "Rain one", facts });
  await makeWork(house, { ...given, title: "Rain two", facts: { ...facts, bpm: 121 } });
  await makeWork(house, {
    status: "approved",
    title: "Desert",
    promptName: "genres/desert-country",
    facts: { bpm: 90 },
  });
  await makeWork(house, { ...given, title: "Rain draft", facts, status: "draft" });
  await makeWork(house, { ...given, title: "Rain cover", kind: "cover" });
  const member = await addPerson(house, "Mia", "member");
  const titles = async (as = house.owner) =>
    items(await house.ask("library similar", { asset: id }, { as })).map((w) => w.title);
  expect(await titles()).toEqual(["Rain draft", "Rain two", "Desert"]);
  expect(await titles(member)).toEqual(["Rain two", "Desert"]);
});
