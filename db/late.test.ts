import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestHouse, testHouse } from "../test/house.ts";
import { inWorkspace, rawOf } from "./connect.ts";

let house: TestHouse;
beforeAll(async () => {
  house = await testHouse();
});
afterAll(() => house.close());

test("work whose caller was told that the database is away is not committed behind their back", async () => {
  const { database, owner } = house;
  const far = { ...database, reachable: async () => false };
  const ended = Promise.withResolvers<void>();
  const work = inWorkspace(far, owner.workspaceId, async (tx) => {
    await rawOf(
      tx,
    )`insert into setting (workspace_id, key, value, updated_at) values (${owner.workspaceId}, 'late', '1', now())`;
    await rawOf(tx)`select pg_sleep(1.2)`;
    ended.resolve();
  });
  await expect(work).rejects.toMatchObject({ code: "CONNECT_TIMEOUT" });
  await ended.promise;
  // Behind it on the only connection that could still commit it.
  await new Promise((done) => setTimeout(done, 200));
  const rows = await inWorkspace(
    database,
    owner.workspaceId,
    (tx) => rawOf(tx)`select from setting where key = 'late'`,
  );
  expect(rows).toHaveLength(0);
});
