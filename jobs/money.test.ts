import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stirHints } from "../core/money/index.ts";
import { stripe } from "../core/money/sources/stripe/stripe.ts";
import { inWorkspace, rawOf } from "../db/connect.ts";
import { type StripeEmulator, startStripe } from "../test/emulators/stripe/server.ts";
import { type Event, makeWorld, type World } from "../test/emulators/stripe/world.ts";
import { seeded } from "../test/house.ts";
import { type Workshop, workshop } from "../test/jobs.ts";
import { deliver, happen, stripeSettings } from "../test/stripe.ts";
import { hintsJob, readJob } from "./money.ts";

type Shop = Workshop & { sql: <T>(work: (sql: ReturnType<typeof rawOf>) => PromiseLike<T>) => Promise<T> };

async function business(api: StripeEmulator): Promise<Shop> {
  const shop = await workshop({ handlers: [hintsJob, readJob] });
  shop.house.money = [stripe(stripeSettings(api))];
  const { workspaceId } = shop.house.owner;
  return Object.assign(shop, {
    sql: <T>(work: (sql: ReturnType<typeof rawOf>) => PromiseLike<T>) =>
      inWorkspace(shop.house.database, workspaceId, async (tx) => work(rawOf(tx))),
  });
}

const idle = (shop: Shop) =>
  shop.until(async () => {
    const [row] = await shop.sql(
      (sql) => sql`
      select count(*) as left from job where name like 'money%' and status in ('waiting', 'running')`,
    );
    return row?.left === "0";
  });

/** Until nothing waits: what was put off is due when the clock goes on, and found by the look of each minute. */
async function settled(shop: Shop): Promise<void> {
  for (;;) {
    await idle(shop);
    const [row] = await shop.sql((sql) => sql`select count(*) as left from source_hint where status = 'waiting'`);
    if (row?.left === "0") return;
    shop.house.clock.pass(600_000);
    await stirHints(shop.house, shop.house.database, shop.house.owner.workspaceId);
  }
}

/** All that the ledger says, but for when it was told and in which order. */
const booksOf = (shop: Shop) =>
  shop.sql(async (sql) => ({
    accounts: await sql`select code, currency, debits, credits from ledger_account order by code, currency`,
    transfers: await sql`select scope, key, kind, day, about from ledger_transfer order by scope, key`,
    sums: await sql`
      select dimension, grain, start, thing, code, a.currency, r.debits, r.credits
      from ledger_rollup r join ledger_account a on a.id = r.account_id order by 1, 2, 3, 4, 5, 6`,
    things: await sql`select external, sort, status, facts from source_thing order by external`,
  }));

const atStripe = (books: Awaited<ReturnType<typeof booksOf>>) =>
  Object.fromEntries(
    books.accounts
      .filter(({ code, debits, credits }) => code === "cash:stripe" && debits !== credits)
      .map(({ currency, debits, credits }) => [
        String(currency).toLowerCase(),
        Number(BigInt(debits) - BigInt(credits)),
      ]),
  );

let world: World;
let api: StripeEmulator;
const shops: Shop[] = [];
const open = async () => {
  const shop = await business(api);
  shops.push(shop);
  return shop;
};

/** Another's secret, other bytes than were signed, and what was good an hour ago. */
const LIES = [
  () => ({ secret: "whsec_of_somebody_else" }),
  () => ({ body: JSON.stringify({ id: "evt_forged0", data: { object: { id: "ch_1", object: "charge" } } }) }),
  () => ({ timestamp: Math.floor(Date.now() / 1000) - 3_600 }),
];

/** In any order, some twice or thrice, and between them what somebody made up. */
async function mess(shop: Shop, events: readonly Event[], random: () => number): Promise<number> {
  let forged = 0;
  const order = events.flatMap((event) => [
    event,
    ...(random() < 0.4 ? [event] : []),
    ...(random() < 0.1 ? [event] : []),
  ]);
  for (let n = order.length - 1; n > 0; n--) {
    const other = Math.floor(random() * (n + 1));
    [order[n], order[other]] = [order[other]!, order[n]!];
  }
  const calls = order.flatMap((event) => {
    const call = async () => expect(await deliver(shop.house, event)).not.toHaveProperty("refused");
    if (random() >= 0.1) return [call];
    const lie = { ...event, id: `evt_forged${++forged}` };
    const how = LIES[forged % LIES.length]!();
    return [async () => expect(await deliver(shop.house, lie, how)).toHaveProperty("refused"), call];
  });
  // Some at the same time.
  for (let n = 0; n < calls.length; n += 6) await Promise.all(calls.slice(n, n + 6).map((one) => one()));
  return forged;
}

const unsettled = () =>
  [...world.things.values()].filter((one) => one.object === "charge" && one.balance_transaction === null);

