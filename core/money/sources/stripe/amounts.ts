// Stripe's amounts and ours. It counts most currencies as ISO 4217 does, and four of them not
// (docs.stripe.com/currencies: zero-decimal currencies, special cases).
import { exponentOf, isCurrency, type Money } from "../../../command/index.ts";

/** How many decimals Stripe's integer has where ISO says otherwise. */
const OTHERWISE: Readonly<Record<string, number>> = { ISK: 2, UGX: 2, MGA: 0 };
const placesAtStripe = (currency: string): number => OTHERWISE[currency] ?? exponentOf(currency);

/** 1000 "jpy" → ¥1000; 500 "isk" → 5 kr. Signs stay. Throws when it cannot be said exactly. */
export function fromStripe(amount: unknown, currency: unknown): Money {
  const code = typeof currency === "string" ? currency.toUpperCase() : "";
  if (!isCurrency(code)) throw new Error(`Stripe names the currency ${String(currency)}, which we do not know.`);
  if (typeof amount !== "number" || !Number.isSafeInteger(amount))
    throw new Error(`Stripe names the amount ${String(amount)}, which is no whole number.`);
  const more = exponentOf(code) - placesAtStripe(code);
  if (more >= 0) return { minor: BigInt(amount) * 10n ** BigInt(more), currency: code };
  const unit = 10n ** BigInt(-more);
  if (BigInt(amount) % unit !== 0n) throw new Error(`Stripe names ${amount} ${code}, a part of its smallest unit.`);
  return { minor: BigInt(amount) / unit, currency: code };
}

/** Undefined: Stripe cannot take exactly this much. */
export function toStripe({ minor, currency }: Money): number | undefined {
  const more = placesAtStripe(currency) - exponentOf(currency);
  const unit = 10n ** BigInt(Math.abs(more));
  if (more < 0 && minor % unit !== 0n) return undefined;
  const amount = more < 0 ? minor / unit : minor * unit;
  // Where there are three decimals, the last must be 0.
  if (exponentOf(currency) === 3 && amount % 10n !== 0n) return undefined;
  // At most eight digits (docs.stripe.com/currencies#minimum-and-maximum-charge-amounts).
  return amount > 0n && amount <= 99_999_999n ? Number(amount) : undefined;
}
