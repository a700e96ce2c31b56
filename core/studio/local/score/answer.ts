// Who answers: brass, guitar or piano speak where the melody is silent, never over it; textures fill what is left.

import { voicings } from "./comp.ts";
import { spanAt } from "./harmony.ts";
import { playTrade } from "./melody.ts";
import type { Instrument } from "./names.ts";
import { clamp, into, layerOf, type Plan, register, type Written } from "./part.ts";
import { STEP, strokesOf } from "./pattern.ts";
import { chance, pick, type Random } from "./random.ts";
import { BEATS, beatsOf, type Section, startOf } from "./score.ts";
import { pitchClasses, snap } from "./theory.ts";

type Gap = { from: number; to: number };

/** Rests of the melody in a section that are long enough to say something in. */
export function gapsOf(section: Section, melody: readonly Written[]): Gap[] {
  const [start, end] = [startOf(section), startOf(section) + beatsOf(section)];
  const gaps: Gap[] = [];
  let free = start;
  for (const note of melody) {
    if (note.beat + note.beats <= start || note.beat >= end) continue;
    if (note.beat - free >= 1) gaps.push({ from: free, to: note.beat });
    free = Math.max(free, note.beat + note.beats);
  }
  if (end - free >= 1) gaps.push({ from: free, to: end });
  return gaps;
}

function stabs(plan: Plan, section: Section, gaps: Gap[], pattern: string, r: Random): Written[] {
  const laid = voicings(plan, "answer", 3, true);
  const notes: Written[] = [];
  for (let bar = 0; bar < section.bars; bar++) {
    for (const { step, steps, velocity } of strokesOf(pattern, bar, () => chance(r, 0.4))) {
      const beat = startOf(section) + bar * BEATS + step * STEP;
      const beats = steps * STEP * 0.9;
      if (!gaps.some((g) => beat >= g.from + 0.2 && beat + beats <= g.to + 0.05)) continue;
      for (const pitch of laid.get(spanAt(plan.spans, beat))!)
        notes.push({
          beat,
          beats,
          pitch,
          velocity: clamp(velocity * (0.6 + 0.4 * section.energy), 0.1, 1),
          bright: plan.bright(section, beat),
        });
    }
  }
  return notes;
}

/** A few notes down the chord, begun after the singer has finished. */
function lick(plan: Plan, section: Section, gap: Gap, r: Random): Written[] {
  const range = register(plan.recipe, "answer");
  const notes: Written[] = [];
  const start = Math.ceil((gap.from + 0.25) * 2) / 2;
  let pitch = range[0] + (range[1] - range[0]) * (0.45 + 0.4 * r());
  const way = pick(r, [-1, -1, 1]);
  for (let beat = start, i = 0; beat < gap.to - 0.4 && i < 4; i++) {
    const chord = pitchClasses(spanAt(plan.spans, beat).chord);
    pitch = into(snap(Math.round(pitch) + way * (i === 0 ? 0 : 3), chord), range);
    const beats = i === 3 ? Math.min(1.5, gap.to - beat) : pick(r, [0.5, 0.5, 1]);
    notes.push({
      beat,
      beats: Math.min(beats * 1.2, gap.to - beat),
      pitch,
      velocity: 0.55 + 0.2 * section.energy,
      bright: plan.bright(section, beat),
    });
    beat += beats;
  }
  return notes;
}

export function playAnswer(plan: Plan, instrument: Instrument, melody: readonly Written[]): Written[] {
  const r = plan.chance("answer");
  const patterns = plan.recipe.comp.answer;
  const pattern = patterns && pick(r, patterns);
  const chordal = instrument === "brass" || instrument === "supersaw-stab";
  const notes: Written[] = [];
  for (const section of plan.sections) {
    if (!layerOf(plan.recipe, section, "answer")) continue;
    if (section.kind === "trade") notes.push(...playTrade(plan, section));
    else if (chordal && pattern) notes.push(...stabs(plan, section, gapsOf(section, melody), pattern, r));
    else for (const gap of gapsOf(section, melody)) if (chance(r, 0.75)) notes.push(...lick(plan, section, gap, r));
  }
  return notes.sort((a, b) => a.beat - b.beat);
}

/** Air, rain and shimmer lie under whole parts; a sweep rises into the part that is stronger. */
export function playTexture(plan: Plan, instrument: Instrument): Written[] {
  const r = plan.chance("texture");
  const notes: Written[] = [];
  plan.sections.forEach((section, i) => {
    const next = plan.sections[i + 1];
    const here = layerOf(plan.recipe, section, "texture");
    if (instrument === "sweep") {
      if (!next || next.energy < section.energy + 0.08) return;
      const beats = Math.min(beatsOf(section), next.energy > 0.9 ? 16 : 8);
      notes.push({
        beat: startOf(next) - beats,
        beats,
        pitch: 60,
        velocity: 0.5 + 0.5 * next.energy,
        bright: next.energy,
      });
    } else if (instrument === "shimmer" && here) {
      for (let beat = startOf(section); beat < startOf(section) + beatsOf(section); beat += pick(r, [1, 2, 2, 3])) {
        const chord = pitchClasses(spanAt(plan.spans, beat).chord);
        notes.push({
          beat,
          beats: 3,
          pitch: snap(76 + Math.floor(r() * 18), chord),
          velocity: 0.25 + 0.35 * r(),
          bright: section.energy,
        });
      }
    } else if (here) {
      const last = notes.at(-1);
      const follows = last && Math.abs(last.beat + last.beats - startOf(section)) < 1e-6;
      if (follows) last.beats += beatsOf(section);
      else notes.push({ beat: startOf(section), beats: beatsOf(section), pitch: 60, velocity: 0.6, bright: 0.5 });
    }
  });
  return notes;
}
