// One track of a score becomes sound: every note by its instrument, then what the whole track goes through.
import type { Instrument, Kit, Role } from "../score/names.ts";
import { seeded } from "../score/random.ts";
import type { Note, Track } from "../score/score.ts";
import { AIRS, type Air, playSweep } from "./air.ts";
import { cut, duck, highPasses, makeChorus, type Stereo, stereo, type Tremolo, tremolo } from "./effects.ts";
import { makeKit } from "./kit.ts";
import { PATCHES, PLUCKS } from "./patches.ts";
import { playString } from "./string.ts";
import { playStruck, playTine, STRUCK, TINES } from "./struck.ts";
import type { Tables } from "./tables.ts";
import { hertz, type Out, playVoice, type Sound, seedOf, voiceRings } from "./voice.ts";

export type Desk = {
  /** Where a track is played before it is mixed: used again for the next. Only where all of it is played in one piece. */
  scratch?: Stereo;
  rate: number;
  samples: number;
  tables: Tables;
  kicks: readonly number[];
  beat: number;
  loop: number | undefined;
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
const TREMOLO: Partial<Record<Instrument, Tremolo>> = {
  epiano: [5.1, 0.32, true],
  "bright-epiano": [5.6, 0.22, true],
  "soft-epiano": [4.3, 0.42, true],
  vibes: [5.4, 0.4, false],
  organ: [5.9, 0.25, true],
  "tremolo-guitar": [6.2, 0.65, false],
};

/** One note in its place: `play` into a piece of the song whose samples begin at `out.from`; or a sound that goes on. */
type Event = { start: number; end: number } & ({ play(out: Out): void } | { air: Air });

function drums(track: Track, desk: Desk): Event[] {
  const strokes = makeKit(track.instrument as Kit, desk.rate);
  const turns = new Map<number, number>();
  return track.notes.map((note) => {
    const start = startOf(note, desk);
    const turn = turns.get(note.pitch) ?? 0;
    turns.set(note.pitch, turn + 1);
    const { hit, place } = strokes(note.pitch, turn);
    const loud = note.velocity ** 1.4;
    const [gl, gr] = [loud * Math.min(1, 1 - place), loud * Math.min(1, 1 + place)];
    return {
      start,
      end: start + hit.length,
      play(out) {
        const at = start - (out.from ?? 0);
        const end = Math.min(hit.length, out.left.length - at);
        for (let i = 0; i < end; i++) {
          out.left[at + i]! += hit[i]! * gl;
          out.right[at + i]! += hit[i]! * gr;
        }
      },
    };
  });
}

function startOf(note: Note, desk: Desk): number {
  // In a loop the first note may be early: it is then at the end.
  const at = desk.loop !== undefined && note.at < 0 ? note.at + desk.loop : note.at;
  return Math.max(0, Math.round(at * desk.rate));
}

export function playNote(instrument: Instrument, out: Out, sound: Sound): void {
  const air = AIRS[instrument];
  if (air) {
    const length = Math.min(sound.length, out.left.length - sound.start);
    air(out.rate, { seed: seedOf(out, sound), length, velocity: sound.velocity })(out, sound.start, length);
  } else if (instrument === "sweep") playSweep(out, sound);
  else if (instrument in PATCHES) playVoice(out, PATCHES[instrument as keyof typeof PATCHES], sound);
  else if (instrument in PLUCKS) playString(out, PLUCKS[instrument as keyof typeof PLUCKS], sound);
  else if (instrument in STRUCK) playStruck(out, STRUCK[instrument as keyof typeof STRUCK], sound);
  else playTine(out, TINES[instrument as keyof typeof TINES], sound);
}

/** Samples that an instrument is heard after a note has ended. */
function rings(instrument: Instrument, rate: number): number {
  if (instrument in AIRS || instrument === "sweep") return 0;
  if (instrument in PATCHES) return voiceRings(PATCHES[instrument as keyof typeof PATCHES], rate);
  if (instrument in PLUCKS) return Math.round(PLUCKS[instrument as keyof typeof PLUCKS].stop * rate);
  const struck =
    instrument in STRUCK ? STRUCK[instrument as keyof typeof STRUCK] : TINES[instrument as keyof typeof TINES];
  return Math.round(struck.release * rate);
}

/** A keyboard lies before its player, low strings left; fingers on a guitar are heard a little apart. */
function placeOf(role: Role, pitch: number, chance: number): number {
  if (role === "keys" || role === "solo" || role === "arp") return Math.max(-0.6, Math.min(0.6, (pitch - 64) / 22));
  return role === "guitar" || role === "answer" ? (chance - 0.5) * 0.7 : 0;
}

function notes(track: Track, desk: Desk): Event[] {
  const r = seeded(`sound ${track.role} ${track.instrument}`);
  const instrument = track.instrument as Instrument;
  const after = rings(instrument, desk.rate);
  const air = AIRS[instrument];
  return track.notes.flatMap((note): Event[] => {
    const start = startOf(note, desk);
    if (start >= desk.samples) return [];
    const chance = r();
    const { velocity } = note;
    const length = Math.max(1, Math.round(note.seconds * desk.rate));
    const end = Math.min(desk.samples, start + length + after);
    if (air) return [{ start, end, air: air(desk.rate, { seed: start, length: end - start, velocity }) }];
    const sound = {
      length,
      frequency: hertz(note.pitch),
      from: hertz(note.from ?? note.pitch),
      velocity,
      bright: note.bright,
      chance,
      pan: placeOf(track.role, note.pitch, chance),
    };
    return [{ start, end, play: (out) => playNote(instrument, out, { ...sound, start: start - (out.from ?? 0) }) }];
  });
}

/** What the whole track goes through, a piece after the other. `at`: where the piece is. */
function effectsOf(track: Track, { rate, kicks, beat, samples }: Desk): (piece: Stereo, at: number) => void {
  const { chorus, duck: depth } = track.mix;
  const floor = highPasses(rate, FLOOR_HZ[track.role]);
  const sway = TREMOLO[track.instrument as Instrument];
  const wide = chorus > 0 ? makeChorus(rate, chorus) : undefined;
  const ducking = { kicks, depth, recover: Math.min(0.32, beat * 0.8), samples };
  return (piece, at) => {
    floor(piece);
    if (sway) tremolo(piece, rate, at, sway);
    wide?.(piece, at);
    if (depth > 0) duck(piece, rate, at, ducking);
  };
}

/** A track as it is played: pieces one after the other, with its own effects, not yet balanced. */
export type Player = {
  /** The next so many samples; they are there until the next call. */
  next(count: number): Stereo;
  /** Goes on without listening: no more than the notes that are heard later are played. */
  skip(count: number): void;
};

/** `most`: no piece is longer. `wanted`: notes that are heard, where only some of the song is. */
export function openTrack(
  track: Track,
  desk: Desk,
  most: number,
  wanted: (start: number, end: number) => boolean = () => true,
): Player {
  const { rate, tables, samples } = desk;
  const events = (track.role === "drums" ? drums(track, desk) : notes(track, desk)).filter((e) =>
    wanted(e.start, e.end),
  );
  const longest = events.reduce((most, e) => ("air" in e ? most : Math.max(most, e.end - e.start)), 0);
  const room = desk.scratch ?? stereo(Math.min(samples, most + longest));
  for (const side of [room.left, room.right]) side.fill(0);
  const effects = effectsOf(track, desk);
  let [base, last] = [0, 0];
  const play = (count: number): Stereo => {
    if (last > 0)
      for (const side of [room.left, room.right]) {
        side.copyWithin(0, last);
        side.fill(0, side.length - last);
      }
    base += last;
    last = count;
    const out = { ...cut(room, 0, Math.min(room.left.length, samples - base)), rate, tables, from: base };
    for (const event of events) {
      if ("air" in event) {
        const [from, to] = [Math.max(event.start, base), Math.min(event.end, base + count)];
        if (to > from) event.air(out, from - base, to - from);
      } else if (event.start >= base && event.start < base + count) event.play(out);
    }
    return cut(room, 0, count);
  };
  return {
    next(count) {
      const piece = play(count);
      effects(piece, base);
      return piece;
    },
    skip: (count) => void play(count),
  };
}
