// The last limiter: sees peaks five milliseconds before they come, steps back smoothly, and returns slowly.
import { truePeak } from "../../analyse/loudness.ts";
import { type Stereo, stereo } from "./effects.ts";

/** −1 dB is the promise; the limiter works on samples, and what lies between them may be a little higher. */
const CEILING = 10 ** (-1.05 / 20);
const WORKING = CEILING * 0.985;
const AHEAD_SECONDS = 0.005;
const RELEASE_SECONDS = 0.09;

/** Its memory is used again at every turn: what it answers lasts until the next. */
export type Limiter = (mix: Stereo, gain: number) => Stereo;

/** The lowest gain that any of the `ahead` samples before each place needs, returning slowly to 1. */
function lowest({ left, right }: Stereo, gain: number, rate: number, ahead: number, low: Float32Array): void {
  const n = left.length;
  const release = Math.exp(-1 / (RELEASE_SECONDS * rate));
  // A ring of candidates, smallest first: each place enters and leaves once.
  const size = ahead + 1;
  const [places, needs] = [new Int32Array(size), new Float32Array(size)];
  let [head, tail, hold] = [0, 0, 1];
  for (let i = 0; i < low.length; i++) {
    const peak = i < n ? Math.max(Math.abs(left[i]!), Math.abs(right[i]!)) * gain : 0;
    const need = peak > WORKING ? WORKING / peak : 1;
    while (tail > head && needs[(tail - 1) % size]! >= need) tail--;
    places[tail % size] = i;
    needs[tail % size] = need;
    tail++;
    if (places[head % size]! <= i - ahead) head++;
    hold = Math.min(needs[head % size]!, 1 - (1 - hold) * release);
    low[i] = hold;
  }
}

export function makeLimiter(samples: number, rate: number): Limiter {
  const ahead = Math.max(2, Math.round(AHEAD_SECONDS * rate));
  const low = new Float32Array(samples + ahead);
  const out = stereo(samples);
  return (mix, gain) => {
    lowest(mix, gain, rate, ahead, low);
    // The mean of the window that follows: it is down in time for every peak, and never jumps.
    let sum = 1;
    for (let i = 0; i < ahead - 1; i++) sum += low[i]!;
    for (let i = 0; i < samples; i++) {
      sum += low[i + ahead - 1]! - (i === 0 ? 1 : low[i - 1]!);
      const g = gain * Math.min(1, sum / ahead);
      out.left[i] = mix.left[i]! * g;
      out.right[i] = mix.right[i]! * g;
    }
    const peak = truePeak([out.left, out.right]);
    // Whatever still looks over the edge between samples is taken off as a whole: a tenth of a decibel at most.
    if (peak > CEILING) {
      const down = CEILING / peak;
      for (let i = 0; i < samples; i++) {
        out.left[i]! *= down;
        out.right[i]! *= down;
      }
    }
    return out;
  };
}
