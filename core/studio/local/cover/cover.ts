// A cover: the genre's art from a seed, the title in the bundled fonts, square for stores or wide for a video.
import { seeded } from "../score/random.ts";
import { ARTS, PLAIN } from "./arts.ts";
import { type Canvas, grain, n, rect } from "./svg.ts";

export type CoverWish = {
  genre: string;
  seed: string | number;
  title: string;
  by?: string;
  width?: number;
  height?: number;
};

/** Larger than any store asks for, and still drawn in a second. */
const MOST_PIXELS = 3000;
const MOST_LETTERS = 120;
const MOST_LINES = 3;

const escaped = (text: string) => text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

/** Letters that our fonts can draw; no emoji, no controls, no marks that turn a line round. */
export const drawable = (text: string): string =>
  text
    .normalize("NFC")
    .replace(/\p{Extended_Pictographic}|\p{C}|\p{Emoji_Modifier}|\u20e3/gu, " ")
    .replace(/\s+/g, " ")
    .trim()
    .slice(0, MOST_LETTERS);

const wide = (letter: string) => /[\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7af\uff00-\uffef]/u.test(letter);
/** In ems, a little generous: Inter 600 is about 0.58 wide. */
export const emsOf = (text: string): number =>
  [...text].reduce(
    (sum, c) =>
      sum + (wide(c) ? 1 : /[ilI.,'!|]/.test(c) ? 0.32 : /[mwMW]/.test(c) ? 0.9 : /[A-Z]/.test(c) ? 0.7 : 0.58),
    0,
  );

/** Breaks between words, never before a mark that closes, inside one only where it is longer than a line or written without spaces. */
export function linesOf(text: string, most: number): string[] {
  const lines: string[] = [];
  let now = "";
  for (const part of text.match(
    /[\u2e80-\u9fff\uac00-\ud7af][、。，．！？…」』）〉》ーぁぃぅぇぉっゃゅょァィゥェォッャュョ]*|[^\s\u2e80-\u9fff\uac00-\ud7af]+|\s+/gu,
  ) ?? []) {
    if (emsOf(now + part) <= most || now === "") now += part;
    else {
      lines.push(now.trim());
      now = part.trimStart();
    }
    while (emsOf(now) > most) {
      let cut = now.length - 1;
      while (cut > 1 && emsOf(now.slice(0, cut)) > most) cut--;
      lines.push(now.slice(0, cut));
      now = now.slice(cut);
    }
  }
  if (now.trim()) lines.push(now.trim());
  return lines;
}

function lettering({ width, height }: Canvas, title: string, by: string): string {
  const margin = width * 0.07;
  const room = width - 2 * margin;
  let size = Math.min(width, height) * 0.11;
  let lines = linesOf(title, room / size);
  while (lines.length > MOST_LINES - (lines.length > 1 && size > height * 0.075 ? 1 : 0) && size > height * 0.035) {
    size *= 0.9;
    lines = linesOf(title, room / size);
  }
  lines = lines.slice(0, MOST_LINES);
  const small = Math.max(height * 0.024, size * 0.32);
  const bottom = height - margin * 0.85;
  const rows = lines.map((text, i) => {
    const y = bottom - (by ? small * 1.9 : 0) - (lines.length - 1 - i) * size * 1.14;
    return `<text x="${n(margin)}" y="${n(y)}" font-size="${n(size)}" font-weight="600">${escaped(text)}</text>`;
  });
  if (by)
    rows.push(
      `<text x="${n(margin)}" y="${n(bottom)}" font-size="${n(small)}" font-weight="400" opacity="0.86">${escaped(linesOf(by, room / small)[0] ?? "")}</text>`,
    );
  return `<g fill="#ffffff" font-family="Inter, Noto Sans JP, Noto Sans KR" letter-spacing="-0.5">${rows.join("")}</g>`;
}

export function coverSvg({ genre, seed, title, by = "", width = 1400, height = 1400 }: CoverWish): string {
  if (!(width >= 64 && height >= 64 && width <= MOST_PIXELS && height <= MOST_PIXELS))
    throw new Error(`A cover is 64 to ${MOST_PIXELS} pixels wide and high, not ${width}×${height}.`);
  const canvas: Canvas = { width, height, r: seeded(`cover ${genre} ${seed}`) };
  const { back, defs, body } = (ARTS[genre] ?? PLAIN)(canvas);
  const words = drawable(title);
  // Under letters it is dark enough for white: contrast before art.
  const veil = words
    ? `<linearGradient id="veil" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#000" stop-opacity="0"/><stop offset="1" stop-color="#000" stop-opacity="0.78"/></linearGradient>`
    : "";
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<defs>${defs}${veil}${grain(0.09)}</defs>`,
    rect(0, 0, width, height, back),
    body,
    `<rect width="${width}" height="${height}" filter="url(#grain)"/>`,
    words ? rect(0, height * 0.5, width, height * 0.5, "url(#veil)") + lettering(canvas, words, drawable(by)) : "",
    "</svg>",
  ].join("");
}
