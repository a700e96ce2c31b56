// What is true at Stripe now of what an event was about: the object, asked for again, with the balance transactions that
// it has by now. A charge may have none yet (captured asynchronously): then a later event brings it.
import type { Looked, Movement, Thing } from "../source.ts";
import { SourceSays } from "../source.ts";
import type { Fields, Json, StripeHttp } from "./http.ts";
import { movementsOfTxn, movementsWithout } from "./movements.ts";
import { offStripe, thingOf } from "./things.ts";

type Plan = { path: string; expand: readonly string[] };
const TXN = "balance_transaction";
const FAILED = "failure_balance_transaction";
const PLANS: Readonly<Record<string, Plan>> = {
  charge: { path: "charges", expand: [TXN, FAILED, `refunds.data.${TXN}`] },
  payment_intent: { path: "payment_intents", expand: [`latest_charge.${TXN}`] },
  refund: { path: "refunds", expand: [TXN, FAILED, "charge"] },
  dispute: { path: "disputes", expand: ["charge"] },
  payout: { path: "payouts", expand: [TXN, FAILED] },
  transfer: { path: "transfers", expand: [TXN, `reversals.data.${TXN}`] },
  topup: { path: "topups", expand: [TXN] },
  application_fee: { path: "application_fees", expand: [TXN, `refunds.data.${TXN}`] },
  invoice: { path: "invoices", expand: [] },
  subscription: { path: "subscriptions", expand: [] },
  "checkout.session": { path: "checkout/sessions", expand: [`payment_intent.latest_charge.${TXN}`] },
};

/** Events about these are worth a question. */
export const isLookedAt = (sort: string): boolean => Object.hasOwn(PLANS, sort);

export async function lookAt(
  http: StripeHttp,
  { object, sort }: { object: string; sort: string },
  signal?: AbortSignal,
): Promise<Looked | undefined> {
  const plan = PLANS[sort];
  if (!plan) return { movements: [], things: [] };
  const path = `/v1/${plan.path}/${encodeURIComponent(object)}`;
  const found = await find(http, path, { expand: plan.expand }, signal);
  if (!found) return undefined;
  const thing = thingOf(found);
  const things: Thing[] = thing ? [thing] : [];
  const moved = offStripe(found);
  if (moved) return { movements: [moved], things };
  const told = teller(http, signal);
  const movements: Movement[] = [];
  for (const { txn, source } of await movedBy(http, found, signal)) {
    const about = await told(source);
    movements.push(...(txn ? movementsOfTxn(txn, source, about) : movementsWithout(source, about)));
  }
  return { movements, things };
}

const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null;
const listed = (value: unknown): Json[] => {
  const data = isObject(value) ? value.data : undefined;
  return Array.isArray(data) ? (data as Json[]) : [];
};

type Moved = { txn: Json | undefined; source: Json };

/** The balance transactions of an object and of what hangs on it, each with what moved it. */
async function movedBy(http: StripeHttp, found: Json, signal?: AbortSignal): Promise<Moved[]> {
  const moved: Moved[] = [];
  const named = [found[TXN], found[FAILED], ...((found.balance_transactions as unknown[] | undefined) ?? [])];
  for (const one of named) {
    const txn = await whole(http, "balance_transactions", one, signal);
    if (txn) moved.push({ txn, source: found });
  }
  if (moved.length === 0 && (found.object === "charge" || found.object === "refund"))
    moved.push({ txn: undefined, source: found });
  const charge = await whole(http, "charges", found.latest_charge, signal);
  const intent = found.object === "checkout.session" ? found.payment_intent : undefined;
  const inner = [
    ...(charge ? [charge] : []),
    ...(isObject(intent) ? [intent] : []),
    ...listed(found.refunds),
    ...listed(found.reversals),
  ];
  for (const one of inner) moved.push(...(await movedBy(http, within(one, found), signal)));
  return moved;
}

/** What Stripe sent whole is taken so; of what it only named is asked. */
async function whole(http: StripeHttp, path: string, of: unknown, signal?: AbortSignal): Promise<Json | undefined> {
  if (isObject(of)) return of;
  if (typeof of !== "string") return undefined;
  return (await find(http, `/v1/${path}/${encodeURIComponent(of)}`, {}, signal)) ?? undefined;
}

