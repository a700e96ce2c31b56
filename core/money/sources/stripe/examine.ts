// What `npm run doctor` looks at: whether Stripe knows the key, and whether it calls us. Questions only, nothing is changed.
import { type Sight, SourceAway, SourceSays } from "../source.ts";
import type { Json, StripeHttp } from "./http.ts";

type About = { secrets: readonly string[]; live: boolean; baseUrl: URL | undefined };

/** Without these, money is booked late: by the hourly look, and not when it moves. */
const WANTED = ["charge.succeeded", "charge.updated", "refund.created", "charge.dispute.created", "payout.paid"];

export async function examineStripe(http: StripeHttp, about: About): Promise<Sight[]> {
  const sights: Sight[] = [];
  try {
    const balance = await http.get("/v1/balance");
    const currencies = ((balance.available ?? []) as Json[]).map(({ currency }) => String(currency).toUpperCase());
    const mode = about.live ? "live" : "test";
    sights.push({
      ok: true,
      what: `Stripe knows the key (${mode} mode; balance in ${currencies.join(", ") || "nothing yet"}).`,
    });
  } catch (error) {
    return [unknownKey(error)];
  }
  if (about.secrets.length === 0)
    sights.push({
      ok: false,
      what: "STRIPE_WEBHOOK_SECRET is not set: Stripe's calls are refused, and money is seen once an hour.",
      mend: "Add an endpoint at dashboard.stripe.com/webhooks and set its signing secret (whsec_…).",
    });
  if (about.baseUrl) sights.push(...(await endpoints(http, new URL("/hooks/stripe", about.baseUrl).href)));
  return sights;
}

function unknownKey(error: unknown): Sight {
  if (error instanceof SourceSays && error.status === 401)
    return {
      ok: false,
      what: "Stripe does not know STRIPE_SECRET_KEY.",
      mend: "Copy it from dashboard.stripe.com/apikeys.",
    };
  if (error instanceof SourceSays && error.status === 403)
    return {
      ok: false,
      what: "The restricted key may not read the balance.",
      mend: "Let it read balance, charges, refunds, disputes, payouts, transfers, invoices, subscriptions and events.",
    };
  if (error instanceof SourceAway || error instanceof SourceSays)
    return { ok: false, what: `Stripe could not be asked: ${error.message}.`, mend: "Look at status.stripe.com." };
  throw error;
}

async function endpoints(http: StripeHttp, url: string): Promise<Sight[]> {
  let all: Json[];
  try {
    all = ((await http.get("/v1/webhook_endpoints", { limit: 100 })).data ?? []) as Json[];
  } catch (error) {
    if (!(error instanceof SourceAway || error instanceof SourceSays)) throw error;
    return [{ ok: true, what: "Whether Stripe calls us cannot be asked with this key." }];
  }
  const ours = all.find((endpoint) => endpoint.url === url);
  if (!ours)
    return [
      { ok: false, what: `Stripe does not call ${url}.`, mend: "Add that address at dashboard.stripe.com/webhooks." },
    ];
  const events = (ours.enabled_events ?? []) as string[];
  const missing = events.includes("*") ? [] : WANTED.filter((name) => !events.includes(name));
  if (ours.status !== "enabled")
    return [
      { ok: false, what: `Stripe's endpoint ${url} is disabled.`, mend: "Enable it at dashboard.stripe.com/webhooks." },
    ];
  if (missing.length > 0)
    return [
      {
        ok: false,
        what: `Stripe does not tell us of ${missing.join(", ")}.`,
        mend: "Let the endpoint send all events.",
      },
    ];
  return [{ ok: true, what: `Stripe calls ${url}.` }];
}
