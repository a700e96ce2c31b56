// Makes one film of a timeline: our own thread draws it; ffmpeg codes it where there is one, our own coder where not.
import { readFile, writeFile } from "node:fs/promises";
import { Worker } from "node:worker_threads";
import type { Ffmpeg } from "../../../ffmpeg/index.ts";
import type { Timeline } from "../timeline.ts";
import type { Seen } from "./look.ts";
import { canWrite, drawCaptions, drawPlate } from "./plates.ts";
import { FULL, MOST_KBPS, type Shape, type Size, SMALL } from "./sizes.ts";
import type { Drawing, Said } from "./thread.ts";

export type FilmOrder = {
  pictures: readonly { file: string; type: string }[];
  /** WAV. */
  sound: string;
  timeline: Timeline;
  shape: Shape;
  captions: boolean;
  language: string;
  /** Where the film is written to. */
  to: string;
  /** Another than the shape's own. */
  size?: Size;
  ffmpeg: Ffmpeg | undefined;
  signal: AbortSignal;
  progress?: (share: number) => void;
};
export type FilmMade = Size & { seen: Seen; coder: string; burnt: boolean };

export async function filmOf(order: FilmOrder): Promise<FilmMade> {
  const { ffmpeg, shape, timeline, language, signal } = order;
  const size = order.size ?? (ffmpeg ? FULL : SMALL)[shape];
  const burnt = order.captions && canWrite(timeline.cues);
  const plates = [];
  for (const { file, type } of order.pictures) plates.push(await drawPlate(await readFile(file), type, size, signal));
  const sprites = burnt ? await drawCaptions(timeline.cues, size, language, signal) : [];
  const matrix = size.height >= 720 || size.width >= 1280 ? "709" : "601";
  const drawing: Drawing = {
    ...size,
    plates,
    sprites,
    timeline,
    matrix,
    sound: ffmpeg ? undefined : await readFile(order.sound),
  };
  const { seen, coder } = ffmpeg ? await coded(order, ffmpeg, drawing) : await made(order, drawing);
  return { ...size, seen, coder, burnt };
}

/** No environment: who draws needs no secret of ours. */
function draw(drawing: Drawing, signal: AbortSignal, heard: (said: Said, worker: Worker) => void) {
  signal.throwIfAborted();
  const transferList = [...drawing.plates, ...drawing.sprites].map((p) => p.pixels.buffer as ArrayBuffer);
  const worker = new Worker(new URL("./thread.ts", import.meta.url), {
    workerData: drawing,
    transferList: [...new Set(transferList)],
    env: {},
    execArgv: [],
  });
  const stop = () => void worker.terminate();
  signal.addEventListener("abort", stop, { once: true });
  const ended = new Promise<void>((resolve, reject) => {
    worker.on("message", (said: Said) => heard(said, worker));
    worker.on("error", reject);
    worker.on("exit", (code) =>
      code === 0
        ? resolve()
        : reject(signal.aborted ? signal.reason : new Error(`The film's thread ended with ${code}.`)),
    );
  }).finally(() => signal.removeEventListener("abort", stop));
  return { worker, ended };
}

async function made({ to, signal, progress }: FilmOrder, drawing: Drawing): Promise<{ seen: Seen; coder: string }> {
  let said: Extract<Said, { film: object }> | undefined;
  const { ended } = draw(drawing, signal, (now) => {
    if ("progress" in now) progress?.(now.progress);
    else if ("film" in now) said = now;
  });
  await ended;
  if (!said) throw new Error("The film's thread ended without a film.");
  await writeFile(to, said.film);
  return { seen: said.seen, coder: "minih264" };
}

async function coded(order: FilmOrder, ffmpeg: Ffmpeg, drawing: Drawing): Promise<{ seen: Seen; coder: string }> {
  const hardware = await ffmpeg.hardware();
  const coder = hardware ?? (ffmpeg.has.encoders.has("libx264") ? "libx264" : "libopenh264");
  const frames = framesFrom(drawing, order.signal);
  const count = drawing.timeline.seconds * drawing.fps;
  try {
    await ffmpeg.run(argsFor(order, drawing, coder), {
      input: frames.all(),
      signal: order.signal,
      progress: (at) => order.progress?.(Math.min(1, at.frames / count)),
    });
  } finally {
    await frames.end();
  }
  return { seen: frames.seen(), coder };
}

/** Frames as they come; a buffer goes back when the next frame is asked for, which is when it was written out. */
function framesFrom(drawing: Drawing, signal: AbortSignal) {
  const queue: Uint8Array<ArrayBuffer>[] = [];
  let wake = () => {};
  let seen: Seen | undefined;
  let over: { error?: unknown } | undefined;
  const { worker, ended } = draw(drawing, signal, (said) => {
    if ("frame" in said) queue.push(said.frame);
    else if ("done" in said) seen = said.done;
    wake();
  });
  const ending = ended.then(
    () => {
      over = {};
      wake();
    },
    (error: unknown) => {
      over = { error };
      wake();
    },
  );
  return {
    async *all(): AsyncIterable<Uint8Array> {
      for (;;) {
        const frame = queue.shift();
        if (frame) {
          yield frame;
          worker.postMessage(frame, [frame.buffer]);
        } else if (over) {
          if (over.error !== undefined) throw over.error;
          return;
        } else await new Promise<void>((resolve) => (wake = resolve));
      }
    },
    seen(): Seen {
      if (!seen) throw new Error("The film was not drawn to its end.");
      return seen;
    },
    async end(): Promise<void> {
      if (!over) await worker.terminate();
      await ending;
    },
  };
}

const KEY_SECONDS = 2;

/** Everything here is ours: sizes, names of coders, paths of our own folder. No word that anybody typed. */
function argsFor({ sound, shape, to }: FilmOrder, { width, height, fps }: Drawing, coder: string): string[] {
  const most = MOST_KBPS[shape];
  const quality =
    coder === "libx264"
      ? ["-preset", "veryfast", "-crf", "21", "-profile:v", "high"]
      : ["-b:v", `${Math.round(most * 0.7)}k`];
  return [
    ...[
      "-f",
      "rawvideo",
      "-pixel_format",
      "yuv420p",
      "-video_size",
      `${width}x${height}`,
      "-framerate",
      String(fps),
      "-i",
      "pipe:0",
    ],
    ...["-i", `file:${sound}`],
    ...["-map", "0:v:0", "-map", "1:a:0", "-c:v", coder, ...quality],
    ...["-maxrate", `${most}k`, "-bufsize", `${2 * most}k`, "-g", String(KEY_SECONDS * fps), "-pix_fmt", "yuv420p"],
    ...["-color_primaries", "bt709", "-color_trc", "bt709", "-colorspace", "bt709", "-color_range", "tv"],
    ...["-c:a", "aac", "-b:a", "160k", "-ar", "48000", "-shortest", "-movflags", "+faststart"],
    ...["-map_metadata", "-1", "-f", "mp4", "-y", `file:${to}`],
  ];
}
