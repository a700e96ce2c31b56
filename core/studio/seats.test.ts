// A provider's calls in a minute and places at once: one count for all processes, shared between workspaces.
import { afterAll, beforeAll, expect, test } from "vitest";
import { inWorkspace, rawOf, type Tx } from "../../db/connect.ts";
import { type TestHouse, testHouse } from "../../test/house.ts";
import { learnLess, readLess, standInLine, takePace, takeSeat } from "./seats.ts";

let house: TestHouse;
beforeAll(async () => {
  house = await testHouse();
});
afterAll(() => house.close());

const tx = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => inWorkspace(house.database, house.owner.workspaceId, work);
const START = Date.parse("2026-11-20T12:00:00Z");
const at = (seconds: number) => new Date(START + seconds * 1000);
const pace = (provider: string, workspace: string, seconds: number, perMinute = 6) =>
  tx((t) => takePace(t, { provider, perMinute, workspace, now: at(seconds) }));
const [one, two] = ["00000000-0000-7000-8000-000000000001", "00000000-0000-7000-8000-000000000002"];

test("as many calls as a key has in a minute, whoever races for them; then they come back one by one", async () => {
  const got = await Promise.all(Array.from({ length: 30 }, () => pace("six", one, 0)));
  expect(got.filter((until) => until === undefined)).toHaveLength(6);
  expect(got.find((until) => until !== undefined)).toEqual(at(10));
  expect(await pace("six", one, 9)).toEqual(at(10));
  expect(await pace("six", one, 10)).toBeUndefined();
  expect(await pace("six", one, 10)).toEqual(at(20));
});

test("a clock that goes back gives nothing for nothing", async () => {
  for (let n = 0; n < 6; n++) expect(await pace("back", one, 100)).toBeUndefined();
  expect(await pace("back", one, 50)).toBeInstanceOf(Date);
  expect(await pace("back", one, 100)).toBeInstanceOf(Date);
});

test("where others have waited longer, the next call is theirs", async () => {
  for (let n = 0; n < 6; n++) await pace("fair", one, 0);
  await tx((t) => standInLine(t, ["fair"], two, at(1)));
  await tx((t) => standInLine(t, ["fair"], one, at(2)));
  expect(await pace("fair", one, 10)).toBeInstanceOf(Date);
  expect(await pace("fair", two, 10)).toBeUndefined();
  await tx((t) => standInLine(t, ["fair"], two, at(11)));
  expect(await pace("fair", one, 20)).toBeUndefined();
});

test("a provider that says too many at once gets fewer for ten minutes", async () => {
  const ids = Array.from({ length: 4 }, () => house.sources.newId());
  for (const attempt of ids)
    await tx((t) =>
      takeSeat(t, { provider: "busy", atOnce: 8, attempt, workspace: one!, now: at(0), until: at(1800) }),
    );
  await tx((t) => learnLess(t, "busy", "concurrency", at(1)));
  expect((await tx((t) => readLess(t, at(2)))).get("busy")).toBe(3);
  expect((await tx((t) => readLess(t, at(700)))).get("busy")).toBeUndefined();
});

test("a provider that says too fast has no call left", async () => {
  expect(await pace("fast", one, 0)).toBeUndefined();
  await tx((t) => learnLess(t, "fast", "rate", at(1)));
  expect(await pace("fast", one, 2)).toBeInstanceOf(Date);
  const [row] = await tx((t) => rawOf(t)<{ left: number }[]>`select "left" from provider_pace where provider = 'fast'`);
  expect(row!.left).toBe(0);
});
