// WAV: sixteen bits, dithered, the form that every program opens.
import { noise } from "./sound/voice.ts";

export function wav(sides: readonly Float32Array[], rate: number): Uint8Array {
  const channels = sides.length;
  const frames = sides[0]?.length ?? 0;
  const bytes = frames * channels * 2;
  const out = new DataView(new ArrayBuffer(44 + bytes));
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
  out.setUint32(28, rate * channels * 2, true);
  out.setUint16(32, channels * 2, true);
  out.setUint16(34, 16, true);
  text(36, "data");
  out.setUint32(40, bytes, true);
  const samples = new Int16Array(out.buffer, 44);
  const rand = noise(1);
  for (let c = 0; c < channels; c++) {
    const side = sides[c]!;
    for (let i = 0; i < frames; i++) {
      const x = side[i]!;
      // Triangular dither where there is sound; silence stays silent.
      const dither = x === 0 ? 0 : (rand() + rand()) * 0.5;
      samples[i * channels + c] = Math.max(-32768, Math.min(32767, Math.round(x * 32767 + dither)));
    }
  }
  return new Uint8Array(out.buffer);
}
