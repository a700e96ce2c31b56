// What may happen in the middle of making a thing, at a provider that keeps books of its own: somebody stops it, is
// erased, the clock moves, two processes hold it at once. Each ends, once, and the money with it.
import { afterEach, expect, test } from "vitest";
import type { Act } from "../core/act.ts";
import { jobAct } from "../core/jobs/index.ts";
import { ProviderError } from "../core/studio/index.ts";
import { inWorkspace, rawOf } from "../db/connect.ts";
import { addPerson } from "../test/answers.ts";
import { minimax } from "../test/emulators/providers/makers.ts";
import { KEY, openProvider, type Seen, type World } from "../test/emulators/providers/server.ts";
import { type Workshop, workshop } from "../test/jobs.ts";
import { makers } from "../test/programs/maker.ts";
import { provider, song } from "../test/provider.ts";
import { batchJob } from "./batch.ts";
import { Again } from "./handler.ts";
import { makeJob } from "./make.ts";
import { startPulse } from "./pulse.ts";
import { deliver } from "./run.ts";
import { doChore } from "./upkeep.ts";

let shop: Workshop;
let world: World;
afterEach(async () => {
  await shop.close();
  await world.close();
});

const open = async (more: { seats?: number; slots?: number } = {}) => {
  world = await openProvider(minimax);
  const providers = makers(world.url, KEY, more.seats ?? 8);
  shop = await workshop({
    providers,
    handlers: [makeJob, batchJob],
    slots: { make: more.slots ?? 4 },
    pollSeconds: 0.5,
  });
  expect((await shop.house.ask("budget set", { amount: "100" })).status).toBe("done");
};
const clip = (options: Record<string, unknown> = {}, as = shop.house.owner) =>
  shop.house.ask(
    "generate video",
    { kind: "clip", seconds: 6, provider: "listed", prompt: "a bay", ...options },
    { as },
  );
const rows = <T>(query: string) =>
  inWorkspace(
    shop.house.database,
    shop.house.owner.workspaceId,
    async (tx) => [...(await rawOf(tx).unsafe(query))] as unknown as T[],
  );
const attempts = () =>
  rows<{ status: string; task: string | null }>("select status, task from attempt order by number");
const money = async () =>
  (
    await rows<{ held: number; spent: number }>(
      "select coalesce(sum(held), 0)::int as held, coalesce(sum(spent), 0)::int as spent from budget_use",
    )
  )[0]!;
const isOrder = ({ method, path }: Seen) => method === "POST" && path === "/v2/video_generation";
const PRICE = 480_000;
/** The next order is heard, and its answer is held back until `go`. */
function heldBack() {
  const [heard, go] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const plain = globalThis.fetch;
  globalThis.fetch = async (input, init) => {
    const answer = await plain(input, init);
    if (init?.method === "POST" && String(input).endsWith("/v2/video_generation")) {
      heard.resolve();
      await go.promise;
    }
    return answer;
  };
  const end = () => {
    globalThis.fetch = plain;
    go.resolve();
  };
  return { heard: heard.promise, end };
}

test("stopped while the order is on its way: it is called back there, and nothing is paid", async () => {
  await open();
  world.patience = 1_000;
  const held = heldBack();
  try {
    const { job } = await clip();
    await held.heard;
    expect((await shop.house.ask("job cancel", { job: job! })).status).toBe("done");
  } finally {
    held.end();
  }
  await shop.until(async () => (await attempts())[0]?.status === "cancelled");
  expect(world.seen.filter(({ method }) => method === "DELETE")).toHaveLength(1);
  expect(world.tasks.size).toBe(0);
  expect(await money()).toEqual({ held: 0, spent: 0 });
});

test("who asked is erased while it is made: it ends, and the money with it", async () => {
  await open();
  world.patience = 1_000;
  const mia = await addPerson(shop.house, "Mia", "staff");
  expect((await clip({}, mia)).status).toBe("running");
  await shop.until(async () => (await attempts())[0]?.status === "accepted");
  await inWorkspace(
    shop.house.database,
    mia.workspaceId,
    (tx) => rawOf(tx)`
    update person set name = '', role = 'member', erased_at = ${shop.house.clock.now.toISOString()} where id = ${mia.personId}`,
  );
  world.patience = 0;
  await shop.until(
    async () =>
      (await rows<{ n: number }>("select count(*)::int as n from batch where ended_at is not null"))[0]!.n === 1,
  );
  expect(await attempts()).toMatchObject([{ status: "done" }]);
  expect(await rows("select id from work")).toHaveLength(1);
  expect(await money()).toEqual({ held: 0, spent: PRICE });
});

