// Chance that can be repeated: a seed and the name of its purpose give the same stream on every machine.

export type Random = () => number;

/** sfc32 behind a string hash: a new purpose never disturbs the draws of another. */
export function seeded(seed: string): Random {
  let h = 1779033703 ^ seed.length;
  const word = () => {
    for (let i = 0; i < seed.length; i++) {
      h = Math.imul(h ^ seed.charCodeAt(i), 3432918353);
      h = (h << 13) | (h >>> 19);
    }
    h = Math.imul(h ^ (h >>> 16), 2246822507);
    h = Math.imul(h ^ (h >>> 13), 3266489909);
    h ^= h >>> 16;
    return h;
  };
  let [a, b, c, d] = [word(), word(), word(), word()];
  const next = () => {
    const t = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return (t >>> 0) / 4294967296;
  };
  for (let i = 0; i < 12; i++) next();
  return next;
}

export const pick = <T>(r: Random, from: readonly T[]): T => from[Math.floor(r() * from.length)]!;
export const chance = (r: Random, p: number): boolean => r() < p;
export const between = (r: Random, low: number, high: number): number => low + (high - low) * r();
/** About normal, mean 0, deviation 1, never beyond 2.5: what a hand does, without the accidents. */
export const wobble = (r: Random): number => Math.max(-2.5, Math.min(2.5, (r() + r() + r() + r() - 2) * 1.73));
