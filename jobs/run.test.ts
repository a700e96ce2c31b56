import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { jobAct } from "../core/jobs/index.ts";
import { post } from "../core/outbox/index.ts";
import { refuse } from "../core/problem.ts";
import { view } from "../core/view/index.ts";
import { inWorkspace, rawOf } from "../db/connect.ts";
import { setting } from "../db/schema/index.ts";
import { type Workshop, workshop } from "../test/jobs.ts";

let shop: Workshop;
beforeAll(async () => {
  shop = await workshop();
});
afterAll(() => shop.close());
let ran: string[] = [];
beforeEach(() => {
  ran = [];
  shop.does(async (ctx) => void ran.push(ctx.input.words));
});

const settings = (key: string) =>
  inWorkspace(shop.house.database, shop.house.owner.workspaceId, async (tx) =>
    (await rawOf(tx)`select key from setting where key like ${`${key}%`}`).map((r) => r.key),
  );

test("later work answers the run that asked for it, where it asked", async () => {
  shop.does(async ({ input, say }) => ({
    view: view(say("Shouted.")),
    data: { item: { id: "1", words: input.words.toUpperCase() } },
  }));
  const asked = await shop.askFor("hello");
  expect(asked).toMatchObject({ status: "running", view: { blocks: [{ kind: "progress" }, { kind: "buttons" }] } });
  const ended = await shop.house.ended(asked.run);
  expect(ended).toMatchObject({ status: "done", command: "work ask", data: { item: { words: "HELLO" } } });
  expect(ended.view).toEqual({ text: "Shouted.", blocks: [] });
  expect(await shop.job(asked.job)).toMatchObject({ status: "done", attempts: 1, spent: 0, error: null });
});

test("a run that breaks after asking leaves no job behind", async () => {
  const broken = await shop.askFor("never", { ending: "break" });
  expect(broken.status).toBe("failed");
  await shop.house.ended((await shop.askFor("after")).run);
  expect(ran).toEqual(["after"]);
  const { data } = await shop.house.ask("job list");
  expect(JSON.stringify(data)).not.toContain("never");
});

test("the last effects and the job's end are one transaction", async () => {
  let tries = 0;
  shop.does(async () => async (act) => {
    await act.db
      .insert(setting)
      .values({ workspaceId: act.workspace.id, key: `end ${++tries}`, value: tries, updatedAt: act.now });
    if (tries === 1) throw new Error("the plug was pulled");
    act.changed({ what: "setting", id: "end" });
    return view("Kept.");
  });
  expect(await shop.house.ended((await shop.askFor("x")).run)).toMatchObject({
    status: "done",
    view: { text: "Kept." },
  });
  expect(await settings("end")).toEqual(["end 2"]);
});

test("failures are tried again with a pause, and the run says so meanwhile", async () => {
  shop.does(async ({ attempt }) => {
    ran.push(String(attempt));
    if (attempt < 3) throw new Error("https://user:pw@example.org/x?key=sekret is away");
  });
  const asked = await shop.askFor("x");
  const told = await shop.until(async () => {
    const text = JSON.stringify((await shop.house.answer(asked.run))?.view);
    return text.includes("Attempt 1 failed") && text;
  });
  expect(told).toContain("https://example.org/x is away.");
  expect(told).not.toMatch(/sekret|user:pw/);
  expect((await shop.house.ended(asked.run)).status).toBe("done");
  expect(ran).toEqual(["1", "2", "3"]);
  expect(await shop.job(asked.job)).toMatchObject({ attempts: 3, spent: 2 });
});

