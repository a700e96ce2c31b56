// Stripe as a source of money. There is no library between us and it: five kinds of questions, and one signature.
import type { Hint, MoneySource, Movement, Offer, Offered, Wire } from "../source.ts";
import { SourceSays } from "../source.ts";
import { toStripe } from "./amounts.ts";
import { examineStripe } from "./examine.ts";
import { type Access, type Json, type StripeHttp, stripeHttp } from "./http.ts";
import { isLookedAt, lookAt, movementsOf } from "./look.ts";
import { whyForged } from "./signature.ts";

export type StripeSettings = Access & {
  /** More than one while a secret is rolled. */
  secrets: readonly string[];
  workspace: string;
};

export function stripe({ secrets, workspace, ...access }: StripeSettings): MoneySource {
  const http = stripeHttp(access);
  const live = /^[a-z]{2}_live_/.test(access.key);
  return {
    name: "stripe",
    workspace,
    ready: access.key !== "",
    heard: (call, now) => heard(secrets, live, call, now),
    look: (hint, signal) => lookAt(http, hint, signal),
    hints: (since, signal) => hints(http, live, since, signal),
    movements: (since, signal) => movements(http, since, signal),
    offer: (offer, signal) => makeOffer(http, offer, signal),
    async withdraw(link, signal) {
      await http.post(`/v1/payment_links/${encodeURIComponent(link)}`, { active: false }, `withdraw/${link}`, signal);
    },
    examine: (baseUrl) => examineStripe(http, { secrets, live, baseUrl }),
  };
}

function heard(secrets: readonly string[], live: boolean, { headers, body }: Wire, now: Date) {
  if (secrets.length === 0) return { refused: "STRIPE_WEBHOOK_SECRET is not set here: nobody can tell who calls." };
  const why = whyForged(secrets, headers.get("stripe-signature"), body, now);
  if (why) return { refused: why };
  let event: Json;
  try {
    event = JSON.parse(body.toString("utf8")) as Json;
  } catch {
    return { refused: "The body is not JSON." };
  }
  if (typeof event !== "object" || event === null || typeof event.id !== "string" || event.id.length > 200)
    return { refused: "The body is no event of Stripe." };
  return { hint: hintOf(event, live) };
}

/** Undefined: a test's event in the books of business, a connected account's own, or about nothing that we ask for. */
function hintOf(event: Json, live: boolean): Hint | undefined {
  const about = ((event.data ?? {}) as { object?: Json }).object;
  const sort = String(about?.object ?? "");
  if (!about || typeof about.id !== "string" || !isLookedAt(sort)) return undefined;
  if (event.livemode === !live || typeof event.account === "string") return undefined;
  const at = new Date(Number(event.created) * 1000);
  if (Number.isNaN(at.getTime())) return undefined;
  return { id: String(event.id), kind: String(event.type).slice(0, 100), object: about.id.slice(0, 200), sort, at };
}

/** Stripe keeps events for thirty days (docs.stripe.com/api/events). */
async function* hints(http: StripeHttp, live: boolean, since: Date, signal?: AbortSignal): AsyncIterable<Hint[]> {
  for await (const page of http.pages("/v1/events", { created: { gte: seconds(since) } }, signal)) {
    yield page.flatMap((event) => hintOf(event, live) ?? []);
  }
}

async function* movements(http: StripeHttp, since: Date, signal?: AbortSignal): AsyncIterable<Movement[]> {
  const asked = { created: { gte: seconds(since) }, expand: ["data.source"] };
  for await (const page of http.pages("/v1/balance_transactions", asked, signal))
    yield await movementsOf(http, page, signal);
}

const seconds = (at: Date) => Math.floor(at.getTime() / 1000);

/** A product, its price and a link to Checkout, each once: the keys are made of our own id and of what is asked. */
async function makeOffer(http: StripeHttp, offer: Offer, signal?: AbortSignal): Promise<Offered> {
  const amount = toStripe(offer.money);
  if (amount === undefined)
    throw new SourceSays("Stripe cannot take exactly this amount in this currency.", { status: 400, code: "amount" });
  const metadata = Object.fromEntries(
    Object.entries(offer.about).map(([word, value]) => [`impresario_${word}`, value]),
  );
  const currency = offer.money.currency.toLowerCase();
  const terms = `${amount}${currency}${offer.every ?? ""}`;
  const description = offer.description === "" ? {} : { description: offer.description };
  const product = await http.post(
    "/v1/products",
    { name: offer.name, ...description, metadata },
    `product/${offer.id}`,
    signal,
  );
  const price = await http.post(
    "/v1/prices",
    {
      product: String(product.id),
      unit_amount: amount,
      currency,
      ...(offer.every ? { recurring: { interval: offer.every } } : {}),
      metadata,
    },
    `price/${offer.id}/${terms}`,
    signal,
  );
  const inner = offer.every ? { subscription_data: { metadata } } : { payment_intent_data: { metadata } };
  const link = await http.post(
    "/v1/payment_links",
    { line_items: [{ price: String(price.id), quantity: 1 }], metadata, ...inner },
    `link/${offer.id}/${terms}`,
    signal,
  );
  return { product: String(product.id), price: String(price.id), link: String(link.id), url: String(link.url) };
}
