// Asks for a song: checked here, made in a thread of its own, with progress on the way and an end when the caller has changed their mind.
import { Worker } from "node:worker_threads";
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
};
export type Song = {
  score: Score;
  files: Partial<Record<Format, Uint8Array>>;
  seconds: number;
  /** LUFS, and the true peak as a factor of full scale. */
  loudness: number;
  peak: number;
};
export type SongOptions = Wish & {
  formats?: Format[];
  /** Each stem as WAV, as soon as it is made: nobody holds them all. */
  stem?: (stem: Stem, wav: Uint8Array) => void;
  title?: string;
  rate?: number;
  signal?: AbortSignal;
  progress?: (share: number) => void;
};

export async function makeSong(genre: string, seed: string | number, options: SongOptions = {}): Promise<Song> {
  const { formats = ["wav", "mp3", "midi"], stem, title, rate, signal, progress, ...wish } = options;
  checkWish(genre, wish);
  signal?.throwIfAborted();
  const order: Order = { genre, seed, wish, formats, stems: stem !== undefined };
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
        else if ("stem" in said) stem?.(said.stem, said.bytes);
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
