// Chance that repeats: the same seed draws the same numbers, so that a decision can be looked at again.

/** Mulberry32: small, quick, and good enough to choose with. */
export function chance(seed: number, skipped = 0): () => number {
  // Its state only counts on, so that any place in it is reached at once.
  let state = (seed + Math.imul(skipped, 0x6d2b79f5)) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** As many draws as one `bell` takes. */
export const BELL_DRAWS = 4;

/** A draw around 0 with deviation 1: the sum of four is near enough to a bell, and costs no logarithm. */
export const bell = (draw: () => number): number => (draw() + draw() + draw() + draw() - 2) * Math.sqrt(3);
