// The drummer: a groove a level, a fill at the end of eight, a crash where a part begins, a roll before a drop.
import { DRUMS, type Drum, type Kit } from "./names.ts";
import { clamp, layerOf, type Plan, type Written } from "./part.ts";
import { STEP, strokesOf } from "./pattern.ts";
import { chance, pick, type Random } from "./random.ts";
import { BEATS, type Section, startOf } from "./score.ts";

/** Steps from the end of the bar, drum, loudness: each kit answers a phrase in its own way. */
type Fill = readonly (readonly [number, Drum, number])[];
const FILLS: Record<Kit, readonly Fill[]> = {
  tight: [
    [
      [-4, "snare", 0.7],
      [-3, "hightom", 0.8],
      [-2, "midtom", 0.85],
      [-1, "lowtom", 0.95],
    ],
    [
      [-6, "snare", 0.6],
      [-4, "hightom", 0.8],
      [-3, "hightom", 0.6],
      [-2, "midtom", 0.85],
      [-1, "lowtom", 0.95],
    ],
    [
      [-8, "snare", 0.7],
      [-7, "snare", 0.4],
      [-6, "hightom", 0.8],
      [-4, "midtom", 0.8],
      [-3, "midtom", 0.6],
      [-2, "lowtom", 0.95],
      [-1, "snare", 0.8],
    ],
    [
      [-4, "snare", 0.5],
      [-3, "snare", 0.65],
      [-2, "snare", 0.8],
      [-1, "open", 0.8],
    ],
  ],
  gated: [
    [
      [-8, "hightom", 0.9],
      [-6, "hightom", 0.85],
      [-4, "midtom", 0.95],
      [-2, "lowtom", 1],
    ],
    [
      [-4, "hightom", 0.9],
      [-3, "hightom", 0.7],
      [-2, "midtom", 0.95],
      [-1, "lowtom", 1],
    ],
    [
      [-8, "snare", 0.8],
      [-6, "snare", 0.8],
      [-4, "hightom", 0.9],
      [-3, "midtom", 0.9],
      [-2, "lowtom", 1],
      [-1, "lowtom", 0.8],
    ],
  ],
  club: [
    [
      [-4, "snare", 0.5],
      [-3, "snare", 0.6],
      [-2, "snare", 0.75],
      [-1, "snare", 0.9],
    ],
    [
      [-6, "clap", 0.7],
      [-3, "clap", 0.8],
      [-1, "clap", 0.9],
    ],
  ],
  brush: [
    [
      [-4, "snare", 0.4],
      [-2, "snare", 0.55],
      [-1, "kick", 0.5],
    ],
    [
      [-6, "snare", 0.35],
      [-4, "lowtom", 0.45],
      [-2, "snare", 0.5],
    ],
  ],
  train: [
    [
      [-8, "snare", 0.45],
      [-7, "snare", 0.5],
      [-6, "snare", 0.55],
      [-5, "snare", 0.6],
      [-4, "snare", 0.7],
      [-3, "snare", 0.75],
      [-2, "snare", 0.85],
      [-1, "snare", 0.9],
    ],
    [
      [-4, "hightom", 0.7],
      [-3, "midtom", 0.7],
      [-2, "lowtom", 0.85],
    ],
  ],
  lofi: [
    [
      [-3, "snare", 0.35],
      [-1, "snare", 0.45],
    ],
    [
      [-6, "kick", 0.6],
      [-3, "rim", 0.4],
      [-1, "kick", 0.5],
    ],
    [
      [-4, "hightom", 0.45],
      [-2, "lowtom", 0.5],
    ],
  ],
  pulse: [],
};
/** What keeps time under a fill. */
const UNDER_FILL: readonly Drum[] = ["kick", "ride", "foot", "hat", "shaker", "tambourine"];

const hit = (drum: Drum, beat: number, velocity: number, bright: number): Written => ({
  beat,
  beats: STEP,
  pitch: DRUMS[drum],
  velocity: clamp(velocity, 0.05, 1),
  bright,
});

/** Faster and louder until the beat before the drop, which is left empty. */
function roll(section: Section, bright: (beat: number) => number): Written[] {
  const notes: Written[] = [];
  const beats = section.bars * BEATS;
  for (let step = 0; step < beats * 4 - 4; step++) {
    const along = step / (beats * 4);
    const every = along < 0.4 ? 4 : along < 0.7 ? 2 : 1;
    if (step % every !== 0) continue;
    const beat = startOf(section) + step * STEP;
    notes.push(hit("snare", beat, 0.28 + 0.6 * along, bright(beat)));
  }
  return notes;
}

