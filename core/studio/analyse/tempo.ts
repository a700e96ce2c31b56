// Tempo, beat and swing from onsets alone.
import type { Frames } from "./onsets.ts";

export type Tempo = { bpm: number; confidence: number; phase: number };

const SLOWEST = 48;
const FASTEST = 180;
/** People tap at about two a second and rarely beyond half or twice: a log-normal weight, wide on purpose. */
const TAPPED = 104;
const WIDTH = 0.95;

function similarity(curve: Float32Array, most: number): Float64Array {
  const out = new Float64Array(most + 1);
  for (let lag = 0; lag <= most; lag++) {
    let sum = 0;
    for (let i = 0; i + lag < curve.length; i++) sum += curve[i]! * curve[i + lag]!;
    out[lag] = sum / Math.max(1, curve.length - lag);
  }
  const first = out[0]! || 1;
  return out.map((v) => v / first);
}

const between = (curve: Float64Array, at: number): number => {
  const i = Math.floor(at);
  if (i + 1 >= curve.length) return 0;
  return curve[i]! + (curve[i + 1]! - curve[i]!) * (at - i);
};

/** The best place within a frame and a half: a hand and a hop are never exact. */
const near = (curve: Float64Array, at: number): number =>
  Math.max(
    between(curve, at - 1),
    between(curve, at - 0.5),
    between(curve, at),
    between(curve, at + 0.5),
    between(curve, at + 1),
  );

export function tempoOf({ onset, low, fps }: Frames): Tempo | undefined {
  // Bars matter as much as beats: what repeats after four of them is the metre's own.
  const most = Math.min(Math.floor(onset.length / 2), Math.round((fps * 60 * 8) / SLOWEST));
  if (most < fps * 2) return undefined;
  const [all, deep] = [similarity(onset, most), similarity(low, most)];
  const score = (bpm: number): number => {
    const beat = (fps * 60) / bpm;
    let sum = 0;
    for (const [k, w] of [
      [1, 2],
      [2, 0.8],
      [4, 0.9],
      [8, 0.4],
    ] as const)
      if (beat * k < most) sum += w * (near(all, beat * k) + 0.6 * near(deep, beat * k));
    // A beat that is half as long must be there too, if only weakly: else it is the slower pulse that is felt.
    sum += 0.25 * near(all, beat / 2);
    return sum * Math.exp(-0.5 * (Math.log2(bpm / TAPPED) / WIDTH) ** 2);
  };
  let [best, top, total, count] = [0, Number.NEGATIVE_INFINITY, 0, 0];
  for (let bpm = SLOWEST; bpm <= FASTEST; bpm += 0.25) {
    const s = score(bpm);
    total += s;
    count++;
    if (s > top) [best, top] = [bpm, s];
  }
  const bpm = refine(all, fps, best, most);
  return { bpm, confidence: top / (total / count) - 1, phase: phaseOf(onset, low, fps, bpm) };
}

/** Long lags tell the tempo exactly: eight beats are off by eight times as much. */
function refine(all: Float64Array, fps: number, bpm: number, most: number): number {
  let now = bpm;
  for (const [beats, reach] of [
    [1, 0.03],
    [2, 0.02],
    [4, 0.012],
    [8, 0.008],
  ] as const) {
    if (((fps * 60) / now) * beats * (1 + reach) >= most) break;
    let [best, top] = [now, Number.NEGATIVE_INFINITY];
    for (let b = now * (1 - reach); b <= now * (1 + reach); b += now * reach * 0.02) {
      const lag = ((fps * 60) / b) * beats;
      const s = between(all, lag);
      if (s > top) [best, top] = [b, s];
    }
    now = best;
  }
  return now;
}

function phaseOf(onset: Float32Array, low: Float32Array, fps: number, bpm: number): number {
  const beat = (fps * 60) / bpm;
  let [best, top] = [0, -1];
  for (let phase = 0; phase < beat; phase += 0.5) {
    let sum = 0;
    for (let at = phase; at < onset.length; at += beat) {
      const i = Math.round(at);
      sum += (onset[i] ?? 0) + 2 * (low[i] ?? 0);
    }
    if (sum > top) [best, top] = [phase, sum];
  }
  return best / fps;
}

/** Where the second of two eighths (or sixteenths) falls, as a share of the pair: 0.5 straight, 0.67 in threes. */
export function swingOf({ onset, fps }: Frames, { bpm, phase }: Tempo, perBeat: 1 | 2): number {
  const pair = (fps * 60) / bpm / perBeat;
  const bins = new Float64Array(48);
  for (let i = 0; i < onset.length; i++) {
    const share = (((i / fps - phase) * fps) / pair) % 1;
    bins[Math.floor((share < 0 ? share + 1 : share) * bins.length) % bins.length]! += onset[i]!;
  }
  let [sum, weight] = [0, 0];
  let top = 0;
  for (let b = 20; b <= 35; b++) top = Math.max(top, bins[b]!);
  for (let b = 20; b <= 35; b++) {
    const w = bins[b]! > top * 0.6 ? bins[b]! : 0;
    sum += ((b + 0.5) / bins.length) * w;
    weight += w;
  }
  return weight > 0 ? sum / weight : 0.5;
}
