// Strings that are plucked: a burst of noise runs round a delay line and grows dull (Karplus and Strong).
import { noise, type Out, type Sound, seedOf, sides } from "./voice.ts";

export type Pluck = {
  /** Seconds until a low string is gone by 60 dB. */
  ring: number;
  /** 0 dull, 1 bright: what each round leaves of the highs. */
  shine: number;
  /** Where it is plucked, as a share of the string. */
  where: number;
  /** Seconds that a hand needs to stop it. */
  stop: number;
  /** How hard the touch changes the colour. */
  touch: number;
  /** Deep instruments: the body below. */
  body?: number;
};

/** A plucked string holds its low partials most; nothing of the finger is above this. */
const FINGER_HZ = 6000;

/** The excitation: noise with the slope of a string pulled aside, softer for a soft finger, with a hole where it was plucked. */
function burst(period: number, out: Out, p: Pluck, sound: Sound): Float64Array {
  const { rate } = out;
  const rand = noise(seedOf(out, sound) * 31 + Math.round(sound.frequency * 100));
  const raw = Float64Array.from({ length: period }, rand);
  const partials = 2 + 20 * p.shine * (0.35 + p.touch * sound.velocity + 0.3 * sound.bright);
  const soft = Math.exp((-2 * Math.PI * Math.min(FINGER_HZ, sound.frequency * partials)) / rate);
  // Twice round, so that the line's end meets its beginning.
  let [x1, x2, mean] = [0, 0, 0];
  const line = new Float64Array(period);
  for (let i = 0; i < 2 * period; i++) {
    x1 += (raw[i % period]! - x1) * (1 - soft);
    x2 += (x1 - x2) * (1 - soft);
    line[i % period] = x2;
  }
  for (const x of line) mean += x / period;
  const gap = Math.max(1, Math.round(period * p.where));
  const hole = p.body ? 0.55 : 0.8;
  const comb = Float64Array.from(line, (x, i) => x - mean - hole * (line[(i + period - gap) % period]! - mean));
  let power = 0;
  for (const x of comb) power += x * x;
  const scale = 0.28 / Math.sqrt(power / period + 1e-12);
  return comb.map((x) => x * scale);
}

export function playString(out: Out, p: Pluck, sound: Sound): void {
  const { rate } = out;
  const exact = rate / sound.frequency;
  // What a round loses of its highs; low strings lose less, or their tone would be gone at once.
  const dull = Math.min(0.5, 0.5 - 0.42 * p.shine + Math.max(0, (200 - sound.frequency) / 2000) * -0.3);
  const period = Math.max(2, Math.floor(exact - dull - 0.3));
  const rest = exact - dull - period;
  const allpass = (1 - rest) / (1 + rest);
  const ring = p.ring * Math.min(1.6, Math.max(0.25, (220 / sound.frequency) ** 0.6));
  const keep = 0.001 ** (exact / rate / ring);
  const line = burst(period, out, p, sound);
  const stop = Math.round(p.stop * rate);
  const total = Math.min(out.left.length - sound.start, sound.length + stop);
  const ramp = Math.round(0.0012 * rate);
  // The loop has been running: what came before the first sample is the line's end, or a step would go round and round.
  const last = line[period - 1]!;
  let [at, before, apIn, apOut, low] = [0, last, last, last, 0];
  const body = p.body ?? 0;
  const [gl, gr] = sides(sound);
  const bodyCut = 1 - Math.exp((-2 * Math.PI * 180) / rate);
  for (let i = 0; i < total; i++) {
    const x = line[at]!;
    const smooth = ((1 - dull) * x + dull * before) * keep;
    before = x;
    const y = allpass * (smooth - apOut) + apIn;
    apIn = smooth;
    apOut = y;
    line[at] = y;
    if (++at === period) at = 0;
    low += (x - low) * bodyCut;
    let amp = sound.velocity;
    if (i < ramp) amp *= i / ramp;
    if (i > sound.length) amp *= ((total - i) / stop) ** 2;
    const s = (x + body * low) * amp;
    out.left[sound.start + i]! += s * gl;
    out.right[sound.start + i]! += s * gr;
  }
}
