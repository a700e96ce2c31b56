import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { type Provider, ProviderError, replay, Unknown } from "../core/studio/index.ts";
import { inWorkspace, rawOf } from "../db/connect.ts";
import { type Workshop, workshop } from "../test/jobs.ts";
import { provider, song, tone } from "../test/provider.ts";
import { batchJob } from "./batch.ts";
import { makeJob } from "./make.ts";

let shop: Workshop;
afterEach(() => shop.close());

const open = async (...providers: Provider[]) => {
  shop = await workshop({ providers, handlers: [makeJob, batchJob], slots: { make: 4 } });
  await shop.house.ask("setup", { blueprint: "streams" });
  return shop.house;
};
const rows = <T>(query: string) =>
  inWorkspace(
    shop.house.database,
    shop.house.owner.workspaceId,
    async (tx) => [...(await rawOf(tx).unsafe(query))] as unknown as T[],
  );
type Row = { provider: string; status: string; failure: string | null; cost: string };
const attempts = () => rows<Row>("select provider, status, failure, cost from attempt order by started_at, number");
/** The clock stands still in a test: whatever waits is due. */
const ended = async (run: string) => {
  for (;;) {
    const reply = await shop.house.answer(run);
    if (reply && reply.status !== "running") return reply;
    shop.house.clock.pass(1000);
    await new Promise((done) => setTimeout(done, 40));
  }
};
const ask = async (options: Record<string, unknown> = {}) => {
  const asked = await shop.house.ask("generate song", { channel: "city-pop-anime", ...options });
  expect(asked.problem).toBeUndefined();
  expect(asked.status).toBe("running");
  return ended(asked.run);
};

test("a song is asked for, made, paid, and can be heard and let out", async () => {
  const one = provider();
  const house = await open(one);
  const reply = await ask({ mood: "rainy night" });
  expect(reply.status).toBe("done");
  const [item] = reply.data!.items as { id: string; kind: string; seconds: number; cost: object }[];
  expect(item).toMatchObject({ kind: "song", seconds: 1, cost: { amount: "0.060000", currency: "USD" } });
  expect(reply.view.blocks.map((b) => b.kind)).toEqual(["audio", "fields", "buttons"]);
  expect(readFileSync(join(house.files, house.owner.workspaceId, item!.id))).toEqual(tone());
  expect(await attempts()).toEqual([{ provider: "tester", status: "done", failure: null, cost: "60000" }]);
  const shown = await house.ask("library show", { asset: item!.id });
  expect(shown.data!.item).toMatchObject({ status: "draft", provider: "tester", facts: { bpm: 100 } });
  expect((await house.ask("review approve", { asset: item!.id })).status).toBe("done");
  expect((await house.ask("review reject", { asset: item!.id })).problem).toMatchObject({ kind: "clash" });
});

test("one fails and another makes it; what failed costs nothing", async () => {
  const bad = provider({
    slug: "bad",
    price: 1n,
    submit: async () => {
      throw new ProviderError("broken", "HTTP 503");
    },
  });
  await open(bad, provider({ slug: "good", price: 90_000n }));
  const reply = await ask({ profile: "cost" });
  expect(reply.status).toBe("done");
  const tried = await attempts();
  expect(tried.at(-1)).toMatchObject({ provider: "good", status: "done" });
  expect(tried.filter((t) => t.provider === "bad")).toEqual([
    { provider: "bad", status: "failed", failure: "broken", cost: "0" },
  ]);
  expect(await rows("select sum(held)::text as held from budget_use")).toEqual([{ held: "0" }]);
});

test("a task is asked after until it is there", async () => {
  let asked = 0;
  await open(
    provider({
      submit: async () => ({ state: "accepted", task: "t-1" }),
      query: async () => (++asked < 3 ? { state: "running" } : song()),
    }),
  );
  expect((await ask()).status).toBe("done");
  expect(asked).toBe(3);
});

test("the line broke after it was sent: it is found, not sent again", async () => {
  const one = provider({
    submit: async () => {
      throw new Unknown("reset");
    },
    find: async () => ({ task: "t-9" }),
    query: async () => song(),
  });
  await open(one);
  expect((await ask()).status).toBe("done");
  expect(one.calls).toHaveLength(1);
});

test("the line broke and nobody can say: it counts as paid, and a person decides", async () => {
  const one = provider({
    submit: async () => {
      throw new Unknown("reset");
    },
  });
  await open(one);
  const asked = await shop.house.ask("generate song", { channel: "city-pop-anime" });
  await shop.until(async () => (await attempts())[0]?.status === "unknown");
  shop.house.clock.pass(2 * 60_000);
  const reply = await ended(asked.run);
  expect(reply.status).toBe("failed");
  expect(reply.view.text).toContain("counts as paid");
  expect(one.calls).toHaveLength(1);
  expect(await attempts()).toMatchObject([{ status: "lost", cost: "60000" }]);
});

test("words that a provider refuses go to nobody else", async () => {
  const strict = provider({
    slug: "strict",
    price: 1n,
    submit: async () => {
      throw new ProviderError("moderation_in", "no weapons");
    },
  });
  const other = provider({ slug: "other", price: 900_000n });
  await open(strict, other);
  const reply = await ask({ profile: "cost", provider: "strict" });
  expect(reply.status).toBe("failed");
  expect(reply.view.text).toContain("no weapons");
  expect(other.calls).toEqual([]);
});