// The long form is ten thousand events: CHAOS=1.
const EVENTS = process.env.CHAOS ? 10_000 : 300;
const CHECKS = process.env.CHAOS ? 20 : 3;

describe("a business at Stripe", () => {
  beforeAll(async () => {
    world = makeWorld();
    api = await startStripe(world);
  });
  afterAll(async () => {
    await Promise.all(shops.splice(0).map((shop) => shop.close()));
    await api.stop();
  });

  test(`${EVENTS} events, repeated, out of order, late, lost and forged: the books are those of the clean sequence`, {
    timeout: 2_400_000,
  }, async () => {
    const [clean, messy] = [await open(), await open()];
    const random = seeded(7);
    let forged = 0;
    let told = 0;
    const late: Event[] = [];
    for (let check = 1; check <= CHECKS; check++) {
      while (world.events.length < (EVENTS * check) / CHECKS) happen(world, random);
      if (check === CHECKS) for (const one of unsettled()) world.settle(one);
      const news = world.events.slice(told);
      told = world.events.length;
      for (const event of news) await deliver(clean.house, event);
      // Some come now, some much later, some never.
      late.push(...news.filter(() => random() < 0.95));
      const now = check === CHECKS ? late.splice(0) : late.filter(() => random() < 0.6);
      for (const event of now) if (late.includes(event)) late.splice(late.indexOf(event), 1);
      // And what is away for a moment is asked again.
      api.fault = () => (random() < 0.02 ? 429 : random() < 0.02 ? 500 : undefined);
      forged += await mess(messy, now, random);
      await Promise.all([settled(clean), settled(messy)]);
    }
    api.fault = () => undefined;
    // What was never told is found by reading on.
    await read(messy);
    const [right, ours] = [await booksOf(clean), await booksOf(messy)];
    expect(ours.accounts).toEqual(right.accounts);
    expect(ours.transfers).toEqual(right.transfers);
    expect(ours.sums).toEqual(right.sums);
    expect(ours.things).toEqual(right.things);
    expect(atStripe(ours)).toEqual(Object.fromEntries(Object.entries(world.balance()).filter(([, sum]) => sum !== 0)));
    const [row] = await messy.sql(
      (sql) =>
        sql`select count(*) filter (where external like 'evt_forged%') as forged, count(*) as all from source_hint`,
    );
    expect(row).toMatchObject({ forged: "0" });
    expect(forged).toBeGreaterThan(EVENTS / 50);
    // A replay of all history changes nothing.
    await read(clean, new Date(0));
    expect(await booksOf(clean)).toEqual(right);
    if (process.env.CHAOS)
      console.log(`${told} events, ${forged} forged, ${right.transfers.length} transfers: 0 differences`);
  });

  const read = async (shop: Shop, since?: Date) => {
    const { jobAct } = await import("../core/jobs/index.ts");
    const { readSource } = await import("../core/money/index.ts");
    const { house } = shop;
    const { workspaceId } = house.owner;
    await inWorkspace(house.database, workspaceId, async (tx) => {
      const nobody = { workspaceId, personId: null, runId: house.sources.newId() };
      const { act } = await jobAct(house, { database: house.database, tx }, nobody);
      await act.later(readSource, { source: "stripe", since: (since ?? new Date(0)).toISOString() });
    });
    await settled(shop);
  };

  test("what is not there is nobody's, and what cannot be asked waits", async () => {
    const shop = await open();
    const charge = world.pay({ amount: 1000 });
    const event = world.events.at(-1)!;
    await deliver(shop.house, { ...event, id: "evt_gone", data: { object: { ...charge, id: "ch_gone" } } });
    await settled(shop);
    api.fault = () => 500;
    await deliver(shop.house, event);
    const hint = () =>
      shop.sql((sql) => sql`select external, status, attempts, error from source_hint order by external`);
    await shop.until(async () => (await hint()).some(({ attempts }) => Number(attempts) > 0));
    expect(await hint()).toMatchObject([
      { external: event.id, status: "waiting", error: "An unknown error occurred" },
      { external: "evt_gone", status: "gone" },
    ]);
    api.fault = () => undefined;
    expect((await booksOf(shop)).transfers).toEqual([]);
    // Not asked again at once; ten minutes later it is, by the look of each minute.
    const { database, owner } = shop.house;
    await stirHints(shop.house, database, owner.workspaceId);
    await idle(shop);
    expect((await hint())[0]).toMatchObject({ status: "waiting" });
    shop.house.clock.pass(600_000);
    await stirHints(shop.house, database, owner.workspaceId);
    await settled(shop);
    expect((await hint())[0]).toMatchObject({ status: "done" });
    expect((await booksOf(shop)).transfers.map(({ key }) => key)).toContain(`payment:${charge.id}`);
  });
});
