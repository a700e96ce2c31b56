// The bass player: eight ways to hold a song up, each walking towards the next chord.
import { clamp, into, layerOf, type Plan, register, type Written } from "./part.ts";
import { chance, pick, type Random } from "./random.ts";
import type { BassStyle } from "./recipe.ts";
import { BEATS, type Span } from "./score.ts";
import { nearest, pitchClasses, scaleFor, snap } from "./theory.ts";

type Context = { span: Span; next: Span | undefined; low: readonly [number, number]; r: Random; energy: number };
/** beat within the span, length in beats, pitch, velocity */
type Step = readonly [number, number, number, number];
type Style = (c: Context, before: number) => Step[];

const rootOf = ({ span, low }: Context) => into(low[0] + ((((span.chord.bass - low[0]) % 12) + 12) % 12), low);
const fifthOf = (c: Context): number => {
  const has = (i: number) => c.span.chord.tones.includes(i);
  return into(rootOf(c) + (has(6) ? 6 : has(8) && !has(7) ? 8 : 7), c.low);
};
const targetOf = (c: Context): number => (c.next ? into(nearest(c.next.chord.bass, rootOf(c)), c.low) : rootOf(c));
/** A semitone or a scale step beside the next root, from the side that is nearer. */
function approach(c: Context, from: number): number {
  const to = targetOf(c);
  const below = from <= to ? -1 : 1;
  return into(chance(c.r, 0.6) ? to + below : snap(to + below * 2, scaleFor(c.span.chord, c.span.key)), c.low);
}

const octave: Style = (c) => {
  const root = rootOf(c);
  const high = root + 12 <= c.low[1] + 5 ? root + 12 : fifthOf(c);
  const steps: Step[] = [];
  for (let bar = 0; bar < c.span.beats; bar += BEATS) {
    const beats = Math.min(BEATS, c.span.beats - bar);
    const shape = pick(c.r, [
      [0, 1.5, 2.5, 3],
      [0, 0.75, 1.5, 2.75],
      [0, 1.5, 2, 3.5],
      [0, 0.75, 2, 2.75],
    ]).filter((b) => b < beats);
    shape.forEach((at, i) => {
      const up = i % 2 === 1 && chance(c.r, 0.75);
      steps.push([
        bar + at,
        up ? 0.22 : Math.min(0.7, (shape[i + 1] ?? beats) - at),
        up ? high : root,
        up ? 0.8 : 0.95,
      ]);
    });
    if (chance(c.r, 0.45 * c.energy + 0.15)) steps.push([bar + Math.min(beats - 0.5, 1.25), 0.12, root, 0.35]);
  }
  if (c.next && c.span.beats >= 2) {
    steps.push([c.span.beats - 0.5, 0.24, fifthOf(c), 0.7], [c.span.beats - 0.25, 0.24, approach(c, root), 0.75]);
  }
  return steps;
};

const eighths: Style = (c) => {
  const steps: Step[] = [];
  const root = rootOf(c);
  for (let at = 0; at < c.span.beats; at += 0.5) {
    const turn = c.next && at >= c.span.beats - 0.5 && chance(c.r, 0.4);
    const up = chance(c.r, 0.08 * c.energy) && at % 2 === 1.5;
    steps.push([
      at,
      0.42,
      turn ? approach(c, root) : up ? into(root + 12, [c.low[0], c.low[1] + 12]) : root,
      at % 1 === 0 ? 0.9 : 0.76,
    ]);
  }
  return steps;
};

const offbeat: Style = (c) => {
  const steps: Step[] = [];
  const root = rootOf(c);
  for (let at = 0; at < c.span.beats; at++) {
    steps.push([at + 0.5, 0.4, root, 0.9]);
    if (c.energy > 0.7) steps.push([at + 0.75, 0.2, at % 2 === 1 ? root + 12 : root, 0.68]);
    else if (at % 4 === 3 && c.next) steps.push([at + 0.75, 0.2, approach(c, root), 0.7]);
  }
  return steps;
};

const rolling: Style = (c) => {
  const steps: Step[] = [];
  const root = rootOf(c);
  const fifth = fifthOf(c);
  for (let at = 0; at < c.span.beats; at++) {
    // The kick has the beat; three sixteenths roll behind it.
    [0.25, 0.5, 0.75].forEach((s, i) => {
      const lift = i === 2 && at % 4 === 3 ? fifth : i === 1 && c.energy > 0.8 && at % 2 === 1 ? root + 12 : root;
      steps.push([at + s, 0.22, lift, [0.7, 0.92, 0.76][i]!]);
    });
  }
  return steps;
};

