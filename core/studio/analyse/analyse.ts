// Listens to a sound and knows nothing else about it: what the quality gate asks of every provider, ours too.

import type { Sound } from "./decode.ts";
import { type FoundKey, keyOfSound } from "./key.ts";
import { decibels, gated, momentary, truePeak } from "./loudness.ts";
import { type Frames, framesOf, mono } from "./onsets.ts";
import { swingOf, type Tempo, tempoOf } from "./tempo.ts";

export type Heard = {
  seconds: number;
  channels: number;
  rate: number;
  /** Integrated, LUFS; minus infinity for silence. */
  loudness: number;
  /** dBTP. */
  peak: number;
  /** Difference between loud and soft passages, LU (10th to 95th percentile of what is not silent). */
  range: number;
  /** Seconds below −60 LUFS: all of them, at the start, at the end, and the longest in between. */
  silence: { total: number; start: number; end: number; longest: number };
  /** Share of samples in runs at full scale. */
  clipped: number;
  /** Mean of all samples, as a factor of full scale. */
  offset: number;
  /** Kinks between samples that stand far out of what is around them. */
  clicks: number;
  tempo: Tempo | undefined;
  key: FoundKey | undefined;
  /** Hz, where the spectrum has its middle, and how far it moves. */
  centroid: { mean: number; deviation: number };
  /** Beginnings a second. */
  density: number;
  /** Energy of the difference of the sides over that of their sum: 0 mono. */
  width: number;
  swing: { eighths: number; sixteenths: number };
  /** Share of energy below 150 Hz and above 4 kHz. */
  low: number;
  high: number;
  /** The spectrum's shape in eight bands, loudest nearest to 0. */
  colour: number[];
  /** Mean likeness of any two moments, 0 to 1: near 1 nothing ever changes. */
  sameness: number;
};

const SILENT = -60;

function silenceOf(blocks: Float64Array): Heard["silence"] {
  const quiet = Array.from(blocks, (b) => b < SILENT);
  const start = quiet.findIndex((q) => !q);
  if (start < 0)
    return { total: quiet.length / 10, start: quiet.length / 10, end: quiet.length / 10, longest: quiet.length / 10 };
  const end = quiet.length - 1 - quiet.lastIndexOf(false);
  let [longest, run] = [0, 0];
  for (const q of quiet.slice(start, quiet.length - end)) {
    run = q ? run + 1 : 0;
    longest = Math.max(longest, run);
  }
  return { total: quiet.filter(Boolean).length / 10, start: start / 10, end: end / 10, longest: longest / 10 };
}

function rangeOf(blocks: Float64Array, loudness: number): number {
  const heard = [...blocks].filter((b) => b > loudness - 30).sort((a, b) => a - b);
  if (heard.length === 0) return 0;
  return heard[Math.floor(heard.length * 0.95)]! - heard[Math.floor(heard.length * 0.1)]!;
}

/** Kinks: where the curve bends ten times as hard as in the milliseconds around, and audibly so. Many in a row are the edges of a tone. */
function clicksOf(side: Float32Array, rate: number): number {
  const reach = 96;
  const bend = (i: number) => Math.abs(side[i + 1]! - 2 * side[i]! + side[i - 1]!);
  let [sum, last, run, clicks] = [0, Number.NEGATIVE_INFINITY, 0, 0];
  for (let i = 1; i < Math.min(side.length - 1, 2 * reach); i++) sum += bend(i);
  for (let i = reach + 1; i + reach + 2 < side.length; i++) {
    const here = bend(i);
    if (here > 0.12 && here > (10 * sum) / (2 * reach) && i - last > 20) {
      run = i - last < 0.03 * rate ? run + 1 : 1;
      clicks += run < 4 ? 1 : run === 4 ? -3 : 0;
      last = i;
    }
    sum += bend(i + reach) - bend(i - reach);
  }
  return clicks;
}

function faults(sides: readonly Float32Array[], rate: number): Pick<Heard, "clipped" | "offset" | "clicks"> {
  let [clipped, sum, clicks, count] = [0, 0, 0, 0];
  for (const side of sides) {
    count += side.length;
    clicks += clicksOf(side, rate);
    let run = 0;
    for (const x of side) {
      sum += x;
      run = Math.abs(x) >= 0.9995 ? run + 1 : 0;
      // One sample at the top is a peak; three in a row are a wall.
      if (run >= 3) clipped++;
    }
  }
  return { clipped: clipped / Math.max(1, count), offset: sum / Math.max(1, count), clicks };
}

