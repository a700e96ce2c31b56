// What may be wished for, checked before a thread is started: a refusal says why and what would do.
import { refuse } from "../../../problem.ts";
import { genreNames, genreOf } from "./genres.ts";
import { SECONDS, TEMPO } from "./names.ts";
import type { Recipe } from "./recipe.ts";
import { type Key, keyOf } from "./theory.ts";

export type Wish = { seconds?: number; bpm?: number; key?: string; mood?: string; loop?: boolean };
export type Checked = { recipe: Recipe; seconds?: number; bpm?: number; key?: Key; mood: Mood; loop: boolean };
/** What words can do here: brighter or darker, calmer or livelier. */
export type Mood = { bright: number; energy: number; tempo: number };

const MOODS: readonly [RegExp, Mood][] = [
  [/\b(calm|soft|quiet|gentle|sleepy?|slow|relax\w*|peaceful)\b/i, { bright: -0.1, energy: -0.15, tempo: -0.06 }],
  [/\b(dark|sad|lonely|melanchol\w*|moody|night|rain\w*)\b/i, { bright: -0.2, energy: -0.05, tempo: -0.03 }],
  [/\b(bright|happy|sunny|summer|joy\w*|warm)\b/i, { bright: 0.15, energy: 0.05, tempo: 0.02 }],
  [/\b(driving|energetic|fast|strong|power\w*|intense|hard)\b/i, { bright: 0.1, energy: 0.15, tempo: 0.06 }],
];

export function moodOf(text: string): Mood {
  const sum = { bright: 0, energy: 0, tempo: 0 };
  for (const [words, mood] of MOODS) {
    if (!words.test(text)) continue;
    sum.bright += mood.bright;
    sum.energy += mood.energy;
    sum.tempo += mood.tempo;
  }
  return sum;
}

export function checkWish(genre: string, wish: Wish): Checked {
  const recipe = genreOf(genre);
  if (!recipe) {
    const genres = genreNames().join(", ");
    throw refuse("options", "I know no genre called “{genre}”. I know {genres}.", {
      genre: genre.slice(0, 60),
      genres,
    });
  }
  const { seconds, bpm } = wish;
  if (seconds !== undefined && !(seconds >= SECONDS.least && seconds <= SECONDS.most))
    throw refuse("options", "A song here lasts {least} to {most} seconds. Ask for a length between.", { ...SECONDS });
  if (bpm !== undefined && !(bpm >= TEMPO.least && bpm <= TEMPO.most))
    throw refuse("options", "A tempo is {least} to {most} beats a minute. Ask for one between.", { ...TEMPO });
  const key = wish.key === undefined ? undefined : keyOf(wish.key, recipe.keys[0]!.mode);
  if (wish.key !== undefined && !key)
    throw refuse("options", "“{key}” is no key that I know. Write it like C, F# minor or Bb major.", {
      key: wish.key.slice(0, 30),
    });
  const checked: Checked = { recipe, mood: moodOf((wish.mood ?? "").slice(0, 1000)), loop: wish.loop ?? false };
  if (seconds !== undefined) checked.seconds = seconds;
  if (bpm !== undefined) checked.bpm = bpm;
  // The recipe's chords are written for its own mode; a wish for another mode moves to the key with the same tonic.
  if (key) checked.key = { tonic: key.tonic, mode: recipe.keys[0]!.mode };
  return checked;
}
