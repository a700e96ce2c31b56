import Stripe from "stripe";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { STRIPE_KEY, type StripeEmulator, startStripe } from "../../../../test/emulators/stripe/server.ts";
import { makeWorld, type World } from "../../../../test/emulators/stripe/world.ts";
import { type Movement, SourceAway, SourceSays } from "../source.ts";
import { fromStripe, toStripe } from "./amounts.ts";
import { formOf } from "./http.ts";
import { movementsOfTxn } from "./movements.ts";
import { stripe } from "./stripe.ts";

// Stripe's own library signs; it asks nobody here.
const sdk = new Stripe("sk_test_nobody");
const SECRET = "whsec_test_secret_of_this_test";
const NOW = new Date("2026-11-20T12:00:00Z");
const seconds = Math.floor(NOW.getTime() / 1000);

let world: World;
let api: StripeEmulator;
const source = (more: object = {}) =>
  stripe({
    key: STRIPE_KEY,
    base: api.url,
    secrets: [SECRET],
    workspace: "main",
    pause: async () => {},
    patienceMs: 500,
    ...more,
  });

beforeAll(async () => {
  world = makeWorld();
  api = await startStripe(world);
});
beforeEach(() => {
  api.fault = () => undefined;
  api.asked.length = 0;
});
afterAll(() => api.stop());

function call(payload: string, { secret = SECRET, timestamp = seconds, header = "" } = {}) {
  const signed = header || sdk.webhooks.generateTestHeaderString({ payload, secret, timestamp });
  return { headers: new Headers({ "stripe-signature": signed }), body: Buffer.from(payload) };
}
const event = (more: object = {}) =>
  JSON.stringify({
    id: "evt_1",
    object: "event",
    type: "charge.succeeded",
    created: seconds,
    livemode: false,
    data: { object: { id: "ch_1", object: "charge" } },
    ...more,
  });

test("what Stripe's own library signs is heard, and is a hint only", () => {
  expect(source().heard(call(event()), NOW)).toEqual({
    hint: { id: "evt_1", kind: "charge.succeeded", object: "ch_1", sort: "charge", at: new Date(seconds * 1000) },
  });
});

test("of two secrets, while one is rolled, either is good", () => {
  const two = source({ secrets: ["whsec_new", SECRET] });
  expect(two.heard(call(event()), NOW)).toHaveProperty("hint");
  const both = `${call(event(), { secret: "whsec_gone" }).headers.get("stripe-signature")},v1=${"0".repeat(64)}`;
  expect(two.heard(call(event(), { header: both }), NOW)).toHaveProperty("refused");
});

test.each([
  ["another secret", () => call(event(), { secret: "whsec_of_somebody_else" }), "not that of STRIPE_WEBHOOK_SECRET"],
  ["changed bytes", () => ({ ...call(event()), body: Buffer.from(event({ id: "evt_2" })) }), "over these bytes"],
  ["no header", () => ({ headers: new Headers(), body: Buffer.from(event()) }), "no Stripe-Signature header"],
  ["half a header", () => call(event(), { header: `t=${seconds}` }), "no signature of version 1"],
  ["an old scheme", () => call(event(), { header: `t=${seconds},v0=${"a".repeat(64)}` }), "no signature of version 1"],
  ["an old recording", () => call(event(), { timestamp: seconds - 301 }), "older than five minutes"],
  ["a recording from the future", () => call(event(), { timestamp: seconds + 301 }), "from the future"],
  ["no JSON", () => call("hello"), "not JSON"],
  ["no event", () => call("[]"), "no event"],
])("%s is refused with its reason", (_, made, why) => {
  expect(source().heard(made(), NOW)).toEqual({ refused: expect.stringContaining(why) });
});

test.each([
  ["a live event at a test key", { livemode: true }],
  ["a connected account's own", { account: "acct_1" }],
  ["something that nobody asks for", { data: { object: { id: "cus_1", object: "customer" } } }],
])("%s is genuine and hints at nothing", (_, more) => {
  expect(source().heard(call(event(more)), NOW)).toEqual({ hint: undefined });
});

