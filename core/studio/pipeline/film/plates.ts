// What a scene and a caption look like before anything moves: a picture a little larger than the frame, and words on a dark
// ground. Drawn by our own renderer with our own fonts: no word of a script ever reaches an argument of another program.
import { drawable } from "../../local/cover/cover.ts";
import { pixelsOf } from "../../local/cover/raster.ts";
import { balanced } from "../lines.ts";
import type { Cue } from "../timeline.ts";
import type { Size } from "./sizes.ts";

export type Pixels = { pixels: Uint8Array; width: number; height: number };
/** Where it stands in the frame, and when. */
export type Sprite = Pixels & { top: number; from: number; to: number };

/** Room to move over, as a part of the frame. */
const ROOM = 0.13;
/** When a cut would lose more than this part of a picture, it stands whole on a ground made of itself. */
const MOST_LOST = 0.6;

const even = (value: number) => 2 * Math.round(value / 2);

/** Upright frames move sideways, wide ones up and down: that is where a square picture has room. */
export function plateSize({ width, height }: Pick<Size, "width" | "height">): { width: number; height: number } {
  return height >= width ? { width: even(width * (1 + ROOM)), height } : { width, height: even(height * (1 + ROOM)) };
}

export async function drawPlate(picture: Uint8Array, type: string, size: Size, signal?: AbortSignal): Promise<Pixels> {
  const { width, height } = plateSize(size);
  const href = `data:${type};base64,${Buffer.from(picture).toString("base64")}`;
  const shown = pictureSize(picture);
  const image = (fit: string, more = "") =>
    `<image width="${width}" height="${height}" preserveAspectRatio="xMidYMid ${fit}" href="${href}" ${more}/>`;
  const ratio = shown ? (shown.width / shown.height) * (height / width) : 1;
  const whole = 1 - Math.min(ratio, 1 / ratio) > MOST_LOST;
  const blur = `<filter id="b" x="0" y="0" width="1" height="1"><feGaussianBlur stdDeviation="${Math.round(width / 24)}"/></filter>`;
  const body = whole
    ? `<defs>${blur}</defs><g filter="url(#b)">${image("slice")}</g><rect width="${width}" height="${height}" fill="#000" opacity="0.35"/>${image("meet")}`
    : image("slice");
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="${width}" height="${height}" fill="#101014"/>${body}</svg>`;
  return { pixels: await pixelsOf(svg, signal), width, height };
}

/** As the first bytes of PNG and JPEG tell; others are cut. */
function pictureSize(bytes: Uint8Array): { width: number; height: number } | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length > 24 && view.getUint32(0) === 0x89504e47)
    return { width: view.getUint32(16), height: view.getUint32(20) };
  if (bytes.length < 4 || view.getUint16(0) !== 0xffd8) return undefined;
  for (let at = 2; at + 9 < bytes.length; ) {
    const mark = view.getUint16(at);
    // The start of a frame, in any of its codings.
    if (mark >= 0xffc0 && mark <= 0xffcf && mark !== 0xffc4 && mark !== 0xffc8 && mark !== 0xffcc)
      return { width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
    at += 2 + view.getUint16(at + 2);
  }
  return undefined;
}

/** Scripts that our fonts cannot write: their captions stand beside the film. */
const FOREIGN = /[\u0590-\u10ff\u1200-\u1cff\ua000-\uabff\ufb1d-\ufdff\ufe70-\ufeff]/u;
export const canWrite = (cues: readonly Pick<Cue, "text">[]): boolean => !cues.some(({ text }) => FOREIGN.test(text));

/** A sheet of captions that is drawn at once takes as much memory at most. */
const MOST_SHEET = 48 * 1024 * 1024;
const LINE = 1.34;
const MOST_LINES = 3;

const escaped = (text: string) => text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

/** Of the frame: below the middle and above the buttons that platforms lay over an upright film. */
const PLACE = (size: Size) => (size.height > size.width ? 0.7 : 0.86);

export async function drawCaptions(
  cues: readonly Cue[],
  size: Size,
  language: string,
  signal?: AbortSignal,
): Promise<Sprite[]> {
  const { width, height } = size;
  const letter = Math.round(height > width ? width * 0.058 : Math.min(width, height) * 0.054);
  const room = Math.min(width * 0.84, letter * 30) / letter;
  const cell = even(letter * LINE * MOST_LINES + letter);
  const texts = cues.map(({ text }) => balanced(drawable(text), room, language).slice(0, MOST_LINES));
  const each = Math.max(1, Math.floor(MOST_SHEET / (width * cell * 4)));
  const sprites: Sprite[] = [];
  for (let from = 0; from < cues.length; from += each) {
    const own = texts.slice(from, from + each);
    const words = own.map((lines, n) => captionSvg(lines, width, n * cell, cell, letter));
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${cell * own.length}">${words.join("")}</svg>`;
    const sheet = await pixelsOf(svg, signal);
    own.forEach((_, n) => {
      const { from: start, to } = cues[from + n]!;
      const pixels = sheet.slice(n * cell * width * 4, (n + 1) * cell * width * 4);
      const top = even(Math.min(height * PLACE(size) - cell / 2, height - cell));
      sprites.push({ pixels, width, height: cell, top, from: start, to });
    });
  }
  return sprites;
}

function captionSvg(lines: readonly string[], width: number, top: number, cell: number, letter: number): string {
  const middle = top + cell / 2;
  return lines
    .map((text, n) => {
      const y = middle + (n - (lines.length - 1) / 2) * letter * LINE;
      // Twice: a dark edge under the white, so that it reads over any picture.
      const words = (more: string) =>
        `<text x="${width / 2}" y="${(y + letter * 0.36).toFixed(1)}" font-size="${letter}" font-weight="600" text-anchor="middle" font-family="Inter, Noto Sans JP, Noto Sans KR" ${more}>${escaped(text)}</text>`;
      const edge = `fill="#000" stroke="#000" stroke-opacity="0.72" fill-opacity="0.72" stroke-linejoin="round" stroke-width="${(letter * 0.22).toFixed(1)}"`;
      return words(edge) + words('fill="#fff"');
    })
    .join("");
}
