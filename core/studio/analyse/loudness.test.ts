import { expect, test } from "vitest";
import { decibels, integrated, truePeak } from "./loudness.ts";

const sine = (rate: number, hertz: number, decibel: number, seconds: number, phase = 0) =>
  Float32Array.from(
    { length: rate * seconds },
    (_, i) => 10 ** (decibel / 20) * Math.sin((2 * Math.PI * hertz * i) / rate + phase),
  );
const joined = (...parts: Float32Array[]) => Float32Array.from(parts.flatMap((p) => [...p]));

// EBU Tech 3341, table 1: what a meter must show, ± 0.1 LU.
test.each([44_100, 48_000])("a tone of 1 kHz reads as its level at %d Hz", (rate) => {
  for (const level of [-23, -33]) {
    const tone = sine(rate, 1000, level, 4);
    expect(integrated([tone, tone], rate)).toBeCloseTo(level, 1);
  }
});

test("quiet parts are gated as the standard says", () => {
  const rate = 48_000;
  const third = joined(sine(rate, 1000, -36, 2), sine(rate, 1000, -23, 12), sine(rate, 1000, -36, 2));
  expect(Math.abs(integrated([third, third], rate) + 23)).toBeLessThan(0.1);
  const fourth = joined(
    sine(rate, 1000, -72, 2),
    sine(rate, 1000, -36, 2),
    sine(rate, 1000, -23, 12),
    sine(rate, 1000, -36, 2),
    sine(rate, 1000, -72, 2),
  );
  expect(Math.abs(integrated([fourth, fourth], rate) + 23)).toBeLessThan(0.1);
});

test("silence and nothing have no loudness", () => {
  expect(integrated([new Float32Array(48_000)], 48_000)).toBe(Number.NEGATIVE_INFINITY);
  expect(integrated([new Float32Array(10)], 48_000)).toBe(Number.NEGATIVE_INFINITY);
});

// The worst case of EBU Tech 3341: a quarter of the rate, 45° off, its top lies between the samples.
test("a peak between samples is found", () => {
  const tone = sine(48_000, 12_000, -6, 1, Math.PI / 4);
  expect(decibels(Math.max(...tone))).toBeLessThan(-8.9);
  expect(Math.abs(decibels(truePeak([tone])) + 6)).toBeLessThan(0.3);
});
