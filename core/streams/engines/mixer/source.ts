// A file as sound at our rate, decoded a few seconds ahead and never whole: MP3 and WAV here, anything else by ffmpeg.
import { open } from "node:fs/promises";
import type { Ffmpeg } from "../../../ffmpeg/index.ts";
import { containerOf, openWav, reader, type Shape } from "../../../studio/analyse/index.ts";
import { makeResampler, type Resampler } from "./resample.ts";
import { RATE, type Stereo } from "./sound.ts";

export type Chunk = { rate: number; left: Float32Array; right: Float32Array };

export type Source = {
  /** Decodes until enough waits; it can be called at any time, and is done at once when there is enough. */
  fill(): Promise<void>;
  ready(speed: number): number;
  /** Everything was decoded: what is ready is all that comes. */
  ended(): boolean;
  /** Why it broke off; what was decoded before is still given. */
  failure(): string | undefined;
  pull(out: Stereo, at: number, count: number, speed: number): number;
  /** Seconds from the beginning of the file. */
  position(): number;
  close(): void;
};

/** Longer than a crossfade lasts, so that the true end is known before it is mixed. */
const HELD_SECONDS = 8;
const PIECE = 32 * 1024;

export function makeSource(chunks: AsyncGenerator<Chunk>, from = 0): Source {
  let resampler: Resampler | undefined;
  let [ended, closed, skipped] = [false, false, 0];
  let broken: string | undefined;
  let filling: Promise<void> | undefined;

  function take({ rate, left, right }: Chunk): void {
    resampler ??= makeResampler(rate);
    const skip = Math.min(left.length, Math.max(0, Math.round(from * rate) - skipped));
    skipped += skip;
    if (skip < left.length) resampler.feed(left.subarray(skip), right.subarray(skip));
  }

  async function fillUp(): Promise<void> {
    while (!ended && !closed && (resampler?.ready(1) ?? 0) < HELD_SECONDS * RATE) {
      try {
        const { value, done } = await chunks.next();
        if (closed) return;
        if (!done) take(value);
        else ended = true;
      } catch (error) {
        broken = error instanceof Error ? error.message : String(error);
        ended = true;
      }
      if (ended) resampler?.end();
    }
  }

  return {
    fill() {
      if (ended || closed || (resampler?.ready(1) ?? 0) >= HELD_SECONDS * RATE) return Promise.resolve();
      filling ??= fillUp().finally(() => {
        filling = undefined;
      });
      return filling;
    },
    ready: (speed) => resampler?.ready(speed) ?? 0,
    ended: () => ended,
    failure: () => (ended && !resampler && broken === undefined ? "There is no sound in it." : broken),
    pull: (out, at, count, speed) => resampler?.pull(out, at, count, speed) ?? 0,
    position: () => from + (resampler?.position() ?? 0),
    close() {
      if (closed) return;
      closed = true;
      // A generator in the middle of a read ends after it.
      chunks.return(undefined).catch(() => undefined);
    },
  };
}

export type Opening = { ffmpeg?: Ffmpeg | undefined };

export async function* chunksOf(file: string, { ffmpeg }: Opening): AsyncGenerator<Chunk> {
  const handle = await open(file, "r");
  try {
    const head = new Uint8Array(PIECE);
    const { bytesRead } = await handle.read(head, 0, PIECE, 0);
    const start = head.subarray(0, bytesRead);
    const kind = containerOf(start);
    const pieces = async function* (at: number, end = Number.POSITIVE_INFINITY) {
      for (;;) {
        const piece = new Uint8Array(Math.max(0, Math.min(PIECE, end - at)));
        const { bytesRead } = await handle.read(piece, 0, piece.length, at);
        if (bytesRead === 0) return;
        at += bytesRead;
        yield piece.subarray(0, bytesRead);
      }
    };
    if (kind === "mp3") yield* mp3(pieces(0), mp3Delay(start) ? ENCODER_DELAY : 0);
    else if (kind === "wav") yield* wav(start, pieces);
    else if (ffmpeg !== undefined && !UNHEARD.has(kind)) yield* byFfmpeg(ffmpeg, file);
    else throw new Error(`This file looks like ${kind}, which cannot be decoded here.`);
  } finally {
    await handle.close();
  }
}

