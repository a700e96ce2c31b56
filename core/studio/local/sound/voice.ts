// One note of a synthesizer: oscillators side by side, a filter that moves, an envelope, breath, vibrato and glide.
import { SIZE, type Tables, type Wave } from "./tables.ts";

export type Patch = {
  wave: Wave;
  /** Oscillators beside each other, how far apart in cents, how wide from 0 to 1. */
  voices: number;
  detune: number;
  spread: number;
  /** A sine under it: the fundamental that a filter or a detuned pair makes thin. */
  sub?: number;
  attack: number;
  decay: number;
  sustain: number;
  release: number;
  cutoff: number;
  /** Octaves that the filter opens: with the energy of the song, with the touch, with its own envelope. */
  opens: number;
  touch: number;
  sweep: number;
  sweepTime: number;
  resonance: number;
  /** How much the filter follows the note: 1 entirely. */
  follow: number;
  vibrato?: number;
  vibratoRate?: number;
  glide?: number;
  breath?: number;
  drive?: number;
  /** Slow movement of the filter, octaves; for pads. */
  drift?: number;
};

/** `from`: where in the song its first sample is. */
export type Out = { left: Float32Array; right: Float32Array; rate: number; tables: Tables; from?: number };
export type Sound = {
  start: number;
  length: number;
  frequency: number;
  from: number;
  velocity: number;
  bright: number;
  chance: number;
  /** Where this one note stands within its instrument: −1 left, 1 right. */
  pan: number;
};

const BLOCK = 32;

export const sides = ({ pan }: Sound): [number, number] => [Math.sqrt(1 - pan), Math.sqrt(1 + pan)];
/** Chance of a note is its own: the same wherever the piece begins that it is played into. */
export const seedOf = (out: Out, { start }: Sound): number => (out.from ?? 0) + start;
export const hertz = (pitch: number): number => 440 * 2 ** ((pitch - 69) / 12);

/** Noise that is the same each time, quick enough for a sample loop. */
export function noise(seed: number): () => number {
  let x = (Math.imul(seed | 0, 2654435761) ^ 0x9e3779b9) | 1;
  return () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return x / 2147483648;
  };
}

/** Samples that it is heard after its end. */
export const voiceRings = (p: Patch, rate: number): number => Math.ceil(p.release * 1.4 * rate);

/** Loudness at a time: straight up, an exponential fall to the sustain, an exponential end. */
function envelope(p: Patch, gate: number) {
  const top = (t: number): number => {
    if (t < p.attack) return t / p.attack;
    return p.sustain + (1 - p.sustain) * Math.exp(-(t - p.attack) / Math.max(0.005, p.decay * 0.4));
  };
  const atGate = top(gate);
  return (t: number): number =>
    t <= gate ? top(t) : atGate * Math.exp((-(t - gate) / Math.max(0.004, p.release)) * 5);
}

type Run = { phases: Float64Array; left: Float64Array; right: Float64Array };
const runOf = (): Run => ({
  phases: new Float64Array(9),
  left: new Float64Array(BLOCK),
  right: new Float64Array(BLOCK),
});

function oscillate(run: Run, p: Patch, table: Float32Array, step: number, width: boolean, count: number): void {
  const { phases, left, right } = run;
  left.fill(0);
  if (width) right.fill(0);
  const level = 1 / Math.sqrt(p.voices);
  for (let v = 0; v < p.voices; v++) {
    const side = p.voices === 1 ? 0 : (v / (p.voices - 1)) * 2 - 1;
    const inc = step * 2 ** ((side * p.detune) / 1200);
    // Neighbours in pitch go to opposite sides: wide, and no side is sharp.
    const pan = (v % 2 === 0 ? 1 : -1) * Math.abs(side) * p.spread;
    const gl = level * Math.sqrt(1 - pan);
    const gr = level * Math.sqrt(1 + pan);
    let phase = phases[v]!;
    for (let i = 0; i < count; i++) {
      const at = phase | 0;
      const a = table[at]!;
      const s = a + (table[at + 1]! - a) * (phase - at);
      left[i]! += s * gl;
      if (width) right[i]! += s * gr;
      phase += inc;
      if (phase >= SIZE) phase -= SIZE;
    }
    phases[v] = phase;
  }
}

function addSub(run: Run, sine: Float32Array, level: number, step: number, width: boolean, count: number): void {
  let phase = run.phases[8]!;
  for (let i = 0; i < count; i++) {
    const s = sine[phase | 0]! * level;
    run.left[i]! += s;
    if (width) run.right[i]! += s;
    phase += step;
    if (phase >= SIZE) phase -= SIZE;
  }
  run.phases[8] = phase;
}

