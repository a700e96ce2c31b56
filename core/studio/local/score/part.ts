// What every player is given: the recipe, the plan, the chords, the choices made for this song and a stream of chance of their own.
import type { Role } from "./names.ts";
import type { Random } from "./random.ts";
import type { Layer, Recipe } from "./recipe.ts";
import type { Note, Section, Span } from "./score.ts";

export type Plan = {
  recipe: Recipe;
  bpm: number;
  loop: boolean;
  sections: readonly Section[];
  spans: readonly Span[];
  /** A stream for a purpose: "drums", "motif of b". */
  chance(purpose: string): Random;
  /** 0 at rest, 1 full: a mood moves it. */
  bright(section: Section, beat: number): number;
};

/** Written notes; when they sound is decided later, for all players together. */
export type Written = Omit<Note, "at" | "seconds">;

/** The layers of a section: its second time may have its own ("a2"). */
export function layersOf(recipe: Recipe, section: Section): readonly Layer[] {
  return (section.nth > 1 && recipe.layers[`${section.kind}2`]) || recipe.layers[section.kind]!;
}

export const layerOf = (recipe: Recipe, section: Section, role: Role): Layer | undefined =>
  layersOf(recipe, section).find((l) => l.role === role);

export const register = (recipe: Recipe, role: Role): readonly [number, number] => recipe.registers[role] ?? [48, 76];
export const clamp = (v: number, low: number, high: number): number => Math.min(high, Math.max(low, v));
export const into = (pitch: number, [low, high]: readonly [number, number]): number => {
  let p = pitch;
  while (p < low) p += 12;
  while (p > high) p -= 12;
  return p < low ? p + 12 : p;
};
