// Whether anything can be heard: the level of each block, how long it has been too low, and the loudness of three seconds.
import { factor, RATE, type Stereo } from "./sound.ts";

/** Below this a listener hears nothing, whatever is on the track. */
export const SILENT = factor(-50);
const SECONDS = 3;

type Filter = readonly [number, number, number, number, number];
/** K-weighting at 48 kHz, as ITU-R BS.1770 prints it. */
const SHELF: Filter = [1.53512485958697, -2.69169618940638, 1.19839281085285, -1.69065929318241, 0.73248077421585];
const HIGH: Filter = [1, -2, 1, -1.99004745483398, 0.99007225036621];

function filter([b0, b1, b2, a1, a2]: Filter): (x: number) => number {
  let [s1, s2] = [0, 0];
  return (x) => {
    const y = b0 * x + s1;
    s1 = b1 * x - a1 * y + s2;
    s2 = b2 * x - a2 * y;
    return y;
  };
}

export type Meter = {
  hear(block: Stereo): void;
  /** Of the last block. */
  rms(): number;
  silenceMs(): number;
  lufs(): number;
};

export function makeMeter(): Meter {
  const sides = [0, 1].map(() => [filter(SHELF), filter(HIGH)] as const);
  const powers: number[] = [];
  let [rms, silent, block, sum] = [0, 0, 1, 0];
  return {
    hear({ left, right }) {
      block = left.length;
      let [square, weighted] = [0, 0];
      for (const [s, side] of [left, right].entries()) {
        const [shelf, high] = sides[s]!;
        for (let i = 0; i < side.length; i++) {
          const x = side[i]!;
          square += x * x;
          // A tail that decays for ever would be a denormal number one day.
          const y = high(shelf(x) + 1e-20);
          weighted += y * y;
        }
      }
      rms = Math.sqrt(square / (2 * block));
      silent = rms < SILENT ? silent + block : 0;
      powers.push(weighted / block);
      sum += weighted / block;
      if (powers.length > (SECONDS * RATE) / block) sum -= powers.shift()!;
    },
    rms: () => rms,
    silenceMs: () => (silent * 1000) / RATE,
    lufs: () =>
      powers.length === 0 ? Number.NEGATIVE_INFINITY : -0.691 + 10 * Math.log10(Math.max(1e-12, sum / powers.length)),
  };
}
