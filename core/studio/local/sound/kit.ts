// Drums from tones and noise: every stroke of a kit is made once a rendering, in three takes so that no two in a row are the same.
import { DRUMS, type Drum, type Kit } from "../score/names.ts";
import { noise } from "./voice.ts";

type Hit = Float32Array;
const buffer = (seconds: number, rate: number): Hit => new Float32Array(Math.ceil(seconds * rate));

/** A sine that falls from one pitch to another while it fades: skins. */
function skin(out: Hit, rate: number, from: number, to: number, sweep: number, fade: number, loud: number): void {
  let phase = 0;
  for (let i = 0; i < out.length; i++) {
    const t = i / rate;
    phase += (2 * Math.PI * (to + (from - to) * Math.exp(-t / sweep))) / rate;
    out[i]! += Math.sin(phase) * Math.exp(-t / fade) * loud * Math.min(1, t / 0.0008);
  }
}

/** Noise between two filters of one pole each way (twice), fading after an attack. */
function hiss(
  out: Hit,
  rate: number,
  seed: number,
  low: number,
  high: number,
  attack: number,
  fade: number,
  loud: number,
  from = 0,
): void {
  const rand = noise(seed);
  const a = 1 - Math.exp((-2 * Math.PI * low) / rate);
  const b = 1 - Math.exp((-2 * Math.PI * Math.min(high, rate * 0.45)) / rate);
  let [x1, x2, y1, y2] = [0, 0, 0, 0];
  for (let i = Math.round(from * rate); i < out.length; i++) {
    const t = i / rate - from;
    const n = rand();
    x1 += (n - x1) * a;
    x2 += (n - x1 - x2) * a;
    const h = n - x1 - x2;
    y1 += (h - y1) * b;
    y2 += (y1 - y2) * b;
    out[i]! += y2 * loud * (t < attack ? t / attack : Math.exp(-(t - attack) / fade));
  }
}

const METAL = [1, 1.342, 1.531, 1.793, 2.127, 2.683, 3.41, 4.07];
/** Partials with no common measure: cymbals. */
function metal(out: Hit, rate: number, base: number, fade: number, loud: number): void {
  METAL.forEach((ratio, n) => {
    const f = base * ratio;
    if (f > rate * 0.45) return;
    const w = (2 * Math.PI * f) / rate;
    const own = fade / (1 + n * 0.12);
    for (let i = 0; i < out.length; i++)
      out[i]! += (Math.sin(w * i + n) * Math.exp(-i / rate / own) * loud) / METAL.length;
  });
}

function ends(out: Hit, rate: number): Hit {
  const fade = Math.min(out.length, Math.round(0.006 * rate));
  for (let i = 0; i < fade; i++) out[out.length - 1 - i]! *= i / fade;
  return out;
}

type Make = (rate: number, seed: number) => Hit;

const kick =
  (from: number, to: number, sweep: number, fade: number, click: number, length: number): Make =>
  (rate, seed) => {
    const out = buffer(length, rate);
    skin(out, rate, from, to, sweep, fade, 1);
    hiss(out, rate, seed, 1200, 7000, 0.0005, 0.004, click);
    return ends(out, rate);
  };
const snare =
  (tone: number, body: number, high: number, fade: number, length: number, loud = 0.9): Make =>
  (rate, seed) => {
    const out = buffer(length, rate);
    skin(out, rate, tone * 1.5, tone, 0.012, 0.07, body);
    skin(out, rate, tone * 2.4, tone * 1.72, 0.01, 0.045, body * 0.5);
    hiss(out, rate, seed, 900, high, 0.0006, fade, loud);
    return ends(out, rate);
  };
/** The sound of 1985: a room around the snare that is cut off while it is still loud. */
const gated: Make = (rate, seed) => {
  const out = buffer(0.3, rate);
  skin(out, rate, 290, 180, 0.014, 0.09, 0.75);
  hiss(out, rate, seed, 700, 9500, 0.0006, 0.07, 0.9);
  const room = buffer(0.3, rate);
  hiss(room, rate, seed + 7, 350, 6500, 0.012, 0.5, 0.5);
  const gate = Math.round(0.25 * rate);
  for (let i = 0; i < out.length; i++)
    out[i]! += room[i]! * (i < gate ? 1 : Math.max(0, 1 - (i - gate) / (0.012 * rate)));
  return ends(out, rate);
};
const clap: Make = (rate, seed) => {
  const out = buffer(0.28, rate);
  for (const [n, at] of [0, 0.011, 0.021].entries()) hiss(out, rate, seed + n, 900, 6500, 0.0008, 0.009, 0.75, at);
  hiss(out, rate, seed + 5, 900, 5500, 0.001, 0.07, 0.8, 0.03);
  return ends(out, rate);
};
const snap: Make = (rate, seed) => {
  const out = buffer(0.16, rate);
  hiss(out, rate, seed, 1400, 4200, 0.0006, 0.008, 1.4);
  hiss(out, rate, seed + 3, 1800, 5200, 0.001, 0.035, 0.5, 0.012);
  return ends(out, rate);
};
const hat =
  (fade: number, loud: number, length: number): Make =>
  (rate, seed) => {
    const out = buffer(length, rate);
    hiss(out, rate, seed, 6500, 15000, 0.0006, fade, loud);
    metal(out, rate, 4200, fade * 1.2, loud * 0.4);
    return ends(out, rate);
  };
