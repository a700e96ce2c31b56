// A business at Stripe for tests: what happens to it by chance, and how its events come in: signed by Stripe's own
// library, twice, in any order, late, or not at all; and forged ones between them.
import Stripe from "stripe";
import type { House } from "../core/house.ts";
import { hearSource } from "../core/money/index.ts";
import { STRIPE_KEY, type StripeEmulator } from "./emulators/stripe/server.ts";
import type { Event, Thing, World } from "./emulators/stripe/world.ts";

// It signs; it asks nobody.
const sdk = new Stripe("sk_test_nobody");
export const SECRET = "whsec_of_a_business_in_a_test";

export const stripeSettings = (api: Pick<StripeEmulator, "url">, workspace = "test-radio") => ({
  key: STRIPE_KEY,
  base: api.url,
  secrets: [SECRET],
  workspace,
  patienceMs: 2_000,
  pause: async () => {},
});

export const signed = (event: unknown, { secret = SECRET, timestamp = 0, body = "" } = {}) => {
  const payload = typeof event === "string" ? event : JSON.stringify(event);
  const header = sdk.webhooks.generateTestHeaderString({ payload, secret, ...(timestamp ? { timestamp } : {}) });
  return { headers: new Headers({ "stripe-signature": header }), body: Buffer.from(body || payload) };
};

export async function deliver(house: House, event: Event, how?: Parameters<typeof signed>[1]) {
  return hearSource(house, house.money![0]!, signed(event, how));
}

const CURRENCIES = ["usd", "usd", "usd", "eur", "jpy", "kwd", "isk"];
const RATES: Record<string, number> = { eur: 1.08, jpy: 0.66, kwd: 0.325, isk: 0.0072 };

/** One thing that may happen to a business. */
export function happen(world: World, random: () => number): void {
  const one = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)]!;
  const all = (object: string, fits: (thing: Thing) => boolean) =>
    [...world.things.values()].filter((thing) => thing.object === object && fits(thing));
  const chance = random();
  world.pass(Math.floor(random() * 900));
  const charges = () =>
    all("charge", (c) => c.balance_transaction !== null && !c.disputed && Number(c.amount_refunded) < Number(c.amount));
  if (chance < 0.4) {
    const currency = one(CURRENCIES);
    const amount = (Math.floor(random() * 90) + 10) * 100;
    const metadata: Record<string, string> =
      random() < 0.5 ? { impresario_product: `p${Math.floor(random() * 5)}` } : {};
    const settled = RATES[currency] ? { settled: { currency: "usd", rate: RATES[currency] } } : {};
    world.pay({ amount, currency, metadata, ...settled, later: random() < 0.2 });
  } else if (chance < 0.5) world.subscribe({ amount: 9900, metadata: { impresario_product: "plan" } });
  else if (chance < 0.68) {
    const charge = one(charges());
    if (charge) world.refund(charge, random() < 0.5 ? Number(charge.amount) - Number(charge.amount_refunded) : 100);
  } else if (chance < 0.72) {
    const back = one(all("refund", (r) => r.status === "succeeded"));
    if (back) world.failRefund(back);
  } else if (chance < 0.78) {
    const charge = one(charges());
    if (charge) world.dispute(charge);
  } else if (chance < 0.83) {
    const dispute = one(all("dispute", (d) => d.status === "needs_response"));
    if (dispute) world.closeDispute(dispute, random() < 0.5);
  } else if (chance < 0.87) world.payout(Math.floor(random() * 5_000) + 100);
  else if (chance < 0.89) {
    const out = one(all("payout", (p) => p.status === "paid"));
    if (out) world.failPayout(out);
  } else if (chance < 0.92) world.transfer(500);
  else if (chance < 0.94) {
    const sent = one(all("transfer", (t) => Number(t.amount_reversed) === 0));
    if (sent) world.reverseTransfer(sent, 200);
  } else if (chance < 0.97) {
    const waiting = one(all("charge", (c) => c.balance_transaction === null));
    if (waiting) world.settle(waiting);
  } else if (chance < 0.98) world.paidElsewhere(25_000);
  else {
    const subscription = one(all("subscription", (s) => s.status === "active"));
    if (subscription) world.cancel(subscription);
  }
}
