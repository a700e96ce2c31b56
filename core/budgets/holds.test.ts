import { afterAll, beforeAll, expect, test } from "vitest";
import { inWorkspace, rawOf, type Tx } from "../../db/connect.ts";
import { type TestHouse, testHouse } from "../../test/house.ts";
import type { Act } from "../act.ts";
import { makeAct, readWho } from "../inbox/index.ts";
import { createWorkspace } from "../workspace/index.ts";
import { type Held, release, type Short, settle, shortOf, tellNear, usedNow } from "./holds.ts";

let house: TestHouse;
beforeAll(async () => {
  house = await testHouse();
});
afterAll(() => house.close());

type Where = { workspaceId: string; personId: string };
let made = 0;
const fresh = async (): Promise<Where> => {
  made++;
  return createWorkspace(house.database, house.sources, { name: `Studio ${made}`, slug: `studio-${made}` });
};
const act = <T>(who: Where, work: (act: Act, tx: Tx) => Promise<T>): Promise<T> =>
  inWorkspace(house.database, who.workspaceId, async (tx) => {
    const [person] = await readWho(tx, who.personId);
    const place = { surface: "http", tenant: "", external: "" };
    return work(makeAct(house, { database: house.database, tx }, who, person, house.sources.newId(), place).act, tx);
  });

type Cap = {
  scope?: string;
  each?: "" | "channel" | "person";
  period?: string;
  asset?: string;
  amount: bigint;
  stage?: number;
};
const cap = (who: Where, { scope = "workspace", each = "", period = "month", asset = "USD/6", amount, stage }: Cap) =>
  act(who, async (a, tx) => {
    await rawOf(tx)`insert into budget (workspace_id, id, scope, each, period, stage, asset, amount, set_at)
      values (${who.workspaceId}, ${a.newId()}, ${scope}, ${each}, ${period}, ${stage ?? null}, ${asset}, ${String(amount)}, now())`;
  });

/** An attempt's row without the rest of the studio: what is tried here is only the money. */
async function attempt(a: Act, channel?: string): Promise<string> {
  const sql = rawOf(a.db);
  const [job, batch, item, id] = [a.newId(), a.newId(), a.newId(), a.newId()];
  const ws = a.workspace.id;
  const now = a.now.toISOString();
  await sql`insert into job (workspace_id, id, name, input, status, created_at, due_at) values (${ws}, ${job}, 'x', '{}', 'running', ${now}, ${now})`;
  await sql`insert into batch (workspace_id, id, job_id, kind, wanted, profile, open, created_at, channel_id)
    values (${ws}, ${batch}, ${job}, 'song', 1, 'balanced', 1, ${now}, ${channel ?? null})`;
  await sql`insert into item (workspace_id, id, batch_id, number, job_id, kind, wish, status, created_at) values (${ws}, ${item}, ${batch}, 1, ${job}, 'song', '{}', 'making', ${now})`;
  await sql`insert into attempt (workspace_id, id, item_id, number, provider, model, status, decision, estimate, started_at, deadline)
    values (${ws}, ${id}, ${item}, 1, 'suno', 'V5', 'submitting', '{}', 60000, ${now}, ${now})`;
  return id;
}

type Use = { attempt: string; channel?: string; person?: string; provider?: string; money?: bigint };
const hold = async (
  a: Act,
  { attempt, channel, person, provider = "suno", money = 60_000n }: Use,
): Promise<Short[]> => {
  const [row] = await rawOf(a.db)<{ held: Held[] }[]>`
    select hold_budgets(${a.workspace.id}, ${a.workspace.zone}, ${a.now.toISOString()}, ${attempt}, ${provider}, 'song',
      ${channel ?? null}, ${person ?? null}, ${String(money)}, 1) as held`;
  const { held } = row!;
  const short = shortOf(held);
  if (short.length === 0) await tellNear(a);
  return short;
};
/** Takes all or nothing, as its caller does. */
const take = async (who: Where, more: Partial<Use> = {}): Promise<{ id: string; short: Short[] }> => {
  let id = "";
  let short: Short[] = [];
  await act(who, async (a) => {
    id = await attempt(a);
    short = await hold(a, { attempt: id, ...more });
    if (short.length > 0) throw new Error("undone");
  }).catch((error: Error) => {
    if (error.message !== "undone") throw error;
  });
  return { id, short };
};
const sums = (who: Where) =>
  act(who, async (_, tx) => {
    const [row] = await rawOf(tx)<{ held: string; spent: string }[]>`
      select coalesce(sum(held), 0)::text as held, coalesce(sum(spent), 0)::text as spent from budget_use`;
    return { held: Number(row!.held), spent: Number(row!.spent) };
  });

