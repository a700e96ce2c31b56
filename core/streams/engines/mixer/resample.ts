// Any rate to ours, and a little faster or slower: a windowed sinc, moved along the input by a step that may change.
import { RATE, type Stereo } from "./sound.ts";

const TAPS = 24;
const PHASES = 512;
/** The highest share of the input's band that is kept; what lies above would fold back. */
const BAND = 0.94;

/** One row a phase, and one more so that the place between two rows can always be drawn. */
function table(cutoff: number): Float32Array {
  const rows = new Float32Array((PHASES + 1) * TAPS);
  for (let p = 0; p <= PHASES; p++) {
    let sum = 0;
    for (let t = 0; t < TAPS; t++) {
      const x = t - TAPS / 2 + 1 - p / PHASES;
      const sinc = x === 0 ? cutoff : Math.sin(Math.PI * cutoff * x) / (Math.PI * x);
      const w = x / (TAPS / 2);
      const window = Math.abs(w) >= 1 ? 0 : 0.42 + 0.5 * Math.cos(Math.PI * w) + 0.08 * Math.cos(2 * Math.PI * w);
      rows[p * TAPS + t] = sinc * window;
      sum += sinc * window;
    }
    for (let t = 0; t < TAPS; t++) rows[p * TAPS + t]! /= sum;
  }
  return rows;
}

export type Resampler = {
  /** Gives input; the arrays are copied. */
  feed(left: Float32Array, right: Float32Array): void;
  /** No more input comes: what is held back is let out. */
  end(): void;
  /** Output frames that are there at this speed. */
  ready(speed: number): number;
  /** Writes up to `count` frames from `at`; answers how many. */
  pull(out: Stereo, at: number, count: number, speed: number): number;
  /** Seconds of input that were used up. */
  position(): number;
};

export function makeResampler(rate: number): Resampler {
  const base = rate / RATE;
  const rows = base === 1 ? undefined : table(Math.min(1, 1 / base) * BAND);
  // Only for a speed other than 1 when the rates are equal.
  let own: Float32Array | undefined = rows;
  let held = { left: new Float32Array(1 << 15), right: new Float32Array(1 << 15) };
  // `place`: where the next output lies, in frames of `held`. The sinc looks half its taps ahead and behind.
  let [length, place, gone] = [TAPS / 2, TAPS / 2, -TAPS / 2];
  const ahead = TAPS / 2 + 1;

  function feed(left: Float32Array, right: Float32Array): void {
    const drop = Math.max(0, Math.floor(place) - TAPS / 2);
    if (length + left.length > held.left.length && drop > 0) {
      held.left.copyWithin(0, drop, length);
      held.right.copyWithin(0, drop, length);
      length -= drop;
      place -= drop;
      gone += drop;
    }
    if (length + left.length > held.left.length) {
      const size = 1 << Math.ceil(Math.log2(length + left.length));
      const more = { left: new Float32Array(size), right: new Float32Array(size) };
      more.left.set(held.left.subarray(0, length));
      more.right.set(held.right.subarray(0, length));
      held = more;
    }
    held.left.set(left, length);
    held.right.set(right, length);
    length += left.length;
  }

  const ready = (speed: number) => Math.max(0, Math.floor((length - ahead - place) / (base * speed)));

  function copy(out: Stereo, at: number, count: number): void {
    const from = Math.round(place);
    out.left.set(held.left.subarray(from, from + count), at);
    out.right.set(held.right.subarray(from, from + count), at);
    place = from + count;
  }

  return {
    feed,
    ready,
    end: () => feed(new Float32Array(ahead), new Float32Array(ahead)),
    pull(out, at, count, speed) {
      const give = Math.min(count, ready(speed));
      const step = base * speed;
      if (step === 1) copy(out, at, give);
      else {
        own ??= table(BAND);
        place = draw(held, place, out, at, give, step, own);
      }
      return give;
    },
    position: () => (place + gone) / rate,
  };
}

/** Writes `count` frames, drawn at places a `step` apart; answers where the next one lies. */
function draw(
  { left, right }: Stereo,
  from: number,
  out: Stereo,
  at: number,
  count: number,
  step: number,
  taps: Float32Array,
): number {
  let place = from;
  for (let i = 0; i < count; i++) {
    const whole = Math.floor(place);
    const phase = (place - whole) * PHASES;
    const row = Math.floor(phase);
    const share = phase - row;
    let [l, r, a] = [0, 0, row * TAPS];
    for (let t = whole - TAPS / 2 + 1; t <= whole + TAPS / 2; t++, a++) {
      const c = taps[a]! + (taps[a + TAPS]! - taps[a]!) * share;
      l += left[t]! * c;
      r += right[t]! * c;
    }
    out.left[at + i] = l;
    out.right[at + i] = r;
    place += step;
  }
  return place;
}
