// What others may use of the studio.
export { integrated, truePeak } from "./analyse/loudness.ts";
export { compose } from "./local/score/compose.ts";
export { genreNames, genreOf } from "./local/score/genres.ts";
export type { Stem } from "./local/score/names.ts";
export type { Recipe } from "./local/score/recipe.ts";
export type { Score } from "./local/score/score.ts";
export { keyName } from "./local/score/theory.ts";
export { checkWish, type Wish } from "./local/score/wish.ts";
export { type Rendered, render } from "./local/sound/render.ts";
export { wav } from "./local/wav.ts";
