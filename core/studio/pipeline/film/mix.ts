// Mixes a film's sound: music that steps back while somebody speaks, at the loudness that platforms play at.
import { decode, type Sound } from "../../analyse/decode.ts";
import { integrated } from "../../analyse/loudness.ts";
import { limited } from "../../local/sound/limit.ts";
import { LOUDNESS } from "../../local/sound/render.ts";
import { wav } from "../../local/wav.ts";
import type { MixOrder, Pauses } from "./sound.ts";

const RATE = 44_100;
const WINDOW = 0.02;
/** Below the loudest of the voice: nobody speaks. */
const SILENT_DB = -36;
const SHORTEST_PAUSE = 0.16;
/** Music under a voice, against the voice: heard, and never in its way. */
const UNDER = 10 ** (-15 / 20);
const ALONE = 0.9;
const ATTACK = 0.09;
const RELEASE = 0.5;
const FADE_IN = 0.03;
const FADE_OUT = 0.9;
/** No more than that is made of a whisper. */
const MOST_GAIN = 12;

type Pair = { left: Float32Array; right: Float32Array };

/** In between, straight: what is resampled here is 44.1 or 48 kHz already. */
function resampled(side: Float32Array, rate: number): Float32Array {
  if (rate === RATE) return side;
  const out = new Float32Array(Math.floor((side.length * RATE) / rate));
  for (let i = 0; i < out.length; i++) {
    const at = (i * rate) / RATE;
    const n = Math.floor(at);
    const [a, b] = [side[n] ?? 0, side[n + 1] ?? 0];
    out[i] = a + (b - a) * (at - n);
  }
  return out;
}

function pairOf({ sides, rate }: Sound): Pair {
  const [left, right] = [sides[0]!, sides[1] ?? sides[0]!];
  return { left: resampled(left, rate), right: left === right ? resampled(left, rate) : resampled(right, rate) };
}

/** How loud each window is, from 0. */
function windows({ left, right }: Pair): Float32Array {
  const size = Math.round(WINDOW * RATE);
  return Float32Array.from({ length: Math.ceil(left.length / size) }, (_, n) => {
    let sum = 0;
    const end = Math.min(left.length, (n + 1) * size);
    for (let i = n * size; i < end; i++) sum += left[i]! ** 2 + right[i]! ** 2;
    return Math.sqrt(sum / (2 * size));
  });
}

const silentBelow = (levels: Float32Array) =>
  Math.max(
    1e-4,
    levels.reduce((most, l) => Math.max(most, l), 0),
  ) *
  10 ** (SILENT_DB / 20);

export async function findPauses(voice: Uint8Array): Promise<Pauses> {
  const pair = pairOf(await decode(voice));
  const levels = windows(pair);
  const floor = silentBelow(levels);
  const pauses: number[] = [];
  let since = -1;
  levels.forEach((level, n) => {
    if (level >= floor) {
      if (since >= 0 && (n - since) * WINDOW >= SHORTEST_PAUSE) pauses.push(((since + n) / 2) * WINDOW);
      since = -1;
    } else if (since < 0) since = n;
  });
  return { seconds: pair.left.length / RATE, pauses };
}

/** To the same loudness before they meet. */
function levelled(pair: Pair): Pair {
  const loud = integrated([pair.left, pair.right], RATE);
  if (!Number.isFinite(loud)) return pair;
  const gain = Math.min(MOST_GAIN, 10 ** ((LOUDNESS - loud) / 20));
  return { left: pair.left.map((x) => x * gain), right: pair.right.map((x) => x * gain) };
}

export async function mixDown({ music, voice, seconds }: MixOrder): Promise<Uint8Array> {
  const length = Math.round(seconds * RATE);
  const bed = levelled(pairOf(await decode(music)));
  const spoken = voice && { ...levelled(pairOf(await decode(voice.sound))), at: Math.round(voice.at * RATE) };
  const out: Pair = { left: new Float32Array(length), right: new Float32Array(length) };
  const levels = spoken ? windows(spoken) : undefined;
  const floor = levels ? silentBelow(levels) : 0;
  const [down, up] = [1 - Math.exp(-1 / (ATTACK * RATE)), 1 - Math.exp(-1 / (RELEASE * RATE))];
  const size = Math.round(WINDOW * RATE);
  let gain = ALONE;
  for (let i = 0; i < length; i++) {
    const v = spoken ? i - spoken.at : -1;
    const speaks = levels !== undefined && v >= 0 && (levels[Math.floor(v / size)] ?? 0) >= floor;
    const wanted = speaks ? UNDER : ALONE;
    gain += (wanted - gain) * (wanted < gain ? down : up);
    // A song that is shorter than the film begins again.
    const m = i % bed.left.length;
    const edge = Math.min(1, i / (FADE_IN * RATE), (length - i) / (FADE_OUT * RATE));
    out.left[i] = (bed.left[m]! * gain + (spoken?.left[v] ?? 0)) * edge;
    out.right[i] = (bed.right[m]! * gain + (spoken?.right[v] ?? 0)) * edge;
  }
  let more = 10 ** ((LOUDNESS - integrated([out.left, out.right], RATE)) / 20);
  if (!Number.isFinite(more)) return wav([out.left, out.right], RATE);
  // The limiter takes some of it away: once more with what it took.
  const first = limited(out, RATE, more);
  more *= 10 ** ((LOUDNESS - integrated([first.left, first.right], RATE)) / 20);
  const { left, right } = limited(out, RATE, more);
  return wav([left, right], RATE);
}