test("without a budget nothing is capped and nothing is held", async () => {
  const who = await fresh();
  expect((await take(who)).short).toEqual([]);
  expect(await sums(who)).toEqual({ held: 0, spent: 0 });
});

test("200 racers for a budget of 50: exactly 50 get through", async () => {
  const who = await fresh();
  await cap(who, { amount: 50n * 60_000n });
  await cap(who, { scope: "provider:suno", asset: "song", amount: 1000n, period: "day" });
  const got = await Promise.all(Array.from({ length: 200 }, () => take(who)));
  expect(got.filter(({ short }) => short.length === 0)).toHaveLength(50);
  // Those who got no money hold no song either.
  const used = await act(who, (a) => usedNow(a));
  expect(used.map((u) => Number(u.held)).sort((a, b) => a - b)).toEqual([50, 3_000_000]);
});

test("what it cost is settled, the rest is free; a second ending changes nothing", async () => {
  const who = await fresh();
  await cap(who, { amount: 100_000n });
  const first = await take(who);
  expect(await sums(who)).toEqual({ held: 60_000, spent: 0 });
  expect((await take(who)).short).toMatchObject([
    { scope: "workspace", cap: 100_000n, used: 60_000n, wanted: 60_000n },
  ]);
  for (let n = 0; n < 2; n++) await act(who, (a) => settle(a, first.id, 40_000n, 1));
  await act(who, (a) => release(a, first.id));
  expect(await sums(who)).toEqual({ held: 0, spent: 40_000 });
  expect((await take(who)).short).toEqual([]);
});

test("a failure that costs nothing gives all of it back", async () => {
  const who = await fresh();
  await cap(who, { amount: 60_000n });
  const { id } = await take(who);
  await act(who, (a) => release(a, id));
  expect(await sums(who)).toEqual({ held: 0, spent: 0 });
  expect((await take(who)).short).toEqual([]);
});

test("what cost more than was held is spent all the same, and the next is refused", async () => {
  const who = await fresh();
  await cap(who, { amount: 100_000n });
  const { id } = await take(who);
  await act(who, (a) => settle(a, id, 150_000n, 1));
  expect(await sums(who)).toEqual({ held: 0, spent: 150_000 });
  expect((await take(who, { money: 1n })).short).toHaveLength(1);
});

test("twelve songs a day, each channel its own, by the workspace's day", async () => {
  const who = await fresh();
  await act(who, async (_, tx) => void (await rawOf(tx)`update workspace set zone = 'Asia/Tokyo'`));
  await cap(who, { scope: "provider:suno", each: "channel", period: "day", asset: "song", amount: 12n });
  const [one, two] = [house.sources.newId(), house.sources.newId()];
  for (let n = 0; n < 12; n++) expect((await take(who, { channel: one })).short).toEqual([]);
  expect((await take(who, { channel: one })).short).toMatchObject([{ each: "channel", cap: 12n, used: 12n }]);
  expect((await take(who, { channel: two })).short).toEqual([]);
  expect((await take(who, { channel: one, provider: "minimax" })).short).toEqual([]);
  // It is 21:00 in Tokyo: the next day there begins in three hours.
  house.clock.pass(3 * 3_600_000);
  expect((await take(who, { channel: one })).short).toEqual([]);
});