test("silence for a song, or a page of HTML, is refused and made elsewhere, and was paid", async () => {
  const html = provider({
    slug: "html",
    price: 10n,
    submit: async () => song(Buffer.from("<html><body>Sorry, we are busy.</body></html>")),
  });
  await open(html, provider({ slug: "good", price: 900_000n }));
  const reply = await ask({ profile: "cost" });
  expect(reply.status).toBe("done");
  const bad = (await attempts()).filter((a) => a.provider === "html");
  for (const a of bad) expect(a).toEqual({ provider: "html", status: "failed", failure: "media", cost: "10" });
});

test("a file of silence is refused with the reason", async () => {
  await open(provider({ submit: async () => song(tone(2, 0)) }));
  const reply = await ask();
  expect(reply.status).toBe("failed");
  expect(reply.view.text).toContain("silent for 2 of 2 seconds");
});

test("no room in the budget: refused with the figure, and nothing is sent", async () => {
  const one = provider({ price: 100_000_000n });
  await open(one);
  const reply = await ask();
  expect(reply.status).toBe("failed");
  expect(reply.view.text).toContain(
    "All providers: this would cost $100.00, more than the whole budget of $13.60 a month. An owner can raise it with /budget set.",
  );
  expect(one.calls).toEqual([]);
});

test("a batch of twenty: one message, one sum, and those that failed can be asked for again", async () => {
  let n = 0;
  await open(
    provider({
      submit: async () => {
        if (++n % 4 === 0) throw new ProviderError("invalid", "odd");
        return song();
      },
    }),
  );
  const reply = await ask({ count: 20 });
  expect(reply.data!.items).toHaveLength(15);
  // One line in the list of jobs, not twenty-one; whoever asks for the parts by name gets them.
  expect((await shop.house.ask("job list")).data!.items).toMatchObject([{ name: "batch" }]);
  expect((await shop.house.ask("job list", { name: "make" })).data!.items).toHaveLength(20);
  expect(reply.view.text).toContain("$0.90");
  expect(reply.view.blocks.find((b) => b.kind === "text")).toMatchObject({
    text: expect.stringContaining("5 were not made"),
  });
  const buttons = reply.view.blocks.find((b) => b.kind === "buttons");
  n = 100;
  const again = await shop.house.press((buttons as { buttons: { action: string }[] }).buttons[0]!.action);
  expect((await ended(again.run)).data!.items).toHaveLength(4);
}, 60_000);

test("a batch is stopped: what runs is called back at the provider, and nothing is paid", async () => {
  const withdrawn: string[] = [];
  const one = provider({
    atOnce: 3,
    submit: async ({ attempt }) => ({ state: "accepted", task: attempt }),
    query: async () => ({ state: "running" }),
    cancel: async (task) => {
      withdrawn.push(task);
      return "cancelled";
    },
  });
  await open(one);
  const asked = await shop.house.ask("generate song", { channel: "city-pop-anime", count: 10 });
  await shop.until(async () => (await attempts()).filter((a) => a.status === "accepted").length === 3);
  expect((await shop.house.ask("job cancel", { job: asked.job })).status).toBe("done");
  await shop.until(async () => {
    shop.house.clock.pass(1000);
    return (await rows<{ n: number }>("select count(*)::int as n from item where status = 'cancelled'"))[0]!.n === 10;
  });
  expect(withdrawn.sort()).toEqual([...one.calls].sort());
  expect(await rows("select sum(held)::text as held, sum(spent)::text as spent from budget_use")).toEqual([
    { held: "0", spent: "0" },
  ]);
});

test("a job shows each decision behind it: why this one, why not the others, and the same order again", async () => {
  const bad = provider({
    slug: "bad",
    price: 1n,
    submit: async () => {
      throw new ProviderError("capacity", "overloaded");
    },
  });
  await open(bad, provider({ slug: "good", price: 90_000n }), provider({ slug: "asleep", optIn: true }));
  const asked = await shop.house.ask("generate song", { channel: "city-pop-anime", profile: "cost" });
  expect((await ended(asked.run)).status).toBe("done");
  const [item] = await rows<{ job: string }>("select job_id as job from item");
  for (const job of [asked.job, item!.job]) {
    const shown = await shop.house.ask("job show", { job });
    const table = shown.view.blocks.find((b) => b.kind === "table") as { rows: string[][] };
    const [last] = table.rows;
    expect(last).toEqual([
      "1.2",
      "good · test-1",
      expect.any(String),
      "made",
      "0.090000",
      expect.stringMatching(/^\d+$/),
    ]);
    expect(last![2]).toMatch(/^best of 1 with \d\.\d\d; bad: failed at this already; asleep: switched off$/);
    expect(table.rows[1]!.slice(0, 4)).toEqual([
      "1.1",
      "bad · test-1",
      expect.any(String),
      expect.stringContaining("overloaded"),
    ]);
    for (const { decision } of shown.data!.decisions as {
      decision: Parameters<typeof replay>[0] & { ranked: object[] };
    }[])
      expect(replay(decision).map((r) => ({ ...r, price: String(r.price) }))).toEqual(decision.ranked);
  }
});

test("nobody makes that: said at once, with where to look", async () => {
  await open();
  const reply = await shop.house.ask("generate song", { channel: "city-pop-anime" });
  expect(reply.problem).toMatchObject({ kind: "rule" });
  expect((await shop.house.ask("generate song", { channel: "city-pop-anime", count: 1e9 })).problem).toMatchObject({
    kind: "options",
  });
  expect((await shop.house.ask("generate song", { genre: "polka" })).problem).toMatchObject({ kind: "options" });
});
