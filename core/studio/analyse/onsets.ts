// When something begins: the growth of a log spectrum from frame to frame, in bands; and the colour of each frame.
import { spectrum } from "./fft.ts";

/** All analysis runs at about this rate: nothing above 11 kHz says when or what. */
const RATE = 22_050;
const SIZE = 1024;
const HOP = 256;
const BANDS = 24;

export type Frames = {
  /** Frames a second. */
  fps: number;
  /** Strength of beginnings: all bands, and those below 150 Hz. */
  onset: Float32Array;
  low: Float32Array;
  centroid: Float32Array;
  power: Float32Array;
  /** Mean log spectrum in bands of each half second: what self-similarity compares. */
  bands: Float32Array[];
};

/** The middle of both sides at the analysis rate: a moving mean, then every n-th, good enough below 8 kHz. */
export function mono(sides: readonly Float32Array[], rate: number): { side: Float32Array; rate: number } {
  const step = Math.max(1, Math.round(rate / RATE));
  const count = Math.floor((sides[0]?.length ?? 0) / step);
  const side = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    let sum = 0;
    for (const s of sides) for (let k = 0; k < step; k++) sum += s[i * step + k]!;
    side[i] = sum / (step * sides.length);
  }
  return { side, rate: rate / step };
}

/** Edges of the bands in bins: even in pitch from 40 Hz to the top. */
function edges(rate: number): number[] {
  const top = Math.min(9000, rate / 2.2);
  return Array.from({ length: BANDS + 1 }, (_, b) =>
    Math.max(b + 1, Math.round((40 * (top / 40) ** (b / BANDS) * SIZE) / rate)),
  );
}

/** Takes the slow part away: what is louder than the second around it. */
function peaked(curve: Float32Array, fps: number): Float32Array {
  const reach = Math.round(fps * 0.5);
  const out = new Float32Array(curve.length);
  let sum = 0;
  for (let i = -reach; i < curve.length; i++) {
    if (i + reach < curve.length) sum += curve[i + reach]!;
    if (i - reach - 1 >= 0) sum -= curve[i - reach - 1]!;
    if (i >= 0) out[i] = Math.max(0, curve[i]! - sum / (2 * reach + 1));
  }
  return out;
}

export function framesOf(side: Float32Array, rate: number): Frames {
  const transform = spectrum(SIZE);
  const fps = rate / HOP;
  const count = Math.max(0, Math.floor((side.length - SIZE) / HOP));
  const [onset, low, centroid, power] = [0, 0, 0, 0].map(() => new Float32Array(count));
  const bounds = edges(rate);
  const deepest = bounds.findIndex((b) => (b * rate) / SIZE > 160);
  const frame = new Float64Array(SIZE);
  const now = new Float64Array(SIZE / 2);
  const before = new Float64Array(BANDS);
  const each = Math.max(1, Math.round(fps / 2));
  const bands: Float32Array[] = [];
  for (let n = 0; n < count; n++) {
    for (let i = 0; i < SIZE; i++) frame[i] = side[n * HOP + i]!;
    transform(frame, now);
    let [weight, sum, energy] = [0, 0, 0];
    for (let i = 1; i < now.length; i++) {
      weight += now[i]! * i;
      sum += now[i]!;
      energy += now[i]! * now[i]!;
    }
    centroid![n] = sum > 1e-4 ? ((weight / sum) * rate) / SIZE : 0;
    power![n] = energy;
    if (n % each === 0) bands.push(new Float32Array(BANDS));
    for (let b = 0; b < BANDS; b++) {
      let level = 0;
      for (let i = bounds[b]!; i < bounds[b + 1]!; i++) level += now[i]! * now[i]!;
      const log = Math.log10(1 + 3e4 * level);
      const growth = n === 0 ? 0 : Math.max(0, log - before[b]!);
      before[b] = log;
      onset![n]! += growth;
      if (b < deepest) low![n]! += growth;
      bands.at(-1)![b]! += log / each;
    }
  }
  return { fps, onset: peaked(onset!, fps), low: peaked(low!, fps), centroid: centroid!, power: power!, bands };
}
