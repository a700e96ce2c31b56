// A database that cuts its connections, one that was restored, and a second one beside the first.
import { afterEach, expect, test } from "vitest";
import { jobAct } from "../core/jobs/index.ts";
import { createWorkspace } from "../core/workspace/index.ts";
import { inWorkspace, open, rawOf } from "../db/connect.ts";
import { testDatabase } from "../test/house.ts";
import { type Workshop, work, workshop } from "../test/jobs.ts";
import { sweep } from "./sweep.ts";

let shop: Workshop;
afterEach(() => shop.close());

test("connections cut in the middle of a job cost it nothing", async () => {
  shop = await workshop();
  const { promise: gate, resolve: go } = Promise.withResolvers<void>();
  let ran = 0;
  shop.does(async () => {
    ran++;
    await gate;
    return { view: { text: "Still there.", blocks: [] } };
  });
  const asked = await shop.askFor("x");
  await shop.until(() => ran === 1);
  const admin = open(shop.house.database.ownerUrl, { max: 1 });
  const cut = await admin`
    select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`;
  await admin.end();
  expect(cut.length).toBeGreaterThan(3);
  go();
  const ended = () => shop.house.ended(asked.run).catch(() => undefined);
  expect(await shop.until(ended)).toMatchObject({ status: "done", view: { text: "Still there." } });
  expect(ran).toBe(1);
  // And the engine is alive: it hears of the next one.
  await shop.house.ended((await shop.askFor("after")).run);
  expect(ran).toBe(2);
});

test("after a restore, jobs that waited or ran start again, and those that live are left alone", async () => {
  shop = await workshop({ alone: true });
  const sender = await shop.start({ role: "sender" });
  shop.house.queue = sender.queue;
  const [waits, ran, lives] = [await shop.askFor("waits"), await shop.askFor("ran"), await shop.askFor("lives")];
  const owner = open(shop.house.database.ownerUrl, { max: 1 });
  await owner`delete from pgboss.job where id <> ${lives.job}`;
  await owner`update job set status = 'running', attempts = 1, started_at = created_at where id = ${ran.job}`;
  await owner.end();
  const [carrier] = sender.carriers;
  expect(await sweep(shop.house, carrier!)).toBe(0);
  shop.house.clock.pass(61_000);
  expect(await sweep(shop.house, carrier!)).toBe(2);
  expect(await sweep(shop.house, carrier!)).toBe(0);
  const words: string[] = [];
  shop.does(async ({ input }) => void words.push(input.words));
  await shop.start();
  for (const { run } of [waits, ran, lives]) expect((await shop.house.ended(run)).status).toBe("done");
  expect(words.sort()).toEqual(["lives", "ran", "waits"]);
  expect(await shop.job(lives.job)).toMatchObject({ attempts: 1, message: null });
});

test("pauses and appointments follow the house's clock, also when it is moved", async () => {
  shop = await workshop({ kind: { backoff: { first: 600, most: 600 } } });
  const { house } = shop;
  const [carrier] = shop.engine.carriers;
  const look = () => sweep(house, carrier!, 0);
  const ran: string[] = [];
  shop.does(async ({ attempt, input }) => {
    ran.push(`${input.words} ${attempt}`);
    if (input.words === "fails" && attempt === 1) throw new Error("once");
  });
  const fails = await shop.askFor("fails");
  await shop.until(async () => (await shop.job(fails.job)).spent === 1);
  const wait = Date.parse((await shop.job(fails.job)).due_at) - house.clock.now.getTime();
  expect(wait).toBeGreaterThanOrEqual(300_000);
  expect(wait).toBeLessThanOrEqual(600_000);
  await inWorkspace(house.database, house.owner.workspaceId, async (tx) => {
    const { act } = await jobAct(
      house,
      { database: house.database, tx },
      { ...house.owner, runId: house.sources.newId() },
    );
    await act.later(work, { words: "appointment" }, { at: new Date(act.now.getTime() + 3_600_000) });
  });
  expect(await look()).toBe(0);
  house.clock.pass(wait);
  expect(await look()).toBe(1);
  await house.ended(fails.run);
  expect(await look()).toBe(0);
  house.clock.pass(3_600_000);
  expect(await look()).toBe(1);
  await shop.until(() => ran.length === 3);
  expect(ran).toEqual(["fails 1", "fails 2", "appointment 1"]);
});

test("a workspace in a database of its own has its own engine there", async () => {
  shop = await workshop({ alone: true });
  const { house } = shop;
  const second = await testDatabase();
  house.databases = [house.database, second];
  const done: string[] = [];
  shop.does(async ({ input, workspaceId }) => void done.push(`${input.words} ${workspaceId}`));
  const engine = await shop.start();
  house.queue = engine.queue;
  const own = await createWorkspace(second, house.sources, { name: "Own", slug: "own" });
  const runId = house.sources.newId();
  await inWorkspace(second, own.workspaceId, async (tx) => {
    const { act } = await jobAct(house, { database: second, tx }, { ...own, runId });
    await act.later(work, { words: "there" });
  });
  await shop.house.ended((await shop.askFor("here")).run);
  await shop.until(() => done.length === 2);
  expect(done.sort()).toEqual([`here ${house.owner.workspaceId}`, `there ${own.workspaceId}`]);
  const rows = await inWorkspace(house.database, own.workspaceId, (tx) => rawOf(tx)`select 1 from job`);
  expect(rows).toHaveLength(0);
  await engine.stop();
  await second.drop();
});

test("work that this version does not know fails with words, and waits for the version that does", async () => {
  shop = await workshop({ alone: true });
  const old = await shop.start({ handlers: [] });
  shop.house.queue = old.queue;
  const asked = await shop.askFor("x");
  const ended = await shop.house.ended(asked.run);
  expect(ended).toMatchObject({ status: "failed", problem: { kind: "missing" } });
  await old.stop();
  shop.does(async () => ({ view: { text: "Known now.", blocks: [] } }));
  shop.house.queue = (await shop.start()).queue;
  await shop.house.ask("job retry", { job: asked.job });
  expect((await shop.house.ended(asked.run)).view.text).toBe("Known now.");
});
