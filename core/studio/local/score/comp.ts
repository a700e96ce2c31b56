// Those who accompany: keys, guitar, arpeggio, pads, and the ones that answer the melody in its rests.
import type { Instrument, Role } from "./names.ts";
import { clamp, layerOf, type Plan, register, type Written } from "./part.ts";
import { STEP, strokesOf } from "./pattern.ts";
import { chance, pick, type Random } from "./random.ts";
import { BEATS, type Section, type Span, startOf } from "./score.ts";
import { pitchClasses } from "./theory.ts";
import { type Voicing, voice } from "./voicing.ts";

/** Every chord laid out for one player, each from the one before. */
export function voicings(plan: Plan, role: Role, voices: number, rootless: boolean): Map<Span, Voicing> {
  const [low, high] = register(plan.recipe, role);
  const found = new Map<Span, Voicing>();
  let before: Voicing | undefined;
  for (const span of plan.spans) {
    before = voice(span.chord, before, { low, high, voices, rootless });
    found.set(span, before);
  }
  return found;
}

const patternFor = (plan: Plan, role: Role, variant: string, r: Random): string =>
  pick(r, (variant && plan.recipe.comp[`${role}.${variant}`]) || plan.recipe.comp[role] || ["x---------------"]);

/** Goes through the strokes of a player's pattern in one section, with the chord that is sounding. */
function strokesIn(
  plan: Plan,
  section: Section,
  pattern: string,
  r: Random,
  play: (beat: number, beats: number, velocity: number, span: Span) => void,
) {
  for (let bar = 0; bar < section.bars; bar++) {
    for (const { step, steps, velocity } of strokesOf(pattern, bar, () => chance(r, 0.4))) {
      const beat = startOf(section) + bar * BEATS + step * STEP;
      // A chord that comes an eighth later is played ahead, as hands do; never one of a section not begun.
      const span = plan.spans.findLast((s) => s.beat <= beat + 1e-6)!;
      const end = span.beat + span.beats;
      play(beat, Math.min(steps * STEP, Math.max(STEP, end - beat + 0.25)), velocity, span);
    }
  }
}

/** Piano, electric piano, stabs: the whole chord at once, quieter on top of the melody's register, rolled a little. */
export function playKeys(plan: Plan, instrument: Instrument): Written[] {
  const r = plan.chance("keys");
  const laid = voicings(plan, "keys", plan.recipe.voices, true);
  const chosen = new Map<string, string>();
  const notes: Written[] = [];
  for (const section of plan.sections) {
    const layer = layerOf(plan.recipe, section, "keys");
    if (!layer) continue;
    const name = `${layer.variant}.${section.kind}`;
    const pattern = chosen.get(name) ?? patternFor(plan, "keys", layer.variant, r);
    chosen.set(name, pattern);
    const strum = layer.variant === "strum";
    let down = true;
    strokesIn(plan, section, pattern, r, (beat, beats, velocity, span) => {
      const chord = laid.get(span)!;
      const swell =
        layer.variant === "build"
          ? 0.45 + (0.55 * (beat - startOf(section))) / (section.bars * BEATS)
          : 0.75 + 0.25 * section.energy;
      const order = strum && !down ? chord.toReversed() : chord;
      order.forEach((pitch, i) => {
        const spread = strum ? i * 0.022 : instrument.includes("piano") || instrument === "vibes" ? i * 0.006 : 0;
        notes.push({
          beat: beat + spread,
          beats: strum ? Math.max(beats, 0.9) : beats,
          pitch,
          velocity: clamp(velocity * swell * (1 - 0.06 * i) * (strum && !down ? 0.8 : 1), 0.08, 1),
          bright: plan.bright(section, beat),
        });
      });
      down = !down;
    });
  }
  return finish(plan, notes, laid);
}

/** Where the song stops, everybody who holds a chord holds the last one. */
function finish(plan: Plan, notes: Written[], laid: Map<Span, Voicing>): Written[] {
  const last = plan.spans.at(-1)!;
  if (plan.loop || !notes.some((n) => n.beat >= last.beat - BEATS)) return notes;
  const beat = last.beat + last.beats - BEATS;
  const before = notes.filter((n) => n.beat < beat - 0.01);
  for (const note of before) note.beats = Math.min(note.beats, Math.max(0.1, beat - note.beat));
  laid.get(last)!.forEach((pitch, i) => {
    before.push({ beat: beat + i * 0.02, beats: BEATS * 0.9, pitch, velocity: 0.6, bright: last.section.energy * 0.6 });
  });
  return before;
}

