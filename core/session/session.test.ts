import { afterAll, beforeAll, expect, test } from "vitest";
import { inWorkspace, rawOf } from "../../db/connect.ts";
import { type TestHouse, testHouse } from "../../test/house.ts";
import {
  ENTRY_HOURS,
  endSession,
  findSession,
  forgetSessions,
  makeEntry,
  readKey,
  SESSION_DAYS,
  startSession,
  useEntry,
} from "./index.ts";

let house: TestHouse;
beforeAll(async () => {
  house = await testHouse();
});
afterAll(() => house.close());

test("what is kept of a session lets nobody in", async () => {
  const key = await startSession(house.database, house.sources, house.owner);
  const secret = readKey(key)!.secret;
  const rows = await inWorkspace(
    house.database,
    house.owner.workspaceId,
    (tx) => rawOf(tx)<{ all: string }[]>`select row_to_json(s)::text as all from session s`,
  );
  expect(rows.length).toBe(1);
  expect(rows[0]!.all).not.toContain(secret);
  expect(rows[0]!.all).not.toContain(Buffer.from(secret).toString("hex"));
});

test.each(["", ".", "x.y", `${"A".repeat(22)}.short`, `${"A".repeat(22)}.${"A".repeat(43)}.more`, "\0"])(
  "the key %j is nobody's",
  async (key) => {
    expect(readKey(key)).toBeUndefined();
    expect(await findSession(house.database, house.clock.now, key)).toBeUndefined();
    expect(await useEntry(house.database, house.sources, key)).toBeUndefined();
  },
);

test("what can let nobody in is forgotten, the rest is kept", async () => {
  const { database, sources, owner, clock } = house;
  const ended = await startSession(database, sources, owner);
  await endSession(database, clock.now, (await findSession(database, clock.now, ended))!);
  const kept = await startSession(database, sources, owner);
  const used = await makeEntry(database, sources, owner);
  await useEntry(database, sources, used);
  const open = await makeEntry(database, sources, owner);
  clock.pass(1_000);
  const forget = () => inWorkspace(database, owner.workspaceId, (tx) => forgetSessions(tx, clock.now));
  await forget();
  expect(await findSession(database, clock.now, kept)).toBeDefined();
  expect(await useEntry(database, sources, open)).toBeDefined();
  clock.pass(Math.max(SESSION_DAYS * 24, ENTRY_HOURS) * 3600_000 + 1);
  await forget();
  const [left] = await inWorkspace(
    database,
    owner.workspaceId,
    (tx) => rawOf(tx)<{ count: number }[]>`
      select (select count(*) from session)::int + (select count(*) from entry)::int as count`,
  );
  expect(left!.count).toBe(0);
});
