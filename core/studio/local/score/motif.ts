// A motif: the two bars that a listener keeps. Many are drawn, the most singable is taken.
import { type Stroke, strokesOf } from "./pattern.ts";
import { chance, pick, type Random } from "./random.ts";
import type { LeadStyle, Recipe } from "./recipe.ts";

/** Strokes within two bars, and for each how many scale steps it lies over the first. */
export type Motif = { strokes: Stroke[]; contour: number[] };

const DRAWN = 32;
const MOVES: Record<LeadStyle, readonly number[]> = {
  sing: [1, 1, 1, -1, -1, -1, 0, 2, -2, 2, -2, 3, -3, 4],
  hook: [0, 0, 0, 1, -1, 2, -2, 0, 4, -4, 1, -1],
  blues: [1, -1, -1, 1, 2, -2, -1, 0, 3, -2, -3],
  sparse: [2, -2, 1, -1, 3, -3, 4, -4],
};

function contourOf(length: number, r: Random, style: LeadStyle): number[] {
  const contour = [0];
  let leap = 0;
  for (let i = 1; i < length; i++) {
    // After a leap the line turns back by a step: the oldest rule of a melody.
    const move = Math.abs(leap) > 2 ? -Math.sign(leap) : pick(r, MOVES[style]);
    contour.push(contour[i - 1]! + move);
    leap = move;
  }
  return contour;
}

/** Lower is better: a range of a sixth to an octave, one summit, not too many leaps, some direction. */
function price(contour: readonly number[], style: LeadStyle): number {
  const range = Math.max(...contour) - Math.min(...contour);
  const top = Math.max(...contour);
  const summits = contour.filter((c) => c === top).length;
  let leaps = 0;
  let turns = 0;
  let repeats = 0;
  for (let i = 1; i < contour.length; i++) {
    const move = contour[i]! - contour[i - 1]!;
    if (Math.abs(move) > 2) leaps++;
    if (move === 0) repeats++;
    if (i > 1 && Math.sign(move) * Math.sign(contour[i - 1]! - contour[i - 2]!) < 0) turns++;
  }
  const wanted = style === "hook" ? 4 : 5;
  return (
    Math.abs(range - wanted) * 2 +
    (style === "hook" ? 0 : (summits - 1) * 2) +
    Math.abs(leaps - 1) * 1.5 +
    Math.abs(turns - contour.length * 0.35) +
    Math.max(0, repeats - contour.length * (style === "hook" ? 0.5 : 0.2)) * 3 +
    (contour[0] === contour.at(-1) && style !== "hook" ? 2 : 0)
  );
}

export function makeMotif(recipe: Recipe, r: Random, cells: readonly string[]): Motif {
  const first = pick(r, cells);
  const second = chance(r, 0.4) ? first : pick(r, cells);
  const always = () => true;
  const strokes = [
    ...strokesOf(first, 0, always),
    ...strokesOf(second, 0, always).map((s) => ({ ...s, step: s.step + 16 })),
  ];
  let best: number[] = [];
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < DRAWN; i++) {
    const contour = contourOf(strokes.length, r, recipe.lead.style);
    const cost = price(contour, recipe.lead.style);
    if (cost < least) [best, least] = [contour, cost];
  }
  return { strokes, contour: best };
}

/** The same rhythm, the end turned elsewhere: what makes a repeat worth hearing. */
export function vary(motif: Motif, r: Random): Motif {
  const from = Math.max(1, motif.strokes.length - 3);
  const contour = motif.contour.map((c, i) => (i < from ? c : c + pick(r, [-2, -1, 1, 2])));
  const strokes = motif.strokes.flatMap((s, i) => (i >= from && s.steps === 1 && chance(r, 0.3) ? [] : [s]));
  return { strokes, contour: contour.slice(0, strokes.length) };
}
