// The sources of this installation: Stripe where there is a key.
import type { MoneySource } from "./source.ts";
import { stripe } from "./stripe/stripe.ts";

/** Reads a variable of the environment; what cannot be parsed is told at the start, by its name. */
export type Read = <T>(name: string, parse: (value: string) => T, right: string) => T | undefined;

const matching =
  (pattern: RegExp) =>
  (value: string): string => {
    if (!pattern.test(value)) throw new Error();
    return value;
  };

export function openSources({ read }: { read: Read }): MoneySource[] {
  const key = read("STRIPE_SECRET_KEY", matching(/^\S{8,}$/), "a secret key such as sk_live_… or rk_live_…");
  const secrets = read(
    "STRIPE_WEBHOOK_SECRET",
    (value) => value.split(",").map((one) => matching(/^\S{8,}$/)(one.trim())),
    "the signing secret of the webhook endpoint (whsec_…), or two with a comma between while you change it",
  );
  const base = read("STRIPE_API_URL", (value) => new URL(value).href, "an address such as https://api.stripe.com");
  const workspace = read("STRIPE_WORKSPACE", matching(/^[a-z0-9-]+$/), "the slug of the workspace whose account it is");
  // Who is called without a key keeps what was said until there is one.
  if (!key && !secrets) return [];
  return [
    stripe({
      key: key ?? "",
      secrets: secrets ?? [],
      base: base ?? "https://api.stripe.com",
      workspace: workspace ?? "main",
    }),
  ];
}
