// What has a life at Stripe, and how far along each status is. A status is kept only when it is no earlier than what is
// known: an answer that was slow on its way changes nothing any more.
import type { Movement, Thing } from "../source.ts";
import { fromStripe } from "./amounts.ts";
import type { Json } from "./http.ts";

/** The same number: either may follow the other. What is not named here is the beginning. */
const RANKS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  dispute: { warning_closed: 9, prevented: 9, won: 9, lost: 9 },
  payout: { in_transit: 1, paid: 2, canceled: 9, failed: 9 },
  subscription: { trialing: 1, active: 1, past_due: 1, unpaid: 1, paused: 1, canceled: 9, incomplete_expired: 9 },
  invoice: { open: 1, uncollectible: 2, paid: 9, void: 9 },
  "checkout.session": { complete: 9, expired: 9 },
};

const plain = (value: unknown): string | undefined =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
const idOf = (value: unknown): string | undefined =>
  typeof value === "object" && value !== null ? plain((value as Json).id) : plain(value);

/** Only what we use: whose it is and what it is about; no names, no addresses. */
const FACTS = ["amount", "currency", "reason", "cancel_at_period_end", "canceled_at", "ended_at", "mode", "created"];
const LINKS = ["charge", "payment_intent", "customer", "subscription", "payment_link", "invoice"];
const MORE = [
  "failure_code",
  "arrival_date",
  "amount_paid",
  "amount_total",
  "payment_status",
  "start_date",
  "trial_end",
];

export function thingOf(found: Json): Thing | undefined {
  const sort = String(found.object);
  const ranks = RANKS[sort];
  if (!ranks || typeof found.status !== "string") return undefined;
  const facts: Record<string, string> = {};
  for (const name of [...FACTS, ...MORE]) {
    const value = plain(found[name]);
    if (value !== undefined) facts[name] = value;
  }
  for (const name of LINKS) {
    const id = idOf(found[name]);
    if (id) facts[name] = id;
  }
  return {
    id: String(found.id),
    sort,
    status: found.status,
    rank: ranks[found.status] ?? 0,
    facts: { ...facts, ...priceOf(found), ...moneyOf(found) },
  };
}

/** What is disputed, or paid out, as we count. */
function moneyOf({ object, amount, currency }: Json): Record<string, string> {
  if (object !== "dispute" && object !== "payout") return {};
  const money = fromStripe(amount, currency);
  return { minor: String(money.minor), code: money.currency };
}

/** What a subscription costs each time: of its first item, which is the only one of those that we make. */
function priceOf(found: Json): Record<string, string> {
  const item = ((found.items as { data?: Json[] } | undefined)?.data ?? [])[0];
  const price = item?.price as Json | undefined;
  if (!price) return {};
  const { interval, interval_count: count } = (price.recurring ?? {}) as Json;
  const told = { unit_amount: price.unit_amount, quantity: item?.quantity, interval, interval_count: count };
  return Object.fromEntries(Object.entries(told).flatMap(([k, v]) => (plain(v) === undefined ? [] : [[k, plain(v)!]])));
}

/** An invoice that was paid elsewhere, by bank transfer or in cash: Stripe knows of it and has none of the money. */
export function offStripe(invoice: Json): Movement | undefined {
  const paid = invoice.amount_paid_off_stripe;
  if (invoice.object !== "invoice" || invoice.status !== "paid" || typeof paid !== "number" || paid <= 0)
    return undefined;
  const at = ((invoice.status_transitions ?? {}) as Json).paid_at ?? invoice.created;
  return {
    id: String(invoice.id),
    object: String(invoice.id),
    kind: "invoice_paid_elsewhere",
    at: new Date(Number(at) * 1000),
    about: { object: String(invoice.id) },
    steps: [{ is: "income", kind: "payment", money: fromStripe(paid, invoice.currency) }],
    source: "invoice",
  };
}