type Coefficients = { a1: number; a2: number; a3: number };

/** A low-pass of two poles that stays in tune while it moves (Simper's state variable filter), and a soft edge. */
function filter(
  side: Float64Array,
  state: Float64Array,
  { a1, a2, a3 }: Coefficients,
  drive: number,
  count: number,
): void {
  let [s1, s2] = [state[0]!, state[1]!];
  for (let i = 0; i < count; i++) {
    const v3 = side[i]! - s2;
    const v1 = a1 * s1 + a2 * v3;
    const v2 = s2 + a2 * s1 + a3 * v3;
    s1 = 2 * v1 - s1;
    s2 = 2 * v2 - s2;
    side[i] = drive > 0 ? v2 / (1 + drive * Math.abs(v2)) : v2;
  }
  state[0] = s1;
  state[1] = s2;
}

/** How far the pitch is from the note, in octaves: a glide that arrives, a vibrato that waits. */
function bendOf(p: Patch, sound: Sound, t: number): number {
  const glide = Math.log2(sound.from / sound.frequency);
  const bend = glide === 0 ? 0 : glide * Math.exp((-t / Math.max(0.005, p.glide ?? 0.045)) * 3);
  if (!p.vibrato) return bend;
  const depth = p.vibrato * Math.min(1, Math.max(0, t - 0.18) * 3.3);
  return bend + (depth * Math.sin(2 * Math.PI * (p.vibratoRate ?? 5.3) * t + sound.chance * 6)) / 1200;
}

function cutoffOf(p: Patch, sound: Sound, base: number, t: number, rate: number): number {
  const wander = p.drift ? p.drift * Math.sin(2 * Math.PI * (0.05 + 0.06 * sound.chance) * t + sound.chance * 20) : 0;
  const cut = base * 2 ** (p.sweep * Math.exp((-t / p.sweepTime) * 2) + wander);
  return Math.min(rate * 0.42, Math.max(60, cut));
}

export function playVoice(out: Out, p: Patch, sound: Sound): void {
  const { rate } = out;
  const gate = sound.length / rate;
  const loud = envelope(p, gate);
  const total = Math.min(out.left.length - sound.start, sound.length + voiceRings(p, rate));
  const table = out.tables.wave(p.wave, Math.max(sound.frequency, sound.from) * 1.03);
  const run = runOf();
  const width = p.spread > 0 && p.voices > 1;
  const rand = noise(seedOf(out, sound) + Math.round(sound.frequency * 100));
  for (let v = 0; v < 8; v++) run.phases[v] = (rand() * 0.5 + 0.5) * (p.voices > 1 ? SIZE - 1 : 0);
  const opens = 2 ** (p.opens * (sound.bright - 0.5) + p.touch * (sound.velocity - 0.7));
  const base = p.cutoff * opens * (sound.frequency / 261.6) ** p.follow;
  const k = 2 - 1.9 * p.resonance;
  const [l, r] = [new Float64Array(2), new Float64Array(2)];
  let before = 0;
  const [breath, drive] = [p.breath ?? 0, p.drive ?? 0];
  for (let done = 0; done < total; done += BLOCK) {
    const count = Math.min(BLOCK, total - done);
    const t = done / rate;
    const after = done + count >= total ? 0 : loud((done + count) / rate) * sound.velocity;
    const step = (sound.frequency * 2 ** bendOf(p, sound, t) * SIZE) / rate;
    oscillate(run, p, table, step, width, count);
    if (p.sub) addSub(run, out.tables.sine, p.sub, step, width, count);
    if (breath > 0) for (let i = 0; i < count; i++) run.left[i]! += rand() * breath;
    const g = Math.tan((Math.PI * cutoffOf(p, sound, base, t, rate)) / rate);
    const a1 = 1 / (1 + g * (g + k));
    const coefficients = { a1, a2: g * a1, a3: g * g * a1 };
    filter(run.left, l, coefficients, drive, count);
    if (width) filter(run.right, r, coefficients, drive, count);
    const right = width ? run.right : run.left;
    const ramp = (after - before) / count;
    const at = sound.start + done;
    for (let i = 0; i < count; i++) {
      const amp = before + ramp * i;
      out.left[at + i]! += run.left[i]! * amp;
      out.right[at + i]! += right[i]! * amp;
    }
    before = after;
    if (t > gate && after < 1e-5) break;
  }
}
