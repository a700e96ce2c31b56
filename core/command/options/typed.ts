// What people type, brought to one form before a parser looks at it.

/**
 * Full-width letters and digits become plain ones, case and outer spaces go. Longer than `most` is empty: whatever it
 * is, it is not one of these, and no pattern ever runs over it.
 */
export const typed = (raw: string, most: number): string =>
  raw.length > most * 2 ? "" : clean(raw.normalize("NFKC"), most);

const clean = (text: string, most: number): string => {
  const value = text.trim().toLowerCase();
  return value.length > most ? "" : value.replace(/\s+/g, " ");
};

/** Accents go ("año" is "ano"), so that a word is found however it was typed. Kana and Hangul stay whole. */
export const unaccented = (text: string): string =>
  text
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "")
    .normalize("NFC");

// Control characters but tab and newline: the database keeps no NUL, and a terminal should not get the others.
const CONTROLS = /[^\P{Cc}\t\n]/gu;

// Unicode's stream-safe form (UAX 15): no writing has more marks on one letter, and sorting them takes time squared.
const MARKS = /(\p{M}{30})\p{M}+/gu;

/** Letters in their composed form, so that what looks the same is the same. */
export const composed = (text: string): string => text.replace(MARKS, "$1").normalize("NFC");

/** Text that any store and any surface takes: whole code points, no control characters, `\n` between lines. */
export const plain = (text: string): string => text.toWellFormed().replace(/\r\n?/g, "\n").replace(CONTROLS, "");
