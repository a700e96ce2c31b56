// WAV: sixteen bits, dithered, the form that every program opens.
import { noise } from "./sound/voice.ts";

const WIDE = 2;

export function wavHead(frames: number, channels: number, rate: number): Uint8Array {
  const bytes = frames * channels * WIDE;
  const out = new DataView(new ArrayBuffer(44));
  const text = (at: number, word: string) => {
    for (let i = 0; i < word.length; i++) out.setUint8(at + i, word.charCodeAt(i));
  };
  text(0, "RIFF");
  out.setUint32(4, 36 + bytes, true);
  text(8, "WAVEfmt ");
  out.setUint32(16, 16, true);
  out.setUint16(20, 1, true);
  out.setUint16(22, channels, true);
  out.setUint32(24, rate, true);
  out.setUint32(28, rate * channels * WIDE, true);
  out.setUint16(32, channels * WIDE, true);
  out.setUint16(34, 8 * WIDE, true);
  text(36, "data");
  out.setUint32(40, bytes, true);
  return new Uint8Array(out.buffer);
}

/** The samples of a WAV, a piece after the other, into memory of the caller's or of its own. */
export function wavSamples(channels: number): (sides: readonly Float32Array[], into?: Int16Array) => Uint8Array {
  const rands = Array.from({ length: channels }, (_, c) => noise(1 + c));
  return (sides, into = new Int16Array((sides[0]?.length ?? 0) * channels)) => {
    for (const [c, side] of sides.entries()) {
      const rand = rands[c]!;
      for (let i = 0; i < side.length; i++) {
        const x = side[i]!;
        // Triangular dither where there is sound; silence stays silent.
        const dither = x === 0 ? 0 : (rand() + rand()) * 0.5;
        into[i * channels + c] = Math.max(-32768, Math.min(32767, Math.round(x * 32767 + dither)));
      }
    }
    return new Uint8Array(into.buffer, into.byteOffset, into.byteLength);
  };
}

export function wav(sides: readonly Float32Array[], rate: number): Uint8Array {
  const frames = sides[0]?.length ?? 0;
  const out = new Uint8Array(44 + frames * sides.length * WIDE);
  out.set(wavHead(frames, sides.length, rate));
  wavSamples(sides.length)(sides, new Int16Array(out.buffer, 44));
  return out;
}
