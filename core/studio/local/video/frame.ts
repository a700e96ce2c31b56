// Draws the film's frames straight as luma and chroma: the cover, bars that follow the sound, a line that follows the time.
import type { Levels } from "./levels.ts";

export type Picture = { width: number; height: number; yuv: Uint8Array };

/** RGBA to 4:2:0 in the range and matrix that players expect of video (BT.601, 16 to 235). */
export function toYuv(rgba: Uint8Array, width: number, height: number): Picture {
  const yuv = new Uint8Array((width * height * 3) / 2);
  const [u, v] = [width * height, (width * height * 5) / 4];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = (y * width + x) * 4;
      const [r, g, b] = [rgba[i]!, rgba[i + 1]!, rgba[i + 2]!];
      yuv[y * width + x] = 16 + (65.738 * r + 129.057 * g + 25.064 * b) / 256;
      if (y % 2 || x % 2) continue;
      const c = (y >> 1) * (width >> 1) + (x >> 1);
      yuv[u + c] = 128 + (-37.945 * r - 74.494 * g + 112.439 * b) / 256;
      yuv[v + c] = 128 + (112.439 * r - 94.154 * g - 18.285 * b) / 256;
    }
  }
  return { width, height, yuv };
}

export const BARS = 40;
/** How much lighter a bar makes what is behind it: letters over it stay readable. */
const LIFT = 58;
const FADE_SECONDS = 0.6;

function bars({ width, height }: Picture, out: Uint8Array, levels: Float32Array): void {
  const pitch = width / BARS;
  const wide = Math.max(1, Math.floor(pitch * 0.62));
  const tall = Math.round(height * 0.3);
  const bottom = height - 8;
  for (let b = 0; b < BARS; b++) {
    const top = bottom - Math.max(2, Math.round(levels[b]! * tall));
    const left = Math.round(b * pitch + (pitch - wide) / 2);
    for (let y = top; y < bottom; y++) {
      const light = LIFT * (0.35 + (0.65 * (bottom - y)) / tall);
      for (let i = y * width + left; i < y * width + left + wide; i++) out[i] = Math.min(235, out[i]! + light);
    }
  }
}

function line({ width, height }: Picture, out: Uint8Array, share: number): void {
  const end = Math.round(width * share);
  for (let y = height - 4; y < height; y++) {
    out.fill(60, y * width, (y + 1) * width);
    out.fill(220, y * width, y * width + end);
  }
  // A line without a colour of its own.
  const half = width >> 1;
  for (let y = (height >> 1) - 2; y < height >> 1; y++) {
    for (const plane of [width * height, (width * height * 5) / 4])
      out.fill(128, plane + y * half, plane + (y + 1) * half);
  }
}

/** One frame into `out`, which is used again for the next. */
export function drawFrame(
  picture: Picture,
  out: Uint8Array,
  levels: Levels,
  n: number,
  count: number,
  fps: number,
): void {
  const { width, height, yuv } = picture;
  // The whole picture breathes with the bass, by steps that an encoder does not see as new everywhere.
  const gain = 1 + Math.round(levels.bass[n]! * 5) * 0.012;
  const luma = width * height;
  const dark = Math.min(1, (n + 1) / (FADE_SECONDS * fps), (count - n) / (FADE_SECONDS * fps));
  for (let i = 0; i < luma; i++) out[i] = Math.min(235, 16 + (yuv[i]! - 16) * gain);
  out.set(yuv.subarray(luma), luma);
  bars(picture, out, levels.bars[n]!);
  line(picture, out, (n + 1) / count);
  if (dark >= 1) return;
  for (let i = 0; i < luma; i++) out[i] = 16 + (out[i]! - 16) * dark;
  for (let i = luma; i < out.length; i++) out[i] = 128 + (out[i]! - 128) * dark;
}
