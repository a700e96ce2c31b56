// What others may use of the studio.

export { analyse, type Heard } from "./analyse/analyse.ts";
export { type Container, containerOf, decode, type Sound } from "./analyse/decode.ts";
export { distance, scaled, traits } from "./analyse/likeness.ts";
export { integrated, truePeak } from "./analyse/loudness.ts";
export { endBatch, filmItem, LOOK_MS, makeItem, order } from "./batch.ts";
export { callbackToken, heardBack, openCallback } from "./callback.ts";
export { studioCommands } from "./commands.ts";
export { batchView, closeStranded, type Ended, holdBatch, markEnded, noneMade, reopen } from "./deliver.ts";
export { newRound } from "./desk.ts";
export { exportStems, notesOf, partsView, playStems, readSong, saveStems } from "./export.ts";
export { type Passed, pass, typeOf } from "./gate.ts";
export { allow, type Gathered, type Gathering, gather } from "./gather.ts";
export { type Asking, beginCheck, callFor, checksFor, endCheck, kindFor, wordsFor } from "./judge.ts";
export { type CoverWish, coverSvg } from "./local/cover/cover.ts";
export { makeCover, rasterise } from "./local/cover/raster.ts";
export { compose } from "./local/score/compose.ts";
export { genreNames, genreOf } from "./local/score/genres.ts";
export type { Stem } from "./local/score/names.ts";
export type { Recipe } from "./local/score/recipe.ts";
export type { Score } from "./local/score/score.ts";
export { keyName } from "./local/score/theory.ts";
export { checkWish, type Wish as SongWish } from "./local/score/wish.ts";
export { type Format, makeSong, type Song, type SongOptions } from "./local/song.ts";
export { type Rendered, render } from "./local/sound/render.ts";
export { FILM_SIZES, type Film, type FilmShape, type FilmWish, makeFilm } from "./local/video/video.ts";
export { wav } from "./local/wav.ts";
export { askedFor, isSeen, picturesOf } from "./look.ts";
export {
  attemptEnded,
  type Next,
  next,
  noteAccepted,
  noteAsked,
  noteFailed,
  noteFound,
  noteMade,
  noteUnknown,
  noteUnsent,
  noteWithdrawn,
  type Step,
} from "./make.ts";
export { setMood, takeMood } from "./mood.ts";
export {
  advance,
  bench,
  filmOf,
  judge,
  keepWorked,
  longStep,
  mixed,
  quickStep,
  type StepBench,
  scenesOf,
  stepsDone,
  storeWorked,
  timelineOf,
  trustFilm,
  watchFilm,
  work,
} from "./pipeline/index.ts";
export {
  type Answered,
  type Call,
  type Capability,
  type Failure,
  KINDS,
  type Kind,
  type Made,
  type Picture,
  type Provider,
  ProviderError,
  type Rights,
  Unknown,
  type Wish,
  WORD_KINDS,
} from "./provider.ts";
export { openProviders } from "./providers/index.ts";
export { tellStaff, tellStaffPlace } from "./review-card.ts";
export { staffPlace } from "./review-place.ts";
export { replay } from "./router.ts";
export {
  givesOnce,
  type Kept,
  keepStored,
  nameStored,
  readStored,
  saveMade,
  storeMade,
  writtenBefore,
} from "./save.ts";
export { hurryStopped, stopOrders, stopOrdersOf } from "./stop.ts";
