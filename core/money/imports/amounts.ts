// Amounts as programs write them, exact: never through a float. How many decimals there are is looked at when it is known
// what they are of.
export type Exact = { digits: bigint; places: number };

const MOST_DIGITS = 40;

/** "1234.50"; with `comma` also "1.234,50". Loose: signs of currencies, thousands, (12.00) for less than nothing. */
export function exactOf(written: string, { comma = false, loose = false } = {}): Exact | undefined {
  let text = written.trim().replace(/[−–]/g, "-");
  if (loose) {
    if (/^\(.*\)$/.test(text)) text = `-${text.slice(1, -1)}`;
    text = text.replace(/[\p{Sc}\s'’]|\b[A-Z]{3}\b/gu, "");
  }
  const usual = /^(-?)(\d+)(?:\.(\d+))?$/;
  const thousands = loose ? /^(-?)(\d{1,3}(?:,\d{3})+)(?:\.(\d+))?$/ : /^$/;
  const other = comma ? /^(-?)(\d+|\d{1,3}(?:\.\d{3})+)(?:,(\d+))?$/ : /^$/;
  // "1.234" between semicolons is a thousand and more only where a comma follows or stands elsewhere: alone it is read
  // as it is written everywhere else.
  const [, minus, whole, part = ""] = usual.exec(text) ?? thousands.exec(text) ?? other.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const digits = whole.replace(/[.,]/g, "") + part;
  if (digits.length > MOST_DIGITS) return undefined;
  return { digits: BigInt(digits) * (minus === "-" ? -1n : 1n), places: part.length };
}

export const plus = (a: Exact, b: Exact): Exact => {
  const places = Math.max(a.places, b.places);
  return { digits: atPlaces(a, places) + atPlaces(b, places), places };
};
const atPlaces = ({ digits, places }: Exact, wanted: number) => digits * 10n ** BigInt(wanted - places);

/** In units of so many decimals. Undefined: it has more than these. */
export function exactly({ digits, places }: Exact, wanted: number): bigint | undefined {
  if (places <= wanted) return digits * 10n ** BigInt(wanted - places);
  const unit = 10n ** BigInt(places - wanted);
  return digits % unit === 0n ? digits / unit : undefined;
}

/** Rounded half up, by size: for sums of shares of a cent, once. */
export function rounded({ digits, places }: Exact, wanted: number): bigint {
  if (places <= wanted) return digits * 10n ** BigInt(wanted - places);
  const unit = 10n ** BigInt(places - wanted);
  const size = digits < 0n ? -digits : digits;
  const whole = (size + unit / 2n) / unit;
  return digits < 0n ? -whole : whole;
}
