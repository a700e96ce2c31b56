// The form: which parts follow each other, how long and how strong, known before any note.
import { chance, pick, type Random } from "./random.ts";
import type { FormPart, Recipe } from "./recipe.ts";
import type { Section } from "./score.ts";

/** What a shorter song leaves out first: second times of a part, then these. */
const EXPENDABLE = ["solo", "trade", "turn", "break", "bridge", "rise", "drift", "in", "build"];
const ENDS = ["intro", "arp", "rise", "pick", "out", "tag", "thin"];

const total = (parts: readonly FormPart[]) => parts.reduce((sum, p) => sum + p.bars, 0);
const nearer = (a: number, b: number, wanted: number) => Math.abs(a - wanted) < Math.abs(b - wanted);

function leaveOut(parts: FormPart[]): FormPart[] | undefined {
  const inner = parts.slice(1, -1);
  const doubled = inner.findLastIndex((p, i) => inner.findIndex((q) => q.kind === p.kind) < i);
  if (doubled >= 0) {
    // Of two, the stronger stays: the last chorus is what the song was for.
    const first = inner.findIndex((p) => p.kind === inner[doubled]!.kind);
    return [parts[0]!, ...inner.filter((_, i) => i !== first), parts.at(-1)!];
  }
  for (const kind of EXPENDABLE) {
    const at = inner.findIndex((p) => p.kind === kind);
    if (at >= 0 && inner.length > 1) return [parts[0]!, ...inner.filter((_, i) => i !== at), parts.at(-1)!];
  }
  return undefined;
}

function shrink(parts: FormPart[], wanted: number): FormPart[] {
  let now = parts.map((p) => ({ ...p }));
  for (let guard = 0; guard < 64 && total(now) > wanted; guard++) {
    const longest = now.reduce((best, p) => (p.bars > best.bars ? p : best));
    if (longest.bars <= 1) break;
    longest.bars = longest.bars > 4 ? longest.bars - 4 : Math.ceil(longest.bars / 2);
  }
  if (now.length > 1 && total(now) > wanted) now = now.slice(-1);
  const spare = wanted - total(now);
  if (spare > 0) now.reduce((best, p) => (p.energy > best.energy ? p : best)).bars += spare;
  return now;
}

function lengthen(parts: FormPart[], wanted: number): FormPart[] {
  const now = [...parts];
  const inner = parts.filter((p, i) => i > 0 && i < parts.length - 1 && !ENDS.includes(p.kind));
  for (let i = 0; inner.length > 0 && total(now) < wanted; i++) now.splice(-1, 0, inner[i % inner.length]!);
  return now;
}

function fit(parts: FormPart[], wanted: number): FormPart[] {
  let now = total(parts) < wanted ? lengthen(parts, wanted) : parts;
  while (total(now) > wanted) {
    const less = leaveOut(now);
    if (!less || total(less) < wanted * 0.8) break;
    now = less;
  }
  while (total(now) > wanted * 1.6) {
    const less = leaveOut(now);
    if (!less) break;
    now = less;
  }
  return shrink(now, wanted);
}

/** Small liberties: an intro or an ending of another length, so that siblings do not share a skeleton. */
const loosen = (parts: readonly FormPart[], r: Random): FormPart[] =>
  parts.map((p, i) => {
    const end = i === 0 || i === parts.length - 1;
    const bars = end && p.bars === 8 && chance(r, 0.35) ? 4 : p.bars;
    return { ...p, bars, energy: Math.min(1, p.energy * (0.94 + r() * 0.12)) };
  });

export function planForm(recipe: Recipe, r: Random, wanted: number | undefined, lift: number): Section[] {
  const loose = loosen(pick(r, recipe.forms), r);
  const parts = wanted === undefined ? loose : fit(loose, Math.max(1, wanted));
  const heard = new Map<string, number>();
  let bar = 0;
  const sections = parts.map((p): Section => {
    const nth = (heard.get(p.kind) ?? 0) + 1;
    heard.set(p.kind, nth);
    const section = { kind: p.kind, nth, bar, bars: p.bars, energy: p.energy, lift: 0 };
    bar += p.bars;
    return section;
  });
  const last = sections.findLastIndex((s) => s.kind === "b" || s.kind === "chorus");
  // Only a part that was heard before can be lifted; what follows it stays up there.
  if (lift > 0 && last > 0 && sections[last]!.nth > 1) for (const s of sections.slice(last)) s.lift = lift;
  return sections;
}

/** A loop is one part, the one that carries the genre, and a number of bars that its chords divide. */
export function planLoop(recipe: Recipe, r: Random, wanted: number | undefined): Section[] {
  const parts = pick(r, recipe.forms);
  const heart = parts.reduce((best, p) => (nearer(p.energy, best.energy, 0.66) && !ENDS.includes(p.kind) ? p : best));
  const bars = wanted === undefined ? 8 : Math.max(1, wanted >= 4 ? Math.round(wanted / 4) * 4 : wanted);
  return [{ kind: heart.kind, nth: 1, bar: 0, bars, energy: heart.energy, lift: 0 }];
}
