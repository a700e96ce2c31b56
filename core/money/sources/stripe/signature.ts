// Whether a call is Stripe's: HMAC-SHA256 over the moment and the very bytes (docs.stripe.com/webhooks/signature). While a
// secret is rolled, Stripe signs with both.
import { createHmac, timingSafeEqual } from "node:crypto";

/** Stripe's own libraries take five minutes; a call from the future is somebody's recording too. */
const FRESH_SECONDS = 300;
/** A header of a rolled secret has two signatures; a thousand are an attack. */
const MOST_SIGNATURES = 20;

/** Undefined: it is genuine and fresh. Otherwise why not, for whoever reads Stripe's list of deliveries. */
export function whyForged(
  secrets: readonly string[],
  header: string | null,
  body: Buffer,
  now: Date,
): string | undefined {
  if (!header) return "There is no Stripe-Signature header. Only Stripe calls this address.";
  const parts = header
    .slice(0, 4_000)
    .split(",")
    .map((part) => part.trim().split("="));
  const moment = parts.find(([name]) => name === "t")?.[1] ?? "";
  const given = parts.filter(([name]) => name === "v1").map(([, value]) => value ?? "");
  if (!/^\d{1,12}$/.test(moment) || given.length === 0 || given.length > MOST_SIGNATURES)
    return "The Stripe-Signature header has no time or no signature of version 1.";
  const right = secrets.map((secret) => createHmac("sha256", secret).update(`${moment}.`).update(body).digest("hex"));
  if (!right.some((one) => given.some((other) => same(one, other))))
    return "The signature is not that of STRIPE_WEBHOOK_SECRET over these bytes.";
  // Only of a genuine one is the time worth a word.
  if (Math.abs(Number(moment) - now.getTime() / 1000) > FRESH_SECONDS)
    return "The signature is older than five minutes, or from the future. Stripe signs anew when it sends again.";
  return undefined;
}

function same(right: string, given: string): boolean {
  const [a, b] = [Buffer.from(right), Buffer.from(given)];
  return a.length === b.length && timingSafeEqual(a, b);
}
