// The key: how much each of twelve tones sounds, beside what listeners expect of a key (Krumhansl and Kessler, 1982).
import { spectrum } from "./fft.ts";

export type FoundKey = { tonic: number; mode: "major" | "minor"; confidence: number };

const MAJOR = [6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88];
const MINOR = [6.33, 2.68, 3.52, 5.38, 2.6, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17];
const SIZE = 8192;
const HOP = 4096;
const LOWEST = 38;
const HIGHEST = 1800;

/** Tones of one frame: only peaks of the spectrum, so that drums and noise say little. */
function add(magnitudes: Float64Array, rate: number, into: Float64Array): void {
  const frame = new Float64Array(12);
  let total = 0;
  for (let i = Math.ceil((LOWEST * SIZE) / rate); i < (HIGHEST * SIZE) / rate; i++) {
    const [a, b, c] = [magnitudes[i - 1]!, magnitudes[i]!, magnitudes[i + 1]!];
    if (b <= a || b < c || b < 1e-4) continue;
    const shift = (0.5 * (a - c)) / (a - 2 * b + c || 1);
    const pitch = 69 + 12 * Math.log2(((i + shift) * rate) / SIZE / 440);
    const off = pitch - Math.round(pitch);
    // High partials are fifths and thirds of others: they count less. Roots lie in the bass: they count more.
    const weight = Math.sqrt(b) * Math.cos(Math.PI * off) ** 2 * (pitch > 76 ? 0.5 : pitch < 52 ? 2 : 1);
    frame[((Math.round(pitch) % 12) + 12) % 12]! += weight;
    total += weight;
  }
  if (total > 0) for (let t = 0; t < 12; t++) into[t]! += frame[t]! / total;
}

function chromaOf(side: Float32Array, rate: number): Float64Array {
  const transform = spectrum(SIZE);
  const [frame, magnitudes] = [new Float64Array(SIZE), new Float64Array(SIZE / 2)];
  const sum = new Float64Array(12);
  for (let at = 0; at + SIZE <= side.length; at += HOP) {
    for (let i = 0; i < SIZE; i++) frame[i] = side[at + i]!;
    transform(frame, magnitudes);
    add(magnitudes, rate, sum);
  }
  return sum;
}

function correlation(chroma: Float64Array, profile: readonly number[], tonic: number): number {
  const mean = chroma.reduce((a, b) => a + b, 0) / 12;
  const middle = profile.reduce((a, b) => a + b, 0) / 12;
  let [xy, xx, yy] = [0, 0, 0];
  for (let t = 0; t < 12; t++) {
    const x = chroma[(t + tonic) % 12]! - mean;
    const y = profile[t]! - middle;
    xy += x * y;
    xx += x * x;
    yy += y * y;
  }
  return xx === 0 ? 0 : xy / Math.sqrt(xx * yy);
}

/** The last chord is where a song says what it was in; a part of the whole, since some end elsewhere. */
const ENDING_SECONDS = 8;
const ENDING_WEIGHT = 0.3;

export function keyOfSound(side: Float32Array, rate: number): FoundKey | undefined {
  const whole = chromaOf(side, rate);
  let end = side.length;
  while (end > 0 && Math.abs(side[end - 1]!) < 0.01) end--;
  const ending = chromaOf(side.subarray(Math.max(0, end - Math.round(ENDING_SECONDS * rate)), end), rate);
  const all = (
    [
      ["major", MAJOR],
      ["minor", MINOR],
    ] as const
  ).flatMap(([mode, profile]) =>
    Array.from({ length: 12 }, (_, tonic) => ({
      tonic,
      mode,
      fit: correlation(whole, profile, tonic) + ENDING_WEIGHT * correlation(ending, profile, tonic),
    })),
  );
  all.sort((a, b) => b.fit - a.fit);
  const [first, second] = all;
  if (!first || first.fit <= 0) return undefined;
  return { tonic: first.tonic, mode: first.mode, confidence: first.fit - second!.fit };
}
