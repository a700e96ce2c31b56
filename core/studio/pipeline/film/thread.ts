// The thread that draws a film frame by frame. It gives the frames away, one buffer after the other, or makes the film itself
// when there is no other program to do it.
import { once } from "node:events";
import { parentPort, workerData } from "node:worker_threads";
import { decode } from "../../analyse/decode.ts";
import { encode } from "../../local/encode.ts";
import { mux } from "../../local/video/mux.ts";
import type { Timeline } from "../timeline.ts";
import { blend, darken, lay, type Matrix, pan, toOverlay, toPlane } from "./frame.ts";
import { makeLooker, type Seen } from "./look.ts";
import type { Pixels, Sprite } from "./plates.ts";
import type { Size } from "./sizes.ts";

export type Drawing = Size & {
  plates: Pixels[];
  sprites: Sprite[];
  timeline: Timeline;
  matrix: Matrix;
  /** The sound of a film that is made here; undefined: the frames are wanted. */
  sound: Uint8Array | undefined;
};
export type Said =
  | { frame: Uint8Array<ArrayBuffer> }
  | { done: Seen }
  | { film: Uint8Array<ArrayBuffer>; seen: Seen }
  | { progress: number };

/** Between two scenes both are seen for so long. */
const FADE = 0.5;
const END_FADE = 0.5;
/** Frames on their way at once: one is drawn while one is coded. */
const BUFFERS = 3;

const port = parentPort!;

function painter({ width, height, plates, sprites, timeline, matrix }: Drawing) {
  const planes = plates.map((p) => toPlane(p.pixels, p.width, p.height, matrix));
  const overlays = sprites.map((s) => toOverlay(s, matrix));
  const second = new Uint8Array((width * height * 3) / 2);
  const { scenes, seconds } = timeline;
  const move = (n: number, t: number) => {
    const { from, to } = scenes[n]!;
    const share = Math.min(1, Math.max(0, (t - from + FADE / 2) / (to - from + FADE)));
    return n % 2 === 0 ? share : 1 - share;
  };
  const plane = (n: number) => planes[n % planes.length]!;
  return (t: number, out: Uint8Array) => {
    const n = Math.max(
      0,
      scenes.findLastIndex((s) => t >= s.from),
    );
    pan(plane(n), out, width, height, move(n, t));
    const { from, to } = scenes[n]!;
    const other = n > 0 && t - from < FADE / 2 ? n - 1 : n + 1 < scenes.length && to - t < FADE / 2 ? n + 1 : undefined;
    if (other !== undefined) {
      pan(plane(other), second, width, height, move(other, t));
      const away = other < n ? t - from : to - t;
      blend(out, second, Math.round(256 * (0.5 - away / FADE)));
    }
    const caption = overlays.find((o) => t >= o.from && t < o.to);
    if (caption) lay(caption, out, width, height);
    if (seconds - t < END_FADE) darken(out, width * height, Math.max(0, (seconds - t) / END_FADE));
  };
}

async function give(drawing: Drawing): Promise<void> {
  const { width, height, fps, timeline } = drawing;
  const draw = painter(drawing);
  const looker = makeLooker(width, height, fps);
  const free = Array.from({ length: BUFFERS }, () => new Uint8Array((width * height * 3) / 2));
  port.on("message", (back: Uint8Array<ArrayBuffer>) => free.push(back));
  const count = Math.round(timeline.seconds * fps);
  for (let n = 0; n < count; n++) {
    while (free.length === 0) await once(port, "message");
    const frame = free.pop()!;
    draw(n / fps, frame);
    looker.look(frame);
    port.postMessage({ frame } satisfies Said, [frame.buffer]);
  }
  port.postMessage({ done: looker.seen() } satisfies Said);
  // Buffers still come back, and nobody waits for them.
  port.unref();
}

/** 10 is minih264's fastest. */
const SPEED = 10;
const QUANTISER = 27;
const KEY_SECONDS = 2;

async function make(drawing: Drawing, sound: Uint8Array): Promise<void> {
  const { width, height, fps, timeline } = drawing;
  const draw = painter(drawing);
  const looker = makeLooker(width, height, fps);
  const heard = await decode(sound);
  const mp3 = await encode("mp3", heard.sides, heard.rate);
  const { default: library } = await import("h264-mp4-encoder");
  const encoder = await library.createH264MP4Encoder();
  const settings = {
    width,
    height,
    frameRate: fps,
    speed: SPEED,
    quantizationParameter: QUANTISER,
    groupOfPictures: KEY_SECONDS * fps,
  };
  Object.assign(encoder, settings);
  encoder.initialize();
  const frame = new Uint8Array((width * height * 3) / 2);
  const count = Math.round(timeline.seconds * fps);
  for (let n = 0; n < count; n++) {
    draw(n / fps, frame);
    looker.look(frame);
    encoder.addFrameYuv(frame);
    if (n % fps === 0) port.postMessage({ progress: n / count } satisfies Said);
  }
  encoder.finalize();
  const film = new Uint8Array(mux(encoder.FS.readFile(encoder.outputFilename), mp3, { width, height, fps }));
  port.postMessage({ film, seen: looker.seen() } satisfies Said, [film.buffer]);
}

const drawing = workerData as Drawing;
await (drawing.sound ? make(drawing, drawing.sound) : give(drawing));
