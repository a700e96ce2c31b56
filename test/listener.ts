// A listener of a channel: reads its HLS from a folder or over HTTP as a player does, and decodes what it would hear.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Ffmpeg } from "../core/ffmpeg/index.ts";
import { readPlaylist } from "../core/streams/engines/out/hls.ts";
import { decode } from "../core/studio/analyse/index.ts";

/** Without the ID3 tag that every segment begins with. */
export function bare(segment: Uint8Array): Uint8Array {
  const tag = segment[0] === 0x49 && segment[1] === 0x44 && segment[2] === 0x33;
  if (!tag) throw new Error("A segment of packed audio begins with an ID3 tag.");
  return segment.subarray(10 + ((segment[6]! << 21) | (segment[7]! << 14) | (segment[8]! << 7) | segment[9]!));
}

/** Frames of AAC by ffmpeg, of MP3 by ours. */
export async function sound(bytes: Uint8Array, ffmpeg?: Ffmpeg): Promise<{ rate: number; sides: Float32Array[] }> {
  if (!ffmpeg) return decode(bytes);
  const form = ["-f", "aac", "-i", "pipe:0", "-f", "f32le", "-ac", "2", "-ar", "48000", "pipe:1"];
  const { stdout } = await ffmpeg.run(form, { input: bytes });
  const all = new Float32Array(stdout.buffer.slice(stdout.byteOffset, stdout.byteOffset + (stdout.length & ~7)));
  const sides = [0, 1].map((c) => Float32Array.from({ length: all.length / 2 }, (_, i) => all[2 * i + c]!));
  return { rate: 48_000, sides };
}

/** Every segment that is in the folder, in order: as if somebody had listened from the first one on. */
export async function heardIn(folder: string, ffmpeg?: Ffmpeg) {
  const names = (await readdir(folder))
    .filter((n) => /^s\d+\.(aac|mp3)$/.test(n))
    .sort((a, b) => Number(a.slice(1, -4)) - Number(b.slice(1, -4)));
  const parts = await Promise.all(names.map(async (n) => bare(await readFile(join(folder, n)))));
  return sound(Buffer.concat(parts), ffmpeg);
}

export const listOf = async (folder: string) => readPlaylist(await readFile(join(folder, "index.m3u8"), "utf8"));

/** Milliseconds of the longest time in which nothing can be heard, and of all such times over 10 ms. */
export function gapsOf(side: Float32Array, rate: number, from = 0): { longest: number; all: number } {
  let [gap, longest, all] = [0, 0, 0];
  const least = rate / 100;
  for (let i = Math.round(from * rate); i <= side.length; i++) {
    if (i < side.length && Math.abs(side[i]!) < 2e-3) {
      gap++;
      continue;
    }
    if (gap > least) all += gap;
    longest = Math.max(longest, gap);
    gap = 0;
  }
  return { longest: (longest * 1000) / rate, all: (all * 1000) / rate };
}

/** The strongest of some tones in a part of a sound: which track it is. */
export function toneOf(side: Float32Array, rate: number, at: number, tones: readonly number[]): number {
  const part = side.subarray(Math.round(at * rate), Math.round((at + 0.25) * rate));
  const power = (hertz: number) => {
    let [re, im] = [0, 0];
    for (let i = 0; i < part.length; i++) {
      re += part[i]! * Math.cos((2 * Math.PI * hertz * i) / rate);
      im += part[i]! * Math.sin((2 * Math.PI * hertz * i) / rate);
    }
    return re * re + im * im;
  };
  return tones.reduce((best, t) => (power(t) > power(best) ? t : best));
}
