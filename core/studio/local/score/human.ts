// When the written notes really sound: swing, who plays early or late, a slow drift and a hand's small errors.
import { DRUMS, type Role } from "./names.ts";
import type { Plan, Written } from "./part.ts";
import { swung } from "./pattern.ts";
import { wobble } from "./random.ts";
import type { Note } from "./score.ts";

const NAME_OF = new Map<number, string>(Object.entries(DRUMS).map(([name, pitch]) => [pitch, name]));
/** Milliseconds of unsteadiness; machines of a genre with no swing are tighter by half. */
const LOOSE: Record<Role, number> = {
  drums: 2,
  bass: 2,
  keys: 4,
  guitar: 4,
  arp: 1,
  pad: 10,
  lead: 6,
  solo: 7,
  answer: 5,
  texture: 0,
};

export function perform(plan: Plan, role: Role, written: readonly Written[]): Note[] {
  const { recipe, bpm } = plan;
  const r = plan.chance(`hand of ${role}`);
  const second = 60 / bpm;
  const loose = LOOSE[role] * (recipe.swing === 0.5 ? 0.4 : 1);
  let drift = 0;
  let at = -1;
  return [...written]
    .sort((a, b) => a.beat - b.beat || a.pitch - b.pitch)
    .map((note) => {
      // One hand: what is struck together drifts together.
      if (note.beat !== at) drift = drift * 0.85 + wobble(r) * loose * 0.4;
      at = note.beat;
      const drum = role === "drums" ? NAME_OF.get(note.pitch) : undefined;
      const late = (recipe.late[role] ?? 0) + (drum ? (recipe.late[drum] ?? 0) : 0);
      const off = (late + drift + wobble(r) * loose * 0.3) / 1000;
      const start = swung(note.beat, recipe.swing, recipe.swingUnit) * second;
      const end = swung(note.beat + note.beats, recipe.swing, recipe.swingUnit) * second;
      const velocity = Math.min(1, Math.max(0.03, note.velocity * (1 + wobble(r) * 0.035)));
      return {
        ...note,
        velocity,
        at: plan.loop ? start + off : Math.max(0, start + off),
        seconds: Math.max(0.03, end - start),
      };
    });
}
