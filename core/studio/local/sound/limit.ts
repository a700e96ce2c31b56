// The last limiter: sees peaks five milliseconds before they come, steps back smoothly, and returns slowly.
import { truePeak } from "../../analyse/loudness.ts";
import type { Stereo } from "./effects.ts";

/** −1 dB is the promise; the limiter works on samples, and what lies between them may be a little higher. */
const CEILING = 10 ** (-1.05 / 20);

/** Applies `gain` and keeps all peaks under `ceiling`: the lowest needed gain of a window, then its moving mean. */
function limited(mix: Stereo, rate: number, gain: number, ceiling: number): Stereo {
  const { left, right } = mix;
  const n = left.length;
  const ahead = Math.max(2, Math.round(0.005 * rate));
  const need = new Float32Array(n + 2 * ahead).fill(1);
  for (let i = 0; i < n; i++) {
    const peak = Math.max(Math.abs(left[i]!), Math.abs(right[i]!)) * gain;
    if (peak > ceiling) need[i] = ceiling / peak;
  }
  // Smallest of the window that begins here: a queue of candidates, each position enters and leaves once.
  const queue = new Int32Array(n + 2 * ahead);
  let [head, tail] = [0, 0];
  const low = new Float32Array(n + ahead).fill(1);
  const release = Math.exp(-1 / (0.09 * rate));
  let hold = 1;
  for (let i = 0; i < n + ahead; i++) {
    while (tail > head && need[queue[tail - 1]!]! >= need[i]!) tail--;
    queue[tail++] = i;
    if (queue[head]! <= i - ahead) head++;
    const least = need[queue[head]!]!;
    hold = Math.min(least, 1 - (1 - hold) * release);
    low[i] = hold;
  }
  const out = { left: new Float32Array(n), right: new Float32Array(n) };
  let sum = 1;
  for (let i = 0; i < ahead - 1; i++) sum += low[i]!;
  for (let i = 0; i < n; i++) {
    sum += low[i + ahead - 1]! - (i === 0 ? 1 : low[i - 1]!);
    const g = gain * Math.min(1, sum / ahead);
    out.left[i] = left[i]! * g;
    out.right[i] = right[i]! * g;
  }
  return out;
}

export function limit(mix: Stereo, rate: number, gain: number): Stereo {
  const out = limited(mix, rate, gain, CEILING * 0.985);
  const peak = truePeak([out.left, out.right]);
  // Whatever still looks over the edge between samples is taken off as a whole: a tenth of a decibel at most.
  if (peak > CEILING) {
    const down = CEILING / peak;
    for (let i = 0; i < out.left.length; i++) {
      out.left[i]! *= down;
      out.right[i]! *= down;
    }
  }
  return out;
}
