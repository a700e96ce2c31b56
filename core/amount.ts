// Amounts as plans are written ("USD 3.60") and as the database keeps them (360n of `USD`): exact, never through a float.

export const CURRENCIES = ["USD", "EUR", "GBP"] as const;
export type Currency = (typeof CURRENCIES)[number];
export type Amount = `${Currency} ${number}`;

/** How many decimals the smallest unit of an asset has: `USD` 2, `USD/6` 6, `song` 0. */
const placesOf = (asset: string): number => {
  const [currency, places] = asset.split("/");
  if (places !== undefined) return Number(places);
  return CURRENCIES.some((c) => c === currency) ? 2 : 0;
};

export const currencyOf = (amount: Amount): Currency => amount.slice(0, 3) as Currency;

/** "USD 3.60" → 360n; with 6 places 3600000n. */
export function minorOf(amount: Amount, places = 2): bigint {
  const [, whole, part = ""] = /^[A-Z]{3} (\d+)(?:\.(\d+))?$/.exec(amount) ?? [];
  if (whole === undefined || part.length > places) throw new Error(`"${amount}" is no amount of ${places} decimals.`);
  return BigInt(whole + part.padEnd(places, "0"));
}

/** 3600000n of "USD/6" → "3.600000", for data and for sums in words. */
export function decimalOf(minor: bigint, asset: string): string {
  const places = placesOf(asset);
  const digits = minor.toString().padStart(places + 1, "0");
  return places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`;
}
