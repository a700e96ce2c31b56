// Where money could be spent twice, held for ever or forgotten: each way there is closed.
import { afterEach, expect, test } from "vitest";
import type { Act } from "../core/act.ts";
import { hurryJob } from "../core/jobs/index.ts";
import { type Provider, ProviderError, Unknown } from "../core/studio/index.ts";
import { inWorkspace, rawOf } from "../db/connect.ts";
import { type Workshop, workshop } from "../test/jobs.ts";
import { provider, song } from "../test/provider.ts";
import { batchJob } from "./batch.ts";
import { makeJob } from "./make.ts";

let shop: Workshop;
afterEach(() => shop.close());

const open = async (...providers: Provider[]) => {
  shop = await workshop({ providers, handlers: [makeJob, batchJob], slots: { make: 8 } });
  expect((await shop.house.ask("budget set", { amount: "100" })).status).toBe("done");
  return shop.house;
};
const rows = <T>(query: string) =>
  inWorkspace(
    shop.house.database,
    shop.house.owner.workspaceId,
    async (tx) => [...(await rawOf(tx).unsafe(query))] as unknown as T[],
  );
type Row = { provider: string; status: string; failure: string | null; cost: string | null };
const attempts = () => rows<Row>("select provider, status, failure, cost from attempt order by started_at, number");
const money = async () =>
  (
    await rows<{ held: number; spent: number }>(
      "select coalesce(sum(held), 0)::int as held, coalesce(sum(spent), 0)::int as spent from budget_use",
    )
  )[0]!;
const begin = async (options: Record<string, unknown> = {}) => {
  const asked = await shop.house.ask("generate song", options);
  expect(asked.status).toBe("running");
  return asked;
};
/** Time goes by, so much at each look. */
const ended = async (run: string, step = 2000) => {
  for (;;) {
    const reply = await shop.house.answer(run);
    if (reply && reply.status !== "running") return reply;
    shop.house.clock.pass(step);
    await new Promise((done) => setTimeout(done, 30));
  }
};
/** The batch's own job looks now, and not in five minutes. */
const hurry = (job: string | undefined) =>
  inWorkspace(shop.house.database, shop.house.owner.workspaceId, (tx) => {
    const { sources, queue, database, owner } = shop.house;
    const resend: Act["resend"] = (sent) => queue.send(database, tx, { ...sent, workspaceId: owner.workspaceId });
    return hurryJob({ db: tx, now: sources.now(), newId: sources.newId, resend }, job!);
  });
const PRICE = 60_000;

test("whoever looks for it and is not answered looks again, and sends nothing", async () => {
  let looked = 0;
  const one = provider({
    submit: async () => {
      throw new Unknown("reset");
    },
    find: async () => {
      if (++looked < 4) throw new ProviderError("broken", "HTTP 500");
      return { task: "t" };
    },
    query: async () => song(),
  });
  await open(one);
  expect((await ended((await begin()).run)).status).toBe("done");
  expect(one.calls).toHaveLength(1);
  expect(await money()).toEqual({ held: 0, spent: PRICE });
});

test("never arrived is believed when its list has settled, not before", async () => {
  let looked = 0;
  let calls = 0;
  const one = provider({
    submit: async () => {
      if (++calls === 1) throw new Unknown("reset");
      return song();
    },
    // Theirs is late: it shows the task at the third look.
    find: async () => (++looked < 3 ? { tasks: [], all: true } : { tasks: ["late"], all: true }),
    query: async () => song(),
  });
  await open(one);
  expect((await ended((await begin()).run)).status).toBe("done");
  expect(calls).toBe(1);
  expect(looked).toBe(3);
});

test("a line that always breaks before it is heard: no endless tries, nothing paid", async () => {
  const one = provider({
    submit: async () => {
      throw new Unknown("reset");
    },
    find: async () => "never arrived",
  });
  await open(one);
  const reply = await ended((await begin()).run, 20_000);
  expect(reply.status).toBe("failed");
  expect(one.calls.length).toBeLessThan(8);
  expect(await money()).toEqual({ held: 0, spent: 0 });
});

test("of tasks with the same words each item takes one, and no two the same", async () => {
  const tasks: string[] = [];
  let n = 0;
  const one = provider({
    submit: async () => {
      const task = `task-${++n}`;
      tasks.unshift(task);
      // Every other answer is lost on its way.
      if (n % 2) throw new Unknown("reset");
      return { state: "accepted", task };
    },
    find: async () => ({ tasks, all: true }),
    query: async () => song(),
  });
  await open(one);
  expect((await ended((await begin({ count: 8 })).run)).status).toBe("done");
  expect(one.calls).toHaveLength(8);
  const taken = await rows<{ task: string }>("select distinct task from attempt where status = 'done'");
  expect(taken).toHaveLength(8);
  expect(await money()).toEqual({ held: 0, spent: 8 * PRICE });
});

test("the key is refused while a song is made: it is asked for again, not made elsewhere", async () => {
  let asked = 0;
  const one = provider({
    slug: "one",
    price: 1n,
    submit: async () => ({ state: "accepted", task: "t" }),
    query: async () => {
      if (++asked < 4) throw new ProviderError("auth", "HTTP 401");
      return song();
    },
  });
  const other = provider({ slug: "other", price: 900_000n });
  await open(one, other);
  expect((await ended((await begin({ profile: "cost" })).run)).status).toBe("done");
  expect([one.calls.length, other.calls.length]).toEqual([1, 0]);
});

