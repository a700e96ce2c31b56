// The last thing before the encoder: sees peaks five milliseconds before they come, between the samples too, steps back
// smoothly and returns slowly. What it gives is its input that much later.
import { factor, RATE, type Stereo } from "./sound.ts";

/** −1 dBTP is the promise; a lossy encoder adds a little of its own. */
const CEILING = factor(-1.1);
export const LIMIT_DELAY = 256;
const WINDOW = 240;
const RELEASE = Math.exp(-1 / (0.09 * RATE));
const TAPS = 12;
/** A point between two samples can stand so much higher than they do. */
const REACH = 2;

/** Three points between two samples, each from twelve around them: a windowed sinc, four times the rate. */
const BETWEEN: readonly Float64Array[] = [1, 2, 3].map((phase) => {
  const taps = Float64Array.from({ length: TAPS }, (_, i) => {
    const x = i - TAPS / 2 + 1 - phase / 4;
    const window = 0.5 + 0.5 * Math.cos((Math.PI * x) / (TAPS / 2 + 0.5));
    return (Math.sin(Math.PI * x) / (Math.PI * x)) * window;
  });
  const sum = taps.reduce((a, b) => a + b, 0);
  return taps.map((t) => t / sum);
});

function peakAt(side: Float32Array, i: number): number {
  let peak = Math.abs(side[i]!);
  if (Math.max(peak, Math.abs(side[i + 1]!)) * REACH < CEILING) return peak;
  for (const taps of BETWEEN) {
    let y = 0;
    for (let t = 0; t < TAPS; t++) y += side[i + t - TAPS / 2 + 1]! * taps[t]!;
    if (y > peak) peak = y;
    else if (-y > peak) peak = -y;
  }
  return peak;
}

export type Limiter = (block: Stereo) => void;

/** For blocks of one length. Changes the block in place. */
export function makeLimiter(block: number): Limiter {
  const held = { left: new Float32Array(LIMIT_DELAY + block), right: new Float32Array(LIMIT_DELAY + block) };
  const size = WINDOW + 1;
  const [places, needs] = [new Float64Array(size), new Float64Array(size)];
  let [head, tail, hold, clock] = [0, 0, 1, 0];
  const recent = new Float64Array(WINDOW).fill(1);
  let sum = WINDOW;
  // What was looked at lies half the filter behind the newest sample.
  const first = LIMIT_DELAY - TAPS / 2;
  return ({ left, right }) => {
    held.left.set(left, LIMIT_DELAY);
    held.right.set(right, LIMIT_DELAY);
    for (let i = 0; i < block; i++) {
      const peak = Math.max(peakAt(held.left, first + i), peakAt(held.right, first + i));
      const need = peak > CEILING ? CEILING / peak : 1;
      while (tail > head && needs[(tail - 1) % size]! >= need) tail--;
      places[tail % size] = clock;
      needs[tail % size] = need;
      tail++;
      if (places[head % size]! <= clock - WINDOW) head++;
      hold = Math.min(needs[head % size]!, 1 - (1 - hold) * RELEASE);
      const slot = clock % WINDOW;
      sum += hold - recent[slot]!;
      recent[slot] = hold;
      clock++;
      const gain = Math.min(1, sum / WINDOW);
      // The sample that all of the window looked ahead from.
      const at = first + i - WINDOW + 1;
      left[i] = held.left[at]! * gain;
      right[i] = held.right[at]! * gain;
    }
    held.left.copyWithin(0, block);
    held.right.copyWithin(0, block);
  };
}
