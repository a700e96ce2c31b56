// All tracks and the rooms before the master, or one stem of them, a piece after the other. A song that is short enough is
// one piece; a long one is never in memory as a whole.
import { DRUMS, STEM_OF, STEMS, type Stem } from "../score/names.ts";
import type { Score, Track } from "../score/score.ts";
import { gainBefore, gainIn } from "./balance.ts";
import { highPasses, makeEcho, makeHighPass, type Stereo, stereo } from "./effects.ts";
import { type Desk, openTrack } from "./play.ts";
import { makeRoom } from "./room.ts";
import { makeTables } from "./tables.ts";

/** In one piece up to here: about 130 MB. */
const WHOLE_SECONDS = 90;
/** A piece of a longer one. */
const PIECE_SECONDS = 3;

export type Plan = {
  rate: number;
  /** Of what is heard in the end; of a loop, without what rings over it. */
  length: number;
  /** Of what is played. */
  samples: number;
  /** Of a piece. */
  most: number;
  whole: boolean;
  /** What each track is turned up by, once it is known. */
  gains: Map<Track, number>;
};

export function planOf(score: Score, rate: number, wholeSeconds = WHOLE_SECONDS): Plan {
  const length = Math.round((score.seconds + score.tail) * rate);
  const samples = score.loop ? length + Math.round((score.reverb.seconds + 3) * rate) : length;
  const whole = length <= wholeSeconds * rate;
  return { rate, length, samples, whole, most: whole ? samples : Math.round(PIECE_SECONDS * rate), gains: new Map() };
}

function deskOf(score: Score, { rate, samples, whole }: Plan): Desk {
  const drums = score.tracks.filter((t) => t.role === "drums").flatMap((t) => t.notes);
  const kicks = drums.filter((n) => n.pitch === DRUMS.kick).map((n) => Math.round(n.at * rate));
  return {
    ...(whole ? { scratch: stereo(samples) } : {}),
    rate,
    samples,
    tables: makeTables(rate),
    kicks: kicks.sort((a, b) => a - b),
    beat: 60 / score.bpm,
    loop: score.loop ? score.seconds : undefined,
  };
}

function add(to: Stereo, from: Stereo, left: number, right: number): void {
  for (let i = 0; i < to.left.length; i++) {
    to.left[i]! += from.left[i]! * left;
    to.right[i]! += from.right[i]! * right;
  }
}

type Sends = { room: Stereo; echo: Float32Array };

/** `into`: where it is heard itself; `sends`: where its room and echo come from. Either may be of no interest. */
function mixTrack(
  { mix }: Track,
  sound: Stereo,
  gain: number,
  into: Stereo | undefined,
  sends: Sends | undefined,
): void {
  // A sweep of pan keeps its power: sine and cosine, scaled so that the middle is 1.
  const angle = ((mix.pan + 1) * Math.PI) / 4;
  const [gl, gr] = [gain * Math.cos(angle) * Math.SQRT2, gain * Math.sin(angle) * Math.SQRT2];
  if (into) add(into, sound, gl, gr);
  if (!sends) return;
  if (mix.reverb > 0) add(sends.room, sound, gl * mix.reverb, gr * mix.reverb);
  if (mix.delay > 0) {
    const level = gain * mix.delay * 0.5;
    for (let i = 0; i < sends.echo.length; i++) sends.echo[i]! += (sound.left[i]! + sound.right[i]!) * level;
  }
}

/** What the shared echo and room give back. `scratch` is used for the one and then for the other. */
function makeSpace(score: Score, rate: number): (sends: Sends, into: Stereo, scratch: Stereo) => void {
  const [thin, bright] = [makeHighPass(rate, 250), highPasses(rate, 220)];
  const [echo, room] = [makeEcho(rate, score.delay), makeRoom(rate, score.reverb)];
  return (sends, into, scratch) => {
    thin(sends.echo);
    echo(sends.echo, scratch);
    add(sends.room, scratch, 0.3, 0.3);
    add(into, scratch, 1, 1);
    bright(sends.room);
    room(sends.room, scratch);
    add(into, scratch, 1, 1);
  };
}

/** Each piece is there until the next is asked for. */
export function* mixDown(
  score: Score,
  plan: Plan,
  progress: (share: number) => void,
  only?: Stem,
): Generator<{ at: number; sound: Stereo }> {
  const { samples, most, whole, gains } = plan;
  const desk = deskOf(score, plan);
  const spacious = only === undefined || only === "space";
  const tracks = STEMS.flatMap((stem) => score.tracks.filter((t) => STEM_OF[t.role] === stem)).filter(
    (t) => spacious || STEM_OF[t.role] === only,
  );
  if (!whole) for (const track of tracks) if (!gains.has(track)) gains.set(track, gainBefore(track, desk, most));
  // Of a short song, each is played when its turn comes, in the same memory.
  const players = whole ? undefined : tracks.map((track) => openTrack(track, desk, most));
  const space = spacious ? makeSpace(score, plan.rate) : undefined;
  const scratch = desk.scratch ?? (space && stereo(most));
  const sum = stereo(most);
  const sends: Sends | undefined = space && { room: stereo(most), echo: new Float32Array(most) };
  const steps = tracks.length * Math.ceil(samples / most);
  let done = 0;
  for (let at = 0; at < samples; at += most) {
    const count = Math.min(most, samples - at);
    const part = (both: Stereo): Stereo =>
      count === most ? both : { left: both.left.subarray(0, count), right: both.right.subarray(0, count) };
    const into = part(sum);
    const send = sends && { room: part(sends.room), echo: sends.echo.subarray(0, count) };
    for (const side of [into.left, into.right, ...(send ? [send.room.left, send.room.right, send.echo] : [])])
      side.fill(0);
    for (const [n, track] of tracks.entries()) {
      const sound = (players?.[n] ?? openTrack(track, desk, most)).next(count);
      if (!gains.has(track)) gains.set(track, gainIn(track, desk, sound));
      const heard = only === undefined || STEM_OF[track.role] === only;
      mixTrack(track, sound, gains.get(track)!, heard ? into : undefined, send);
      progress((0.8 * ++done) / steps);
    }
    if (space && send && scratch) space(send, into, part(scratch));
    yield { at, sound: into };
  }
}
