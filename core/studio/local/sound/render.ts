// A score becomes sound: tracks balanced by their measured loudness, two shared rooms, one limiter, −14 LUFS.
import { gated, integrated, momentary } from "../../analyse/loudness.ts";
import { DRUMS, STEM_OF, STEMS, type Stem } from "../score/names.ts";
import type { Score, Track } from "../score/score.ts";
import { highPass, pingPong, type Stereo, stereo } from "./effects.ts";
import { makeLimiter } from "./limit.ts";
import { type Desk, playTrack } from "./play.ts";
import { reverberate } from "./room.ts";
import { makeTables } from "./tables.ts";

export type Rendered = { rate: number; mix: Stereo; stems: Partial<Record<Stem, Stereo>>; loudness: number };
export type RenderOptions = { rate?: number; stems?: boolean; progress?: (share: number) => void };

/** Streaming services play at about this; the limiter keeps the true peak below −1 dB. */
export const LOUDNESS = -14;
/** A track at 0 dB in a recipe is this loud before the master. */
const REFERENCE = -20;
const WINDOWS = 12;
/** Nothing below is heard; it only takes room from what is. */
const DEEPEST = 24;

/** How loud a track is where it plays: a few places of two seconds are enough, a whole song would take as long as playing it. */
function loudnessOf(track: Track, sound: Stereo, rate: number): number {
  const blocks: number[] = [];
  for (let n = 0; n < WINDOWS; n++) {
    const note = track.notes[Math.floor((n * track.notes.length) / WINDOWS)];
    // Of a long note another place each time: a sweep is quiet where it begins.
    const into = Math.max(0, (note?.seconds ?? 0) - 2) * (n / (WINDOWS - 1));
    const from = Math.max(0, Math.round(((note?.at ?? 0) + into) * rate));
    const to = Math.min(sound.left.length, from + 2 * rate);
    blocks.push(...momentary([sound.left.subarray(from, to), sound.right.subarray(from, to)], rate));
  }
  return gated(Float64Array.from(blocks));
}

function add(to: Stereo, from: Stereo, left: number, right: number): void {
  for (let i = 0; i < to.left.length; i++) {
    to.left[i]! += from.left[i]! * left;
    to.right[i]! += from.right[i]! * right;
  }
}

/** What rings over the end of a loop belongs to its beginning. */
function fold(sound: Stereo, length: number): Stereo {
  const out = { left: sound.left.slice(0, length), right: sound.right.slice(0, length) };
  for (let i = length; i < sound.left.length; i++) {
    out.left[i % length]! += sound.left[i]!;
    out.right[i % length]! += sound.right[i]!;
  }
  return out;
}

function fadeOut(sound: Stereo, rate: number, seconds: number): void {
  const count = Math.min(sound.left.length, Math.round(seconds * rate));
  for (let i = 0; i < count; i++) {
    const gain = Math.sin((Math.PI / 2) * (i / count)) ** 2;
    const at = sound.left.length - 1 - i;
    sound.left[at]! *= gain;
    sound.right[at]! *= gain;
  }
}

type Sends = { room: Stereo; echo: Float32Array };

function mixTrack(track: Track, desk: Desk, group: Stereo, sends: Sends): void {
  const sound = playTrack(track, desk);
  const loud = loudnessOf(track, sound, desk.rate);
  const gain = Number.isFinite(loud) ? 10 ** ((REFERENCE - loud + track.mix.gain) / 20) : 0;
  // A sweep of pan keeps its power: sine and cosine, scaled so that the middle is 1.
  const angle = ((track.mix.pan + 1) * Math.PI) / 4;
  const [gl, gr] = [gain * Math.cos(angle) * Math.SQRT2, gain * Math.sin(angle) * Math.SQRT2];
  add(group, sound, gl, gr);
  if (track.mix.reverb > 0) add(sends.room, sound, gl * track.mix.reverb, gr * track.mix.reverb);
  if (track.mix.delay > 0) {
    const level = gain * track.mix.delay * 0.5;
    for (let i = 0; i < sends.echo.length; i++) sends.echo[i]! += (sound.left[i]! + sound.right[i]!) * level;
  }
}

function space(score: Score, sends: Sends, into: { room: Stereo; echo: Stereo }, rate: number): Stereo {
  highPass(sends.echo, rate, 250);
  const echo = pingPong(sends.echo, into.echo, rate, score.delay);
  add(sends.room, echo, 0.3, 0.3);
  highPass(sends.room.left, rate, 220);
  highPass(sends.room.right, rate, 220);
  const room = reverberate(sends.room, into.room, rate, score.reverb);
  add(room, echo, 1, 1);
  return room;
}

