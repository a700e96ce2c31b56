// A standard MIDI file of a score: one track a player, as it was performed, to open in any studio program.
import { type Instrument, PROGRAMS } from "./score/names.ts";
import type { Score, Track } from "./score/score.ts";
import { SCALES } from "./score/theory.ts";

/** Ticks of a quarter: fine enough for a hand's few milliseconds. */
const TICKS = 480;
const DRUM_CHANNEL = 9;

type Event = { at: number; order: number; bytes: number[] };

function varied(value: number): number[] {
  const bytes = [value & 127];
  for (let rest = value >> 7; rest > 0; rest >>= 7) bytes.unshift((rest & 127) | 128);
  return bytes;
}
const text = (kind: number, words: string): number[] => {
  const bytes = [...new TextEncoder().encode(words)];
  return [0xff, kind, ...varied(bytes.length), ...bytes];
};
const big = (value: number, bytes: number): number[] =>
  Array.from({ length: bytes }, (_, i) => (value >> (8 * (bytes - 1 - i))) & 255);

function chunk(name: string, body: readonly number[]): number[] {
  return [...name].map((c) => c.charCodeAt(0)).concat(big(body.length, 4), body);
}

function track(events: Event[]): number[] {
  const body: number[] = [];
  let now = 0;
  for (const { at, bytes } of events.sort((a, b) => a.at - b.at || a.order - b.order)) {
    for (const byte of varied(Math.max(0, at - now))) body.push(byte);
    for (const byte of bytes) body.push(byte);
    now = Math.max(now, at);
  }
  body.push(0, 0xff, 0x2f, 0);
  return chunk("MTrk", body);
}

/** Sharps above zero, flats below: the key signature whose scale the song's is. */
function signature({ key }: Score): [number, number] {
  const major = (key.tonic - { major: 0, minor: 9, dorian: 2, lydian: 5 }[key.mode] + 12) % 12;
  const sharps = (major * 7) % 12;
  return [sharps > 6 ? sharps - 12 : sharps, SCALES[key.mode][2] === 3 ? 1 : 0];
}

function conductor(score: Score): number[] {
  const [sharps, minor] = signature(score);
  const events: Event[] = [
    { at: 0, order: 0, bytes: text(3, `${score.genre} ${score.seed}`) },
    { at: 0, order: 1, bytes: [0xff, 0x51, 3, ...big(Math.round(60_000_000 / score.bpm), 3)] },
    { at: 0, order: 1, bytes: [0xff, 0x58, 4, 4, 2, 24, 8] },
    { at: 0, order: 1, bytes: [0xff, 0x59, 2, sharps & 255, minor] },
  ];
  for (const s of score.sections)
    events.push({ at: s.bar * 4 * TICKS, order: 2, bytes: text(6, s.nth > 1 ? `${s.kind} ${s.nth}` : s.kind) });
  return track(events);
}

function player(score: Score, { role, instrument, notes }: Track, channel: number): number[] {
  const drums = role === "drums";
  const events: Event[] = [{ at: 0, order: 0, bytes: text(3, `${role}: ${instrument}`) }];
  if (!drums) events.push({ at: 0, order: 1, bytes: [0xc0 | channel, PROGRAMS[instrument as Instrument]] });
  const perSecond = (TICKS * score.bpm) / 60;
  for (const note of notes) {
    const at = Math.max(0, Math.round(note.at * perSecond));
    const end = Math.max(at + 1, Math.round((note.at + note.seconds) * perSecond));
    const velocity = Math.max(1, Math.min(127, Math.round(note.velocity * 127)));
    // An end comes before a beginning of the same pitch at the same time.
    events.push(
      { at, order: 3, bytes: [0x90 | channel, note.pitch, velocity] },
      { at: end, order: 2, bytes: [0x80 | channel, note.pitch, 0] },
    );
  }
  return track(events);
}

/** Air, rain and sweeps are no notes: they stay out. */
const UNWRITTEN = new Set<string>(["vinyl", "rain", "sweep"]);

export function midi(score: Score): Uint8Array {
  const tracks = [conductor(score)];
  let channel = 0;
  for (const one of score.tracks) {
    if (UNWRITTEN.has(one.instrument)) continue;
    if (one.role === "drums") tracks.push(player(score, one, DRUM_CHANNEL));
    else {
      if (channel === DRUM_CHANNEL) channel++;
      tracks.push(player(score, one, channel++));
    }
  }
  const head = chunk("MThd", [...big(1, 2), ...big(tracks.length, 2), ...big(TICKS, 2)]);
  return Uint8Array.from([head, ...tracks].flat());
}