const walking: Style = (c, before) => {
  const scale = scaleFor(c.span.chord, c.span.key);
  const chord = pitchClasses(c.span.chord);
  const steps: Step[] = [];
  let at = into(nearest(c.span.chord.bass, before), c.low);
  let way = at > (c.low[0] + c.low[1]) / 2 ? -1 : 1;
  for (let beat = 0; beat < c.span.beats; beat++) {
    if (beat > 0) {
      const last = beat === c.span.beats - 1 && c.next;
      if (last) at = approach(c, at);
      else if (beat % 2 === 0) at = snap(at + way * pick(c.r, [3, 4, 5]), chord);
      else at = snap(at + way * pick(c.r, [2, 2, 3]), scale);
      at = into(at, c.low);
      if (at > c.low[1] - 4) way = -1;
      if (at < c.low[0] + 4) way = 1;
    }
    steps.push([beat, 0.92, at, 0.72 + (beat % 2 === 1 ? 0.1 : 0) + 0.1 * c.energy]);
    if (chance(c.r, 0.07)) steps.push([beat + 0.5, 0.3, at, 0.4]);
  }
  return steps;
};

const rootfifth: Style = (c) => {
  const root = rootOf(c);
  const steps: Step[] = [];
  for (let at = 0; at < c.span.beats; at += 2)
    steps.push([at, 1.5, at % 4 === 0 ? root : fifthOf(c), at % 4 === 0 ? 0.92 : 0.8]);
  const target = targetOf(c);
  if (c.next && c.span.beats >= 4 && target !== root && chance(c.r, 0.65)) {
    const scale = scaleFor(c.span.chord, c.span.key);
    const way = Math.sign(target - root);
    const last = snap(target - way * 2, scale);
    steps.pop();
    steps.push([c.span.beats - 2, 0.9, snap(last - way * 2, scale), 0.78], [c.span.beats - 1, 0.9, last, 0.82]);
  }
  return steps;
};

const round: Style = (c) => {
  const root = rootOf(c);
  const steps: Step[] = [[0, pick(c.r, [1.4, 1.9, 1.15]), root, 0.9]];
  if (c.span.beats >= 4) {
    const high = into(root + (chance(c.r, 0.5) ? 12 : 7), [c.low[0], c.low[1] + 2]);
    if (chance(c.r, 0.7)) steps.push([pick(c.r, [2.5, 2.75]), 0.9, chance(c.r, 0.6) ? root : high, 0.75]);
    if (chance(c.r, 0.3)) steps.push([1.75, 0.2, root, 0.35]);
  }
  if (c.next && chance(c.r, 0.5)) steps.push([c.span.beats - 0.5, 0.45, approach(c, root), 0.66]);
  return steps;
};

const drone: Style = (c) => [[0, c.span.beats + 0.4, rootOf(c), 0.75]];

const STYLES: Record<BassStyle, Style> = { octave, eighths, offbeat, rolling, walk: walking, rootfifth, round, drone };

/** Half the strokes, longer: a part that wants weight and no drive. */
const calm = (steps: Step[], beats: number): Step[] =>
  steps.slice(0, 1).map(([, , pitch, velocity]) => [0, beats * 0.95, pitch, velocity * 0.8]);

export function playBass(plan: Plan): Written[] {
  const r = plan.chance("bass");
  const style = STYLES[pick(r, plan.recipe.bass)];
  const low = register(plan.recipe, "bass");
  const notes: Written[] = [];
  let before = low[0] + 7;
  plan.spans.forEach((span, i) => {
    const layer = layerOf(plan.recipe, span.section, "bass");
    if (!layer) return;
    const next = plan.spans[i + 1] ?? (plan.loop ? plan.spans[0] : undefined);
    const c: Context = { span, next, low, r, energy: span.section.energy };
    const end = !next && !plan.loop;
    const steps = end || layer.variant === "low" ? calm(style(c, before), span.beats) : style(c, before);
    for (const [at, beats, pitch, velocity] of steps) {
      if (at >= span.beats) continue;
      const beat = span.beat + at;
      notes.push({
        beat,
        beats: Math.max(0.1, beats),
        pitch,
        velocity: clamp(velocity, 0.1, 1),
        bright: plan.bright(span.section, beat),
      });
      before = pitch;
    }
  });
  return slides(
    notes.sort((a, b) => a.beat - b.beat),
    style,
    r,
  );
}

/** One string: a note ends when the next begins, and a round bass slides into some. */
function slides(notes: Written[], style: Style, r: Random): Written[] {
  notes.forEach((note, i) => {
    const next = notes[i + 1];
    if (next && style !== drone) note.beats = Math.max(0.06, Math.min(note.beats, next.beat - note.beat - 0.02));
    const last = notes[i - 1];
    if (
      style === round &&
      last &&
      Math.abs(last.pitch - note.pitch) <= 5 &&
      last.pitch !== note.pitch &&
      chance(r, 0.4)
    )
      note.from = last.pitch;
  });
  return notes.filter((n, i) => i === 0 || n.beat - notes[i - 1]!.beat > 0.05);
}