async function find(http: StripeHttp, path: string, fields: Fields, signal?: AbortSignal): Promise<Json | undefined> {
  try {
    return await http.get(path, fields, signal);
  } catch (error) {
    if (error instanceof SourceSays && error.status === 404) return undefined;
    throw error;
  }
}

/** A refund knows its charge, and a reversal its transfer, by more than their ids. */
function within(inner: Json, outer: Json): Json {
  if (inner.object === "refund") return { ...inner, charge: outer };
  return inner.object === "transfer_reversal" ? { ...inner, transfer: outer } : inner;
}

/** The sources of one page of balance transactions, whatever they are. Charges are asked for once. */
export async function movementsOf(http: StripeHttp, txns: readonly Json[], signal?: AbortSignal): Promise<Movement[]> {
  const told = teller(http, signal);
  const movements: Movement[] = [];
  for (const txn of txns) {
    const source = typeof txn.source === "object" && txn.source !== null ? (txn.source as Json) : undefined;
    movements.push(...movementsOfTxn(txn, source, await told(source)));
  }
  return movements;
}

type Told = (source: Json | undefined) => Promise<Record<string, string>>;

/** What money is booked under: our own words in the metadata of the payment, or of the subscription that it paid for. */
function teller(http: StripeHttp, signal?: AbortSignal): Told {
  const charges = new Map<string, Promise<Record<string, string>>>();
  const ofCharge = (charge: Json | string): Promise<Record<string, string>> => {
    const id = typeof charge === "string" ? charge : String(charge.id);
    const known = charges.get(id);
    if (known) return known;
    const asked = (async () => {
      const paid = (await whole(http, "charges", charge, signal)) ?? {};
      const own = ours(paid.metadata);
      const more = Object.keys(own).length > 0 ? own : await ofInvoice(http, paid, signal);
      const customer = idOf(paid.customer);
      return { ...more, charge: id, ...(customer ? { customer } : {}) };
    })();
    charges.set(id, asked);
    return asked;
  };
  return async (source) => {
    if (!source) return {};
    if (source.object === "charge") return ofCharge(source);
    const { charge } = source;
    if (typeof charge === "string" || (typeof charge === "object" && charge !== null)) return ofCharge(charge as Json);
    return ours(source.metadata);
  };
}

/** Which invoice a payment was for is asked of the payment: the invoice's own events may come before or after it. */
async function ofInvoice(http: StripeHttp, charge: Json, signal?: AbortSignal): Promise<Record<string, string>> {
  const intent = idOf(charge.payment_intent);
  if (!intent) return {};
  const page = await find(
    http,
    "/v1/invoice_payments",
    { payment: { type: "payment_intent", payment_intent: intent }, limit: 1, expand: ["data.invoice"] },
    signal,
  );
  const invoice = listed(page)[0]?.invoice as Json | undefined;
  if (!invoice || typeof invoice !== "object") return {};
  const parent = (invoice.parent ?? {}) as { subscription_details?: { metadata?: unknown; subscription?: unknown } };
  const subscription = idOf(parent.subscription_details?.subscription);
  return {
    ...ours(parent.subscription_details?.metadata),
    ...ours(invoice.metadata),
    invoice: String(invoice.id),
    ...(subscription ? { subscription } : {}),
  };
}

const idOf = (value: unknown): string | undefined =>
  typeof value === "string" ? value : ((value as { id?: string } | null | undefined)?.id ?? undefined);

/** What we wrote there ourselves, when we made the link (`offer`), or what somebody wrote by hand in the same words. */
export const OUR_WORDS = ["product", "channel", "campaign", "partner", "person", "platform"] as const;
const MOST = 200;

function ours(metadata: unknown): Record<string, string> {
  const about: Record<string, string> = {};
  for (const word of OUR_WORDS) {
    const value = ((metadata ?? {}) as Json)[`impresario_${word}`];
    if (typeof value === "string" && value !== "") about[word] = value.slice(0, MOST);
  }
  return about;
}
