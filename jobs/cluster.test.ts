// Several workers on one database, and one that is killed in the middle.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterEach, expect, test } from "vitest";
import { inWorkspace, rawOf } from "../db/connect.ts";
import { setting } from "../db/schema/index.ts";
import { APP_ROLE } from "../db/secure.ts";
import { type Workshop, workshop } from "../test/jobs.ts";

let shop: Workshop;
const children: ChildProcess[] = [];
afterEach(async () => {
  for (const child of children) child.kill("SIGKILL");
  await shop.close();
});
const inOwn = <T>(work: (sql: ReturnType<typeof rawOf>) => Promise<T>): Promise<T> =>
  inWorkspace(shop.house.database, shop.house.owner.workspaceId, (tx) => work(rawOf(tx)));

test("two workers do five hundred jobs, each once", async () => {
  shop = await workshop();
  await shop.start();
  const ran = new Map<string, number>();
  shop.does(async ({ job }) => async (act) => {
    ran.set(job, (ran.get(job) ?? 0) + 1);
    await act.db
      .insert(setting)
      .values({ workspaceId: act.workspace.id, key: `did ${job}`, value: 1, updatedAt: act.now });
    return undefined;
  });
  for (let n = 0; n < 50; n++) await Promise.all(Array.from({ length: 10 }, () => shop.askFor("x")));
  const count = (status: string) =>
    inOwn(async (sql) => (await sql`select count(*)::int as n from job where status = ${status}`)[0]!.n as number);
  await shop.until(async () => (await count("done")) === 500);
  expect([...ran.values()]).toEqual(Array(500).fill(1));
  expect(await inOwn((sql) => sql`select 1 from setting where key like 'did %'`)).toHaveLength(500);
  expect(await inOwn((sql) => sql`select 1 from inbox where status <> 'done'`)).toHaveLength(0);
});

test("a message that comes twice, or late, does nothing", async () => {
  shop = await workshop();
  let ran = 0;
  shop.does(async () => void ran++);
  const asked = await shop.askFor("x");
  await shop.house.ended(asked.run);
  const send = (message: string) =>
    inWorkspace(shop.house.database, shop.house.owner.workspaceId, (tx) =>
      shop.engine.queue.send(shop.house.database, tx, {
        id: asked.job,
        workspaceId: shop.house.owner.workspaceId,
        name: "test work",
        dueAt: shop.house.clock.now,
        message,
      }),
    );
  await Promise.all([send(asked.job), send(shop.house.sources.newId()), send(shop.house.sources.newId())]);
  await shop.house.ended((await shop.askFor("after")).run);
  expect(ran).toBe(2);
  expect(await shop.job(asked.job)).toMatchObject({ status: "done", attempts: 1 });
});

test("two workers that start at once on a new database agree on its schema", async () => {
  shop = await workshop({ alone: true });
  const engines = await Promise.all([shop.start(), shop.start(), shop.start({ role: "sender" })]);
  shop.house.queue = engines[2]!.queue;
  let ran = 0;
  shop.does(async () => void ran++);
  await shop.house.ended((await shop.askFor("x")).run);
  expect(ran).toBe(1);
});

test("the app's role may put messages in, and neither read nor change any", async () => {
  shop = await workshop();
  const { client } = shop.house.database;
  const code = (query: string) =>
    client.unsafe(query).then(
      () => "allowed",
      (e) => e.code,
    );
  expect(await client`select current_user as me`).toMatchObject([{ me: APP_ROLE }]);
  for (const query of [
    "select data from pgboss.job_common",
    "select data from pgboss.job",
    "delete from pgboss.job_common",
    "update pgboss.job_common set state = 'cancelled'",
    "update pgboss.queue set retry_limit = 0",
    "select * from pgboss.schedule",
    "drop table pgboss.job_common",
  ]) {
    expect(await code(query), query).toBe("42501");
  }
});

test("a worker killed in the middle: its job runs again within twenty seconds, and ends once", {
  timeout: 60_000,
}, async () => {
  shop = await workshop({ alone: true });
  const sender = await shop.start({ role: "sender" });
  shop.house.queue = sender.queue;
  const { ownerUrl, appUrl } = shop.house.database;
  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL("../test/worker.ts", import.meta.url)), ownerUrl, appUrl],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  children.push(child);
  await once(child.stdout!, "data");
  const asked = await shop.askFor("x");
  await shop.until(async () => (await shop.job(asked.job)).status === "running");
  const exit = once(child, "exit");
  child.kill("SIGKILL");
  await exit;
  const killed = performance.now();
  let ran = 0;
  shop.does(async ({ attempt, inTx }) => {
    ran++;
    await inTx((act) =>
      act.db
        .insert(setting)
        .values({ workspaceId: act.workspace.id, key: "effect", value: attempt, updatedAt: act.now }),
    );
    return { view: { text: "Ended by another.", blocks: [] } };
  });
  await shop.start();
  expect(await shop.house.ended(asked.run)).toMatchObject({ status: "done", view: { text: "Ended by another." } });
  expect((performance.now() - killed) / 1000).toBeLessThan(25);
  expect(ran).toBe(1);
  expect(await shop.job(asked.job)).toMatchObject({ status: "done", attempts: 2, spent: 1 });
});

test("a worker that was given up for dead writes nothing any more", async () => {
  shop = await workshop();
  const { promise: gate, resolve: open } = Promise.withResolvers<void>();
  const ends: string[] = [];
  shop.does(async ({ attempt, inTx, signal }) => {
    if (attempt > 1) return { view: { text: "The second.", blocks: [] } };
    await gate;
    ends.push(
      await inTx(async () => "wrote").catch((e) => e.constructor.name),
      String(signal.reason?.constructor.name),
    );
    return { view: { text: "The first.", blocks: [] } };
  });
  const asked = await shop.askFor("x");
  await shop.until(async () => (await shop.job(asked.job)).status === "running");
  // What the engine does when it has heard nothing of a worker: the same message, once more.
  const message = shop.house.sources.newId();
  await inOwn((sql) => sql`update job set message = ${message} where id = ${asked.job}`);
  await inWorkspace(shop.house.database, shop.house.owner.workspaceId, (tx) =>
    shop.engine.queue.send(shop.house.database, tx, {
      id: asked.job,
      workspaceId: shop.house.owner.workspaceId,
      name: "test work",
      dueAt: shop.house.clock.now,
      message,
    }),
  );
  expect(await shop.house.ended(asked.run)).toMatchObject({ view: { text: "The second." } });
  open();
  await shop.until(() => ends.length > 0);
  expect(ends[0]).toBe("Gone");
  expect(await shop.house.answer(asked.run)).toMatchObject({ status: "done", view: { text: "The second." } });
  expect(await shop.job(asked.job)).toMatchObject({ status: "done", attempts: 2 });
});
