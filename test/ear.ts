// Somebody who listens to a channel over HTTP and knows the library by heart: which track it is, is heard in the sound.
import { readFile } from "node:fs/promises";
import type { Ffmpeg } from "../core/ffmpeg/index.ts";
import { readPlaylist } from "../core/streams/engines/index.ts";
import { decode } from "../core/studio/analyse/index.ts";
import { bare, gapsOf, sound } from "./listener.ts";

/** Enough for the melody, and little enough to compare with everything. */
const RATE = 1_000;
const PIECE = 2.5;

export type Ear = ReturnType<typeof openEar>;

function slow(side: Float32Array, rate: number): Float32Array {
  const step = rate / RATE;
  return Float32Array.from({ length: Math.floor(side.length / step) }, (_, i) => {
    let sum = 0;
    const [from, to] = [Math.floor(i * step), Math.floor((i + 1) * step)];
    for (let n = from; n < to; n++) sum += side[n]!;
    return sum / (to - from);
  });
}

/** How alike the piece and the most alike part of the track are, whatever their loudness: 1 is the same. */
export function alike(piece: Float32Array, track: Float32Array): number {
  const power = (from: Float32Array, at: number) => {
    let sum = 0;
    for (let i = 0; i < piece.length; i++) sum += from[at + i]! ** 2;
    return sum;
  };
  const own = power(piece, 0);
  let [best, other] = [0, track.length >= piece.length ? power(track, 0) : 0];
  for (let at = 0; at + piece.length <= track.length; at++) {
    let sum = 0;
    for (let i = 0; i < piece.length; i++) sum += piece[i]! * track[at + i]!;
    best = Math.max(best, Math.abs(sum) / Math.sqrt(own * other + 1e-12));
    other += (track[at + piece.length] ?? 0) ** 2 - track[at]! ** 2;
  }
  return best;
}

export function openEar(base: string, ffmpeg: Ffmpeg | undefined) {
  const segments = new Map<number, { at: number; bytes: Uint8Array; kind: string }>();
  return {
    /** Fetches what is new, as a player does. */
    async listen(): Promise<void> {
      const list = await fetch(`${base}index.m3u8`);
      if (!list.ok) return void (await list.body?.cancel());
      for (const { number, name, at } of readPlaylist(await list.text()).segments) {
        if (segments.has(number)) continue;
        const got = await fetch(base + name);
        if (got.ok)
          segments.set(number, { at, bytes: bare(new Uint8Array(await got.arrayBuffer())), kind: name.split(".")[1]! });
      }
    },
    /** A track of the library. */
    async known(file: string): Promise<Float32Array> {
      const { rate, sides } = await decode(new Uint8Array(await readFile(file)));
      return slow(sides[0]!, rate);
    },
    /** Everything that was listened to, in its order. */
    async heard() {
      const all = [...segments].sort(([a], [b]) => a - b).map(([, s]) => s);
      const { rate, sides } = await sound(
        Buffer.concat(all.map((s) => s.bytes)),
        all[0]?.kind === "aac" ? ffmpeg : undefined,
      );
      const mono = slow(sides[0]!, rate);
      return {
        seconds: sides[0]!.length / rate,
        from: all[0]?.at ?? 0,
        gaps: gapsOf(sides[0]!, rate, 1).longest,
        /** Which of the tracks is heard there, and how sure that is. */
        recognise(
          seconds: number,
          library: ReadonlyMap<string, Float32Array>,
        ): { track: string; sure: number; next: number } {
          const piece = mono.subarray(Math.round(seconds * RATE), Math.round((seconds + PIECE) * RATE));
          const found = [...library]
            .map(([track, side]) => ({ track, sure: alike(piece, side) }))
            .sort((a, b) => b.sure - a.sure);
          return { ...found[0]!, next: found[1]?.sure ?? 0 };
        },
      };
    },
  };
}
