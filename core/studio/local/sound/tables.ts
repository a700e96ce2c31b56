// Waves without aliases: for every half octave a table that stops below the top of hearing, read between its points.

export const SIZE = 2048;
const MASK = SIZE - 1;

export type Wave =
  | "sine"
  | "saw"
  | "square"
  | "pulse"
  | "reed"
  | "brass"
  | "mellow"
  | "hollow"
  | "organ"
  | "voice"
  | "bow"
  | "warm";

/** How loud each harmonic is. Shapes of real sources, roughly: a reed is odd, a brass tube peaks in the middle. */
const HARMONICS: Record<Wave, (h: number) => number> = {
  sine: (h) => (h === 1 ? 1 : 0),
  saw: (h) => 1 / h,
  square: (h) => (h % 2 === 1 ? 1 / h : 0),
  pulse: (h) => Math.sin(Math.PI * h * 0.22) / h,
  reed: (h) => ((h % 2 === 1 ? 1 : 0.55) / h ** 0.9) * Math.exp(-h / 14),
  brass: (h) => (1 / h ** 0.6) * Math.exp(-(((h - 3) / 6) ** 2)) + 0.3 / h ** 1.4,
  mellow: (h) => 1 / h ** 2.2,
  hollow: (h) => (h === 1 ? 1 : h === 2 ? 0.18 : h === 3 ? 0.22 : h === 4 ? 0.05 : 0.4 / h ** 2.6),
  organ: (h) => ({ 1: 1, 2: 0.7, 3: 0.5, 4: 0.42, 6: 0.16, 8: 0.2 })[h] ?? 0,
  voice: (h) => (1 / h ** 1.1) * (0.35 + Math.exp(-(((h - 2.5) / 1.4) ** 2)) + 0.5 * Math.exp(-(((h - 8) / 2) ** 2))),
  bow: (h) => (1 / h) * (0.7 + 0.6 * Math.cos(h * 1.9)) * Math.exp(-h / 24),
  warm: (h) => 1 / h ** 1.5,
};

export type Tables = { wave(name: Wave, frequency: number): Float32Array; sine: Float32Array };

/** Tables of one rendering: made when first wanted, low harmonics first so that each level adds to the one below. */
export function makeTables(rate: number): Tables {
  const sine = Float32Array.from({ length: SIZE + 1 }, (_, i) => Math.sin((2 * Math.PI * i) / SIZE));
  const made = new Map<Wave, Float32Array[]>();
  const LEVELS = 20;
  /** The lowest note of a level, from 20 Hz up in half octaves. */
  const bottom = (level: number) => 20 * 2 ** (level / 2);
  const top = Math.min(rate * 0.46, 18_000);

  function make(name: Wave): Float32Array[] {
    const levels: Float32Array[] = new Array(LEVELS);
    const sum = new Float64Array(SIZE + 1);
    let reached = 0;
    let scale = 1;
    for (let level = LEVELS - 1; level >= 0; level--) {
      const most = Math.max(1, Math.floor(top / bottom(level + 1)));
      for (let h = reached + 1; h <= Math.min(most, SIZE / 4); h++) {
        const loud = HARMONICS[name](h);
        if (loud !== 0) for (let i = 0; i <= SIZE; i++) sum[i]! += loud * sine[(i * h) & MASK]!;
      }
      reached = Math.max(reached, most);
      levels[level] = Float32Array.from(sum);
    }
    let square = 0;
    for (let i = 0; i < SIZE; i++) square += levels[4]![i]! ** 2;
    // All waves are as strong as each other, so that a patch can change its wave and keep its place in the mix.
    scale = 0.5 / Math.sqrt(square / SIZE);
    for (const level of levels) for (let i = 0; i <= SIZE; i++) level[i]! *= scale;
    return levels;
  }

  return {
    sine,
    wave(name, frequency) {
      let levels = made.get(name);
      if (!levels) {
        levels = make(name);
        made.set(name, levels);
      }
      const level = Math.ceil(Math.log2(Math.max(20, frequency) / 20) * 2);
      return levels[Math.min(LEVELS - 1, Math.max(0, level))]!;
    },
  };
}
