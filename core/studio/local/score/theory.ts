// Pitches, keys and chords: roman numerals of the recipes become notes.

export type Mode = "major" | "minor" | "dorian" | "lydian";
export type Key = { tonic: number; mode: Mode };
export type Chord = { symbol: string; root: number; bass: number; tones: readonly number[] };

export const NAMES = ["C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"] as const;
const LETTERS: Record<string, number> = { C: 0, D: 2, E: 4, F: 5, G: 7, A: 9, B: 11 };

export const SCALES: Record<Mode, readonly number[]> = {
  major: [0, 2, 4, 5, 7, 9, 11],
  minor: [0, 2, 3, 5, 7, 8, 10],
  dorian: [0, 2, 3, 5, 7, 9, 10],
  lydian: [0, 2, 4, 6, 7, 9, 11],
};
/** Numerals count from these; in lydian IV is the plain fourth, the raised one is written #iv. */
const DEGREES: Record<Mode, readonly number[]> = { ...SCALES, lydian: SCALES.major };
const NUMERALS = ["I", "II", "III", "IV", "V", "VI", "VII"];

/** Intervals over the root; the order says what a thin voicing leaves out last: third, seventh, colour, fifth, root. */
const QUALITIES: Record<string, readonly number[]> = {
  maj: [4, 7, 0],
  min: [3, 7, 0],
  "6": [4, 9, 7, 0],
  m6: [3, 9, 7, 0],
  "69": [4, 9, 14, 7, 0],
  m69: [3, 9, 14, 7, 0],
  dom7: [4, 10, 7, 0],
  dom9: [4, 10, 14, 7, 0],
  "13": [4, 10, 21, 14, 0],
  "7b9": [4, 10, 13, 7, 0],
  "7#9": [4, 10, 15, 7, 0],
  "7#5": [4, 10, 8, 0],
  "7alt": [4, 10, 15, 8, 0],
  "7sus4": [5, 10, 7, 0],
  "9sus4": [5, 10, 14, 7, 0],
  m7: [3, 10, 7, 0],
  m9: [3, 10, 14, 7, 0],
  m11: [3, 10, 17, 14, 0],
  maj7: [4, 11, 7, 0],
  maj9: [4, 11, 14, 7, 0],
  "maj7#11": [4, 11, 18, 7, 0],
  mmaj7: [3, 11, 7, 0],
  ø7: [3, 10, 6, 0],
  o7: [3, 9, 6, 0],
  sus2: [2, 7, 0],
  sus4: [5, 7, 0],
  add9: [4, 14, 7, 0],
  madd9: [3, 14, 7, 0],
  "5": [7, 0],
};

function qualityOf(suffix: string, minor: boolean): readonly number[] | undefined {
  if (suffix === "") return QUALITIES[minor ? "min" : "maj"];
  if (suffix === "7") return QUALITIES[minor ? "m7" : "dom7"];
  if (suffix === "9") return QUALITIES[minor ? "m9" : "dom9"];
  if (minor && ["6", "69", "11", "add9", "maj7"].includes(suffix)) return QUALITIES[`m${suffix}`];
  return QUALITIES[suffix];
}

function degreeOf(mark: string, numeral: string, mode: Mode): number {
  const step = NUMERALS.indexOf(numeral.toUpperCase());
  // A written accidental counts from the major scale, as on a lead sheet.
  const base = mark ? SCALES.major[step]! : DEGREES[mode][step]!;
  return base + (mark === "b" ? -1 : mark === "#" ? 1 : 0);
}

/** "IVmaj7", "bVII", "ii9", "iø7", "IV/V": what the recipes are written in. Nothing when it is none. */
export function chordOf(symbol: string, key: Key): Chord | undefined {
  const found = /^([b#]?)(VII|VI|IV|V|III|II|I|vii|vi|iv|v|iii|ii|i)([^/]*)(?:\/([b#]?)(VII|VI|IV|V|III|II|I))?$/.exec(
    symbol,
  );
  if (!found) return undefined;
  const [, mark, numeral, suffix, bassMark, bassNumeral] = found;
  const tones = qualityOf(suffix!, numeral === numeral!.toLowerCase());
  if (!tones) return undefined;
  const root = (key.tonic + degreeOf(mark!, numeral!, key.mode) + 12) % 12;
  const bass = bassNumeral ? (key.tonic + degreeOf(bassMark!, bassNumeral, key.mode) + 12) % 12 : root;
  return { symbol, root, bass, tones };
}

export const pitchClasses = (chord: Chord): number[] => chord.tones.map((t) => (chord.root + t) % 12);

/** The key's scale bent to the chord: a chord tone from outside replaces the degree a semitone beside it. */
export function scaleFor(chord: Chord, key: Key): number[] {
  const scale = new Set(SCALES[key.mode].map((s) => (s + key.tonic) % 12));
  const tones = pitchClasses(chord);
  for (const tone of tones) {
    if (scale.has(tone)) continue;
    for (const beside of [(tone + 11) % 12, (tone + 1) % 12]) if (!tones.includes(beside)) scale.delete(beside);
    scale.add(tone);
  }
  return [...scale].sort((a, b) => a - b);
}

/** "F", "Bb major", "c# minor", "Am", "D dorian". Nothing when it is none. */
export function keyOf(text: string, otherwise: Mode = "major"): Key | undefined {
  const found = /^\s*([A-Ga-g])([b#♭♯]?)\s*(m|maj|min|major|minor|dorian|lydian)?\s*$/.exec(text);
  if (!found) return undefined;
  const shift = found[2] === "b" || found[2] === "♭" ? -1 : found[2] === "" ? 0 : 1;
  const word = found[3] ?? otherwise;
  const mode = word === "m" || word === "min" ? "minor" : word === "maj" ? "major" : (word as Mode);
  return { tonic: (LETTERS[found[1]!.toUpperCase()]! + shift + 12) % 12, mode };
}

export const keyName = (key: Key): string => `${NAMES[key.tonic]} ${key.mode}`;

/** The pitch of a class that lies nearest to another pitch. */
export function nearest(pitchClass: number, to: number): number {
  const up = (((pitchClass - to) % 12) + 12) % 12;
  return up <= 6 ? to + up : to + up - 12;
}

/** The nearest pitch whose class is among those given; the lower one when two are as near. */
export function snap(pitch: number, classes: readonly number[]): number {
  for (let d = 0; d < 12; d++) {
    if (classes.includes((((pitch - d) % 12) + 12) % 12)) return pitch - d;
    if (classes.includes((pitch + d) % 12)) return pitch + d;
  }
  return pitch;
}

/** Up or down the scale by whole steps of it. */
export function walk(pitch: number, steps: number, scale: readonly number[]): number {
  let at = snap(pitch, scale);
  for (let left = Math.abs(steps); left > 0; left--) {
    do at += Math.sign(steps);
    while (!scale.includes(((at % 12) + 12) % 12));
  }
  return at;
}
