// A score becomes sound: tracks balanced by their measured loudness, two shared rooms, one limiter, −14 LUFS.
import { tmpdir } from "node:os";
import { gated, makeLoudness, makePeak } from "../../analyse/loudness.ts";
import { STEM_OF, STEMS, type Stem } from "../score/names.ts";
import type { Score } from "../score/score.ts";
import { cut, highPasses, type Stereo, stereo } from "./effects.ts";
import { limiting, under } from "./limit.ts";
import { mixDown, type Plan, planOf } from "./mixdown.ts";
import { fileTape, memoryTape, type Tape } from "./tape.ts";

/** A finished song, which may be too long to be in memory. */
export type Mastered = {
  rate: number;
  samples: number;
  /** LUFS, and the true peak as a factor of full scale. */
  loudness: number;
  peak: number;
  /** What the master turned it up by. */
  gain: number;
  /** From the beginning, as often as somebody asks; a piece is there until the next. */
  pieces(): Iterable<Stereo>;
  /** One stem by itself, as loud as it is in the mix. All together are the mix before its limiter. */
  stem(stem: Stem): Iterable<Stereo>;
  close(): void;
};
export type RenderOptions = {
  rate?: number;
  progress?: (share: number) => void;
  /** Where a long one is while it is made. */
  folder?: string;
  /** What is longer is made in pieces. */
  wholeSeconds?: number;
};

/** Streaming services play at about this; the limiter keeps the true peak below −1 dB. */
export const LOUDNESS = -14;
/** Nothing below is heard; it only takes room from what is. */
const DEEPEST = 24;

const fadeOf = (score: Score) => Math.min(1.2, score.tail * 0.6);

/** `at`: where the piece is. The end of a song fades; a loop has none. */
function fadeOut(score: Score, { rate, length }: Plan): (piece: Stereo, at: number) => void {
  const count = score.loop ? 0 : Math.min(length, Math.round(fadeOf(score) * rate));
  return ({ left, right }, at) => {
    for (let i = Math.max(0, length - count - at); i < left.length; i++) {
      const gain = Math.sin((Math.PI / 2) * ((length - 1 - at - i) / count)) ** 2;
      left[i]! *= gain;
      right[i]! *= gain;
    }
  };
}

/** Onto a tape. What rings over the end of a loop belongs to its beginning. */
function record(score: Score, plan: Plan, tape: Tape, pieces: Iterable<{ at: number; sound: Stereo }>): void {
  const { length, most } = plan;
  const fade = fadeOut(score, plan);
  for (const { at, sound } of pieces) {
    const own = Math.max(0, Math.min(sound.left.length, length - at));
    const piece = cut(sound, 0, own);
    fade(piece, at);
    if (own > 0) tape.write(at / most, piece);
    for (let i = own; i < sound.left.length; ) {
      const place = (at + i) % length;
      const n = Math.floor(place / most);
      const there = tape.read(n);
      const from = place - n * most;
      const count = Math.min(sound.left.length - i, there.left.length - from);
      for (let k = 0; k < count; k++, i++) {
        there.left[from + k]! += sound.left[i]!;
        there.right[from + k]! += sound.right[i]!;
      }
      tape.write(n, there);
    }
  }
}

function* readAll(tape: Tape): Generator<Stereo> {
  for (let n = 0; n < tape.pieces; n++) yield tape.read(n);
}

/**
 * The tape, turned up and limited. A loop is played twice: the limiter has heard the end before the beginning, and the
 * second time counts. `all`: told of the first time too.
 */
function* limitedFrom(tape: Tape, plan: Plan, loop: boolean, gain: number, all?: (piece: Stereo) => void) {
  const limiter = limiting(plan.rate, gain, plan.most);
  let unheard = loop ? plan.length : 0;
  const heard = (piece: Stereo): Stereo => {
    all?.(piece);
    const from = Math.min(unheard, piece.left.length);
    unheard -= from;
    return cut(piece, from, piece.left.length);
  };
  for (let turn = loop ? 2 : 1; turn > 0; turn--) for (const piece of readAll(tape)) yield heard(limiter.push(piece));
  yield heard(limiter.end());
}

