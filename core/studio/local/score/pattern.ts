// Patterns as they are written in a recipe: sixteen letters a bar.

export type Stroke = { step: number; steps: number; velocity: number };

const LOUD: Record<string, number> = { X: 1, x: 0.78, o: 0.56, g: 0.34, d: 0.5 };

/** "x--.x-.." → strokes with their lengths; a dash holds on. `?` is played when `maybe` says so. */
export function strokesOf(pattern: string, bar: number, maybe: () => boolean): Stroke[] {
  const bars = pattern.length / 16;
  const part = pattern.slice((bar % bars) * 16, (bar % bars) * 16 + 16);
  const strokes: Stroke[] = [];
  for (let step = 0; step < part.length; step++) {
    const letter = part[step]!;
    if (letter === "-") {
      const last = strokes.at(-1);
      if (last && last.step + last.steps === step) last.steps++;
    } else if (letter !== "." && (letter !== "?" || maybe())) {
      strokes.push({ step, steps: 1, velocity: LOUD[letter] ?? 0.4 });
    }
  }
  return strokes;
}

/** A 16th is a quarter of a beat. */
export const STEP = 0.25;

/** Moves a beat on paper to where a swinging player puts it: `swing` is the first one's share of a pair. */
export function swung(beat: number, swing: number, unit: number): number {
  if (swing === 0.5) return beat;
  const pair = unit * 2;
  const start = Math.floor(beat / pair + 1e-9) * pair;
  const share = (beat - start) / pair;
  return start + pair * (share < 0.5 ? share * 2 * swing : swing + (share - 0.5) * 2 * (1 - swing));
}
