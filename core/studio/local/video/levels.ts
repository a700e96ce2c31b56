// What the bars of a picture do: the loudness of the sound in bands, frame by frame, quick up and slow down.

import type { Sound } from "../../analyse/decode.ts";
import { spectrum } from "../../analyse/fft.ts";

const SIZE = 2048;
const LOWEST = 45;
const HIGHEST = 9000;

export type Levels = { bars: Float32Array[]; bass: Float32Array };

export function levelsOf({ sides, rate }: Sound, fps: number, count: number, bands: number): Levels {
  const transform = spectrum(SIZE);
  const [frame, magnitudes] = [new Float64Array(SIZE), new Float64Array(SIZE / 2)];
  const edge = Array.from({ length: bands + 1 }, (_, b) =>
    Math.max(b + 1, Math.round((LOWEST * (HIGHEST / LOWEST) ** (b / bands) * SIZE) / rate)),
  );
  const bars: Float32Array[] = [];
  const bass = new Float32Array(count);
  const now = new Float32Array(bands);
  for (let n = 0; n < count; n++) {
    const from = Math.round((n / fps) * rate) - SIZE / 2;
    for (let i = 0; i < SIZE; i++) frame[i] = ((sides[0]![from + i] ?? 0) + (sides.at(-1)![from + i] ?? 0)) / 2;
    transform(frame, magnitudes);
    for (let b = 0; b < bands; b++) {
      let top = 0;
      for (let i = edge[b]!; i < Math.max(edge[b]! + 1, edge[b + 1]!); i++) top = Math.max(top, magnitudes[i]!);
      // High bands are softer in all music: lifted, so that they move as well. 55 dB of range.
      const level = Math.max(0, Math.min(1, (20 * Math.log10(top + 1e-6) + 52 + (b / bands) * 16) / 55));
      now[b] = Math.max(level, now[b]! * 0.86);
    }
    bars.push(now.slice());
    bass[n] = Math.max((now[0]! + now[1]! + now[2]!) / 3, n > 0 ? bass[n - 1]! * 0.8 : 0);
  }
  return { bars, bass };
}
