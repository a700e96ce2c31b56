// A few words for drawing: every art is a list of SVG parts over one canvas.
import { between, type Random } from "../score/random.ts";

export type Canvas = { width: number; height: number; r: Random };
export type Art = { back: string; defs: string; body: string };

export const n = (value: number): string => value.toFixed(1).replace(/\.0$/, "");
export const rect = (x: number, y: number, w: number, h: number, fill: string, more = ""): string =>
  `<rect x="${n(x)}" y="${n(y)}" width="${n(w)}" height="${n(h)}" fill="${fill}" ${more}/>`;
export const circle = (x: number, y: number, radius: number, fill: string, more = ""): string =>
  `<circle cx="${n(x)}" cy="${n(y)}" r="${n(radius)}" fill="${fill}" ${more}/>`;
export const shape = (points: readonly (readonly [number, number])[], fill: string, more = ""): string =>
  `<polygon points="${points.map(([x, y]) => `${n(x)},${n(y)}`).join(" ")}" fill="${fill}" ${more}/>`;
export const line = (
  x1: number,
  y1: number,
  x2: number,
  y2: number,
  stroke: string,
  width: number,
  more = "",
): string =>
  `<line x1="${n(x1)}" y1="${n(y1)}" x2="${n(x2)}" y2="${n(y2)}" stroke="${stroke}" stroke-width="${n(width)}" ${more}/>`;

/** Colours from top to bottom, evenly. */
export function fall(id: string, colours: readonly string[]): string {
  const stops = colours.map((c, i) => `<stop offset="${n((100 * i) / (colours.length - 1))}%" stop-color="${c}"/>`);
  return `<linearGradient id="${id}" x1="0" y1="0" x2="0" y2="1">${stops.join("")}</linearGradient>`;
}
/** A light that fades to nothing. */
export const glow = (id: string, colour: string, strength = 1): string =>
  `<radialGradient id="${id}"><stop offset="0" stop-color="${colour}" stop-opacity="${strength}"/><stop offset="1" stop-color="${colour}" stop-opacity="0"/></radialGradient>`;
export const blur = (id: string, by: number): string =>
  `<filter id="${id}" x="-50%" y="-50%" width="200%" height="200%"><feGaussianBlur stdDeviation="${n(by)}"/></filter>`;
/** The grain of film and paper. */
export const grain = (strength: number): string =>
  `<filter id="grain" x="0" y="0" width="100%" height="100%"><feTurbulence type="fractalNoise" baseFrequency="0.8" numOctaves="2" seed="3"/><feColorMatrix values="0 0 0 0 1  0 0 0 0 1  0 0 0 0 1  0 0 0 ${strength} 0"/></filter>`;

export function stars({ width, height, r }: Canvas, count: number, lowest: number, colour: string): string {
  let out = "";
  for (let i = 0; i < count; i++)
    out += circle(
      r() * width,
      r() ** 1.3 * lowest * height,
      between(r, 0.6, 2.2) * (width / 1200),
      colour,
      `opacity="${n(between(r, 0.3, 1))}"`,
    );
  return out;
}

/** A ragged line of hills or roofs, closed at the bottom. */
export function ridge({ width, height, r }: Canvas, base: number, rough: number, steps: number, fill: string): string {
  const points: [number, number][] = [[0, height]];
  let y = base * height;
  for (let i = 0; i <= steps; i++) {
    points.push([(i * width) / steps, y]);
    y = Math.min(height, Math.max((base - rough) * height, y + between(r, -1, 1) * rough * height * 0.6));
  }
  points.push([width, height]);
  return shape(points, fill);
}