function groove(plan: Plan, section: Section, level: string, r: Random, chosen: Map<string, string>): Written[] {
  const notes: Written[] = [];
  const swell = 0.78 + 0.22 * section.energy;
  for (const [drum, patterns] of Object.entries(plan.recipe.drums[level] ?? {})) {
    const key = `${level}.${drum}`;
    const pattern = chosen.get(key) ?? pick(r, patterns);
    chosen.set(key, pattern);
    for (let bar = 0; bar < section.bars; bar++) {
      for (const { step, velocity } of strokesOf(pattern, bar, () => chance(r, 0.4))) {
        const beat = startOf(section) + bar * BEATS + step * STEP;
        notes.push(hit(drum as Drum, beat, velocity * swell, plan.bright(section, beat)));
      }
    }
  }
  return notes;
}

/** Replaces the end of a phrase; the second half of it only, and less often in a quiet part. */
function fills(plan: Plan, section: Section, kit: Kit, notes: Written[], r: Random): Written[] {
  if (FILLS[kit].length === 0) return notes;
  let kept = notes;
  for (let bar = 3; bar < section.bars; bar += 4) {
    const end = bar === section.bars - 1;
    const eighth = bar % 8 === 7 || end;
    if (!eighth && !chance(r, 0.3)) continue;
    if (!eighth && section.energy < 0.5) continue;
    const fill = pick(r, FILLS[kit]);
    const last = startOf(section) + (bar + 1) * BEATS;
    const from = last + Math.min(...fill.map(([s]) => s)) * STEP;
    const spared: readonly number[] = UNDER_FILL.map((d) => DRUMS[d]);
    kept = kept.filter((n) => n.beat < from - 1e-6 || n.beat >= last - 1e-6 || spared.includes(n.pitch));
    for (const [step, drum, velocity] of fill) {
      const beat = last + step * STEP;
      kept.push(hit(drum, beat, velocity * (0.7 + 0.3 * section.energy), plan.bright(section, beat)));
    }
  }
  return kept;
}

/** A crash opens a part that is stronger than the one before. */
function crashes(plan: Plan, kit: Kit): Written[] {
  if (kit === "pulse" || kit === "brush") return [];
  const notes: Written[] = [];
  plan.sections.forEach((section, i) => {
    const before = plan.sections[i - 1];
    if (!before || !layerOf(plan.recipe, section, "drums")) return;
    const rise = section.energy - before.energy;
    if (rise < 0.06 && section.energy < 0.8) return;
    const strength = kit === "lofi" ? 0.35 : 0.5 + 0.45 * section.energy;
    notes.push(hit("crash", startOf(section), strength, section.energy));
    if (section.bars >= 16 && section.energy > 0.85)
      notes.push(hit("crash", startOf(section) + 8 * BEATS, strength * 0.85, section.energy));
  });
  return notes;
}

export function playDrums(plan: Plan, kit: Kit): Written[] {
  const r = plan.chance("drums");
  const chosen = new Map<string, string>();
  const notes: Written[] = [];
  plan.sections.forEach((section, i) => {
    const layer = layerOf(plan.recipe, section, "drums");
    if (!layer) return;
    const level = layer.variant || "main";
    let own = groove(plan, section, level, r, chosen);
    const end = startOf(section) + section.bars * BEATS;
    if (level === "build") {
      own = own.filter((n) => n.beat < end - 1);
      own.push(...roll(section, (beat) => plan.bright(section, beat)));
    } else if (!plan.loop || section.bars >= 8) own = fills(plan, section, kit, own, r);
    // The last bar of a song is one stroke and silence.
    if (i === plan.sections.length - 1 && !plan.loop) {
      own = own.filter((n) => n.beat < end - BEATS);
      if (kit !== "pulse")
        own.push(
          hit("kick", end - BEATS, 0.7, section.energy),
          hit(kit === "brush" ? "ride" : "crash", end - BEATS, 0.5, section.energy),
        );
    }
    notes.push(...own);
  });
  return [...notes, ...crashes(plan, kit)];
}