/** Twice one after the other: the limiter of a loop has heard the end before the beginning, and the second time counts. */
function doubled({ left, right }: Stereo): Stereo {
  const out = stereo(left.length * 2);
  for (const at of [0, left.length]) {
    out.left.set(left, at);
    out.right.set(right, at);
  }
  return out;
}

/** Turns it up until the limited result measures right: limiting itself takes some loudness away. */
function master(mix: Stereo, rate: number, loop: boolean): { out: Stereo; gain: number; loudness: number } {
  highPass(mix.left, rate, DEEPEST);
  highPass(mix.right, rate, DEEPEST);
  const raw = integrated([mix.left, mix.right], rate);
  if (!Number.isFinite(raw)) return { out: mix, gain: 1, loudness: raw };
  const input = loop ? doubled(mix) : mix;
  const limit = makeLimiter(input.left.length, rate);
  const from = input.left.length - mix.left.length;
  let decibels = LOUDNESS - raw;
  for (let turn = 0; ; turn++) {
    const gain = 10 ** (decibels / 20);
    const whole = limit(input, gain);
    const out = { left: whole.left.subarray(from), right: whole.right.subarray(from) };
    const loudness = integrated([out.left, out.right], rate);
    const error = LOUDNESS - loudness;
    if (Math.abs(error) < 0.25 || turn === 4) return { out, gain, loudness };
    decibels += error * 1.15;
  }
}

type Mixed = { sum: Stereo; groups: Partial<Record<Stem, Stereo>> };

function deskOf(score: Score, rate: number, samples: number): Desk {
  const drums = score.tracks.filter((t) => t.role === "drums").flatMap((t) => t.notes);
  const kicks = drums.filter((n) => n.pitch === DRUMS.kick).map((n) => Math.round(n.at * rate));
  return {
    scratch: stereo(samples),
    rate,
    samples,
    tables: makeTables(rate),
    kicks: kicks.sort((a, b) => a - b),
    beat: 60 / score.bpm,
    loop: score.loop ? score.seconds : undefined,
  };
}

/** All tracks and the rooms, before the master. Its memory is free again when the master begins. */
function mixDown(score: Score, rate: number, stems: boolean, progress: (share: number) => void): Mixed {
  const length = Math.round((score.seconds + score.tail) * rate);
  const samples = score.loop ? length + Math.round((score.reverb.seconds + 3) * rate) : length;
  const desk = deskOf(score, rate, samples);
  const sends: Sends = { room: stereo(samples), echo: new Float32Array(samples) };
  const groups: Partial<Record<Stem, Stereo>> = {};
  const sum = stereo(length);
  const settle = (stem: Stem, group: Stereo) => {
    const whole = score.loop ? fold(group, length) : group;
    add(sum, whole, 1, 1);
    if (stems) groups[stem] = whole;
  };
  let group = stereo(samples);
  let done = 0;
  for (const stem of STEMS) {
    const tracks = score.tracks.filter((t) => STEM_OF[t.role] === stem);
    if (tracks.length === 0) continue;
    if (stems) group = stereo(samples);
    else for (const side of [group.left, group.right]) side.fill(0);
    for (const track of tracks) {
      mixTrack(track, desk, group, sends);
      progress((0.8 * ++done) / score.tracks.length);
    }
    settle(stem, group);
  }
  const echo = stems ? stereo(samples) : group;
  settle("space", space(score, sends, { room: desk.scratch, echo }, rate));
  return { sum, groups };
}

export function render(score: Score, { rate = 44_100, stems = false, progress }: RenderOptions = {}): Rendered {
  const { sum, groups } = mixDown(score, rate, stems, (share) => progress?.(share));
  progress?.(0.88);
  const fade = Math.min(1.2, score.tail * 0.6);
  if (!score.loop) fadeOut(sum, rate, fade);
  const { out, gain, loudness } = master(sum, rate, score.loop);
  for (const group of Object.values(groups)) {
    if (!score.loop) fadeOut(group, rate, fade);
    for (const side of [group.left, group.right]) {
      highPass(side, rate, DEEPEST);
      for (let i = 0; i < side.length; i++) side[i]! *= gain;
    }
  }
  progress?.(1);
  return { rate, mix: out, stems: groups, loudness };
}
