// Asks for a song: checked here, made in a thread of its own, with progress on the way and an end when the caller has changed their mind.
import { rm } from "node:fs/promises";
import { Worker } from "node:worker_threads";
import { workFolder } from "../../workfolder.ts";
import type { Stem } from "./score/names.ts";
import type { Score } from "./score/score.ts";
import { checkWish, type Wish } from "./score/wish.ts";
import type { Said } from "./thread.ts";

export type Format = "wav" | "mp3" | "ogg" | "midi";
export type Order = {
  genre: string;
  seed: string | number;
  wish: Wish;
  formats: Format[];
  stems: boolean;
  title?: string;
  rate?: number;
  folder: string;
};
export type Song = {
  score: Score;
  files: Partial<Record<Exclude<Format, "wav">, Uint8Array>>;
  /** A file, as long as a long song. */
  wav?: string;
  seconds: number;
  /** LUFS, and the true peak as a factor of full scale. */
  loudness: number;
  peak: number;
};
export type SongOptions = Wish & {
  formats?: Format[];
  /** Each stem as a WAV file, as soon as it is there. */
  stem?: (stem: Stem, file: string) => void;
  /** The caller's own, where WAV files are put, and where a long song is while it is made. */
  folder?: string;
  title?: string;
  rate?: number;
  signal?: AbortSignal;
  progress?: (share: number) => void;
};

export async function makeSong(genre: string, seed: string | number, options: SongOptions = {}): Promise<Song> {
  checkWish(genre, options);
  options.signal?.throwIfAborted();
  if (options.folder !== undefined) return makeIn(options.folder, genre, seed, options);
  if (options.stem || options.formats?.includes("wav")) throw new Error("A WAV needs a folder of the caller's.");
  const own = await workFolder("song");
  try {
    return await makeIn(own, genre, seed, options);
  } finally {
    await rm(own, { recursive: true, force: true });
  }
}

async function makeIn(folder: string, genre: string, seed: string | number, options: SongOptions): Promise<Song> {
  const { formats = ["mp3", "midi"], stem, title, rate, signal, progress, folder: _, ...wish } = options;
  const order: Order = { genre, seed, wish, formats, stems: stem !== undefined, folder };
  if (title !== undefined) order.title = title;
  if (rate !== undefined) order.rate = rate;
  // No environment: who makes music needs no secret of ours.
  const worker = new Worker(new URL("./thread.ts", import.meta.url), { workerData: order, env: {}, execArgv: [] });
  const stop = () => void worker.terminate();
  signal?.addEventListener("abort", stop, { once: true });
  try {
    return await new Promise<Song>((resolve, reject) => {
      worker.on("message", (said: Said) => {
        if ("song" in said) resolve(said.song);
        else if ("stem" in said) stem?.(said.stem, said.file);
        else progress?.(said.progress);
      });
      worker.on("error", reject);
      worker.on("exit", (code) =>
        reject(signal?.aborted ? signal.reason : new Error(`The synthesizer's thread ended with ${code} and no song.`)),
      );
    });
  } finally {
    signal?.removeEventListener("abort", stop);
    await worker.terminate();
  }
}