const cymbal =
  (base: number, fade: number, wash: number, ping: number, length: number): Make =>
  (rate, seed) => {
    const out = buffer(length, rate);
    metal(out, rate, base, fade, ping);
    metal(out, rate, base * 2.31, fade * 0.7, ping * 0.7);
    hiss(out, rate, seed, 3200, 8500, 0.002, fade * 0.7, wash);
    return ends(out, rate);
  };
const tom =
  (pitch: number, fade: number, loud = 1): Make =>
  (rate, seed) => {
    const out = buffer(fade * 4, rate);
    skin(out, rate, pitch * 1.7, pitch, 0.03, fade, 0.9 * loud);
    hiss(out, rate, seed, 400, 4000, 0.001, 0.03, 0.3 * loud);
    return ends(out, rate);
  };
const rim: Make = (rate, seed) => {
  const out = buffer(0.09, rate);
  skin(out, rate, 1900, 1650, 0.004, 0.012, 0.6);
  skin(out, rate, 520, 480, 0.01, 0.02, 0.5);
  hiss(out, rate, seed, 1500, 8000, 0.0005, 0.006, 0.5);
  return ends(out, rate);
};
const shaker =
  (fade: number, loud: number): Make =>
  (rate, seed) => {
    const out = buffer(0.14, rate);
    hiss(out, rate, seed, 4200, 8500, 0.018, fade, loud);
    return ends(out, rate);
  };
const tambourine: Make = (rate, seed) => {
  const out = buffer(0.2, rate);
  hiss(out, rate, seed, 6000, 10000, 0.002, 0.04, 0.32);
  metal(out, rate, 5200, 0.05, 0.35);
  return ends(out, rate);
};
const brush: Make = (rate, seed) => {
  const out = buffer(0.26, rate);
  hiss(out, rate, seed, 700, 5200, 0.014, 0.06, 0.6);
  skin(out, rate, 230, 190, 0.01, 0.05, 0.25);
  return ends(out, rate);
};

const COMMON: Record<Drum, Make> = {
  kick: kick(160, 52, 0.028, 0.14, 0.35, 0.5),
  snare: snare(195, 0.55, 10000, 0.085, 0.35),
  clap,
  hat: hat(0.028, 0.4, 0.12),
  foot: hat(0.02, 0.4, 0.1),
  open: hat(0.19, 0.34, 0.6),
  rim,
  ride: cymbal(2500, 0.5, 0.06, 0.42, 1.5),
  crash: cymbal(2100, 0.8, 0.75, 0.55, 2.4),
  hightom: tom(185, 0.13),
  midtom: tom(135, 0.16),
  lowtom: tom(95, 0.2),
  shaker: shaker(0.03, 0.45),
  tambourine,
};
const OWN: Record<Kit, Partial<Record<Drum, Make>>> = {
  tight: { kick: kick(170, 58, 0.02, 0.11, 0.45, 0.35), snare: snare(215, 0.6, 8000, 0.075, 0.3, 0.75) },
  gated: {
    kick: kick(190, 50, 0.03, 0.16, 0.5, 0.5),
    snare: gated,
    hightom: tom(170, 0.2),
    midtom: tom(125, 0.24),
    lowtom: tom(86, 0.28),
  },
  pulse: { kick: kick(75, 46, 0.05, 0.22, 0.03, 0.9), shaker: shaker(0.045, 0.4) },
  club: {
    kick: kick(230, 48, 0.03, 0.2, 0.6, 0.5),
    snare: snare(210, 0.4, 12000, 0.09, 0.3, 1),
    hat: hat(0.022, 0.45, 0.1),
  },
  brush: {
    kick: kick(95, 54, 0.03, 0.12, 0.08, 0.4),
    snare: brush,
    foot: hat(0.03, 0.4, 0.12),
    hat: hat(0.03, 0.3, 0.12),
  },
  train: { kick: kick(120, 56, 0.026, 0.13, 0.2, 0.4), snare: brush, hat: hat(0.03, 0.3, 0.12) },
  lofi: {
    kick: kick(110, 50, 0.035, 0.17, 0.1, 0.5),
    snare: snare(180, 0.4, 5500, 0.06, 0.25, 0.6),
    clap: snap,
    hat: hat(0.024, 0.3, 0.1),
  },
};

const NAME_OF = new Map<number, Drum>(Object.entries(DRUMS).map(([name, pitch]) => [pitch, name as Drum]));
const TAKES = 3;
/** Where each stands, seen from the drummer's audience; kick and snare are in the middle. */
export const PLACES: Partial<Record<Drum, number>> = {
  hat: 0.28,
  open: 0.28,
  foot: 0.28,
  ride: -0.3,
  crash: -0.35,
  hightom: 0.35,
  midtom: 0.05,
  lowtom: -0.35,
  shaker: -0.45,
  tambourine: 0.45,
  rim: -0.08,
};

export type Strokes = (pitch: number, turn: number) => { hit: Hit; place: number };

export function makeKit(kit: Kit, rate: number): Strokes {
  const made = new Map<string, Hit>();
  return (pitch, turn) => {
    const drum = NAME_OF.get(pitch) ?? "rim";
    const key = `${drum}${turn % TAKES}`;
    let hit = made.get(key);
    if (!hit) {
      hit = (OWN[kit][drum] ?? COMMON[drum])(rate, pitch * 101 + (turn % TAKES) * 17);
      made.set(key, hit);
    }
    return { hit, place: PLACES[drum] ?? 0 };
  };
}
