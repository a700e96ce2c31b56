// The thread that composes, renders and encodes one song and ends: the event loop of the house never waits for it, and no
// song is too long for its memory.
import { closeSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import { type Encoding, openEncoder, type Tags } from "./encode.ts";
import { midi } from "./midi.ts";
import { compose } from "./score/compose.ts";
import type { Stem } from "./score/names.ts";
import { keyName } from "./score/theory.ts";
import type { Order, Song } from "./song.ts";
import type { Stereo } from "./sound/effects.ts";
import { type Mastered, openSong, stemsOf } from "./sound/render.ts";
import { wavHead, wavSamples } from "./wav.ts";

export type Said = { progress: number } | { stem: Stem; file: string } | { song: Song };

type Writer = { push(piece: Stereo): void; end(): void };

function wavFile(path: string, samples: number, rate: number): Writer {
  const file = openSync(path, "wx", 0o600);
  const write = (bytes: Uint8Array) => {
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
  };
  const written = wavSamples(2);
  write(wavHead(samples, 2, rate));
  return {
    push: ({ left, right }) => write(written([left, right])),
    end: () => closeSync(file),
  };
}

async function encoded(kind: Encoding, rate: number, tags: Tags, done: (bytes: Uint8Array) => void): Promise<Writer> {
  const encoder = await openEncoder(kind, 2, rate, tags);
  return { push: ({ left, right }) => encoder.push([left, right]), end: () => done(encoder.end()) };
}

/** Part of the work that is done when the song is mixed, and when it is written. */
const [MIXED, WRITTEN] = [0.8, 0.98];

async function work({ genre, seed, wish, formats, stems, title, rate = 44_100, folder }: Order): Promise<Song> {
  const score = compose(genre, seed, wish);
  const say = (share: number) => parentPort?.postMessage({ progress: share } satisfies Said);
  const playing = openSong(score, { rate, folder, progress: (share) => say(share * MIXED) });
  try {
    const { samples, loudness, peak } = playing;
    const tags = { title: title ?? genre, genre, bpm: score.bpm, key: keyName(score.key) };
    const song: Song = { score, files: {}, seconds: samples / rate, loudness, peak };
    if (formats.includes("midi")) song.files.midi = midi(score);
    const writers: Writer[] = [];
    if (formats.includes("wav")) {
      song.wav = join(folder, "song.wav");
      writers.push(wavFile(song.wav, samples, rate));
    }
    for (const kind of ["mp3", "ogg"] as const)
      if (formats.includes(kind))
        writers.push(
          await encoded(kind, rate, tags, (bytes) => {
            song.files[kind] = bytes;
          }),
        );
    if (writers.length > 0) {
      let at = 0;
      for (const piece of playing.pieces()) {
        for (const writer of writers) writer.push(piece);
        at += piece.left.length;
        say(MIXED + ((WRITTEN - MIXED) * at) / samples);
      }
    }
    for (const writer of writers) writer.end();
    if (stems) for (const stem of stemsOf(score)) writeStem(playing, stem, folder);
    say(1);
    return song;
  } finally {
    playing.close();
  }
}

/** Each is told of before the next is played. */
function writeStem(playing: Mastered, stem: Stem, folder: string): void {
  const file = join(folder, `${stem}.wav`);
  const writer = wavFile(file, playing.samples, playing.rate);
  for (const piece of playing.stem(stem)) writer.push(piece);
  writer.end();
  parentPort?.postMessage({ stem, file } satisfies Said);
}

const song = await work(workerData as Order);
const bytes = Object.values(song.files).map((file) => file.buffer as ArrayBuffer);
parentPort?.postMessage({ song } satisfies Said, bytes);