/** Picked steel, nylon, muted sixteenths: single strings in an order, with the thumb on the low ones. */
export function playGuitar(plan: Plan, instrument: Instrument): Written[] {
  const r = plan.chance("guitar");
  const muted = instrument === "muted-guitar" || instrument === "clean-guitar";
  const laid = voicings(plan, "guitar", muted ? 3 : 5, muted);
  const order = pick(r, [
    [0, 2, 1, 3, 2, 4],
    [0, 3, 2, 4, 1, 3],
    [0, 2, 3, 1, 4, 2],
    [0, 4, 2, 3, 1, 2],
  ]);
  const pattern = new Map<string, string>();
  const notes: Written[] = [];
  for (const section of plan.sections) {
    const layer = layerOf(plan.recipe, section, "guitar");
    if (!layer) continue;
    const own = pattern.get(section.kind) ?? patternFor(plan, "guitar", layer.variant, r);
    pattern.set(section.kind, own);
    let turn = 0;
    let under: Span | undefined;
    strokesIn(plan, section, own, r, (beat, beats, velocity, span) => {
      const chord = laid.get(span)!;
      if (span !== under) turn = 0;
      under = span;
      const bright = plan.bright(section, beat);
      const ghost = velocity < 0.4;
      const strings = muted ? [...chord] : [chord[order[turn++ % order.length]! % chord.length]!];
      if (!muted && velocity > 0.7 && turn > 1 && chance(r, 0.3)) strings.push(chord.at(-1)!);
      strings.forEach((pitch, i) => {
        notes.push({
          beat: beat + (muted ? i * 0.012 : 0),
          beats: muted ? (ghost ? 0.07 : Math.min(beats, 0.22)) : Math.max(beats, 1.4),
          pitch,
          velocity: clamp(velocity * (0.75 + 0.25 * section.energy), 0.08, 1),
          bright,
        });
      });
    });
  }
  return muted ? notes : finish(plan, notes, laid);
}

/** Up, down and over the chord tones in sixteenths: which way is chosen by the song, the chord by the bar. */
export function playArp(plan: Plan): Written[] {
  const r = plan.chance("arp");
  const [low, high] = register(plan.recipe, "arp");
  const shape = pick(r, [
    (i: number, n: number) => i % n,
    (i: number, n: number) => (i % (2 * n - 2) < n ? i % (2 * n - 2) : 2 * n - 2 - (i % (2 * n - 2))),
    (i: number, n: number) => [0, 2, 1, 3, 2, 4, 3, 1][i % 8]! % n,
    (i: number, n: number) => [0, 0, 2, 1, 3, 1, 2, 4][i % 8]! % n,
  ]);
  const chosen = new Map<string, string>();
  const notes: Written[] = [];
  for (const section of plan.sections) {
    const layer = layerOf(plan.recipe, section, "arp");
    if (!layer) continue;
    const pattern = chosen.get(layer.variant) ?? patternFor(plan, "arp", layer.variant, r);
    chosen.set(layer.variant, pattern);
    let i = 0;
    strokesIn(plan, section, pattern, r, (beat, beats, velocity, span) => {
      if (Math.abs((beat - startOf(section)) % BEATS) < 1e-6) i = 0;
      const classes = pitchClasses(span.chord).slice(0, 4);
      const ladder: number[] = [];
      for (let p = low; p <= Math.min(high, low + 26); p++) if (classes.includes(p % 12)) ladder.push(p);
      const pitch = ladder[shape(i++, Math.min(ladder.length, 6))]!;
      notes.push({
        beat,
        beats: Math.max(beats, 0.24),
        pitch,
        velocity: clamp(velocity * (0.65 + 0.35 * section.energy), 0.08, 1),
        bright: plan.bright(section, beat),
      });
    });
  }
  return notes.filter((n) => plan.loop || n.beat < plan.spans.at(-1)!.beat + plan.spans.at(-1)!.beats - BEATS + 0.01);
}

/** Held chords: a tone that two chords share is held over, the others move; that is all the movement a pad needs. */
export function playPad(plan: Plan, role: Role): Written[] {
  const laid = voicings(plan, role, plan.recipe.voices, false);
  const notes: Written[] = [];
  let open: Written[] = [];
  for (const span of plan.spans) {
    if (!layerOf(plan.recipe, span.section, role)) {
      open = [];
      continue;
    }
    const now: Written[] = [];
    for (const pitch of laid.get(span)!) {
      const held = open.find((n) => n.pitch === pitch && n.beat + n.beats >= span.beat - 1e-6 && n.beats < 32);
      if (held) {
        held.beats += span.beats;
        now.push(held);
        continue;
      }
      const note: Written = {
        beat: span.beat,
        beats: span.beats,
        pitch,
        velocity: 0.5 + 0.35 * span.section.energy,
        bright: plan.bright(span.section, span.beat),
      };
      notes.push(note);
      now.push(note);
    }
    open = now;
  }
  return notes;
}
