// The thread that composes, renders and encodes one song and ends: the event loop of the house never waits for it.
import { parentPort, workerData } from "node:worker_threads";
import { truePeak } from "../analyse/loudness.ts";
import { encode } from "./encode.ts";
import { midi } from "./midi.ts";
import { compose } from "./score/compose.ts";
import type { Stem } from "./score/names.ts";
import type { Score } from "./score/score.ts";
import { keyName } from "./score/theory.ts";
import type { Order, Song } from "./song.ts";
import { render, renderStem, stemsOf } from "./sound/render.ts";
import { wav } from "./wav.ts";

export type Said = { progress: number } | { stem: Stem; bytes: Uint8Array } | { song: Song };

async function work({ genre, seed, wish, formats, stems, title, rate }: Order): Promise<Song> {
  const score = compose(genre, seed, wish);
  const say = (share: number) => parentPort?.postMessage({ progress: share * 0.8 } satisfies Said);
  const { mix, gain, loudness } = render(score, { progress: say, ...(rate === undefined ? {} : { rate }) });
  const made = rate ?? 44_100;
  const sides = [mix.left, mix.right];
  const tags = { title: title ?? genre, genre, bpm: score.bpm, key: keyName(score.key) };
  const files: Song["files"] = {};
  for (const format of formats) {
    files[format] =
      format === "wav" ? wav(sides, made) : format === "midi" ? midi(score) : await encode(format, sides, made, tags);
    say(1 + (0.24 * Object.keys(files).length) / formats.length);
  }
  const song = { score, files, seconds: mix.left.length / made, loudness, peak: truePeak(sides) };
  // The mix is of no use any more; each stem is handed over before the next is played.
  sides.length = 0;
  if (stems) sendStems(score, gain, made);
  return song;
}

function sendStems(score: Score, gain: number, rate: number): void {
  for (const stem of stemsOf(score)) {
    const { left, right } = renderStem(score, stem, gain, rate);
    const bytes = wav([left, right], rate);
    parentPort?.postMessage({ stem, bytes } satisfies Said, [bytes.buffer as ArrayBuffer]);
  }
}

const song = await work(workerData as Order);
const bytes = Object.values(song.files).map((file) => file.buffer as ArrayBuffer);
parentPort?.postMessage({ song } satisfies Said, bytes);