test("what fails for good is a dead letter: seen, told, and tried again by a person", async () => {
  let mended = false;
  shop.does(async () => {
    ran.push("x");
    if (!mended) throw new Error("no luck");
    return view("At last.");
  });
  const asked = await shop.askFor("x");
  const ended = await shop.house.ended(asked.run);
  expect(ended).toMatchObject({ status: "failed", problem: { kind: "internal" } });
  expect(ended.view.text).toContain("test work failed: no luck.");
  expect(ran).toHaveLength(3);
  const { data } = await shop.house.ask("job list", { status: "failed" });
  expect(data).toMatchObject({ items: [{ id: asked.job, status: "failed", error: "no luck.", attempts: 3 }] });

  mended = true;
  const buttons = ended.view.blocks.find((b) => b.kind === "buttons");
  const again = await shop.house.press(buttons!.buttons[0]!.action!);
  expect(again).toMatchObject({ status: "running", command: "job retry", job: asked.job });
  // The result arrives where it was asked for first, and where it was asked for again.
  expect(await shop.house.ended(again.run)).toMatchObject({ status: "done", view: { text: "At last." } });
  const first = await shop.house.ended(asked.run);
  expect(first).toMatchObject({ status: "done", view: { text: "At last." } });
  expect(first.problem).toBeUndefined();
  expect(await shop.job(asked.job)).toMatchObject({ status: "done", attempts: 4, spent: 0 });
  expect((await shop.house.ask("job retry", { job: asked.job })).problem?.kind).toBe("clash");
});

test("a refusal is final: it is not tried again, and says what to do", async () => {
  shop.does(async () => {
    ran.push("x");
    throw refuse("rule", "No budget left for {kind}. Raise it with /budget set.", { kind: "songs" });
  });
  const asked = await shop.askFor("x");
  expect(await shop.house.ended(asked.run)).toMatchObject({
    status: "failed",
    problem: { kind: "rule", detail: "No budget left for songs. Raise it with /budget set." },
  });
  expect(ran).toHaveLength(1);
});

test("a job that waits is cancelled and never starts", async () => {
  const own = await workshop({ alone: true });
  own.house.queue = (await own.start({ role: "sender" })).queue;
  own.does(async (ctx) => void ran.push(ctx.input.words));
  const waiting = await own.askFor("cancelled");
  expect((await own.house.ask("job cancel", { job: waiting.job.slice(-8) })).status).toBe("done");
  expect(await own.house.answer(waiting.run)).toMatchObject({ status: "cancelled" });
  expect((await own.house.ask("job cancel", { job: waiting.job })).problem).toMatchObject({
    kind: "clash",
    detail: "test work is cancelled already.",
  });
  // One slot takes the messages in their order: the cancelled job's came first.
  await own.start({ slots: { quick: 1 } });
  await own.house.ended((await own.askFor("after")).run);
  expect(ran).toEqual(["after"]);
  expect(await own.job(waiting.job)).toMatchObject({ status: "cancelled", attempts: 0 });
  await own.close();
});

test("a job that runs hears of its cancelling within two seconds, and writes nothing more", async () => {
  let heard = 0;
  shop.does(async (ctx) => {
    ran.push("started");
    await new Promise((resolve) => ctx.signal.addEventListener("abort", resolve, { once: true }));
    heard = performance.now();
    ran.push(await ctx.inTx(async () => "wrote").catch((e) => e.constructor.name));
    return view("Too late.");
  });
  const asked = await shop.askFor("x");
  await shop.until(() => ran.includes("started"));
  const from = performance.now();
  await shop.house.ask("job cancel", { job: asked.job });
  expect(await shop.house.answer(asked.run)).toMatchObject({ status: "cancelled" });
  await shop.until(() => ran.length === 2);
  expect(heard - from).toBeLessThan(2000);
  expect(ran).toEqual(["started", "Gone"]);
  await pause(50);
  expect(await shop.job(asked.job)).toMatchObject({ status: "cancelled" });
  expect(await shop.house.answer(asked.run)).toMatchObject({ status: "cancelled" });
});

test("the same key is the same job while it lasts, and both runs get its result", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  shop.does(async ({ input }) => {
    ran.push(input.words);
    await promise;
    return view("One for both.");
  });
  const [a, b] = [await shop.askFor("a", { key: "k" }), await shop.askFor("b", { key: "k" })];
  expect(b.job).toBe(a.job);
  resolve();
  expect((await shop.house.ended(a.run)).view.text).toBe("One for both.");
  expect((await shop.house.ended(b.run)).view.text).toBe("One for both.");
  expect(ran).toEqual(["a"]);
  expect((await shop.askFor("c", { key: "k" })).job).not.toBe(a.job);
});

