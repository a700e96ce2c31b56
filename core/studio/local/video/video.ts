// A film without any program from outside: the cover, bars that follow the sound, the sound itself, as an MP4.
import { Worker } from "node:worker_threads";
import { coverSvg } from "../cover/cover.ts";
import { pixelsOf } from "../cover/raster.ts";

/** Sizes that a phone shows well and one core makes several times faster than they play. */
export const FILM_SIZES = { "16:9": [640, 360], "9:16": [360, 640], "1:1": [480, 480] } as const;
export type FilmShape = keyof typeof FILM_SIZES;

export type FilmWish = {
  /** MP3 or WAV. */
  sound: Uint8Array;
  genre: string;
  seed: string | number;
  title: string;
  by?: string;
  shape?: FilmShape;
  /** Twice the size takes four times as long. */
  scale?: 1 | 2;
  /** The beginning only. */
  seconds?: number;
  signal?: AbortSignal;
  progress?: (share: number) => void;
};
export type Film = { film: Uint8Array; width: number; height: number; fps: number };
export type FilmOrder = {
  sound: Uint8Array;
  pixels: Uint8Array;
  width: number;
  height: number;
  fps: number;
  seconds?: number;
};
export type FilmSaid = { progress: number } | { film: Uint8Array };

const FPS = 24;

export async function makeFilm({
  sound,
  genre,
  seed,
  title,
  by,
  shape = "16:9",
  scale = 1,
  seconds,
  signal,
  progress,
}: FilmWish): Promise<Film> {
  const [width, height] = FILM_SIZES[shape].map((side) => side * scale) as [number, number];
  const pixels = await pixelsOf(
    coverSvg({ genre, seed, title, width, height, ...(by === undefined ? {} : { by }) }),
    signal,
  );
  const order: FilmOrder = { sound, pixels, width, height, fps: FPS };
  if (seconds !== undefined) order.seconds = seconds;
  const worker = new Worker(new URL("./thread.ts", import.meta.url), { workerData: order, env: {}, execArgv: [] });
  const stop = () => void worker.terminate();
  signal?.addEventListener("abort", stop, { once: true });
  try {
    const film = await new Promise<Uint8Array>((resolve, reject) => {
      worker.on("message", (said: FilmSaid) => {
        if ("film" in said) resolve(said.film);
        else progress?.(said.progress);
      });
      worker.on("error", reject);
      worker.on("exit", (code) =>
        reject(signal?.aborted ? signal.reason : new Error(`The film's thread ended with ${code} and no film.`)),
      );
    });
    return { film, width, height, fps: FPS };
  } finally {
    signal?.removeEventListener("abort", stop);
    await worker.terminate();
  }
}