test("without a secret every call is refused, and says why", () => {
  expect(source({ secrets: [] }).heard(call(event()), NOW)).toEqual({
    refused: expect.stringContaining("STRIPE_WEBHOOK_SECRET is not set"),
  });
});

test.each([
  [1000, "usd", 1000n],
  [500, "jpy", 500n],
  [500, "isk", 5n],
  [500, "ugx", 5n],
  [5, "mga", 500n],
  [5120, "kwd", 5120n],
  [-1000, "eur", -1000n],
] as const)("%d %s at Stripe is %d here, and back", (amount, currency, minor) => {
  const money = fromStripe(amount, currency);
  expect(money).toEqual({ minor, currency: currency.toUpperCase() });
  if (minor > 0n) expect(toStripe(money)).toBe(amount);
});

test("what cannot be said exactly is said not at all", () => {
  expect(() => fromStripe(550, "isk")).toThrow("smallest unit");
  expect(() => fromStripe(10.5, "usd")).toThrow("no whole number");
  expect(() => fromStripe(1e30, "usd")).toThrow("no whole number");
  expect(() => fromStripe(1, "xyz")).toThrow("do not know");
  expect(toStripe({ minor: 5125n, currency: "KWD" })).toBeUndefined();
  expect(toStripe({ minor: 101n, currency: "MGA" })).toBeUndefined();
  expect(toStripe({ minor: 100_000_000n, currency: "USD" })).toBeUndefined();
});

const txn = (more: object) => ({ id: "txn_1", created: 1, currency: "usd", fee: 0, source: "x_1", ...more });
const steps = (of: object) => movementsOfTxn(txn(of), undefined, {})[0]!.steps;
const usd = (minor: bigint) => ({ minor, currency: "USD" });

test.each([
  ["charge", { amount: 1000 }, { is: "income", kind: "payment", money: usd(1000n) }],
  ["refund", { amount: -400 }, { is: "income", kind: "refund", money: usd(400n) }],
  ["refund_failure", { amount: 400 }, { is: "income", kind: "refund", money: usd(400n), back: true }],
  ["payment_failure_refund", { amount: -1000 }, { is: "income", kind: "payment", money: usd(1000n), back: true }],
  ["adjustment", { amount: -9, reporting_category: "dispute" }, { is: "income", kind: "dispute", money: usd(9n) }],
  [
    "adjustment",
    { amount: 9, reporting_category: "dispute_reversal" },
    { is: "income", kind: "dispute_won", money: usd(9n) },
  ],
  ["stripe_fee", { amount: -200 }, { is: "income", kind: "fee", money: usd(200n) }],
  ["stripe_fee", { amount: 200 }, { is: "income", kind: "fee", money: usd(200n), back: true }],
  ["payout", { amount: -50 }, { is: "move", kind: "payout", from: "cash:stripe", to: "cash:bank", money: usd(50n) }],
  [
    "payout_failure",
    { amount: 50 },
    { is: "move", kind: "payout_failure", from: "cash:bank", to: "cash:stripe", money: usd(50n) },
  ],
  [
    "transfer",
    { amount: -50 },
    { is: "move", kind: "transfer", from: "cash:stripe", to: "share:partner", money: usd(50n) },
  ],
  [
    "something_new",
    { amount: 7 },
    { is: "move", kind: "something_new", from: "outside:stripe", to: "cash:stripe", money: usd(7n) },
  ],
])("a %s %o is booked so", (type, more, step) => {
  expect(steps({ type, ...more })).toEqual([step]);
});

test("nothing is booked of nothing, and a fee stands by itself", () => {
  expect(steps({ type: "charge", amount: 0 })).toEqual([]);
  expect(steps({ type: "adjustment", reporting_category: "dispute", amount: -9, fee: 15 })).toHaveLength(2);
  expect(steps({ type: "payout", amount: -50, fee: -1 })[1]).toEqual({
    is: "income",
    kind: "fee",
    money: usd(1n),
    back: true,
  });
});

