// One long-lived encoder of a channel: AAC by ffmpeg, or MP3 by LAME as WebAssembly where there is none. It knows no
// tracks; it goes on until it is stopped or dies.
import type { Ffmpeg } from "../../../ffmpeg/index.ts";
import { BLOCK, RATE } from "../mixer/sound.ts";
import { type Codec, type Frame, splitter } from "./frames.ts";

export type Encoder = {
  codec: Codec;
  pid: number | undefined;
  /** Sixteen bits, both sides in turn. */
  write(samples: Int16Array): void;
  /** Bytes that it has not taken yet. */
  waiting(): number;
  kill(): void;
};

export type EncoderTold = { frames(frames: Frame[]): void; died(why: string): void };

/** Nobody hears more of it than that with these encoders, and a phone on the way still gets it. */
const AAC_BITS = "160k";
const MP3_KBPS = 160;

export const startEncoder = (ffmpeg: Ffmpeg | undefined, told: EncoderTold): Promise<Encoder> =>
  ffmpeg?.has.encoders.has("aac") ? Promise.resolve(byFfmpeg(ffmpeg, told)) : byLame(told);

const INPUT = ["-f", "s16le", "-ar", `${RATE}`, "-ac", "2", "-i", "pipe:0"];
const OUTPUT = ["-c:a", "aac", "-b:a", AAC_BITS, "-flush_packets", "1", "-f", "adts", "pipe:1"];

function byFfmpeg(ffmpeg: Ffmpeg, told: EncoderTold): Encoder {
  const running = ffmpeg.spawn([...INPUT, ...OUTPUT], { priority: "normal" });
  const split = splitter("aac");
  let over = false;
  running.stdout.on("data", (bytes: Buffer) => {
    if (!over) told.frames(split(bytes));
  });
  running.stdout.on("error", () => {});
  running.ended.then(({ code, signal, stderr }) => {
    // Who was killed had nothing to say about it.
    if (!over) told.died(signal ?? `code ${code}: ${stderr.trim().split("\n").at(-1) ?? ""}`);
    over = true;
  });
  return {
    codec: "aac",
    pid: running.pid,
    write: (samples) =>
      void running.stdin.write(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength)),
    waiting: () => running.stdin.writableLength,
    kill() {
      over = true;
      running.kill();
    },
  };
}

async function byLame(told: EncoderTold): Promise<Encoder> {
  const { createMp3Encoder } = await import("wasm-media-encoders");
  const encoder = await createMp3Encoder();
  encoder.configure({ channels: 2, sampleRate: RATE, bitrate: MP3_KBPS });
  const split = splitter("mp3");
  const sides = [new Float32Array(BLOCK), new Float32Array(BLOCK)] as const;
  return {
    codec: "mp3",
    pid: undefined,
    write(samples) {
      for (let i = 0; i < BLOCK; i++) {
        sides[0][i] = samples[2 * i]! / 32768;
        sides[1][i] = samples[2 * i + 1]! / 32768;
      }
      told.frames(split(encoder.encode(sides)));
    },
    waiting: () => 0,
    kill() {},
  };
}
