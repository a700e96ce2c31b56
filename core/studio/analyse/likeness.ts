// How alike two sounds are: what was heard as a row of numbers, each as wide as it varies among those that are compared.
import type { Heard } from "./analyse.ts";

const log = (value: number) => Math.log2(Math.max(1e-4, value));

export const traits = (heard: Heard): number[] => [
  2 * log(heard.tempo?.bpm ?? 90),
  log(heard.density),
  log(heard.centroid.mean),
  log(heard.centroid.deviation),
  heard.low * 4,
  log(heard.high) / 2,
  log(heard.width) / 2,
  heard.swing.eighths * 8,
  heard.range / 4,
  heard.key?.mode === "minor" ? 1 : 0,
  heard.sameness * 4,
  ...heard.colour,
];

/** Scales all rows to mean 0 and deviation 1 in each trait; a trait that never varies says nothing. */
export function scaled(rows: readonly (readonly number[])[]): number[][] {
  const width = rows[0]?.length ?? 0;
  const out = rows.map(() => new Array<number>(width).fill(0));
  for (let t = 0; t < width; t++) {
    const mean = rows.reduce((sum, row) => sum + row[t]!, 0) / rows.length;
    const deviation = Math.sqrt(rows.reduce((sum, row) => sum + (row[t]! - mean) ** 2, 0) / rows.length);
    rows.forEach((row, i) => {
      out[i]![t] = deviation > 1e-9 ? (row[t]! - mean) / deviation : 0;
    });
  }
  return out;
}

/** Mean difference in deviations: 0 the same, about 1.4 for two that have nothing to do with each other. */
export const distance = (a: readonly number[], b: readonly number[]): number =>
  Math.sqrt(a.reduce((sum, x, i) => sum + (x - b[i]!) ** 2, 0) / Math.max(1, a.length));