test("a task that never ends is called back before somebody else makes it; where it cannot be, both are paid", async () => {
  for (const [how, spent] of [
    ["cancelled", 900_000],
    ["refused", 900_000 + 10],
  ] as const) {
    const slow = provider({
      slug: "slow",
      price: 10n,
      submit: async ({ attempt }) => ({ state: "accepted", task: attempt }),
      query: async () => ({ state: "running" }),
      cancel: async () => how,
    });
    const quick = provider({ slug: "quick", price: 900_000n });
    await open(slow, quick);
    const { run } = await begin({ profile: "cost" });
    expect((await ended(run, 120_000)).status).toBe("done");
    const tried = await attempts();
    expect(tried.at(-1)).toMatchObject({ provider: "quick", status: "done" });
    const times = tried.filter((t) => t.provider === "slow").length;
    expect(await money()).toEqual({ held: 0, spent: 900_000 + times * (spent - 900_000) });
    if (how === "cancelled") await shop.close();
  }
});

test("a stop that the provider does not hear is tried again, and then counts as paid", async () => {
  let tried = 0;
  await open(
    provider({
      submit: async ({ attempt }) => ({ state: "accepted", task: attempt }),
      query: async () => ({ state: "running" }),
      cancel: async () => {
        tried++;
        throw new ProviderError("broken", "HTTP 500");
      },
    }),
  );
  const { job } = await begin();
  await shop.until(async () => (await attempts())[0]?.status === "accepted");
  await shop.house.ask("job cancel", { job });
  await shop.until(async () => {
    shop.house.clock.pass(120_000);
    return (await attempts())[0]?.status === "cancelled";
  });
  expect(tried).toBeGreaterThan(1);
  expect(await money()).toEqual({ held: 0, spent: PRICE });
});

test("the job of one item is cancelled while its song is made: its hold ends, as paid", async () => {
  await open(
    provider({
      submit: async ({ attempt }) => ({ state: "accepted", task: attempt }),
      query: async () => ({ state: "running" }),
    }),
  );
  const { run, job } = await begin();
  await shop.until(async () => (await attempts())[0]?.status === "accepted");
  expect(await money()).toEqual({ held: PRICE, spent: 0 });
  const [item] = await rows<{ job: string }>("select job_id as job from item");
  await shop.house.ask("job cancel", { job: item!.job });
  await hurry(job);
  expect((await ended(run)).status).toBe("failed");
  expect(await attempts()).toMatchObject([{ status: "lost", cost: String(PRICE) }]);
  expect(await money()).toEqual({ held: 0, spent: PRICE });
});

test("a provider that is gone in the middle counts as paid, and holds nothing", async () => {
  const one = provider({
    submit: async ({ attempt }) => ({ state: "accepted", task: attempt }),
    query: async () => ({ state: "running" }),
  });
  const house = await open(one);
  const { run } = await begin();
  await shop.until(async () => (await attempts())[0]?.status === "accepted");
  house.providers = [];
  expect((await ended(run)).status).toBe("failed");
  expect(await attempts()).toMatchObject([{ status: "lost", cost: String(PRICE) }]);
  expect(await money()).toEqual({ held: 0, spent: PRICE });
});

test("a budget that is lowered under what is held lets that end, and lets nothing new begin", async () => {
  let go = false;
  const one = provider({
    submit: async ({ attempt }) => ({ state: "accepted", task: attempt }),
    query: async () => (go ? song() : { state: "running" }),
  });
  await open(one);
  const first = await begin({ count: 3 });
  await shop.until(async () => (await attempts()).filter((a) => a.status === "accepted").length === 3);
  await shop.house.ask("budget set", { amount: "0.01" });
  const late = await begin();
  expect((await ended(late.run)).view.text).toContain("more than the whole budget of $0.01");
  go = true;
  expect((await ended(first.run)).status).toBe("done");
  expect(one.calls).toHaveLength(3);
  expect(await money()).toEqual({ held: 0, spent: 3 * PRICE });
});

test("a file that cannot be fetched at once is fetched again, and not made again", async () => {
  let asked = 0;
  const gone = { role: "main", type: "audio/wav", name: "s.wav", from: { url: "http://127.0.0.1:9/gone" } } as const;
  const one = provider({
    submit: async ({ attempt }) => ({ state: "accepted", task: attempt }),
    query: async () => (++asked < 3 ? { state: "done", made: [gone] } : song()),
  });
  await open(one);
  expect((await ended((await begin()).run)).status).toBe("done");
  expect(one.calls).toHaveLength(1);
});

test("two models of one provider share its seats, and whoever finds none waits", async () => {
  let go = false;
  const one = provider({ atOnce: 1, submit: async ({ attempt }) => ({ state: "accepted", task: attempt }) });
  const [model] = one.capabilities;
  const two: Provider = {
    ...one,
    capabilities: [model!, { ...model!, model: "test-2" }],
    query: async () => (go ? song() : { state: "running" }),
  };
  await open(two);
  const { run } = await begin({ count: 3 });
  await shop.until(async () => (await attempts()).some((a) => a.status === "accepted"));
  shop.house.clock.pass(5000);
  go = true;
  expect((await ended(run)).data!.items).toHaveLength(3);
});
