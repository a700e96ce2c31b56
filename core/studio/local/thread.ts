// The thread that composes, renders and encodes one song and ends: the event loop of the house never waits for it.
import { parentPort, workerData } from "node:worker_threads";
import { truePeak } from "../analyse/loudness.ts";
import { encode } from "./encode.ts";
import { midi } from "./midi.ts";
import { compose } from "./score/compose.ts";
import type { Stem } from "./score/names.ts";
import { keyName } from "./score/theory.ts";
import type { Order, Song } from "./song.ts";
import { render } from "./sound/render.ts";
import { wav } from "./wav.ts";

export type Said = { progress: number } | { song: Song };

async function work({ genre, seed, wish, formats, stems, title, rate }: Order): Promise<Song> {
  const score = compose(genre, seed, wish);
  const say = (share: number) => parentPort?.postMessage({ progress: share * 0.8 } satisfies Said);
  const {
    mix,
    stems: groups,
    loudness,
  } = render(score, { stems, progress: say, ...(rate === undefined ? {} : { rate }) });
  const made = rate ?? 44_100;
  const sides = [mix.left, mix.right];
  const tags = { title: title ?? genre, genre, bpm: score.bpm, key: keyName(score.key) };
  const files: Song["files"] = {};
  for (const format of formats) {
    files[format] =
      format === "wav" ? wav(sides, made) : format === "midi" ? midi(score) : await encode(format, sides, made, tags);
    say(1 + (0.24 * Object.keys(files).length) / formats.length);
  }
  const parts: Song["stems"] = {};
  for (const [stem, sound] of Object.entries(groups)) parts[stem as Stem] = wav([sound.left, sound.right], made);
  return { score, files, stems: parts, seconds: mix.left.length / made, loudness, peak: truePeak(sides) };
}

const song = await work(workerData as Order);
const bytes = [...Object.values(song.files), ...Object.values(song.stems)].map((file) => file.buffer as ArrayBuffer);
parentPort?.postMessage({ song } satisfies Said, bytes);