test("many that ask for the same key at once are all answered", async () => {
  shop.does(async () => view("Once."));
  const asked = await Promise.all(Array.from({ length: 20 }, (_, n) => shop.askFor(String(n), { key: "storm" })));
  const ends = await Promise.all(asked.filter((a) => a.status === "running").map((a) => shop.house.ended(a.run)));
  expect(ends.length).toBeGreaterThan(0);
  expect(new Set(ends.map((e) => e.view.text))).toEqual(new Set(["Once."]));
  // Who came in the very moment the job ended is told so; nobody waits for ever.
  for (const a of asked) if (a.status !== "running") expect(a.problem?.kind).toBe("clash");
});

test("a finished step is not done again by the next attempt", async () => {
  shop.does(async ({ step, attempt }) => {
    const paid = await step("pay", async () => ran.push(`paid ${attempt}`));
    if (attempt === 1) throw new Error("after paying");
    return { view: view("Done."), data: { item: { id: "s", paid } } };
  });
  const ended = await shop.house.ended((await shop.askFor("x")).run);
  expect(ended.data).toEqual({ item: { id: "s", paid: 1 } });
  expect(ran).toEqual(["paid 1"]);
});

test("progress is shown where it was asked for, and written seldom", async () => {
  shop.does(async ({ progress }) => {
    for (let n = 1; n <= 500; n++) {
      progress(n, 500, `song ${n}`);
      await pause(3);
    }
  });
  const asked = await shop.askFor("x");
  const seen = await shop.until(async () => {
    const block = (await shop.house.answer(asked.run))?.view.blocks.find((b) => b.kind === "progress");
    return block && block.done > 1 && block;
  });
  expect(seen).toMatchObject({ total: 500, now: expect.stringMatching(/^song \d+$/), job: asked.job });
  expect((await shop.house.ask("job show", { job: asked.job })).view.blocks[0]).toMatchObject({ kind: "progress" });
  await shop.house.ended(asked.run);
  const events = await inWorkspace(
    shop.house.database,
    shop.house.owner.workspaceId,
    (tx) => rawOf(tx)`select payload from event where name = 'run.changed' and subject = ${asked.run}`,
  );
  expect(events.length).toBeGreaterThan(1);
  expect(events.length).toBeLessThan(10);
});

test("a message in a chat is edited while the work goes on, and shows its end", async () => {
  const { promise: gate, resolve: go } = Promise.withResolvers<void>();
  shop.does(async ({ progress }) => {
    await gate;
    progress(1, 2, "half");
    await pause(1200);
    return view("All of it.");
  });
  const asked = await shop.askFor("x");
  const { house } = shop;
  const place = { surface: "chat", tenant: "t", external: "room" };
  await inWorkspace(house.database, house.owner.workspaceId, async (tx) => {
    const asker = { ...house.owner, runId: asked.run };
    const { act } = await jobAct(house, { database: house.database, tx }, asker);
    await post(act, { place, subject: asked.run, view: asked.view });
  });
  go();
  await house.ended(asked.run);
  const edits = await inWorkspace(
    house.database,
    house.owner.workspaceId,
    (tx) => rawOf(tx)<{ text: string; now: string; status: string }[]>`
      select view->>'text' as text, view->'blocks'->0->>'now' as now, status from outbox
      where subject = ${asked.run} and kind = 'edit' order by status`,
  );
  // Nobody sends here: the newer edit takes the older one's place.
  expect(edits).toMatchObject([
    { text: "Working.", now: "half", status: "replaced" },
    { text: "All of it.", status: "waiting" },
  ]);
});

test("work that does not listen to its signal is left alone after its time", async () => {
  const slow = await workshop({ kind: { minutes: 0.005, tries: 1 } });
  slow.does(() => new Promise(() => {}));
  const ended = await slow.house.ended((await slow.askFor("x")).run);
  expect(ended.view.text).toContain("It took longer than");
  await slow.close();
});

test("a worker that stops gives its work back, and no try is spent", async () => {
  const own = await workshop({ graceMs: 50 });
  own.does(async () => {
    ran.push("first");
    await pause(60_000, undefined, { ref: false });
  });
  const asked = await own.askFor("x");
  await own.until(() => ran.includes("first"));
  await own.engine.stop();
  expect(await own.job(asked.job)).toMatchObject({ status: "waiting", attempts: 1, spent: 0 });
  own.does(async () => view("Second."));
  await own.start();
  expect(await own.house.ended(asked.run)).toMatchObject({ status: "done", view: { text: "Second." } });
  await own.close();
});
