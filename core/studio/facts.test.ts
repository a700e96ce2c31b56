// What a process knows of the providers' health: what others wrote is known at the next look, what was undone never was.
import { afterAll, beforeAll, expect, test } from "vitest";
import { inWorkspace, rawOf, type Tx } from "../../db/connect.ts";
import { type TestHouse, testHouse } from "../../test/house.ts";
import { provider } from "../../test/provider.ts";
import type { Act } from "../act.ts";
import { makeAct, readWho } from "../inbox/index.ts";
import { order } from "./batch.ts";
import { after, fresh } from "./breaker.ts";
import { readFacts } from "./facts.ts";
import { noteOutcome } from "./health.ts";

let house: TestHouse;
let item: string;
beforeAll(async () => {
  house = await testHouse({ providers: [provider()] });
  const wish = { kind: "song", title: "", prompt: "x", seed: 1 } as const;
  await inAct(async (act) => {
    await order(act, { kind: "song", wishes: [wish], channel: null, profile: "balanced" });
    item = (await rawOf(act.db)<{ id: string }[]>`select id from item`)[0]!.id;
  });
});
afterAll(() => house.close());

const inAct = <T>(work: (act: Act) => Promise<T>): Promise<T> =>
  inWorkspace(house.database, house.owner.workspaceId, async (tx) => {
    const [person] = await readWho(tx, house.owner.personId);
    const place = { surface: "http", tenant: "", external: "" };
    return work(
      makeAct(house, { database: house.database, tx }, house.owner, person, house.sources.newId(), place).act,
    );
  });
const fails = (tx: Tx, slug = "tester", failure: "broken" | "auth" = "broken") =>
  noteOutcome(tx, {
    provider: slug,
    kind: "song",
    fresh: fresh({ quality: 0.8, seconds: 5 }, house.clock.now.getTime()),
    outcome: { ok: false, failure },
    now: house.clock.now,
    draw: () => 0.5,
  });
const losses = (slug = "tester") => inAct(async (act) => (await readFacts(act, item))!.facts!.health(slug)?.losses);

test("what another transaction wrote is known at the next look", async () => {
  expect(await losses()).toBeUndefined();
  for (let n = 1; n <= 3; n++) {
    await inAct((act) => fails(act.db));
    expect(await losses()).toBe(n);
  }
});

test("what this transaction wrote is known within it, and forgotten when it is undone", async () => {
  const before = await losses();
  await inAct(async (act) => {
    await fails(act.db);
    expect((await readFacts(act, item))!.facts!.health("tester")!.losses).toBe(before! + 1);
    throw new Error("undone");
  }).catch((error: Error) => expect(error.message).toBe("undone"));
  expect(await losses()).toBe(before);
});

test("who began early and ends late is heard all the same", async () => {
  const before = await losses();
  const [begun, free] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const late = inAct(async (act) => {
    await fails(act.db);
    begun.resolve();
    await free.promise;
  });
  await begun.promise;
  await inAct((act) => fails(act.db, "other"));
  expect([await losses(), await losses("other")]).toEqual([before, 1]);
  free.resolve();
  await late;
  expect(await losses()).toBe(before! + 1);
});

test("many at once: nobody learns less than was there when they asked", async () => {
  const before = (await losses())!;
  await Promise.all(
    Array.from({ length: 24 }, async () => {
      await inAct((act) => fails(act.db));
      expect(await losses()).toBeGreaterThan(before);
    }),
  );
  expect(await losses()).toBe(before + 24);
});

test("a refused key shuts a provider for everything it makes", async () => {
  const shut = () => inAct(async (act) => (await readFacts(act, item))!.facts!.shut("keyless"));
  expect(await shut()).toBe(false);
  await inAct((act) => fails(act.db, "keyless", "auth"));
  expect(await shut()).toBe(true);
});

test("a success in the database is a success in the arithmetic", async () => {
  const start = { quality: 0.8, seconds: 5 };
  let known = fresh(start, house.clock.now.getTime());
  for (const [seconds, quality, pause] of [
    [9, 0.5, 0],
    [2, undefined, 60_000],
    [30, 1, 3_600_000],
  ] as const) {
    house.clock.pass(pause);
    await inAct((act) => fails(act.db, "sum"));
    known = after(known, { ok: false, failure: "broken" }, house.clock.now.getTime(), () => 0.5);
    await inAct(
      (act) => rawOf(act.db)`
        select close_made(${house.clock.now.toISOString()}, ${act.newId()}, ${act.newId()}, 'sum', 'song', 0, ${quality ?? null},
          ${seconds}, ${start.quality}, ${start.seconds})`,
    );
    known = after(
      known,
      { ok: true, seconds, ...(quality === undefined ? {} : { quality }) },
      house.clock.now.getTime(),
      () => 0.5,
    );
    const [row] = await inAct(
      (act) => rawOf(act.db)<Record<string, number>[]>`
        select wins, losses, quality, seconds, "row", recent, seen, opened from provider_health where provider = 'sum'`,
    );
    for (const [name, value] of Object.entries(row!)) expect(known[name as "wins"]).toBeCloseTo(value, 9);
  }
});
