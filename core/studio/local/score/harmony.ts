// Which chord sounds when, through the whole song.
import { chance, pick, type Random } from "./random.ts";
import type { Recipe } from "./recipe.ts";
import { BEATS, type Section, type Span, startOf } from "./score.ts";
import { chordOf, type Key } from "./theory.ts";

function chord(symbol: string, key: Key) {
  const found = chordOf(symbol, key);
  if (!found) throw new Error(`"${symbol}" passed the recipe's check and is no chord.`);
  return found;
}

/** One section's bars: the progression again and again, its last bar bent towards what comes. */
function barsOf(recipe: Recipe, section: Section, chosen: readonly (readonly string[])[], r: Random, next?: Section) {
  const bars = Array.from({ length: section.bars }, (_, i) => chosen[Math.floor(i / recipe.hold) % chosen.length]!);
  if (!next && section.bars > 0) {
    // The end: the last bars come home and stay there.
    bars[bars.length - 1] = [recipe.cadence];
    if (bars.length > 3 && recipe.hold === 1 && recipe.turn.length > 0) bars[bars.length - 2] = [recipe.turn[0]!];
  } else if (recipe.turn.length > 0 && section.bars > 2 && next?.kind !== section.kind && chance(r, 0.5)) {
    const last = bars[bars.length - 1]!;
    if (last.length === 1) bars[bars.length - 1] = [last[0]!, pick(r, recipe.turn)];
  }
  return bars;
}

export function harmonise(recipe: Recipe, key: Key, sections: readonly Section[], r: Random, loop: boolean): Span[] {
  const chosen = new Map<string, readonly (readonly string[])[]>();
  const spans: Span[] = [];
  sections.forEach((section, at) => {
    const own = chosen.get(section.kind) ?? pick(r, recipe.chords[section.kind]!);
    chosen.set(section.kind, own);
    const here = { ...key, tonic: (key.tonic + section.lift) % 12 };
    const next = sections[at + 1] ?? (loop ? section : undefined);
    barsOf(recipe, section, own, r, next).forEach((symbols, bar) => {
      const beats = BEATS / symbols.length;
      symbols.forEach((symbol, i) => {
        const beat = startOf(section) + bar * BEATS + i * beats;
        const before = spans.at(-1);
        if (before && before.chord.symbol === symbol && before.section === section) before.beats += beats;
        else spans.push({ beat, beats, chord: chord(symbol, here), key: here, section });
      });
    });
  });
  return spans;
}

export function spanAt(spans: readonly Span[], beat: number): Span {
  let [low, high] = [0, spans.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (spans[middle]!.beat <= beat + 1e-6) low = middle;
    else high = middle - 1;
  }
  return spans[low]!;
}