test.each([
  ["on by a month", 32 * 86_400_000],
  ["back by an hour", -3_600_000],
])("the clock goes %s between reservation and end: the money ends where it was held", async (_, by) => {
  await open();
  world.patience = 1_000;
  await clip();
  await shop.until(async () => (await attempts())[0]?.status === "accepted");
  expect(await money()).toEqual({ held: PRICE, spent: 0 });
  // Late, it would be called back: it is done by then.
  world.patience = 0;
  shop.house.clock.pass(by);
  await shop.until(async () => (await attempts()).some((a) => a.status !== "accepted"));
  const kept = await rows<{ bucket: string; held: number; spent: number }>(
    "select bucket, held::int, spent::int from budget_use order by bucket",
  );
  expect(kept[0]).toEqual({ bucket: "@2026-11-01", held: 0, spent: expect.any(Number) });
  const [health] = await rows<{ seconds: number }>("select seconds from provider_health");
  expect(health!.seconds).toBeGreaterThan(0);
});

test("two live processes hold one item: one order, and one end", async () => {
  await open({ slots: 0 });
  const held = heldBack();
  await clip();
  const [job] = await rows<{ id: string }>("select id from job where name = 'make'");
  const { house } = shop;
  const message = { id: job!.id, job: job!.id, workspace: house.owner.workspaceId };
  const handlers = new Map([makeJob, batchJob].map((h) => [h.kind.name, h]));
  const process = () => ({ house, handlers, pulse: startPulse(house.log) });
  const still = new AbortController().signal;
  const first = deliver(process(), house.database, message, still);
  await held.heard;
  // The same message again: the first was given up for dead, and lives. It finds the order in the list, and takes it.
  await deliver(process(), house.database, message, still);
  held.end();
  await first;
  expect(world.seen.filter(isOrder)).toHaveLength(1);
  const [taken] = await attempts();
  expect(taken).toMatchObject({ status: "accepted", task: "task-1" });
  expect(await rows("select task from provider_task")).toHaveLength(1);
  expect(await money()).toEqual({ held: PRICE, spent: 0 });
});

test("nobody has a seat for a day: whoever asked is told so, and may ask again", async () => {
  await open({ seats: 1 });
  world.patience = 1_000_000;
  await clip();
  await shop.until(async () => (await attempts())[0]?.status === "accepted");
  const late = await clip({ prompt: "another" });
  const reply = shop.house.ended(late.run);
  let over: Awaited<typeof reply> | undefined;
  void reply.then((r) => {
    over = r;
  });
  // The first goes on for days, in the only seat.
  const until = new Date(shop.house.clock.now.getTime() + 5 * 86_400_000).toISOString();
  await shop.house.database.client`update provider_seat set until = ${until} where attempt is not null`;
  await rows(`update attempt set deadline = '${until}' where status = 'accepted' returning 1`);
  // Once: a clock that goes on with every look has passed those days before a busy worker looks at all.
  shop.house.clock.pass(25 * 3_600_000);
  await shop.until(async () => {
    await hurryAll();
    return over !== undefined;
  });
  expect(over!.status).toBe("failed");
  expect(over!.view.text).toContain("It waited for 24 hours and nobody could make it: busy");
}, 120_000);

/** Whoever waits looks now. Who was told already is not told again: that would take back what is on its way to them. */
const hurryAll = () =>
  inWorkspace(shop.house.database, shop.house.owner.workspaceId, async (tx) => {
    const { house } = shop;
    const at = house.clock.now;
    const found = await rawOf(tx)<{ id: string; name: string; message: string }[]>`
      update job set message = gen_random_uuid(), due_at = ${at.toISOString()}
      where status = 'waiting' and due_at <> ${at.toISOString()} returning id, name, message`;
    for (const job of found)
      await house.queue.send(house.database, tx, { ...job, workspaceId: house.owner.workspaceId, dueAt: at });
  });

