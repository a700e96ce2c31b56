// The last limiter: sees peaks five milliseconds before they come, steps back smoothly, and returns slowly.
import { truePeak } from "../../analyse/loudness.ts";
import { cut, type Stereo, stereo } from "./effects.ts";

/** −1 dB is the promise; the limiter works on samples, and what lies between them may be a little higher. */
export const CEILING = 10 ** (-1.05 / 20);
const WORKING = CEILING * 0.985;
const AHEAD_SECONDS = 0.005;
const RELEASE_SECONDS = 0.09;

/** What it answers lasts until the next call: samples that came before, as many as it has seen far enough behind. */
export type Limiting = { push(piece: Stereo): Stereo; end(): Stereo };

/** Takes a sound turned up by `gain`, piece after piece, in pieces of at most so many samples. */
export function limiting(rate: number, gain: number, most: number): Limiting {
  const ahead = Math.max(2, Math.round(AHEAD_SECONDS * rate));
  const release = Math.exp(-1 / (RELEASE_SECONDS * rate));
  // A ring of candidates, smallest first: each place enters and leaves once.
  const size = ahead + 1;
  const [places, needs] = [new Float64Array(size), new Float32Array(size)];
  const low = new Float32Array(ahead);
  const late = stereo(ahead);
  const out = stereo(most + ahead);
  // The mean of the window that follows: it is down in time for every peak, and never jumps.
  const kept = { at: 0, slot: 0, head: 0, count: 0, hold: 1, sum: 1 };
  const push = ({ left, right }: Stereo): Stereo => {
    // In variables of its own: a loop over millions of samples is twice as fast with them.
    let { at, slot, head, count, hold, sum } = kept;
    let made = 0;
    for (let i = 0; i < left.length; i++, at++) {
      const [l, r] = [left[i]!, right[i]!];
      const peak = Math.max(Math.abs(l), Math.abs(r)) * gain;
      const need = peak > WORKING ? WORKING / peak : 1;
      // The newest is the last of the ring: those that need less than it can never be the lowest again.
      while (count > 0) {
        const last = head + count - 1;
        if (needs[last < size ? last : last - size]! < need) break;
        count--;
      }
      const next = head + count < size ? head + count : head + count - size;
      places[next] = at;
      needs[next] = need;
      count++;
      if (places[head]! <= at - ahead) {
        if (++head === size) head = 0;
        count--;
      }
      hold = Math.min(needs[head]!, 1 - (1 - hold) * release);
      const gone = low[slot]!;
      low[slot] = hold;
      late.left[slot] = l;
      late.right[slot] = r;
      sum += at < ahead - 1 ? low[slot]! : low[slot]! - (at === ahead - 1 ? 1 : gone);
      // Next in the line is the oldest: the whole window after it has been seen.
      if (++slot === ahead) slot = 0;
      if (at < ahead - 1) continue;
      const g = gain * Math.min(1, sum / ahead);
      out.left[made] = late.left[slot]! * g;
      out.right[made] = late.right[slot]! * g;
      made++;
    }
    Object.assign(kept, { at, slot, head, count, hold, sum });
    return cut(out, 0, made);
  };
  return { push, end: () => push(stereo(ahead - 1)) };
}

/** What it takes off the whole, so that what lies between samples stays below the edge as well: a tenth of a decibel at most. */
export const under = (peak: number): number => (peak > CEILING ? CEILING / peak : 1);

/** All of a sound at once. */
export function limited(mix: Stereo, rate: number, gain: number): Stereo {
  const limiter = limiting(rate, gain, mix.left.length);
  const out = stereo(mix.left.length);
  let at = 0;
  for (const piece of [limiter.push(mix), limiter.end()]) {
    out.left.set(piece.left, at);
    out.right.set(piece.right, at);
    at += piece.left.length;
  }
  const down = under(truePeak([out.left, out.right]));
  if (down < 1) for (const side of [out.left, out.right]) for (let i = 0; i < side.length; i++) side[i]! *= down;
  return out;
}
