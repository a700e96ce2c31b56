// The thread that makes one film: sound to levels, levels to frames, frames to H.264, both into an MP4.
import { parentPort, workerData } from "node:worker_threads";
import { decode } from "../../analyse/decode.ts";
import { encode } from "../encode.ts";
import { BARS, drawFrame, toYuv } from "./frame.ts";
import { levelsOf } from "./levels.ts";
import { mux } from "./mux.ts";
import type { FilmOrder, FilmSaid } from "./video.ts";

/** 10 is minih264's fastest; at this quantiser a cover with bars is clean and about a megabit. */
const SPEED = 10;
const QUANTISER = 26;
const KEY_SECONDS = 2;

async function work({ sound, pixels, width, height, fps, seconds }: FilmOrder): Promise<Uint8Array> {
  const heard = await decode(sound);
  const whole = heard.sides[0]!.length / heard.rate;
  const length = Math.min(whole, seconds ?? whole);
  const cut = { rate: heard.rate, sides: heard.sides.map((s) => s.subarray(0, Math.round(length * heard.rate))) };
  const isMp3 = sound[0] !== 0x52;
  const mp3 = isMp3 && length === whole ? sound : await encode("mp3", cut.sides, cut.rate);
  const count = Math.max(1, Math.round(length * fps));
  const levels = levelsOf(cut, fps, count, BARS);
  const picture = toYuv(pixels, width, height);
  const { default: library } = await import("h264-mp4-encoder");
  const encoder = await library.createH264MP4Encoder();
  Object.assign(encoder, {
    width,
    height,
    frameRate: fps,
    speed: SPEED,
    quantizationParameter: QUANTISER,
    groupOfPictures: KEY_SECONDS * fps,
  });
  encoder.initialize();
  const frame = new Uint8Array(picture.yuv.length);
  for (let n = 0; n < count; n++) {
    drawFrame(picture, frame, levels, n, count, fps);
    encoder.addFrameYuv(frame);
    if (n % fps === 0) parentPort?.postMessage({ progress: (0.95 * n) / count } satisfies FilmSaid);
  }
  encoder.finalize();
  const film = encoder.FS.readFile(encoder.outputFilename);
  return mux(film, mp3, { width, height, fps });
}

const film = await work(workerData as FilmOrder);
parentPort?.postMessage({ film } satisfies FilmSaid, [film.buffer as ArrayBuffer]);