/** Turns it up until the limited result measures right: limiting itself takes some loudness away. */
function master(tape: Tape, plan: Plan, loop: boolean) {
  const { rate } = plan;
  const deep = highPasses(rate, DEEPEST);
  const raw = makeLoudness(rate, 2);
  for (let n = 0; n < tape.pieces; n++) {
    const piece = tape.read(n);
    deep(piece);
    raw.push([piece.left, piece.right]);
    tape.write(n, piece);
  }
  const before = gated(raw.momentary());
  if (!Number.isFinite(before)) return { gain: 1, loudness: before, peak: 0, pieces: () => readAll(tape) };
  // What fits in memory is kept, and not limited once more.
  const kept = plan.whole ? stereo(plan.length) : undefined;
  let decibels = LOUDNESS - before;
  for (let turn = 0; ; turn++) {
    const gain = 10 ** (decibels / 20);
    const [loud, top] = [makeLoudness(rate, 2), makePeak(2)];
    let at = 0;
    for (const piece of limitedFrom(tape, plan, loop, gain, ({ left, right }) => top.push([left, right]))) {
      loud.push([piece.left, piece.right]);
      kept?.left.set(piece.left, at);
      kept?.right.set(piece.right, at);
      at += piece.left.length;
    }
    const down = under(top.value());
    const loudness = gated(loud.momentary().map((block) => block + 20 * Math.log10(down)));
    const error = LOUDNESS - loudness;
    if (Math.abs(error) >= 0.25 && turn < 4) {
      decibels += error * 1.15;
      continue;
    }
    if (kept) scale(kept, down);
    const again = function* () {
      for (const piece of limitedFrom(tape, plan, loop, gain)) {
        scale(piece, down);
        if (piece.left.length > 0) yield piece;
      }
    };
    return { gain, loudness, peak: top.value() * down, pieces: kept ? () => [kept] : again };
  }
}

function scale({ left, right }: Stereo, by: number): void {
  if (by === 1) return;
  for (const side of [left, right]) for (let i = 0; i < side.length; i++) side[i]! *= by;
}

/** Whoever opens it closes it. */
export function openSong(score: Score, options: RenderOptions = {}): Mastered {
  const { rate = 44_100, progress, folder = tmpdir(), wholeSeconds } = options;
  const plan = planOf(score, rate, wholeSeconds);
  const { length, most, whole } = plan;
  const newTape = () => (whole ? memoryTape() : fileTape(length, most, folder));
  const tape = newTape();
  try {
    record(
      score,
      plan,
      tape,
      mixDown(score, plan, (share) => progress?.(share)),
    );
    progress?.(0.88);
    const mastered = master(tape, plan, score.loop);
    progress?.(1);
    return {
      rate,
      samples: length,
      ...mastered,
      stem: (stem) => stemOf(score, plan, stem, mastered.gain, newTape),
      close: tape.close,
    };
  } catch (error) {
    tape.close();
    throw error;
  }
}

function* stemOf(score: Score, plan: Plan, stem: Stem, gain: number, newTape: () => Tape): Generator<Stereo> {
  const tape = newTape();
  try {
    record(
      score,
      plan,
      tape,
      mixDown(score, plan, () => {}, stem),
    );
    const deep = highPasses(plan.rate, DEEPEST);
    for (const piece of readAll(tape)) {
      deep(piece);
      scale(piece, gain);
      yield piece;
    }
  } finally {
    tape.close();
  }
}

/** Those that have something to play. */
export const stemsOf = (score: Score): Stem[] =>
  STEMS.filter((stem) => stem === "space" || score.tracks.some((t) => STEM_OF[t.role] === stem));

export type Rendered = Pick<Mastered, "rate" | "loudness" | "gain"> & { mix: Stereo };

/** All of it in memory: for those who look at every sample. */
export function render(score: Score, options: RenderOptions = {}): Rendered {
  const song = openSong(score, options);
  try {
    const { rate, loudness, gain } = song;
    return { rate, loudness, gain, mix: joined(song.pieces(), song.samples) };
  } finally {
    song.close();
  }
}

export function joined(pieces: Iterable<Stereo>, samples: number): Stereo {
  const out = stereo(samples);
  let at = 0;
  for (const { left, right } of pieces) {
    // What is one piece already is not copied.
    if (left.length === samples) return { left, right };
    out.left.set(left, at);
    out.right.set(right, at);
    at += left.length;
  }
  return out;
}
