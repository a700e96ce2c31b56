// The arithmetic of money: parts of an amount, exact to the last unit, never through a float.

const absolute = (n: bigint) => (n < 0n ? -n : n);
/** Basis points of a whole. */
const WHOLE = 10_000n;

/** A quotient rounded half away from zero. */
export function divided(top: bigint, bottom: bigint): bigint {
  if (bottom === 0n) throw new Error("Nothing can be divided by nothing.");
  const negative = top < 0n !== bottom < 0n;
  const [a, b] = [absolute(top), absolute(bottom)];
  const amount = (2n * a + b) / (2n * b);
  return negative ? -amount : amount;
}

/** So many basis points of it: half up on the amount, then the sign, so that what is taken back is what was given. */
export function share(total: bigint, basisPoints: number): bigint {
  if (!Number.isSafeInteger(basisPoints) || basisPoints < 0 || basisPoints > 10_000)
    throw new Error(`${basisPoints} basis points are no part.`);
  return divided(total * BigInt(basisPoints), WHOLE);
}

/**
 * All of it, by weight: what is left over after rounding down goes to the largest remainders, one unit each, and among
 * equal ones to the first. Give the weights in the order of ids.
 */
export function allocate(total: bigint, weights: readonly bigint[]): bigint[] {
  const sum = weights.reduce((a, b) => a + b, 0n);
  if (sum <= 0n || weights.some((w) => w < 0n)) throw new Error("Weights are not negative, and one of them is more.");
  const amount = absolute(total);
  const parts = weights.map((weight) => (amount * weight) / sum);
  const left = amount - parts.reduce((a, b) => a + b, 0n);
  const byRemainder = weights
    .map((weight, at) => ({ at, remainder: (amount * weight) % sum }))
    .sort((a, b) => (a.remainder === b.remainder ? a.at - b.at : a.remainder > b.remainder ? -1 : 1));
  for (const { at } of byRemainder.slice(0, Number(left))) parts[at]! += 1n;
  return total < 0n ? parts.map((part) => -part) : parts;
}

/** What is still to be booked when `booked` was, and it should be `target` in all: parts never drift from the whole. */
export const cumulative = (booked: bigint, target: bigint): bigint => target - booked;
