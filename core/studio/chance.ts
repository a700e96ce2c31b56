// Chance that repeats: the same seed draws the same numbers, so that a decision can be looked at again.

const STEP = 0x6d2b79f5;

/** Mulberry32: small, quick, and good enough to choose with. Its state only counts on, so each of its draws stands alone. */
function drawAt(seed: number, place: number): number {
  const state = (seed + Math.imul(place + 1, STEP)) | 0;
  let t = Math.imul(state ^ (state >>> 15), state | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}

/** One draw after another. */
export function chance(seed: number): () => number {
  let drawn = 0;
  return () => drawAt(seed, drawn++);
}

const SCALE = Math.sqrt(3);

/** A draw around 0 with deviation 1: the sum of four is near enough to a bell, and costs no logarithm. */
export const bell = (draw: () => number): number => (draw() + draw() + draw() + draw() - 2) * SCALE;

/** The bell at this place of the row that `seed` draws, as if all before it had been drawn; it leaves nothing to sweep up. */
export function bellAt(seed: number, place: number): number {
  const n = place * 4;
  return (drawAt(seed, n) + drawAt(seed, n + 1) + drawAt(seed, n + 2) + drawAt(seed, n + 3) - 2) * SCALE;
}
