// The genres that are there: every file of prompts/genres, read when asked for (under a millisecond).
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Recipe, recipeOf } from "./recipe.ts";

const FOLDER = resolve(import.meta.dirname, "../../../../prompts/genres");

export const genreNames = (): string[] =>
  readdirSync(FOLDER)
    .filter((f) => f.endsWith(".md"))
    .map((f) => f.slice(0, -3))
    .sort();

export function genreOf(name: string): Recipe | undefined {
  // Only names of the folder: a wish never chooses a path.
  if (!genreNames().includes(name)) return undefined;
  return recipeOf(name, readFileSync(join(FOLDER, `${name}.md`), "utf8"));
}
