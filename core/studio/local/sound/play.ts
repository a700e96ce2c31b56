// One track of a score becomes sound: every note by its instrument, then what the whole track goes through.
import type { Instrument, Kit, Role } from "../score/names.ts";
import { seeded } from "../score/random.ts";
import type { Note, Track } from "../score/score.ts";
import { playRain, playSweep, playVinyl } from "./air.ts";
import { chorus, duck, highPass, type Stereo, tremolo } from "./effects.ts";
import { makeKit } from "./kit.ts";
import { PATCHES, PLUCKS } from "./patches.ts";
import { playString } from "./string.ts";
import { playStruck, playTine, STRUCK, TINES } from "./struck.ts";
import type { Tables } from "./tables.ts";
import { hertz, type Out, playVoice, type Sound } from "./voice.ts";

export type Desk = {
  /** Where a track is played before it is mixed: used again for the next. */
  scratch: Stereo;
  rate: number;
  samples: number;
  tables: Tables;
  kicks: readonly number[];
  beat: number;
  loop: number | undefined;
};

const AIR: Partial<Record<Instrument, (out: Out, sound: Sound) => void>> = {
  vinyl: playVinyl,
  rain: playRain,
  sweep: playSweep,
};
/** Below this a role has nothing to say; bass and kick live there. */
const FLOOR_HZ: Record<Role, number> = {
  drums: 28,
  bass: 32,
  keys: 130,
  guitar: 120,
  arp: 190,
  pad: 140,
  lead: 170,
  solo: 160,
  answer: 170,
  texture: 220,
};
const TREMOLO: Partial<Record<Instrument, readonly [number, number, boolean]>> = {
  epiano: [5.1, 0.32, true],
  "bright-epiano": [5.6, 0.22, true],
  "soft-epiano": [4.3, 0.42, true],
  vibes: [5.4, 0.4, false],
  organ: [5.9, 0.25, true],
  "tremolo-guitar": [6.2, 0.65, false],
};

function drums(track: Track, out: Out, desk: Desk): void {
  const strokes = makeKit(track.instrument as Kit, desk.rate);
  const turns = new Map<number, number>();
  for (const note of track.notes) {
    const start = startOf(note, desk);
    const turn = turns.get(note.pitch) ?? 0;
    turns.set(note.pitch, turn + 1);
    const { hit, place } = strokes(note.pitch, turn);
    const loud = note.velocity ** 1.4;
    const [gl, gr] = [loud * Math.min(1, 1 - place), loud * Math.min(1, 1 + place)];
    const end = Math.min(hit.length, out.left.length - start);
    for (let i = 0; i < end; i++) {
      out.left[start + i]! += hit[i]! * gl;
      out.right[start + i]! += hit[i]! * gr;
    }
  }
}

function startOf(note: Note, desk: Desk): number {
  // In a loop the first note may be early: it is then at the end.
  const at = desk.loop !== undefined && note.at < 0 ? note.at + desk.loop : note.at;
  return Math.max(0, Math.round(at * desk.rate));
}

export function playNote(instrument: Instrument, out: Out, sound: Sound): void {
  const air = AIR[instrument];
  if (air) air(out, sound);
  else if (instrument in PATCHES) playVoice(out, PATCHES[instrument as keyof typeof PATCHES], sound);
  else if (instrument in PLUCKS) playString(out, PLUCKS[instrument as keyof typeof PLUCKS], sound);
  else if (instrument in STRUCK) playStruck(out, STRUCK[instrument as keyof typeof STRUCK], sound);
  else playTine(out, TINES[instrument as keyof typeof TINES], sound);
}

/** A keyboard lies before its player, low strings left; fingers on a guitar are heard a little apart. */
function placeOf(role: Role, pitch: number, chance: number): number {
  if (role === "keys" || role === "solo" || role === "arp") return Math.max(-0.6, Math.min(0.6, (pitch - 64) / 22));
  return role === "guitar" || role === "answer" ? (chance - 0.5) * 0.7 : 0;
}

function notes(track: Track, out: Out, desk: Desk): void {
  const r = seeded(`sound ${track.role} ${track.instrument}`);
  for (const note of track.notes) {
    const start = startOf(note, desk);
    if (start >= desk.samples) continue;
    const chance = r();
    playNote(track.instrument as Instrument, out, {
      start,
      length: Math.max(1, Math.round(note.seconds * desk.rate)),
      frequency: hertz(note.pitch),
      from: hertz(note.from ?? note.pitch),
      velocity: note.velocity,
      bright: note.bright,
      chance,
      pan: placeOf(track.role, note.pitch, chance),
    });
  }
}

/** The dry track with its own effects, not yet balanced. */
export function playTrack(track: Track, desk: Desk): Stereo {
  const out = { ...desk.scratch, rate: desk.rate, tables: desk.tables };
  for (const side of [out.left, out.right]) side.fill(0);
  if (track.role === "drums") drums(track, out, desk);
  else notes(track, out, desk);
  const { left, right, rate } = out;
  highPass(left, rate, FLOOR_HZ[track.role]);
  highPass(right, rate, FLOOR_HZ[track.role]);
  const sway = TREMOLO[track.instrument as Instrument];
  if (sway) tremolo(out, rate, ...sway);
  if (track.mix.chorus > 0) chorus(out, rate, track.mix.chorus);
  if (track.mix.duck > 0) duck(out, rate, desk.kicks, track.mix.duck, Math.min(0.32, desk.beat * 0.8));
  return { left, right };
}
