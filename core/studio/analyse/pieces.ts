// Decodes a file a piece at a time: what is too long is noticed before all of it is in memory, whatever the file says of itself.
import type { Sound } from "./decode.ts";

type Decoded = { channelData: Float32Array[]; sampleRate: number };
export type Decoder = {
  ready: Promise<void>;
  decode(bytes: Uint8Array): Decoded | Promise<Decoded>;
  /** What is left in it at the end. */
  flush?(): Decoded | Promise<Decoded>;
  free(): void;
};

/** Seconds to minutes of music. */
const PIECE = 1 << 17;

/** `nothing`: what is wrong when not a single sample comes out. */
export async function inPieces(decoder: Decoder, bytes: Uint8Array, most: number, nothing: string): Promise<Sound> {
  await decoder.ready;
  try {
    const parts: Float32Array[][] = [];
    let [frames, rate] = [0, 0];
    const take = ({ channelData, sampleRate }: Decoded) => {
      if (!channelData[0]?.length) return;
      rate = sampleRate;
      frames += channelData[0].length;
      if (frames / rate > most) throw new Error(`This sound lasts more than ${most} seconds.`);
      parts.push(channelData.slice(0, 2));
    };
    for (let at = 0; at < bytes.length; at += PIECE) take(await decoder.decode(bytes.subarray(at, at + PIECE)));
    if (decoder.flush) take(await decoder.flush());
    if (frames === 0) throw new Error(nothing);
    return { rate, sides: parts[0]!.map((_, side) => joined(parts, side, frames)) };
  } finally {
    decoder.free();
  }
}

/** Lets go of what it has joined: ten minutes of sound are 200 MB, and would be there twice. */
function joined(parts: Float32Array[][], side: number, frames: number): Float32Array {
  const all = new Float32Array(frames);
  let at = 0;
  for (const part of parts) {
    const one = part[side] ?? part[0]!;
    all.set(one, at);
    at += one.length;
    if (part.length > 1) part[side] = new Float32Array(0);
  }
  return all;
}
