import { afterAll, beforeAll, expect, test } from "vitest";
import { inWorkspace, rawOf } from "../../db/connect.ts";
import { type TestHouse, testHouse } from "../../test/house.ts";
import type { Caller } from "../inbox/index.ts";
import { findToken } from "../people/index.ts";
import { findPlace, openDoors } from "./doors.ts";
import { closed, moved, opened } from "./moves.ts";

let house: TestHouse;
beforeAll(async () => {
  house = await testHouse();
});
afterAll(() => house.close());

const at = (external: string) => ({ surface: "telegram", tenant: "1", external });
const bind = (external: string, { workspaceId }: Caller = house.owner) =>
  inWorkspace(
    house.database,
    workspaceId,
    (tx) => rawOf(tx)`
      insert into place (workspace_id, id, surface, tenant, external, created_at)
      values (${workspaceId}, ${house.sources.newId()}, 'telegram', '1', ${external}, now())`,
  );
const doors = openDoors();
const owner = async (external: string) => (await findPlace(house, doors, at(external)))?.workspaceId;
const another = async (name: string): Promise<Caller> => {
  const { data } = await house.ask("workspace create", { name });
  return (await findToken(house.databases, ((data?.item ?? {}) as { token: string }).token))!;
};
const shown = async () => {
  const { data, view } = await house.ask("workspace show");
  return {
    places: ((data?.item ?? {}) as { places: { external: string; gone: boolean }[] }).places,
    text: JSON.stringify(view),
  };
};

test("a place that moved is found at once where it is now, and told twice it is the same", async () => {
  await bind("-1");
  expect(await owner("-1")).toBe(house.owner.workspaceId);
  expect(await owner("-2")).toBeUndefined();
  for (let n = 0; n < 2; n++) await moved(house, doors, at("-1"), "-2");
  expect([await owner("-1"), await owner("-2")]).toEqual([undefined, house.owner.workspaceId]);
  await moved(house, doors, at("-404"), "-405");
  expect(await owner("-405")).toBeUndefined();
});

test("a place that moved to where another workspace is at home is closed, and takes nothing from it", async () => {
  const other = await another("Other");
  await bind("-3");
  await bind("-4", other);
  await moved(house, doors, at("-3"), "-4");
  expect([await owner("-3"), await owner("-4")]).toEqual([undefined, other.workspaceId]);
});

test("a closed place is shown as closed, and open again when we are let in, unless it is somebody's by now", async () => {
  await bind("-5");
  await closed(house, doors, at("-5"));
  expect(await owner("-5")).toBeUndefined();
  const before = await shown();
  expect(before.places.find((p) => p.external === "-5")).toMatchObject({ gone: true });
  expect(before.text).toContain("telegram, closed to us");
  await opened(house, doors, at("-5"));
  expect(await owner("-5")).toBe(house.owner.workspaceId);
  await closed(house, doors, at("-5"));
  const other = await another("Heir");
  await bind("-5", other);
  await opened(house, doors, at("-5"));
  expect(await owner("-5")).toBe(other.workspaceId);
  expect((await shown()).places.find((p) => p.external === "-5")).toMatchObject({ gone: true });
});
