// Works that are like another: by what was measured in them, by their genre, and by their words.
import type { Act } from "../act.ts";
import { listWorks, type Work } from "./work.ts";

/** Looked at, newest first. A larger library wants an index of its own. */
const LOOKED = 1000;

export type Like = { work: Work; likeness: number };

/** Those most alike first, from 0 to 1; what has nothing in common is left out. */
export async function similarTo(act: Act, work: Work, most: number): Promise<Like[]> {
  const all = await listWorks(act, { kind: work.kind }, LOOKED);
  return all
    .filter((w) => w.id !== work.id)
    .map((w) => ({ work: w, likeness: likeness(work, w) }))
    .filter((l) => l.likeness > 0)
    .sort((a, b) => b.likeness - a.likeness || (a.work.id < b.work.id ? 1 : -1))
    .slice(0, most);
}

type Measure = { weight: number; of(a: Work, b: Work): number | undefined };

const numberOf = (work: Work, name: string): number | undefined => {
  const value = work.facts[name];
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
};
const near = (distance: number, far: number) => Math.max(0, 1 - distance / far);

/** Undefined: not known of both, so it says nothing. */
const MEASURES: readonly Measure[] = [
  {
    weight: 3,
    of(a, b) {
      const [one, other] = [numberOf(a, "bpm"), numberOf(b, "bpm")];
      if (!one || !other || one < 0 || other < 0) return undefined;
      // Half and double the tempo are counted by some as the same beat.
      const octaves = Math.log2(one / other);
      return near(Math.min(Math.abs(octaves), 0.1 + Math.abs(Math.abs(octaves) - 1)), 0.25);
    },
  },
  {
    weight: 2,
    of(a, b) {
      const [one, other] = [a.facts.key, b.facts.key];
      return typeof one === "string" && typeof other === "string" ? keysAlike(one, other) : undefined;
    },
  },
  {
    weight: 1,
    of(a, b) {
      const [one, other] = [numberOf(a, "lufs"), numberOf(b, "lufs")];
      return one === undefined || other === undefined ? undefined : near(Math.abs(one - other), 6);
    },
  },
  { weight: 3, of: (a, b) => (a.promptName && b.promptName ? Number(a.promptName === b.promptName) : undefined) },
  { weight: 2, of: (a, b) => wordsAlike(wordsOf(a), wordsOf(b)) },
];

export function likeness(a: Work, b: Work): number {
  let [sum, weights] = [0, 0];
  for (const { weight, of } of MEASURES) {
    const value = of(a, b);
    if (value === undefined) continue;
    sum += weight * value;
    weights += weight;
  }
  return weights === 0 ? 0 : sum / weights;
}

const NOTES: Record<string, number> = { C: 0, D: 2, E: 4, F: 5, G: 7, A: 9, B: 11 };
const SIGNS: Record<string, number> = { "#": 1, "♯": 1, b: -1, "♭": -1 };

function tonic(key: string): { note: number; minor: boolean } | undefined {
  const [, letter, sign = "", mode] = /^([A-G])([#♯b♭]?) (major|minor)$/.exec(key) ?? [];
  if (!letter) return undefined;
  return { note: (NOTES[letter]! + (SIGNS[sign] ?? 0) + 12) % 12, minor: mode === "minor" };
}

/** The same; the relative, which has the same notes; a fifth away, which has all but one. */
function keysAlike(one: string, other: string): number | undefined {
  const [a, b] = [tonic(one), tonic(other)];
  if (!a || !b) return undefined;
  const [x, y] = [a, b].map(({ note, minor }) => (minor ? (note + 3) % 12 : note)) as [number, number];
  if (x === y) return a.minor === b.minor ? 1 : 0.8;
  const apart = (x - y + 12) % 12;
  return apart === 5 || apart === 7 ? 0.5 : 0;
}

const MOST_WORDS = 500;
const LETTERS = 20_000;

function wordsOf({ title, prompt, facts }: Work): Set<string> {
  const text = `${title} ${prompt} ${typeof facts.text === "string" ? facts.text : ""}`.slice(0, LETTERS);
  const words = new Intl.Segmenter("en", { granularity: "word" }).segment(text.toLowerCase());
  const found = new Set<string>();
  for (const { segment, isWordLike } of words) {
    if (isWordLike && segment.length > 1) found.add(segment);
    if (found.size >= MOST_WORDS) break;
  }
  return found;
}

const wordsAlike = (a: Set<string>, b: Set<string>): number | undefined => {
  const all = a.union(b).size;
  return all === 0 ? undefined : a.intersection(b).size / all;
};