const ids = (movements: readonly Movement[] = []) => movements.map(({ id }) => id.split("_")[0]);

test("a charge is looked at with its transaction: what was paid, what Stripe made of it, its fee", async () => {
  const metadata = { impresario_product: "p1", other: "x" };
  const charge = world.pay({
    amount: 1000,
    currency: "eur",
    settled: { currency: "usd", rate: 1.08 },
    fee: 61,
    metadata,
    customer: "cus_9",
  });
  const looked = await source().look({ object: charge.id, sort: "charge" });
  expect(looked?.movements).toMatchObject([
    {
      id: charge.id,
      about: { product: "p1", customer: "cus_9", charge: charge.id },
      steps: [{ kind: "payment", money: { minor: 1000n, currency: "EUR" } }],
    },
    {
      steps: [
        { is: "exchange", gave: { minor: 1000n, currency: "EUR" }, got: usd(1080n) },
        { kind: "fee", money: usd(61n) },
      ],
    },
  ]);
  expect(looked?.movements[0]?.about).not.toHaveProperty("other");
  // The payment intent leads to the same.
  expect(await source().look({ object: String(charge.payment_intent), sort: "payment_intent" })).toEqual({
    ...looked,
    things: [],
  });
});

test("a charge whose transaction is not there yet is known by what was paid, under the same id", async () => {
  const charge = world.pay({ amount: 700, later: true });
  const before = await source().look({ object: charge.id, sort: "charge" });
  expect(ids(before?.movements)).toEqual(["ch"]);
  world.settle(charge);
  const after = await source().look({ object: charge.id, sort: "charge" });
  expect(ids(after?.movements)).toEqual(["ch", "txn"]);
  expect(after?.movements[0]).toEqual({ ...before!.movements[0], kind: "charge" });
});

test("a subscription's payment is booked under what the subscription was sold as", async () => {
  const { charge, subscription } = world.subscribe({ amount: 9900, metadata: { impresario_product: "plan-1" } });
  const looked = await source().look({ object: charge.id, sort: "charge" });
  expect(looked?.movements[0]?.about).toMatchObject({ product: "plan-1", subscription: subscription.id });
  const life = await source().look({ object: subscription.id, sort: "subscription" });
  expect(life?.things).toMatchObject([
    { status: "active", rank: 1, facts: { unit_amount: "9900", interval: "month" } },
  ]);
});

test("all of it is the same by events and by the list of transactions, and adds up to Stripe's balance", async () => {
  const charge = world.pay({ amount: 5000 });
  world.failRefund(world.refund(charge, 1200));
  world.refund(charge, 300);
  world.closeDispute(world.dispute(charge, 2000), true);
  world.failPayout(world.payout(900));
  world.reverseTransfer(world.transfer(400), 150);
  const listed = new Map<string, Movement>();
  for await (const page of source().movements(new Date(0))) for (const one of page) listed.set(one.id, one);
  const hinted = new Map<string, Movement>();
  for await (const page of source().hints(new Date(0)))
    for (const hint of page) for (const one of (await source().look(hint))?.movements ?? []) hinted.set(one.id, one);
  const plain = (all: Map<string, Movement>) => [...all].toSorted(([a], [b]) => (a < b ? -1 : 1));
  expect(plain(hinted)).toEqual(plain(listed));
  const sums: Record<string, bigint> = {};
  const add = ({ minor, currency }: { minor: bigint; currency: string }, sign: bigint) => {
    sums[currency] = (sums[currency] ?? 0n) + sign * minor;
  };
  for (const { steps } of listed.values())
    for (const step of steps)
      if (step.is === "exchange") {
        add(step.gave, -1n);
        add(step.got, 1n);
      } else if (step.is === "move") add(step.money, step.to === "cash:stripe" ? 1n : -1n);
      else
        add(step.money, (step.kind === "payment" || step.kind === "dispute_won") !== (step.back ?? false) ? 1n : -1n);
  const real = Object.entries(world.balance()).map(([currency, amount]) => [currency.toUpperCase(), BigInt(amount)]);
  expect(sums).toEqual({ EUR: 0n, ...Object.fromEntries(real) });
});