function widthOf(sides: readonly Float32Array[]): number {
  const [left, right] = sides;
  if (!left || !right) return 0;
  let [apart, together] = [0, 0];
  for (let i = 0; i < left.length; i++) {
    apart += (left[i]! - right[i]!) ** 2;
    together += (left[i]! + right[i]!) ** 2;
  }
  return together === 0 ? 0 : apart / together;
}

function densityOf({ onset, fps }: Frames): number {
  const sorted = [...onset].sort((a, b) => a - b);
  // Pads that beat against each other grow a little all the time: that is no beginning.
  const floor = Math.max(0.9, (sorted[Math.floor(sorted.length * 0.97)] ?? 0) * 0.35);
  let count = 0;
  for (let i = 2; i + 2 < onset.length; i++) {
    const x = onset[i]!;
    if (x > floor && x >= onset[i - 1]! && x > onset[i + 1]! && x >= onset[i - 2]! && x > onset[i + 2]!) count++;
  }
  return (count * fps) / Math.max(1, onset.length);
}

/** Energy below and above, from samples: two one-pole filters are enough for a share. */
function shares(side: Float32Array, rate: number): { low: number; high: number } {
  const [a, b] = [150, 4000].map((f) => 1 - Math.exp((-2 * Math.PI * f) / rate)) as [number, number];
  let [l1, l2, h1, h2, low, high, all] = [0, 0, 0, 0, 0, 0, 0];
  for (const x of side) {
    l1 += (x - l1) * a;
    l2 += (l1 - l2) * a;
    h1 += (x - h1) * b;
    h2 += (x - h1 - h2) * b;
    low += l2 * l2;
    high += (x - h1 - h2) ** 2;
    all += x * x;
  }
  return all === 0 ? { low: 0, high: 0 } : { low: low / all, high: high / all };
}

function colourOf(bands: readonly Float32Array[]): number[] {
  const sums = new Array<number>(8).fill(0);
  for (const moment of bands)
    moment.forEach((level, b) => {
      sums[Math.floor((b * 8) / moment.length)]! += level / Math.max(1, bands.length);
    });
  const top = Math.max(...sums);
  return sums.map((s) => s - top);
}

function samenessOf(bands: readonly Float32Array[]): number {
  // Each against the mean of all: what they share says nothing.
  if (bands.length < 4) return 1;
  const every = Math.ceil(bands.length / 120);
  const some = bands.filter((_, i) => i % every === 0);
  let [sum, count] = [0, 0];
  for (let i = 0; i < some.length; i++) {
    for (let j = i + 1; j < some.length; j++) {
      let distance = 0;
      for (let b = 0; b < some[i]!.length; b++) distance += (some[i]![b]! - some[j]![b]!) ** 2;
      sum += Math.exp(-distance / 2);
      count++;
    }
  }
  return sum / count;
}

export function analyse({ sides, rate }: Sound): Heard {
  const blocks = momentary(sides, rate);
  const loudness = gated(blocks);
  const { side, rate: slow } = mono(sides, rate);
  const frames = framesOf(side, slow);
  const heard = frames.centroid.filter((c) => c > 0);
  const mean = heard.reduce((a, b) => a + b, 0) / Math.max(1, heard.length);
  const deviation = Math.sqrt(heard.reduce((a, c) => a + (c - mean) ** 2, 0) / Math.max(1, heard.length));
  const tempo = Number.isFinite(loudness) ? tempoOf(frames) : undefined;
  return {
    seconds: (sides[0]?.length ?? 0) / rate,
    channels: sides.length,
    rate,
    loudness,
    peak: decibels(truePeak(sides)),
    range: rangeOf(blocks, loudness),
    silence: silenceOf(blocks),
    ...faults(sides, rate),
    tempo,
    key: Number.isFinite(loudness) ? keyOfSound(side, slow) : undefined,
    centroid: { mean, deviation },
    density: densityOf(frames),
    width: widthOf(sides),
    swing: tempo
      ? { eighths: swingOf(frames, tempo, 1), sixteenths: swingOf(frames, tempo, 2) }
      : { eighths: 0.5, sixteenths: 0.5 },
    ...shares(side, slow),
    colour: colourOf(frames.bands),
    sameness: samenessOf(frames.bands),
  };
}
