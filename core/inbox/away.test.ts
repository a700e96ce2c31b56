// A database that is away, in every way that one can be: nobody waits long, and nobody has to be told when it is back.
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { ask as askDoor, connect, type Database, inWorkspace } from "../../db/connect.ts";
import { testDatabase } from "../../test/house.ts";
import { openWire, type Wire } from "../../test/wire.ts";
import { isAway } from "../away.ts";

const WORKSPACE = "01900000-0000-7000-8000-000000000000";
/** Of the design: about two seconds. The rest is for a machine that is busy with other things. */
const BOUND_MS = 5000;

let real: Awaited<ReturnType<typeof testDatabase>>;
let wire: Wire;
let database: Database;

beforeAll(async () => {
  real = await testDatabase();
  wire = await openWire(real.appUrl);
});

beforeEach(async () => {
  const fresh = connect({ ownerUrl: real.ownerUrl, appUrl: wire.url, max: 4 });
  database = fresh;
  return () => fresh.close();
});

afterAll(async () => {
  await wire.close();
  await real.drop();
});

const ask = () => inWorkspace(database, WORKSPACE, (tx) => tx.execute<{ one: number }>("select 1 as one"));

async function allFail(count: number): Promise<void> {
  const begun = performance.now();
  const results = await Promise.allSettled(Array.from({ length: count }, ask));
  expect(performance.now() - begun).toBeLessThan(BOUND_MS);
  for (const result of results) {
    expect(result.status).toBe("rejected");
    expect(isAway((result as PromiseRejectedResult).reason)).toBe(true);
  }
}

async function comesBack(): Promise<void> {
  const begun = performance.now();
  for (;;) {
    const answer = await ask().catch((error) => {
      expect(isAway(error)).toBe(true);
      return null;
    });
    if (answer) break;
    expect(performance.now() - begun).toBeLessThan(BOUND_MS);
  }
  expect(await ask()).toEqual([{ one: 1 }]);
}

test("one that is not there is refused, and used again when it is there", async () => {
  expect(await ask()).toEqual([{ one: 1 }]);
  await wire.cut();
  await allFail(100);
  await allFail(1);
  await wire.mend();
  await comesBack();
});

test.each(["refuse", "jam"] as const)("one that was never reached, behind a wire that does %s", async (how) => {
  wire[how]();
  await allFail(100);
  await wire.mend();
  await comesBack();
});

test("one whose network swallows what is under way", async () => {
  await Promise.all(Array.from({ length: 8 }, ask));
  wire.jam();
  await allFail(20);
  await wire.mend();
  await comesBack();
});

test("work that is slow on a server that answers is waited for", async () => {
  const slow = inWorkspace(database, WORKSPACE, (tx) => tx.execute("select pg_sleep(1.1)"));
  await expect(slow).resolves.toHaveLength(1);
});

test("more callers than connections wait for each other, and none is sent away", async () => {
  const slow = Array.from({ length: 12 }, () =>
    inWorkspace(database, WORKSPACE, (tx) => tx.execute("select pg_sleep(0.4)")),
  );
  await expect(Promise.all(slow)).resolves.toHaveLength(12);
});

test("a question before a workspace is known waits no longer", async () => {
  const find = () => askDoor(database, (sql) => sql`select * from find_action('nothing')`);
  expect(await find()).toHaveLength(0);
  wire.jam();
  await expect(find()).rejects.toMatchObject({ code: "CONNECT_TIMEOUT" });
  await wire.mend();
  await comesBack();
});

test("what waited too long for a connection is not done behind its caller's back", async () => {
  let done = 0;
  wire.jam();
  const work = inWorkspace(database, WORKSPACE, async (tx) => {
    done++;
    await tx.execute("select 1");
  });
  await expect(work).rejects.toMatchObject({ code: "CONNECT_TIMEOUT" });
  await wire.mend();
  await comesBack();
  expect(done).toBe(0);
});
