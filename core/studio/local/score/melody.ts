// The melody: motif, repeat, variation, answer, in phrases of four bars that breathe.

import { spanAt } from "./harmony.ts";
import { type Motif, makeMotif, vary } from "./motif.ts";
import type { Instrument } from "./names.ts";
import { clamp, into, layerOf, type Plan, register, type Written } from "./part.ts";
import { STEP } from "./pattern.ts";
import { chance, pick, type Random } from "./random.ts";
import { BEATS, type Section, startOf } from "./score.ts";
import { nearest, pitchClasses, scaleFor, snap, walk } from "./theory.ts";

type Line = {
  plan: Plan;
  section: Section;
  anchor: number;
  range: readonly [number, number];
  r: Random;
  notes: Written[];
};

const mod = (p: number) => ((p % 12) + 12) % 12;

/** A place of the contour in the scale that sounds now; what is long or on the beat belongs to the chord. */
function pitchOf(line: Line, beat: number, steps: number, offset: number): number {
  const span = spanAt(line.plan.spans, beat);
  const style = line.plan.recipe.lead.style;
  const key = span.key.tonic;
  const scale = style === "sparse" ? [0, 2, 4, 7, 9].map((s) => (s + key) % 12) : scaleFor(span.chord, span.key);
  const pitch = walk(snap(line.anchor, scale), offset, scale);
  const strong = steps >= 4 || Math.abs(beat - Math.round(beat)) < 1e-6;
  const chord = pitchClasses(span.chord);
  const near = snap(pitch, chord);
  const held = strong && Math.abs(near - pitch) <= 2 ? near : pitch;
  return into(held, line.range);
}

function write(line: Line, beat: number, steps: number, pitch: number, velocity: number): void {
  const { section, plan } = line;
  // A phrase swells to its middle and lets go at its end.
  const along = ((beat - startOf(section)) % 16) / 16;
  const swell = 0.86 + 0.14 * Math.sin(Math.PI * Math.min(1, along * 1.2));
  line.notes.push({
    beat,
    beats: steps * STEP * 0.96,
    pitch,
    velocity: clamp(velocity * swell * (0.74 + 0.26 * section.energy), 0.1, 1),
    bright: plan.bright(section, beat),
  });
}

function state(line: Line, motif: Motif, from: number, shift: number, untilStep: number): void {
  motif.strokes.forEach((stroke, i) => {
    if (stroke.step >= untilStep) return;
    const beat = from + stroke.step * STEP;
    const steps = Math.min(stroke.steps, untilStep - stroke.step);
    write(line, beat, steps, pitchOf(line, beat, stroke.steps, motif.contour[i]! + shift), stroke.velocity);
  });
}

/** The long note at the end of a phrase: open on the fifth or ninth, closed on the root or third. */
function close(line: Line, from: number, steps: number, open: boolean): void {
  const { chord } = spanAt(line.plan.spans, from);
  const third = (chord.root + chord.tones[0]!) % 12;
  const goal = open ? [(chord.root + 7) % 12, third] : [chord.root, third];
  const last = line.notes.at(-1)?.pitch ?? line.anchor;
  write(line, from, steps, into(nearest(pick(line.r, goal), last), line.range), 0.8);
}

/** Four bars: the motif, then its beginning again with another end. */
function phrase(line: Line, motif: Motif, from: number, bars: number, which: number): void {
  const { r, plan } = line;
  const shift = [0, 0, 2, 0][which % 4]!;
  const open = which % 2 === 0;
  state(line, which === 3 ? vary(motif, r) : motif, from, shift, Math.min(32, bars * 16));
  if (bars < 3) return;
  if (plan.recipe.lead.style === "hook") {
    state(line, which % 2 === 1 ? vary(motif, r) : motif, from + 8, shift, (bars - 2) * 16);
    return;
  }
  if (plan.recipe.lead.style === "sparse") return;
  const echo = chance(r, 0.6) ? { strokes: motif.strokes, contour: motif.contour.map((c) => c - 1) } : vary(motif, r);
  state(line, echo, from + 8, shift, 16);
  if (bars >= 4) close(line, from + 12 + pick(r, [0, 0, 0.5]), pick(r, [6, 8, 10]), open);
}

function sing(line: Line, motif: Motif): void {
  const { section, plan } = line;
  const stride = plan.recipe.lead.style === "sparse" ? 8 : 4;
  for (let bar = 0, i = 0; bar < section.bars; bar += stride, i++) {
    const which = (i + (section.nth > 1 && i === 1 ? 2 : 0)) % 4;
    phrase(line, motif, startOf(section) + bar * BEATS, Math.min(4, section.bars - bar), which);
  }
}

/** Improvises: a cell a bar, aimed at the third or seventh of each chord, with a breath after two or three bars. */
export function improvise(line: Line, fromBar: number, bars: number): void {
  const { plan, section, r } = line;
  const cells = [...plan.recipe.lead.runs, ...plan.recipe.lead.runs, ...plan.recipe.lead.cells];
  let at = line.notes.at(-1)?.pitch ?? line.anchor;
  let way = pick(r, [-1, 1]);
  for (let bar = fromBar; bar < fromBar + bars; bar++) {
    const breath = (bar - fromBar) % 4 === 3 || chance(r, 0.12);
    const cell = makeMotif(plan.recipe, r, [pick(r, cells)]).strokes.filter((s) => s.step < (breath ? 6 : 16));
    cell.forEach((stroke, i) => {
      const beat = startOf(section) + bar * BEATS + stroke.step * STEP;
      const span = spanAt(plan.spans, beat);
      const scale = scaleFor(span.chord, span.key);
      const chord = pitchClasses(span.chord);
      if (i === 0) at = snap(at + way, chord.slice(0, 2));
      else if (stroke.steps >= 4 || stroke.step % 8 === 0) at = snap(at + way, chord);
      else at = walk(at, way * pick(r, [1, 1, 1, 2, 1]), scale);
      if (at > line.range[1] - 2) way = -1;
      else if (at < line.range[0] + 3) way = 1;
      else if (chance(r, 0.22)) way = -way;
      write(
        line,
        beat,
        Math.min(stroke.steps, (breath ? 10 : 16) - stroke.step),
        into(at, line.range),
        stroke.velocity,
      );
    });
  }
}

