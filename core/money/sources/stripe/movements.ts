// A balance transaction of Stripe, as bookings. It is a fact there, with an id of its own, and never changes: all money is
// booked from these and from nothing else, so that what is booked adds up to Stripe's own balance.
import type { Money } from "../../../command/index.ts";
import type { IncomeKind, Movement, Step } from "../source.ts";
import { fromStripe } from "./amounts.ts";
import type { Json } from "./http.ts";

/** What lies at Stripe, what it holds back there, and what it has paid out to us. */
const AT_STRIPE = "cash:stripe";
const HELD = "cash:stripe-reserve";
const BANK = "cash:bank";
/** Sent to connected accounts by hand, and what we cannot name. */
const PARTNERS = "share:partner";
const UNKNOWN = "outside:stripe";

type Meaning = { income: IncomeKind; back?: true } | { with: string };

// docs.stripe.com/reports/balance-transaction-types. Those of Issuing, Treasury and Capital are not named: they are booked
// against `outside:stripe`, and show there.
const MEANINGS: Readonly<Record<string, Meaning>> = {
  charge: { income: "payment" },
  payment: { income: "payment" },
  application_fee: { income: "payment" },
  payment_failure_refund: { income: "payment", back: true },
  payment_reversal: { income: "payment", back: true },
  refund: { income: "refund" },
  payment_refund: { income: "refund" },
  application_fee_refund: { income: "refund" },
  refund_failure: { income: "refund", back: true },
  stripe_fee: { income: "fee" },
  stripe_fx_fee: { income: "fee" },
  tax_fee: { income: "fee" },
  network_cost: { income: "fee" },
  payout: { with: BANK },
  payout_cancel: { with: BANK },
  payout_failure: { with: BANK },
  topup: { with: BANK },
  topup_reversal: { with: BANK },
  transfer: { with: PARTNERS },
  transfer_refund: { with: PARTNERS },
  transfer_cancel: { with: PARTNERS },
  transfer_failure: { with: PARTNERS },
  reserve_transaction: { with: HELD },
  reserved_funds: { with: HELD },
  reserve_hold: { with: HELD },
  reserve_release: { with: HELD },
  payout_minimum_balance_hold: { with: HELD },
  payout_minimum_balance_release: { with: HELD },
  payment_network_reserve_hold: { with: HELD },
  payment_network_reserve_release: { with: HELD },
};
/** An `adjustment` says only by its category what it is. */
const ADJUSTMENTS: Readonly<Record<string, Meaning>> = {
  dispute: { income: "dispute" },
  dispute_reversal: { income: "dispute_won" },
  refund: { income: "refund" },
  refund_failure: { income: "refund", back: true },
  fee: { income: "fee" },
};
/** Which way its money goes, seen from our balance there; the other way takes it back. */
const COMES: Readonly<Record<IncomeKind, boolean>> = {
  payment: true,
  dispute_won: true,
  refund: false,
  dispute: false,
  fee: false,
};

function meaningOf({ type, reporting_category: category }: Json): Meaning {
  const found = type === "adjustment" ? ADJUSTMENTS[String(category)] : MEANINGS[String(type)];
  return found ?? { with: UNKNOWN };
}

type About = Record<string, string>;

/**
 * `source` is what moved it (a charge, a refund, a payout); `about` what its money is booked under. What a customer paid
 * or got back is known by the charge or refund, from the moment that this one is: exchange and fee by the transaction.
 */
export function movementsOfTxn(txn: Json, source: Json | undefined, about: About): Movement[] {
  const whole = fromStripe(txn.amount, txn.currency);
  const object = String(source?.id ?? txn.source ?? txn.id);
  const base = {
    object,
    kind: String(txn.type),
    at: new Date(Number(txn.created) * 1000),
    about: { ...about, object },
  };
  const main = mainSteps(meaningOf(txn), whole, source, base.kind);
  const rest = feeSteps(txn);
  const { id } = txn as { id: string };
  if (!source || !isOwnTxn(source, id)) return [{ ...base, id, steps: [...main, ...rest] }];
  const [first, ...more] = main;
  return [
    { ...base, id: object, at: madeAt(source), steps: first ? [first] : [] },
    { ...base, id, steps: [...more, ...rest] },
  ];
}

const madeAt = ({ created }: Json) => new Date(Number(created) * 1000);

/** The one transaction by which a charge or a refund came to be: of several captures the others go by their own ids. */
function isOwnTxn({ object, balance_transaction: own }: Json, id: string): boolean {
  const its = typeof own === "object" && own !== null ? (own as Json).id : own;
  return (object === "charge" || object === "refund") && its === id;
}

/** A charge or refund that has no transaction yet: what was paid is known, what is left of it is not. */
export function movementsWithout(source: Json, about: About): Movement[] {
  const { object, status, paid, captured, id } = source;
  if (status !== "succeeded" || (object === "charge" && (paid === false || captured === false))) return [];
  const kind = object === "charge" ? "payment" : "refund";
  const amount = object === "charge" ? (source.amount_captured ?? source.amount) : source.amount;
  const money = positive(fromStripe(amount, source.currency));
  const steps: Step[] = money.minor === 0n ? [] : [{ is: "income", kind, money }];
  return [
    { id: String(id), object: String(id), kind, at: madeAt(source), about: { ...about, object: String(id) }, steps },
  ];
}

const positive = ({ minor, currency }: Money): Money => ({ minor: minor < 0n ? -minor : minor, currency });

function mainSteps(meaning: Meaning, whole: Money, source: Json | undefined, type: string): Step[] {
  if (whole.minor === 0n) return [];
  const comes = whole.minor > 0n;
  const money = positive(whole);
  if ("with" in meaning) {
    // Sent out of a batch of ours: whoever sent it has booked it.
    if (meaning.with === PARTNERS && batchOf(source) !== undefined) return [];
    return [
      { is: "move", kind: type, ...(comes ? pathOf(meaning.with, AT_STRIPE) : pathOf(AT_STRIPE, meaning.with)), money },
    ];
  }
  const { income: kind } = meaning;
  const back = comes !== COMES[kind];
  const told = presented(source, money);
  const booked: Step = { is: "income", kind, money: told, ...(back ? { back } : {}) };
  if (told.currency === money.currency) return [booked];
  // Paid in one currency, and laid into our balance in another: Stripe changed it, at the rate that these two say.
  const exchange: Step = comes
    ? { is: "exchange", gave: told, got: money }
    : { is: "exchange", gave: money, got: told };
  return [booked, exchange];
}

const pathOf = (from: string, to: string) => ({ from, to });

function batchOf(source: Json | undefined): unknown {
  const of = source?.object === "transfer_reversal" ? (source.transfer as Json | undefined) : source;
  return ((of?.metadata ?? {}) as Json).impresario_batch;
}

/** What the customer paid or got back: the source's own amount where its currency is another than our balance's. */
function presented(source: Json | undefined, money: Money): Money {
  if (!source || typeof source.currency !== "string") return money;
  if (source.currency.toUpperCase() === money.currency) return money;
  const amount = source.object === "charge" ? (source.amount_captured ?? source.amount) : source.amount;
  const told = positive(fromStripe(amount, source.currency));
  return told.minor === 0n ? money : told;
}

/** What Stripe kept, or gave back. */
function feeSteps({ fee, currency }: Json): Step[] {
  if (fee === undefined || fee === 0) return [];
  const money = fromStripe(fee, currency);
  const step: Step = { is: "income", kind: "fee", money: positive(money) };
  return [money.minor > 0n ? step : { ...step, back: true }];
}
