// Air: the crackle of a record, rain on glass, and the sweep that rises into a drop.
import type { Instrument } from "../score/names.ts";
import type { Stereo } from "./effects.ts";
import { noise, type Out, type Sound, seedOf } from "./voice.ts";

const fades = (i: number, length: number, edge: number) => Math.min(1, i / edge, (length - i) / edge);

/** Goes on where it was, so many samples, at a place of a sound. What lasts as long as a song is never held whole. */
export type Air = (into: Stereo, at: number, count: number) => void;
type Blowing = { seed: number; length: number; velocity: number };

function vinyl(rate: number, { seed, length, velocity }: Blowing): Air {
  const [left, right] = [noise(seed + 11), noise(seed + 23)];
  const cut = 1 - Math.exp((-2 * Math.PI * 3800) / rate);
  const fall = Math.exp(-1 / (0.0011 * rate));
  const kept = { i: 0, l: 0, r: 0, pop: 0, side: 0, sign: 1 };
  return (into, from, count) => {
    let { i, l, r, pop, side, sign } = kept;
    for (let at = from; at < from + count; at++, i++) {
      const [a, b] = [left(), right()];
      // About seven crackles a second, most of them faint.
      if (a > 1 - 14 / rate) {
        pop = 0.15 + (b + 1) * (b + 1) * 0.35;
        side = b;
        sign = -sign;
      }
      l += (a * 0.12 + pop * sign * (1 - side * 0.4) - l) * cut;
      r += (b * 0.12 + pop * sign * (1 + side * 0.4) - r) * cut;
      pop *= fall;
      const amp = velocity * fades(i, length, rate * 0.8);
      into.left[at]! += l * amp;
      into.right[at]! += r * amp;
    }
    Object.assign(kept, { i, l, r, pop, side, sign });
  };
}

function rain(rate: number, { seed, length, velocity }: Blowing): Air {
  const [left, right] = [noise(seed + 5), noise(seed + 71)];
  const low = 1 - Math.exp((-2 * Math.PI * 700) / rate);
  const high = 1 - Math.exp((-2 * Math.PI * 5200) / rate);
  const fall = Math.exp(-1 / (0.004 * rate));
  const kept = { i: 0, l1: 0, l2: 0, r1: 0, r2: 0, drop: 0, side: 0 };
  return (into, from, count) => {
    let { i, l1, l2, r1, r2, drop, side } = kept;
    for (let at = from; at < from + count; at++, i++) {
      const [a, b] = [left(), right()];
      if (b > 1 - 26 / rate) {
        drop = (a + 1) * 0.6;
        side = left();
      }
      drop *= fall;
      const [x, y] = [a * (0.16 + drop * (1 - side) * 0.5), b * (0.16 + drop * (1 + side) * 0.5)];
      l1 += (x - l1) * low;
      r1 += (y - r1) * low;
      l2 += (x - l1 - l2) * high;
      r2 += (y - r1 - r2) * high;
      const amp = velocity * fades(i, length, rate * 1.5);
      into.left[at]! += l2 * amp;
      into.right[at]! += r2 * amp;
    }
    Object.assign(kept, { i, l1, l2, r1, r2, drop, side });
  };
}

export const AIRS: Partial<Record<Instrument, (rate: number, blowing: Blowing) => Air>> = { vinyl, rain };

/** White noise whose filter climbs, and a tone that climbs with it; it stops where the part begins. */
export function playSweep(out: Out, sound: Sound): void {
  const { rate } = out;
  const [left, right] = [noise(seedOf(out, sound) + 3), noise(seedOf(out, sound) + 91)];
  const length = Math.min(sound.length, out.left.length - sound.start);
  let [l1, l2, r1, r2, phase] = [0, 0, 0, 0, 0];
  for (let i = 0; i < length; i++) {
    const along = i / length;
    const cut = 300 * 40 ** along;
    const g = Math.min(0.95, (2 * Math.PI * cut) / rate);
    const x = left();
    const y = right();
    // Chamberlin's band-pass: cheap, and stable below a sixth of the rate.
    l2 += g * l1;
    l1 += g * (x - l2 - 0.7 * l1);
    r2 += g * r1;
    r1 += g * (y - r2 - 0.7 * r1);
    phase += (2 * Math.PI * (110 * 8 ** along)) / rate;
    const tone = Math.sin(phase) * 0.12 * along;
    const amp = sound.velocity * along * along * 0.5 * Math.min(1, (length - i) / (0.012 * rate));
    out.left[sound.start + i]! += (l1 * 0.5 + tone) * amp;
    out.right[sound.start + i]! += (r1 * 0.5 + tone) * amp;
  }
}