/** Scoops, bends and glides: how an instrument of breath or strings comes to its note. */
function ornament(notes: Written[], instrument: Instrument, r: Random): void {
  const bends: Partial<Record<Instrument, readonly [number, number]>> = {
    sax: [0.3, 1],
    "muted-trumpet": [0.25, 1],
    "slide-guitar": [0.5, 2],
    harmonica: [0.35, 1],
    fiddle: [0.3, 1],
    flute: [0.12, 1],
  };
  const [often, depth] = bends[instrument] ?? [0, 0];
  const glides = instrument === "detuned-lead" || instrument === "square-lead";
  notes.forEach((note, i) => {
    const last = notes[i - 1];
    const joined = last && note.beat - (last.beat + last.beats) < 0.2;
    if (glides && joined && Math.abs(last.pitch - note.pitch) <= 7 && chance(r, 0.45)) note.from = last.pitch;
    else if (note.beats > 0.4 && chance(r, often))
      note.from =
        joined && Math.abs(last.pitch - note.pitch) <= 4 && last.pitch !== note.pitch ? last.pitch : note.pitch - depth;
  });
}

/** One voice has one note at a time; leaps beyond an octave are folded. */
function settle(notes: Written[], range: readonly [number, number]): Written[] {
  const sorted = notes
    .sort((a, b) => a.beat - b.beat)
    .filter((n, i, all) => i === 0 || n.beat - all[i - 1]!.beat > 0.05);
  sorted.forEach((note, i) => {
    const last = sorted[i - 1];
    if (!last) return;
    last.beats = Math.min(last.beats, note.beat - last.beat);
    while (note.pitch - last.pitch > 12 && note.pitch - 12 >= range[0]) note.pitch -= 12;
    while (last.pitch - note.pitch > 12 && note.pitch + 12 <= range[1]) note.pitch += 12;
  });
  return sorted;
}

const lineFor = (plan: Plan, section: Section, role: "lead" | "solo" | "answer", r: Random): Line => {
  const range = register(plan.recipe, role);
  // A verse sits low, a chorus high: the ear knows the part before it knows the tune.
  const height = clamp(0.25 + 0.4 * section.energy, 0.25, 0.62);
  return { plan, section, r, range, anchor: Math.round(range[0] + (range[1] - range[0]) * height), notes: [] };
};

export function playLead(plan: Plan, instrument: Instrument): Written[] {
  const motifs = new Map<string, Motif>();
  const notes: Written[] = [];
  for (const section of plan.sections) {
    if (!layerOf(plan.recipe, section, "lead")) continue;
    const line = lineFor(plan, section, "lead", plan.chance(`lead ${section.bar}`));
    const motif =
      motifs.get(section.kind) ?? makeMotif(plan.recipe, plan.chance(`motif ${section.kind}`), plan.recipe.lead.cells);
    motifs.set(section.kind, motif);
    if (section.kind === "trade")
      for (let bar = 0; bar < section.bars; bar += 8) improvise(line, bar, Math.min(4, section.bars - bar));
    else sing(line, motif);
    notes.push(...line.notes);
  }
  return closing(plan, "lead", settle(notes, register(plan.recipe, "lead")), instrument);
}

export function playSolo(plan: Plan, instrument: Instrument): Written[] {
  const notes: Written[] = [];
  for (const section of plan.sections) {
    if (!layerOf(plan.recipe, section, "solo")) continue;
    const line = lineFor(plan, section, "solo", plan.chance(`solo ${section.bar}`));
    improvise(line, 0, section.bars);
    notes.push(...line.notes);
  }
  return closing(plan, "solo", settle(notes, register(plan.recipe, "solo")), instrument);
}

/** The other half of a trade: four bars after the lead's four. */
export function playTrade(plan: Plan, section: Section): Written[] {
  const line = lineFor(plan, section, "answer", plan.chance(`trade ${section.bar}`));
  for (let bar = 4; bar < section.bars; bar += 8) improvise(line, bar, Math.min(4, section.bars - bar));
  return settle(line.notes, line.range);
}

/** Whoever sings in the last bars ends at home, with a note that may ring. */
function closing(plan: Plan, role: "lead" | "solo", notes: Written[], instrument: Instrument): Written[] {
  const last = plan.spans.at(-1)!;
  const home = last.beat + last.beats - BEATS;
  const kept = plan.loop || !layerOf(plan.recipe, last.section, role) ? notes : notes.filter((n) => n.beat < home);
  if (kept.length < notes.length) {
    const before = kept.at(-1)?.pitch ?? 72;
    kept.push({
      beat: home,
      beats: BEATS * 0.8,
      pitch: into(nearest(mod(last.key.tonic), before), register(plan.recipe, role)),
      velocity: 0.6,
      bright: last.section.energy * 0.7,
    });
    const previous = kept.at(-2);
    if (previous) previous.beats = Math.min(previous.beats, home - previous.beat);
  }
  ornament(kept, instrument, plan.chance(`ornaments of ${role}`));
  return kept;
}
