// A provider's calls in a minute and places at once: one count for all processes, shared between workspaces.
import { afterAll, beforeAll, expect, test } from "vitest";
import { inWorkspace, rawOf, type Tx } from "../../db/connect.ts";
import { type TestHouse, testHouse } from "../../test/house.ts";
import { learnLess, standInLine } from "./seats.ts";

let house: TestHouse;
beforeAll(async () => {
  house = await testHouse();
});
afterAll(() => house.close());

const tx = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => inWorkspace(house.database, house.owner.workspaceId, work);
const START = Date.parse("2026-11-20T12:00:00Z");
const at = (seconds: number) => new Date(START + seconds * 1000);
const pace = (provider: string, workspace: string, seconds: number, perMinute = 6) =>
  tx(async (t) => {
    const [row] = await rawOf(t)<{ wait: number | null }[]>`
      select take_pace(${provider}, ${perMinute}, ${workspace}, ${at(seconds).toISOString()}) as wait`;
    return row!.wait ?? undefined;
  });
const [one, two] = ["00000000-0000-7000-8000-000000000001", "00000000-0000-7000-8000-000000000002"];

test("as many calls as a key has in a minute, whoever races for them; then they come back one by one", async () => {
  const got = await Promise.all(Array.from({ length: 30 }, () => pace("six", one, 0)));
  expect(got.filter((wait) => wait === undefined)).toHaveLength(6);
  expect(got.find((wait) => wait !== undefined)).toBeCloseTo(10);
  expect(await pace("six", one, 9)).toBeCloseTo(1);
  expect(await pace("six", one, 10)).toBeUndefined();
  expect(await pace("six", one, 10)).toBeCloseTo(10);
});

test("a clock that goes back gives nothing for nothing", async () => {
  for (let n = 0; n < 6; n++) expect(await pace("back", one, 100)).toBeUndefined();
  expect(await pace("back", one, 50)).toBeGreaterThan(0);
  expect(await pace("back", one, 100)).toBeGreaterThan(0);
});

test("where others have waited longer, the next call is theirs", async () => {
  for (let n = 0; n < 6; n++) await pace("fair", one, 0);
  await tx((t) => standInLine(t, ["fair"], two, at(1)));
  await tx((t) => standInLine(t, ["fair"], one, at(2)));
  expect(await pace("fair", one, 10)).toBeGreaterThan(0);
  expect(await pace("fair", two, 10)).toBeUndefined();
  await tx((t) => standInLine(t, ["fair"], two, at(11)));
  expect(await pace("fair", one, 20)).toBeUndefined();
});

test("a provider that says too many at once gets fewer for ten minutes", async () => {
  const ids = Array.from({ length: 4 }, () => house.sources.newId());
  for (const attempt of ids)
    await tx(
      (t) =>
        rawOf(t)`select take_seat('busy', 8, ${attempt}, ${one!}, ${at(0).toISOString()}, ${at(1800).toISOString()})`,
    );
  await tx((t) => learnLess(t, "busy", "concurrency", at(1)));
  const less = async (seconds: number) => {
    const [row] = await tx(
      (t) => rawOf(t)<{ n: number }[]>`
        select at_once as n from provider_pace where provider = 'busy' and at_once_until > ${at(seconds).toISOString()}`,
    );
    return row?.n;
  };
  expect(await less(2)).toBe(3);
  expect(await less(700)).toBeUndefined();
});

test("a provider that says too fast has no call left", async () => {
  expect(await pace("fast", one, 0)).toBeUndefined();
  await tx((t) => learnLess(t, "fast", "rate", at(1)));
  expect(await pace("fast", one, 2)).toBeGreaterThan(0);
  const [row] = await tx((t) => rawOf(t)<{ left: number }[]>`select "left" from provider_pace where provider = 'fast'`);
  expect(row!.left).toBe(0);
});