test("of several stages' caps the latest that has begun holds", async () => {
  const who = await fresh();
  await act(who, async (_, tx) => {
    const sql = rawOf(tx);
    for (const [n, current] of [
      [1, false],
      [2, true],
      [3, false],
    ] as const)
      await sql`insert into stage (workspace_id, id, number, name, unit, starts, current, created_at)
        values (${who.workspaceId}, ${house.sources.newId()}, ${n}, ${`Stage ${n}`}, 'week', ${n}, ${current}, now())`;
  });
  for (const [stage, amount] of [
    [1, 1n],
    [2, 120_000n],
    [3, 9_000_000n],
  ] as const)
    await cap(who, { amount, stage });
  expect((await take(who)).short).toEqual([]);
  expect((await take(who)).short).toEqual([]);
  expect((await take(who)).short).toMatchObject([{ cap: 120_000n }]);
});

test("a budget that is nearly used says so once", async () => {
  const who = await fresh();
  await cap(who, { amount: 300_000n });
  for (let n = 0; n < 5; n++) await take(who);
  const told = await act(
    who,
    async (_, tx) => rawOf(tx)`select payload from event where name = 'budget.near' order by seq`,
  );
  expect(told.map((t) => (t as unknown as { payload: { used: string } }).payload.used)).toEqual([
    "180000",
    "240000",
    "300000",
  ]);
});

test("a cap that is made in the middle of its period has seen all of it", async () => {
  const who = await fresh();
  const [one, two] = [house.sources.newId(), house.sources.newId()];
  for (const id of [one, two])
    await act(
      who,
      (_, tx) => rawOf(tx)`insert into channel (workspace_id, id, slug, name, genre, hue, created_at)
        values (${who.workspaceId}, ${id}, ${id.slice(-8)}, ${id}, 'city-pop', '#7d8594', now())`,
    );
  const begin = (channel: string) =>
    act(who, async (a, tx) => {
      const id = await attempt(a, channel);
      expect(await hold(a, { attempt: id, channel })).toEqual([]);
      return { id, tx };
    });
  const end = (id: string, cost: number) =>
    act(who, async (a, tx) => {
      await rawOf(tx)`update attempt set status = 'done', cost = ${cost} where id = ${id}`;
      await settle(a, id, BigInt(cost), 1);
    });
  const old = await begin(one);
  await end(old.id, 1_000_000);
  house.clock.pass(31 * 86_400_000);
  const paid = await begin(one);
  await end(paid.id, 50_000);
  const open = await begin(two);
  const set = (options: Record<string, string | number>) => house.ask("budget set", options, { as: who });
  expect(await set({ amount: "0.12" })).toMatchObject({
    data: { item: { held: { amount: "0.06" }, spent: { amount: "0.05" } } },
  });
  expect(await set({ scope: "kind:song", count: 1, period: "month", each: "channel" })).toMatchObject({
    data: { item: { held: { count: 1 }, spent: { count: 1 } } },
  });
  expect((await take(who, { channel: one })).short).toMatchObject([
    { scope: "kind:song", used: 1n },
    { scope: "workspace", cap: 120_000n, used: 110_000n },
  ]);
  // What went on then ends as if the caps had always been there.
  await end(open.id, 20_000);
  expect(await sums(who)).toEqual({ held: 0, spent: 50_000 + 20_000 + 1 + 1 });
  expect((await take(who, { money: 50_000n })).short).toEqual([]);
});

test("a cap is made while others try: none of them is forgotten", async () => {
  const who = await fresh();
  const tries = Array.from({ length: 12 }, async (_, n) => {
    await new Promise((done) => setTimeout(done, n * 3));
    return act(who, async (a, tx) => {
      await rawOf(tx)`select item_facts(${a.newId()}, ${a.now.toISOString()}, '0'::xid8, 'make')`;
      const id = await attempt(a);
      await hold(a, { attempt: id });
      await rawOf(tx)`select pg_sleep(0.02)`;
    });
  });
  const made = house.ask("budget set", { amount: "100" }, { as: who });
  await Promise.all([...tries, made]);
  expect(await sums(who)).toEqual({ held: 12 * 60_000, spent: 0 });
});

test("another workspace's budget is neither seen nor used", async () => {
  const [who, other] = [await fresh(), await fresh()];
  await cap(other, { amount: 1n });
  expect((await take(who)).short).toEqual([]);
  expect(await sums(other)).toEqual({ held: 0, spent: 0 });
});