test("a batch that was stopped and is tried again makes the failed ones too, and counts them once", async () => {
  world = await openProvider(minimax);
  let well = false;
  let calls = 0;
  const one = provider({
    atOnce: 1,
    submit: async ({ attempt }) => {
      calls++;
      if (well) return { state: "accepted", task: attempt };
      if (calls === 1) throw new ProviderError("invalid", "no");
      return { state: "accepted", task: attempt };
    },
    query: async () => (well ? song() : { state: "running" as const }),
    cancel: async () => "cancelled",
  });
  shop = await workshop({ providers: [one], handlers: [makeJob, batchJob], slots: { make: 2 }, pollSeconds: 0.5 });
  const { run, job } = await shop.house.ask("generate song", { count: 3 });
  await shop.until(async () => (await rows("select 1 from item where status = 'failed'")).length === 1);
  await shop.house.ask("job cancel", { job: job! });
  shop.house.clock.pass(1000);
  well = true;
  expect((await shop.house.ask("job retry", { job: job! })).status).toBe("running");
  await shop.until(async () => {
    await hurryAll();
    const reply = await shop.house.answer(run);
    return reply && reply.status !== "running";
  });
  const reply = (await shop.house.answer(run))!;
  expect(reply.status).toBe("done");
  expect(reply.data).toMatchObject({ failed: 0 });
  expect(reply.data!.items).toHaveLength(3);
}, 60_000);

test("what failed is made again when it is asked for before its worker has quite ended", async () => {
  world = await openProvider(minimax);
  let [calls, well] = [0, false];
  const one = provider({
    submit: async ({ attempt }) => {
      if (++calls === 1) throw new ProviderError("invalid", "no");
      return { state: "accepted", task: attempt };
    },
    query: async () => (well ? song() : { state: "running" as const }),
    cancel: async () => "cancelled",
  });
  shop = await workshop({ providers: [one], handlers: [makeJob, batchJob], slots: { make: 2 }, pollSeconds: 0.5 });
  const { house } = shop;
  const [over, held] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const { selection } = house.meter;
  // Between what became of the thing and the end of its job: nobody gets past who holds the job's row.
  let holding: Promise<unknown> | undefined;
  house.meter.selection = (...told) => {
    selection(...told);
    holding ??= inWorkspace(house.database, house.owner.workspaceId, async (tx) => {
      await rawOf(tx)`select from job j join item i on i.job_id = j.id where i.status = 'failed' for update of j`;
      held.resolve();
      await over.promise;
    });
  };
  const { run, job } = await house.ask("generate song", { count: 2 });
  await held.promise;
  await shop.until(async () => (await rows("select 1 from item where status = 'failed'")).length === 1);
  await house.ask("job cancel", { job: job! });
  house.clock.pass(1000);
  well = true;
  expect((await house.ask("job retry", { job: job! })).status).toBe("running");
  await shop.until(async () => (await shop.job(job!)).attempts > 0);
  await new Promise((done) => setTimeout(done, 500));
  over.resolve();
  await holding;
  await shop.until(async () => {
    await hurryAll();
    const reply = await house.answer(run);
    return reply && reply.status !== "running";
  });
  expect(await house.answer(run)).toMatchObject({
    status: "done",
    data: { failed: 0, items: [expect.anything(), expect.anything()] },
  });
}, 60_000);

test("a batch whose last thing fails while its own job looks after it has failed, not been done", async () => {
  world = await openProvider(minimax);
  shop = await workshop({ providers: [provider()], handlers: [makeJob, batchJob], slots: { make: 0, quick: 0 } });
  const { house } = shop;
  const { job, run } = await house.ask("generate song", { count: 1 });
  const [batch] = await rows<{ id: string }>("select id from batch");
  const about = { workspaceId: house.owner.workspaceId, personId: house.owner.personId, runId: run };
  const inTx = <T>(work: (act: Act) => Promise<T>) =>
    inWorkspace(house.database, house.owner.workspaceId, async (tx) =>
      work((await jobAct(house, { database: house.database, tx }, about)).act),
    );
  const ctx = { input: { batch: batch!.id }, house, job, inTx } as unknown as Parameters<typeof batchJob.run>[0];
  const ended = await batchJob.run(ctx);
  await rows("update item set status = 'failed', error = 'No.', ended_at = now() returning 1");
  await rows("update batch set open = 0 returning 1");
  // It looks once more, and then knows that it failed.
  expect(await inTx(ended as (act: Act) => Promise<unknown>)).toBeInstanceOf(Again);
  await expect(batchJob.run(ctx)).rejects.toThrow("Nothing was made");
});

test("whose a provider's orders were is forgotten when no list shows them any more", async () => {
  await open();
  await clip();
  await shop.until(async () => (await attempts())[0]?.status === "done");
  const kept = () => rows("select task from provider_task");
  const tidy = () => doChore(shop.house, shop.engine.carriers[0]!, "forget orders");
  await tidy();
  expect(await kept()).toHaveLength(1);
  shop.house.clock.pass(31 * 86_400_000);
  await tidy();
  expect(await kept()).toEqual([]);
});
