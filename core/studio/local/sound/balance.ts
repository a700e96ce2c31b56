// How loud a track is where it plays, and so how far it is turned up. A few places of two seconds are enough; a whole song
// would take as long as playing it.
import { gated, momentary } from "../../analyse/loudness.ts";
import type { Track } from "../score/score.ts";
import { cut, type Stereo, stereo } from "./effects.ts";
import { type Desk, openTrack } from "./play.ts";

/** A track at 0 dB in a recipe is this loud before the master. */
const REFERENCE = -20;
const WINDOWS = 12;
/** So much earlier somebody begins to listen who did not hear what came before: filters come to rest. */
const BEFORE_SECONDS = 0.3;

type Window = readonly [from: number, to: number];

function windowsOf({ notes }: Track, { rate, samples }: Desk): Window[] {
  return Array.from({ length: WINDOWS }, (_, n) => {
    const note = notes[Math.floor((n * notes.length) / WINDOWS)];
    // Of a long note another place each time: a sweep is quiet where it begins.
    const into = Math.max(0, (note?.seconds ?? 0) - 2) * (n / (WINDOWS - 1));
    const from = Math.min(samples, Math.max(0, Math.round(((note?.at ?? 0) + into) * rate)));
    return [from, Math.min(samples, from + 2 * rate)];
  });
}

function gainOf(track: Track, rate: number, sounds: readonly Stereo[]): number {
  const blocks = sounds.flatMap(({ left, right }) => [...momentary([left, right], rate)]);
  const loud = gated(Float64Array.from(blocks));
  return Number.isFinite(loud) ? 10 ** ((REFERENCE - loud + track.mix.gain) / 20) : 0;
}

/** Of a track that was played in one piece. */
export const gainIn = (track: Track, desk: Desk, whole: Stereo): number =>
  gainOf(
    track,
    desk.rate,
    windowsOf(track, desk).map(([from, to]) => cut(whole, from, to)),
  );

/** Of a track that is too long for that: only these places are played. */
export function gainBefore(track: Track, desk: Desk, most: number): number {
  const windows = windowsOf(track, desk);
  const before = Math.round(BEFORE_SECONDS * desk.rate);
  const spans = windows.map(([from, to]): Window => [Math.max(0, from - before), to]).sort((a, b) => a[0] - b[0]);
  const near = (from: number, to: number) => spans.some((span) => from < span[1] && to > span[0]);
  const player = openTrack(track, desk, most, near);
  const sounds = windows.map(([from, to]) => stereo(to - from));
  const hear = (piece: Stereo, at: number) => {
    for (const [n, [from, to]] of windows.entries()) {
      const [first, end] = [Math.max(from, at), Math.min(to, at + piece.left.length)];
      if (end <= first) continue;
      const part = cut(piece, first - at, end - at);
      sounds[n]!.left.set(part.left, first - from);
      sounds[n]!.right.set(part.right, first - from);
    }
  };
  let at = 0;
  for (const [from, to] of spans) {
    for (; at < from; at += Math.min(most, from - at)) player.skip(Math.min(most, from - at));
    while (at < to) {
      const count = Math.min(most, to - at);
      hear(player.next(count), at);
      at += count;
    }
  }
  return gainOf(track, desk.rate, sounds);
}
