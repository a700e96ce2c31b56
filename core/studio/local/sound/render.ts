// A score becomes sound: tracks balanced by their measured loudness, two shared rooms, one limiter, −14 LUFS.
import { gated, integrated, momentary } from "../../analyse/loudness.ts";
import { DRUMS, STEM_OF, STEMS, type Stem } from "../score/names.ts";
import type { Score, Track } from "../score/score.ts";
import { highPass, pingPong, type Stereo, stereo } from "./effects.ts";
import { makeLimiter } from "./limit.ts";
import { type Desk, playTrack } from "./play.ts";
import { reverberate } from "./room.ts";
import { makeTables } from "./tables.ts";

export type Rendered = {
  rate: number;
  mix: Stereo;
  loudness: number /** What the master turned it up by. */;
  gain: number;
};
export type RenderOptions = { rate?: number; progress?: (share: number) => void };

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

/** `into`: where it is heard itself; `sends`: where its room and echo come from. Either may be of no interest. */
function mixTrack(track: Track, desk: Desk, into: Stereo | undefined, sends: Sends | undefined): void {
  const sound = playTrack(track, desk);
  const loud = loudnessOf(track, sound, desk.rate);
  const gain = Number.isFinite(loud) ? 10 ** ((REFERENCE - loud + track.mix.gain) / 20) : 0;
  // A sweep of pan keeps its power: sine and cosine, scaled so that the middle is 1.
  const angle = ((track.mix.pan + 1) * Math.PI) / 4;
  const [gl, gr] = [gain * Math.cos(angle) * Math.SQRT2, gain * Math.sin(angle) * Math.SQRT2];
  if (into) add(into, sound, gl, gr);
  if (!sends) return;
  if (track.mix.reverb > 0) add(sends.room, sound, gl * track.mix.reverb, gr * track.mix.reverb);
  if (track.mix.delay > 0) {
    const level = gain * track.mix.delay * 0.5;
    for (let i = 0; i < sends.echo.length; i++) sends.echo[i]! += (sound.left[i]! + sound.right[i]!) * level;
  }
}

/** `scratch` is used for the one and then for the other: a song of ten minutes has no memory to spare. */
function space(score: Score, sends: Sends, into: Stereo, scratch: Stereo, rate: number): void {
  highPass(sends.echo, rate, 250);
  const echo = pingPong(sends.echo, scratch, rate, score.delay);
  add(sends.room, echo, 0.3, 0.3);
  add(into, echo, 1, 1);
  highPass(sends.room.left, rate, 220);
  highPass(sends.room.right, rate, 220);
  add(into, reverberate(sends.room, scratch, rate, score.reverb), 1, 1);
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

/** All tracks and the rooms before the master, or one stem of them. Its memory is free again when the master begins. */
function mixDown(score: Score, rate: number, progress: (share: number) => void, only?: Stem): Stereo {
  const length = Math.round((score.seconds + score.tail) * rate);
  const samples = score.loop ? length + Math.round((score.reverb.seconds + 3) * rate) : length;
  const desk = deskOf(score, rate, samples);
  const spacious = only === undefined || only === "space";
  const sends: Sends | undefined = spacious ? { room: stereo(samples), echo: new Float32Array(samples) } : undefined;
  const sum = stereo(samples);
  let done = 0;
  for (const stem of STEMS)
    for (const track of score.tracks.filter((t) => STEM_OF[t.role] === stem)) {
      if (spacious || stem === only)
        mixTrack(track, desk, only === undefined || stem === only ? sum : undefined, sends);
      progress((0.8 * ++done) / score.tracks.length);
    }
  if (sends) space(score, sends, sum, desk.scratch, rate);
  return score.loop ? fold(sum, length) : sum;
}

const fadeOf = (score: Score) => Math.min(1.2, score.tail * 0.6);

export function render(score: Score, { rate = 44_100, progress }: RenderOptions = {}): Rendered {
  const sum = mixDown(score, rate, (share) => progress?.(share));
  progress?.(0.88);
  if (!score.loop) fadeOut(sum, rate, fadeOf(score));
  const { out, gain, loudness } = master(sum, rate, score.loop);
  progress?.(1);
  return { rate, mix: out, gain, loudness };
}

/** Those that have something to play. */
export const stemsOf = (score: Score): Stem[] =>
  STEMS.filter((stem) => stem === "space" || score.tracks.some((t) => STEM_OF[t.role] === stem));

/** One stem by itself, as loud as it is in the mix: `gain` is the mix's own. All together are the mix before its limiter. */
export function renderStem(score: Score, stem: Stem, gain: number, rate = 44_100): Stereo {
  const sound = mixDown(score, rate, () => {}, stem);
  if (!score.loop) fadeOut(sound, rate, fadeOf(score));
  for (const side of [sound.left, sound.right]) {
    highPass(side, rate, DEEPEST);
    for (let i = 0; i < side.length; i++) side[i]! *= gain;
  }
  return sound;
}