test("an invoice that was paid elsewhere is no money at Stripe", async () => {
  const looked = await source().look({ object: world.paidElsewhere(25_000).id, sort: "invoice" });
  expect(looked?.movements).toMatchObject([{ source: "invoice", steps: [{ kind: "payment", money: usd(25_000n) }] }]);
});

test("what is not there is said to be not there", async () => {
  expect(await source().look({ object: "ch_forged", sort: "charge" })).toBeUndefined();
});

test("what may work later is asked again, and then left for later; a no is a no", async () => {
  const charge = world.pay({ amount: 100 });
  const hint = { object: charge.id, sort: "charge" };
  const faults: (number | "hang" | undefined)[] = [429, 500, undefined];
  api.fault = () => faults.shift();
  expect(await source().look(hint)).toBeDefined();
  api.fault = () => 500;
  await expect(source().look(hint)).rejects.toBeInstanceOf(SourceAway);
  api.fault = () => "hang";
  await expect(source({ patienceMs: 50 }).look(hint)).rejects.toThrow("did not answer in time");
  api.fault = () => undefined;
  await expect(source({ key: "sk_test_wrong" }).look(hint)).rejects.toBeInstanceOf(SourceSays);
});

test("an offer whose answer was lost is made once", async () => {
  const before = world.things.size;
  const offer = { id: "o1", name: "Course", description: "", money: usd(19_700n), about: { product: "o1" } };
  let lost = 2;
  api.fault = ({ method }) => (method === "POST" && lost-- > 0 ? "late" : undefined);
  const made = await source().offer(offer);
  expect(await source().offer(offer)).toEqual(made);
  expect(made.url).toMatch(/^https:\/\/buy\.stripe\.com\//);
  expect(world.things.size - before).toBe(3);
  expect(world.get(made.link).data).toEqual(
    expect.arrayContaining(["payment_intent_data[metadata][impresario_product]=o1"]),
  );
  await expect(source().offer({ ...offer, id: "o2", money: { minor: 1n, currency: "MGA" } })).rejects.toThrow(
    "exactly",
  );
});

test("fields are written as Stripe reads them", () => {
  expect(decodeURIComponent(formOf({ a: { b: [{ c: 1 }] }, expand: ["x.y"], no: undefined, yes: true }))).toBe(
    "a[b][0][c]=1&expand[]=x.y&yes=true",
  );
});

test("the doctor asks whether Stripe knows the key and calls us", async () => {
  const at = new URL("https://radio.example");
  const said = async (of = source()) => (await of.examine(at)).map(({ ok, what }) => `${ok} ${what}`);
  expect(await said()).toEqual([
    expect.stringMatching(/^true Stripe knows the key \(test mode/),
    "false Stripe does not call https://radio.example/hooks/stripe.",
  ]);
  const endpoint = world.make("we", "webhook_endpoint", {
    url: "https://radio.example/hooks/stripe",
    status: "enabled",
    enabled_events: ["charge.succeeded"],
  });
  expect((await said())[1]).toMatch(/^false Stripe does not tell us of charge.updated/);
  endpoint.enabled_events = ["*"];
  expect((await said())[1]).toBe("true Stripe calls https://radio.example/hooks/stripe.");
  endpoint.status = "disabled";
  expect((await said())[1]).toMatch(/^false .* is disabled/);
  expect(await said(source({ key: "sk_test_wrong" }))).toEqual(["false Stripe does not know STRIPE_SECRET_KEY."]);
  expect((await said(source({ secrets: [] })))[1]).toMatch(/^false STRIPE_WEBHOOK_SECRET is not set/);
  expect(api.asked.every(({ method }) => method === "GET")).toBe(true);
});
