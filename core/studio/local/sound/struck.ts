// What is struck: bars and strings as sums of partials that fade, and the electric piano as two operators.
import { SIZE } from "./tables.ts";
import { type Out, type Sound, sides } from "./voice.ts";

/** ratio to the note, loudness, seconds to fade by 60 dB at middle C */
export type Partial = readonly [number, number, number];
export type Struck = { partials: readonly Partial[]; release: number; hard: number; thump?: number };

const stretched = (n: number, b: number) => n * Math.sqrt(1 + b * n * n);
/** Strings come in pairs, a little apart: what makes a piano live. */
const strings = (count: number, b: number, tilt: number, ring: number): Partial[] =>
  Array.from({ length: count }, (_, i) => i + 1).flatMap((n): Partial[] => {
    const loud = (Math.abs(Math.sin(Math.PI * n * 0.125)) + 0.08) / n ** tilt;
    const fade = ring / n ** 0.7;
    return n <= 4
      ? [
          [stretched(n, b), loud * 0.6, fade],
          [stretched(n, b) * 1.0009, loud * 0.4, fade * 0.6],
        ]
      : [[stretched(n, b), loud, fade]];
  });

export const STRUCK: Record<"piano" | "soft-piano" | "vibes" | "bells" | "music-box", Struck> = {
  piano: { partials: strings(12, 0.0004, 0.75, 7), release: 0.16, hard: 1.6, thump: 0.03 },
  "soft-piano": { partials: strings(9, 0.0004, 1.05, 6), release: 0.2, hard: 1.9, thump: 0.02 },
  vibes: {
    partials: [
      [1, 1, 4.5],
      [4, 0.28, 1.6],
      [9.9, 0.06, 0.5],
    ],
    release: 0.35,
    hard: 1.2,
  },
  bells: {
    partials: [
      [1, 1, 5],
      [2.003, 0.5, 4],
      [2.76, 0.3, 2.6],
      [5.4, 0.16, 1.3],
      [8.93, 0.07, 0.6],
    ],
    release: 1.8,
    hard: 1,
  },
  "music-box": {
    partials: [
      [1, 1, 2.2],
      [3.02, 0.16, 1],
      [6.3, 0.08, 0.4],
    ],
    release: 0.8,
    hard: 1,
  },
};

export function playStruck(out: Out, p: Struck, sound: Sound): void {
  const { rate } = out;
  const release = Math.round(p.release * rate);
  const length = Math.min(out.left.length - sound.start, sound.length + release);
  const buffer = new Float64Array(length);
  const [gl, gr] = sides(sound);
  const ramp = Math.round(0.0015 * rate);
  for (const [ratio, loud, fade] of p.partials) {
    const f = sound.frequency * ratio;
    if (f > rate * 0.42) continue;
    // A harder touch wakes the high partials.
    const amp = loud * Math.min(1, sound.velocity + 0.25) ** (p.hard * Math.log2(1 + ratio) * 0.5);
    const ring = fade * Math.min(2, Math.max(0.3, (261 / sound.frequency) ** 0.5));
    const r = 0.001 ** (1 / (ring * rate));
    const w = (2 * Math.PI * f) / rate;
    const a = 2 * r * Math.cos(w);
    const b = r * r;
    let y1 = 0;
    let y2 = -Math.sin(w) * amp;
    const end = Math.min(length, Math.ceil(ring * rate * 1.4));
    for (let i = 0; i < end; i++) {
      const y = a * y1 - b * y2;
      buffer[i]! += y;
      y2 = y1;
      y1 = y;
    }
  }
  for (let i = 0; i < length; i++) {
    let amp = sound.velocity * 0.5;
    if (i < ramp) amp *= i / ramp;
    if (i > sound.length) amp *= ((length - i) / release) ** 2;
    else if (i > length - 64) amp *= (length - i) / 64;
    out.left[sound.start + i]! += buffer[i]! * amp * gl;
    out.right[sound.start + i]! += buffer[i]! * amp * gr;
  }
}

export type Tine = { index: number; tine: number; ring: number; release: number };
export const TINES: Record<"epiano" | "bright-epiano" | "soft-epiano", Tine> = {
  epiano: { index: 1.1, tine: 0.28, ring: 2.6, release: 0.12 },
  "bright-epiano": { index: 1.7, tine: 0.5, ring: 2.2, release: 0.1 },
  "soft-epiano": { index: 0.95, tine: 0.34, ring: 3.2, release: 0.16 },
};

/** A tine at fourteen times the note, a tone bar that growls when hit hard: phase modulation, both fading. */
export function playTine(out: Out, p: Tine, sound: Sound): void {
  const { rate } = out;
  const sine = out.tables.sine;
  const mask = SIZE - 1;
  const release = Math.round(p.release * rate);
  const length = Math.min(out.left.length - sound.start, sound.length + release);
  const step = (sound.frequency * SIZE) / rate;
  const turn = SIZE / (2 * Math.PI);
  const ring = p.ring * Math.min(1.8, Math.max(0.35, (261 / sound.frequency) ** 0.5));
  const fall = Math.exp(-3.2 / (ring * rate));
  const darken = Math.exp(-1 / (0.35 * ring * rate));
  const spark = Math.exp(-1 / (0.045 * rate));
  // The tine's partial is left out where it would fold back.
  let tine = sound.frequency * 14 < rate * 0.4 ? p.tine * sound.velocity * turn : 0;
  let index = p.index * (0.25 + sound.velocity * (0.7 + 0.4 * sound.bright)) * turn;
  let amp = sound.velocity * 0.5;
  const [gl, gr] = sides(sound);
  let phase = 0;
  const ramp = Math.round(0.002 * rate);
  for (let i = 0; i < length; i++) {
    const m = sine[phase & mask]!;
    const body = sine[((phase + index * m) | 0) & mask]!;
    const top = sine[((phase + tine * sine[((phase * 14) | 0) & mask]!) | 0) & mask]!;
    let s = (body * 0.75 + top * 0.35) * amp;
    if (i < ramp) s *= i / ramp;
    if (i > sound.length) s *= ((length - i) / release) ** 2;
    else if (i > length - 64) s *= (length - i) / 64;
    out.left[sound.start + i]! += s * gl;
    out.right[sound.start + i]! += s * gr;
    phase += step;
    if (phase >= SIZE) phase -= SIZE;
    index *= darken;
    tine *= spark;
    amp *= fall;
  }
}
