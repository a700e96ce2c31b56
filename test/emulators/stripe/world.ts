// What is at Stripe in a test: objects in its published shapes, what happens to them, and the events that tell of it.
export type Thing = { id: string; object: string; [name: string]: unknown };
export type Event = Thing & { type: string; created: number; data: { object: Thing } };

export type Payment = {
  amount: number;
  currency?: string;
  /** The currency of our balance, and how many of its units one unit of the paid one is. */
  settled?: { currency: string; rate: number };
  fee?: number;
  metadata?: Record<string, string>;
  customer?: string;
  /** Captured asynchronously: the transaction comes later. */
  later?: boolean;
};

export type World = ReturnType<typeof makeWorld>;

export function makeWorld({ start = 1_795_000_000 } = {}) {
  const things = new Map<string, Thing>();
  const events: Event[] = [];
  const counts = new Map<string, number>();
  let now = start;

  const id = (prefix: string) => {
    const n = (counts.get(prefix) ?? 0) + 1;
    counts.set(prefix, n);
    return `${prefix}_T${String(n).padStart(14, "0")}`;
  };
  const put = <T extends Thing>(thing: T): T => {
    things.set(thing.id, thing);
    return thing;
  };
  const tell = (type: string, thing: Thing): void => {
    now += 1;
    const object = structuredClone(thing);
    events.push({
      id: id("evt"),
      object: "event",
      api_version: "2026-10-28.endive",
      created: now,
      type,
      data: { object },
      livemode: false,
      pending_webhooks: 1,
    });
  };
  const make = (prefix: string, object: string, more: Record<string, unknown>): Thing =>
    put({ id: id(prefix), object, created: now, livemode: false, metadata: {}, ...more });
  const move = (type: string, source: Thing, amount: number, currency: string, more: Record<string, unknown> = {}) => {
    const fee = Number(more.fee ?? 0);
    return put({
      id: id("txn"),
      object: "balance_transaction",
      amount,
      balance_type: "payments",
      created: now,
      currency,
      exchange_rate: null,
      fee_details:
        fee === 0 ? [] : [{ amount: fee, currency, type: "stripe_fee", description: "Stripe processing fees" }],
      reporting_category: type,
      source: source.id,
      status: "pending",
      type,
      ...more,
      fee,
      net: amount - fee,
    });
  };
  const get = (of: string): Thing => {
    const found = things.get(of);
    if (!found) throw new Error(`nothing is called ${of}`);
    return found;
  };
  /** What the balance gets for so much of what was paid. */
  const inBalance = (charge: Thing, amount: number): { amount: number; currency: string; rate: number } => {
    const settled = charge.settled as Payment["settled"];
    if (!settled) return { amount, currency: String(charge.currency), rate: 1 };
    return { amount: Math.round(amount * settled.rate), currency: settled.currency, rate: settled.rate };
  };

  function land(charge: Thing): void {
    const { amount, currency, rate } = inBalance(charge, Number(charge.amount_captured));
    const fee = Number(charge.feeToBe ?? Math.round(amount * 0.029) + 30);
    charge.balance_transaction = move("charge", charge, amount, currency, {
      fee,
      ...(rate === 1 ? {} : { exchange_rate: rate }),
    }).id;
  }

  function pay({ amount, currency = "usd", settled, fee, metadata = {}, customer, later = false }: Payment): Thing {
    const intent = make("pi", "payment_intent", { amount, currency, status: "succeeded", metadata });
    const charge = make("ch", "charge", {
      amount,
      amount_captured: amount,
      amount_refunded: 0,
      balance_transaction: null,
      failure_balance_transaction: null,
      captured: true,
      currency,
      customer: customer ?? null,
      disputed: false,
      metadata,
      paid: true,
      payment_intent: intent.id,
      refunded: false,
      status: "succeeded",
      settled,
      feeToBe: fee,
    });
    intent.latest_charge = charge.id;
    if (!later) land(charge);
    tell("payment_intent.succeeded", intent);
    tell("charge.succeeded", charge);
    return charge;
  }

  function settle(charge: Thing): void {
    land(charge);
    tell("charge.updated", charge);
  }

  function refund(charge: Thing, amount: number): Thing {
    const back = make("re", "refund", {
      amount,
      charge: charge.id,
      currency: charge.currency,
      payment_intent: charge.payment_intent,
      status: "succeeded",
      reason: "requested_by_customer",
    });
    const { amount: taken, currency } = inBalance(charge, amount);
    back.balance_transaction = move("refund", back, -taken, currency).id;
    charge.amount_refunded = Number(charge.amount_refunded) + amount;
    charge.refunded = charge.amount_refunded === charge.amount;
    tell("refund.created", back);
    tell("charge.refunded", charge);
    return back;
  }

  /** The bank of the customer sent it back. */
  function failRefund(back: Thing): void {
    const charge = get(String(back.charge));
    const { amount, currency } = inBalance(charge, Number(back.amount));
    back.failure_balance_transaction = move("refund_failure", back, amount, currency).id;
    back.status = "failed";
    back.failure_reason = "expired_or_canceled_card";
    charge.amount_refunded = Number(charge.amount_refunded) - Number(back.amount);
    charge.refunded = false;
    tell("refund.failed", back);
  }

  function dispute(charge: Thing, amount = Number(charge.amount)): Thing {
    const about = make("dp", "dispute", {
      amount,
      charge: charge.id,
      currency: charge.currency,
      payment_intent: charge.payment_intent,
      reason: "fraudulent",
      status: "needs_response",
    });
    const { amount: taken, currency } = inBalance(charge, amount);
    const fee = 1500;
    const txn = move("adjustment", about, -taken, currency, { fee, reporting_category: "dispute" });
    about.balance_transactions = [txn];
    charge.disputed = true;
    tell("charge.dispute.created", about);
    tell("charge.dispute.funds_withdrawn", about);
    return about;
  }

  function closeDispute(about: Thing, won: boolean): void {
    about.status = "under_review";
    tell("charge.dispute.updated", about);
    if (won) {
      const { amount, currency } = inBalance(get(String(about.charge)), Number(about.amount));
      const txn = move("adjustment", about, amount, currency, { reporting_category: "dispute_reversal" });
      about.balance_transactions = [...(about.balance_transactions as Thing[]), txn];
      tell("charge.dispute.funds_reinstated", about);
    }
    about.status = won ? "won" : "lost";
    tell("charge.dispute.closed", about);
  }

  function payout(amount: number, currency = "usd"): Thing {
    const out = make("po", "payout", {
      amount,
      arrival_date: now + 86_400,
      automatic: true,
      currency,
      failure_balance_transaction: null,
      status: "pending",
    });
    out.balance_transaction = move("payout", out, -amount, currency).id;
    tell("payout.created", out);
    out.status = "paid";
    tell("payout.paid", out);
    return out;
  }

  /** Days after it was said to be paid, the bank sent it back (docs.stripe.com/payouts#payout-failures). */
  function failPayout(out: Thing): void {
    const back = move("payout_failure", out, Number(out.amount), String(out.currency));
    Object.assign(out, { status: "failed", failure_code: "account_closed", failure_balance_transaction: back.id });
    tell("payout.failed", out);
  }

  function transfer(amount: number, currency = "usd", metadata: Record<string, string> = {}): Thing {
    const sent = make("tr", "transfer", { amount, amount_reversed: 0, currency, destination: "acct_T1", metadata });
    Object.assign(sent, { reversed: false, reversals: { object: "list", data: [], has_more: false } });
    sent.balance_transaction = move("transfer", sent, -amount, currency).id;
    tell("transfer.created", sent);
    return sent;
  }

  function reverseTransfer(sent: Thing, amount: number): void {
    const back = make("trr", "transfer_reversal", { amount, currency: sent.currency, transfer: sent.id });
    back.balance_transaction = move("transfer_refund", back, amount, String(sent.currency)).id;
    (sent.reversals as { data: Thing[] }).data.push(back);
    sent.amount_reversed = Number(sent.amount_reversed) + amount;
    tell("transfer.reversed", sent);
  }

  /** A subscription, its first invoice, and the payment of that. */
  function subscribe(payment: Payment): { subscription: Thing; invoice: Thing; charge: Thing } {
    const { amount, currency = "usd", metadata = {} } = payment;
    const price = {
      id: id("price"),
      object: "price",
      unit_amount: amount,
      recurring: { interval: "month", interval_count: 1 },
    };
    const items = { object: "list", data: [{ id: id("si"), object: "subscription_item", price, quantity: 1 }] };
    const subscription = make("sub", "subscription", { status: "incomplete", currency, items, metadata });
    tell("customer.subscription.created", subscription);
    const charge = pay({ ...payment, metadata: {} });
    const parent = { type: "subscription_details", subscription_details: { subscription: subscription.id, metadata } };
    const invoice = make("in", "invoice", {
      status: "paid",
      currency,
      amount_paid: amount,
      amount_paid_off_stripe: 0,
      parent,
    });
    make("inpay", "invoice_payment", {
      invoice: invoice.id,
      payment: { type: "payment_intent", payment_intent: charge.payment_intent },
      status: "paid",
      amount_paid: amount,
      currency,
    });
    tell("invoice.paid", invoice);
    subscription.status = "active";
    tell("customer.subscription.updated", subscription);
    return { subscription, invoice, charge };
  }

  function cancel(subscription: Thing): void {
    Object.assign(subscription, { status: "canceled", canceled_at: now, ended_at: now });
    tell("customer.subscription.deleted", subscription);
  }

  function paidElsewhere(amount: number, currency = "usd"): Thing {
    const invoice = make("in", "invoice", {
      status: "paid",
      currency,
      amount_paid: 0,
      amount_paid_off_stripe: amount,
      status_transitions: { paid_at: now },
    });
    tell("invoice.paid", invoice);
    return invoice;
  }

  /** What lies in Stripe's own balance: the sum that the books must come to. */
  function balance(): Record<string, number> {
    const sums: Record<string, number> = {};
    for (const { object, net, currency } of things.values())
      if (object === "balance_transaction") sums[String(currency)] = (sums[String(currency)] ?? 0) + Number(net);
    return sums;
  }

  const does = {
    pay,
    settle,
    refund,
    failRefund,
    dispute,
    closeDispute,
    payout,
    failPayout,
    transfer,
    reverseTransfer,
  };
  return {
    ...does,
    subscribe,
    cancel,
    paidElsewhere,
    balance,
    things,
    events,
    make,
    get,
    pass: (s: number) => (now += s),
  };
}
