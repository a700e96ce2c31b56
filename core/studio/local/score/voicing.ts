// Voice-leading: of all the ways to lay a chord out, the one whose voices move least and still sounds open.
import type { Chord } from "./theory.ts";

export type Voicing = readonly number[];
export type Register = { low: number; high: number; voices: number; rootless?: boolean };

/** The classes a voicing shall hold: the tones of most character first, doubled from the fifth when there are too few. */
function classesOf(chord: Chord, { voices, rootless }: Register): number[] {
  const colours = chord.tones.filter((t) => t !== 0);
  const tones = rootless && chord.tones.length > 3 ? colours : [0, ...colours];
  const classes = tones.map((t) => (chord.root + t) % 12);
  // A plain triad keeps its root in a rootless hand too: there is nothing else to tell it by.
  for (const extra of [chord.root, (chord.root + 7) % 12, (chord.root + chord.tones[0]!) % 12]) {
    if (classes.length >= voices) break;
    if (chord.tones.includes((extra - chord.root + 12) % 12)) classes.push(extra);
  }
  return classes.slice(0, voices);
}

const placesOf = (pitchClass: number, { low, high }: Register): number[] => {
  const places: number[] = [];
  for (let p = low + ((((pitchClass - low) % 12) + 12) % 12); p <= high; p += 12) places.push(p);
  return places;
};

export function movement(from: Voicing, to: Voicing): number {
  const shared = Math.min(from.length, to.length);
  let sum = 0;
  for (let i = 0; i < shared; i++) sum += Math.abs(from[i]! - to[i]!);
  return sum / Math.max(1, shared);
}

/** Everybody leaps the same way by the same interval: what a keyboard's transpose button does, and no player. */
export function parallel(from: Voicing, to: Voicing): boolean {
  const moves = to.map((p, i) => p - (from[i] ?? p));
  return moves.every((m) => m === moves[0]) && Math.abs(moves[0] ?? 0) > 2;
}

function cost(voicing: Voicing, before: Voicing | undefined, { low, high }: Register): number {
  let sum = Math.abs(voicing.reduce((s, p) => s + p, 0) / voicing.length - (low + high) / 2) * 0.25;
  for (let i = 1; i < voicing.length; i++) {
    const gap = voicing[i]! - voicing[i - 1]!;
    if (gap === 0) sum += 12;
    else if (gap === 1) sum += i === voicing.length - 1 ? 5 : 2;
    else if (gap < 3 && voicing[i]! < 53) sum += 5;
    else if (gap > 9) sum += (gap - 9) * 0.8;
  }
  if (!before) return sum;
  sum += movement(before, voicing) * 4;
  sum += Math.max(0, Math.abs((before.at(-1) ?? 0) - voicing.at(-1)!) - 4);
  return parallel(before, voicing) ? sum + 10 : sum;
}

/** Lays one chord out after another. */
export function voice(chord: Chord, before: Voicing | undefined, register: Register): Voicing {
  let layouts: number[][] = [[]];
  for (const pitchClass of classesOf(chord, register)) {
    const places = placesOf(pitchClass, register);
    layouts = layouts.flatMap((layout) => places.map((place) => [...layout, place]));
  }
  let best: number[] = [];
  let least = Number.POSITIVE_INFINITY;
  for (const layout of layouts) {
    layout.sort((a, b) => a - b);
    const price = cost(layout, before, register);
    if (price < least) [best, least] = [layout, price];
  }
  return best;
}
