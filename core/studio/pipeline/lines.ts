// Where a line of words may end, in any language: between words as their readers see them, in Japanese too, in Korean at its
// spaces; never before a mark that closes.
import { emsOf } from "../local/cover/cover.ts";

/** Two lines of a caption on a phone held upright. */
const CUE_EMS = 24;

const WIDE = /[\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7af\uff00-\uffef]/u;
/** How long it takes to be spoken or read: a Han letter or a syllable is about two and a half of ours. */
export const weightOf = (text: string): number =>
  Math.max(
    1,
    [...text].reduce((sum, c) => sum + (WIDE.test(c) ? 2.4 : 1), 0),
  );

/** What opens belongs to what follows it. */
const OPENS = /^[\p{Ps}\p{Pi}¿¡]+$/u;
/** No line begins with small letters of Japanese, long marks or doublings. */
const NEVER_FIRST = /^[ーぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ々〜・]/u;
/** Endings and particles of Japanese: they stay with the word before them, as long as that is no whole line. */
const ENDING = /^\p{Script=Hiragana}+$/u;
const LONGEST_PIECE = 10;
const HANGUL = /[\uac00-\ud7af\u1100-\u11ff\u3130-\u318f]/u;

/** The smallest pieces that stay together, with the spaces that follow them. */
export function piecesOf(text: string, language = "en"): string[] {
  const korean = HANGUL.test(text);
  const pieces: string[] = [];
  let held = "";
  for (const { segment, isWordLike } of new Intl.Segmenter(language, { granularity: "word" }).segment(text)) {
    const last = pieces.at(-1);
    if (OPENS.test(segment)) held += segment;
    else if (!isWordLike && last !== undefined && held === "") pieces[pieces.length - 1] = last + segment;
    // A particle of Korean is written with its word, whatever the dictionary says.
    else if (last !== undefined && held === "" && stays(last, segment, korean))
      pieces[pieces.length - 1] = last + segment;
    else {
      pieces.push(held + segment);
      held = "";
    }
  }
  return held ? [...pieces, held] : pieces;
}

const stays = (last: string, segment: string, korean: boolean): boolean =>
  NEVER_FIRST.test(segment) ||
  (korean && !/\s$/.test(last)) ||
  // A name in katakana is one word, wherever a dictionary parts it.
  (/[ァ-ヺー]$/.test(last) && /^[ァ-ヺー]/.test(segment)) ||
  (ENDING.test(segment) && !/[、。，．！？!?,.;:\s]$/u.test(last) && emsOf(last + segment) <= LONGEST_PIECE);

const graphemes = (text: string) => [...new Intl.Segmenter().segment(text)].map((s) => s.segment);

/** As few lines as it takes, as even as can be. */
export function balanced(text: string, most: number, language = "en"): string[] {
  const pieces = piecesOf(text, language).flatMap((p) => (emsOf(p.trimEnd()) > most ? graphemes(p) : [p]));
  const lines = greedy(pieces, most);
  if (lines.length < 2) return lines;
  // Narrower, as long as it takes no more lines.
  let [low, high] = [emsOf(text) / lines.length, most];
  for (let n = 0; n < 12; n++) {
    const middle = (low + high) / 2;
    if (greedy(pieces, middle).length <= lines.length) high = middle;
    else low = middle;
  }
  return greedy(pieces, high);
}

function greedy(pieces: readonly string[], most: number): string[] {
  const lines: string[] = [];
  let now = "";
  for (const piece of pieces) {
    if (now !== "" && emsOf((now + piece).trimEnd()) > most) {
      lines.push(now.trim());
      now = piece;
    } else now += piece;
  }
  if (now.trim()) lines.push(now.trim());
  return lines;
}

/** A sentence as captions that can be read at once. */
export const cuesIn = (sentence: string, language = "en"): string[] => balanced(sentence, CUE_EMS, language);