const UNHEARD = new Set<string>(["html", "json", "text", "empty"]);

/** LAME's own 576 samples and the decoder's 529, which nobody takes away when the file does not say so. */
const ENCODER_DELAY = 1105;

/** Whether an MP3 begins with silence of its encoder's that it does not tell of. */
export function mp3Delay(start: Uint8Array): boolean {
  const tag = start[0] === 0x49 && start[1] === 0x44 && start[2] === 0x33;
  const size = tag ? 10 + ((start[6]! << 21) | (start[7]! << 14) | (start[8]! << 7) | start[9]!) : 0;
  const words = Buffer.from(start.subarray(size, size + 64)).toString("latin1");
  return size + 64 <= start.length && !words.includes("Xing") && !words.includes("Info");
}

async function* mp3(pieces: AsyncIterable<Uint8Array>, delay: number): AsyncGenerator<Chunk> {
  let skip = delay;
  const { MPEGDecoder } = await import("mpg123-decoder");
  const decoder = new MPEGDecoder();
  await decoder.ready;
  try {
    for await (const piece of pieces) {
      const { channelData, sampleRate } = decoder.decode(piece);
      const [left, right = left] = channelData;
      if (!left || !right || left.length === 0) continue;
      const from = Math.min(skip, left.length);
      skip -= from;
      yield { rate: sampleRate, left: left.subarray(from), right: right.subarray(from) };
    }
  } finally {
    decoder.free();
  }
}

type Pieces = (at: number, end?: number) => AsyncGenerator<Uint8Array>;

async function* wav(start: Uint8Array, pieces: Pieces): AsyncGenerator<Chunk> {
  const opened = openWav(start);
  if (!opened) throw new Error("This WAV says nothing about itself at its beginning.");
  const { shape, from, size } = opened;
  if (shape.channels < 1 || shape.channels > 8 || shape.rate < 4000 || shape.rate > 192_000)
    throw new Error(`This WAV says ${shape.channels} channels at ${shape.rate} Hz.`);
  const wide = (shape.bits / 8) * shape.channels;
  let rest = new Uint8Array(0);
  for await (const piece of pieces(from, from + size)) {
    const bytes = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    const frames = Math.floor(bytes.length / wide);
    rest = bytes.slice(frames * wide);
    if (frames > 0) yield framesOf(bytes, frames, shape);
  }
}

function framesOf(bytes: Uint8Array, frames: number, shape: Shape): Chunk {
  const read = reader(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), shape);
  const [one, wide] = [shape.bits / 8, (shape.bits / 8) * shape.channels];
  const left = new Float32Array(frames);
  for (let i = 0; i < frames; i++) left[i] = read(i * wide);
  if (shape.channels === 1) return { rate: shape.rate, left, right: left };
  const right = new Float32Array(frames);
  for (let i = 0; i < frames; i++) right[i] = read(i * wide + one);
  return { rate: shape.rate, left, right };
}

/** `file:` before the name: ffmpeg takes it for no protocol and no option, whatever is in it. */
async function* byFfmpeg(ffmpeg: Ffmpeg, file: string): AsyncGenerator<Chunk> {
  const form = ["-vn", "-f", "f32le", "-ac", "2", "-ar", `${RATE}`, "pipe:1"];
  const running = ffmpeg.spawn(["-i", `file:${file}`, ...form], { priority: "normal", level: "error" });
  try {
    let rest: Buffer = Buffer.alloc(0);
    for await (const piece of running.stdout as AsyncIterable<Buffer>) {
      const bytes = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
      const frames = bytes.length >> 3;
      rest = bytes.subarray(frames * 8);
      const [left, right] = [new Float32Array(frames), new Float32Array(frames)];
      for (let i = 0; i < frames; i++) {
        left[i] = bytes.readFloatLE(i * 8);
        right[i] = bytes.readFloatLE(i * 8 + 4);
      }
      if (frames > 0) yield { rate: RATE, left, right };
    }
    const { code, stderr } = await running.ended;
    if (code !== 0) throw new Error(`ffmpeg could not decode it: ${stderr.trim().split("\n").at(-1) || code}`);
  } finally {
    running.kill();
  }
}

export const openSource = (file: string, opening: Opening, from = 0): Source =>
  makeSource(chunksOf(file, opening), from);
