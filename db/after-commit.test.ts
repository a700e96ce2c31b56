import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestHouse, testHouse } from "../test/house.ts";
import { afterCommit, inWorkspace, rawOf } from "./connect.ts";

let house: TestHouse;
beforeAll(async () => {
  house = await testHouse();
});
afterAll(() => house.close());

const inside = <T>(work: Parameters<typeof inWorkspace<T>>[2]) =>
  inWorkspace(house.database, house.owner.workspaceId, work);

test("what is to be told after the commit is told then, once for each key, and not when it was undone", async () => {
  const told: string[] = [];
  const tell = (what: string) => async () => void told.push(what);
  await inside(async (tx) => {
    afterCommit(tx, "a", tell("a"));
    afterCommit(tx, "a", tell("a again"));
    afterCommit(tx, "b", tell("b"));
    await rawOf(tx)`select 1`;
    expect(told).toEqual([]);
  });
  expect(told).toEqual(["a again", "b"]);
  const undone = inside(async (tx) => {
    afterCommit(tx, "c", tell("c"));
    throw new Error("undone");
  });
  await expect(undone).rejects.toThrow("undone");
  expect(told).toHaveLength(2);
});

test("who cannot be told harms nobody", async () => {
  const result = await inside(async (tx) => {
    afterCommit(tx, "a", () => Promise.reject(new Error("deaf")));
    return "done";
  });
  expect(result).toBe("done");
});
