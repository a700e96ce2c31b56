import { describe, expect, test } from "vitest";
import { decibels, integrated, truePeak } from "../../../studio/analyse/index.ts";
import type { Grid } from "../../playout.ts";
import { equalPower, planMix, type Side } from "./fade.ts";
import { makeLimiter } from "./limit.ts";
import { makeMeter } from "./meter.ts";
import { makeResampler } from "./resample.ts";
import { BLOCK, RATE, stereo } from "./sound.ts";

const tone = (seconds: number, hertz: number, level = 0.2, rate = RATE): Float32Array =>
  Float32Array.from(
    { length: Math.round(seconds * rate) },
    (_, i) => level * Math.sin((2 * Math.PI * hertz * i) / rate),
  );

describe("parts", () => {
  test("any rate becomes ours, and a speed is a speed", () => {
    for (const [rate, speed] of [
      [44_100, 1],
      [48_000, 1],
      [48_000, 1.03],
      [22_050, 0.97],
      [96_000, 1],
    ] as const) {
      const resampler = makeResampler(rate);
      const side = tone(0.5, 997, 0.5, rate);
      resampler.feed(side, side);
      resampler.end();
      const out = stereo(RATE);
      const count = resampler.pull(out, 0, RATE, speed);
      expect(Math.abs(count - (0.5 * RATE) / speed)).toBeLessThanOrEqual(2);
      let worst = 0;
      for (let i = 200; i < count - 200; i++)
        worst = Math.max(worst, Math.abs(out.left[i]! - 0.5 * Math.sin((2 * Math.PI * 997 * speed * i) / RATE)));
      expect(decibels(worst / 0.5)).toBeLessThan(-70);
    }
  });

  test("equal powers, whatever the share", () => {
    for (let x = 0; x <= 1; x += 0.05) expect(equalPower(x)[0] ** 2 + equalPower(x)[1] ** 2).toBeCloseTo(1, 12);
  });

  const grid = (bpm: number, first = 0, sure = true): Grid => ({ bpm, first, sure });
  const side = (seconds: number, more: Partial<Side> = {}): Side => ({ kind: "song", seconds, ...more });
  test.each<[string, Side, Side, number, Partial<ReturnType<typeof planMix>>]>([
    ["two without beats", side(180), side(200), 8000, { kind: "plain", at: 172, seconds: 8, speed: 1 }],
    ["one too short for all of it", side(180), side(9), 8000, { kind: "plain", at: 177, seconds: 3 }],
    ["gapless", side(180), side(180), 0, { kind: "close", at: 180, seconds: 0 }],
    ["a jingle after a song", side(180), side(5, { kind: "jingle" }), 8000, { kind: "close", seconds: 0.25 }],
    [
      "the same tempo",
      side(180, { grid: grid(120) }),
      side(180, { grid: grid(120, 0.5) }),
      8000,
      { kind: "beat", at: 172, seconds: 8, from: 0.5, speed: 1, ramp: 0 },
    ],
    [
      "five per cent apart",
      side(181, { grid: grid(126) }),
      side(180, { grid: grid(120) }),
      8000,
      { kind: "beat", speed: 1.05, ramp: 32 },
    ],
    ["half the tempo", side(180, { grid: grid(174) }), side(180, { grid: grid(87) }), 8000, { kind: "beat", speed: 1 }],
    ["seven per cent apart", side(180, { grid: grid(129) }), side(180, { grid: grid(120) }), 8000, { kind: "plain" }],
    [
      "a voice, five per cent apart",
      side(180, { grid: grid(126) }),
      side(180, { grid: grid(120), vocals: true }),
      8000,
      { kind: "plain" },
    ],
    [
      "a voice, two per cent apart",
      side(180, { grid: grid(122) }),
      side(180, { grid: grid(120), vocals: true }),
      8000,
      { kind: "beat" },
    ],
    [
      "a beat that is not sure",
      side(180, { grid: grid(120, 0, false) }),
      side(180, { grid: grid(120) }),
      8000,
      { kind: "plain" },
    ],
    [
      "music that ends before its sound",
      side(184, { grid: { ...grid(120), end: 180 } }),
      side(180, { grid: grid(120) }),
      8000,
      { kind: "beat", at: 172 },
    ],
  ])("how it goes over: %s", (_, out, into, crossfadeMs, expected) => {
    const mix = planMix(out, into, { crossfadeMs, beatMatch: true });
    for (const [key, value] of Object.entries(expected))
      if (typeof value === "number") expect(mix[key as "at"]).toBeCloseTo(value, 6);
      else expect(mix.kind).toBe(value);
  });

  test("no peak above −1 dBTP, and nothing done to what is below", () => {
    const loud = tone(1, 11_025, 1.6).map(
      (x, i) => x * (0.4 + 0.6 * Math.sin(i / 3000) ** 2) + (i % 997 === 0 ? 1.5 : 0),
    );
    for (const [input, quiet] of [
      [loud, false],
      [tone(1, 440, 0.5), true],
    ] as const) {
      const limiter = makeLimiter(BLOCK);
      const out = new Float32Array(input.length);
      for (let at = 0; at + BLOCK <= input.length; at += BLOCK) {
        const block = { left: input.slice(at, at + BLOCK), right: input.slice(at, at + BLOCK) };
        limiter(block);
        out.set(block.left, at);
      }
      expect(decibels(truePeak([out]))).toBeLessThanOrEqual(-1);
      if (quiet) for (let i = 1000; i < 40_000; i++) expect(out[i]).toBeCloseTo(input[i - 245]!, 6);
    }
  });

  test("the meter agrees with the analyser, and counts silence", () => {
    const meter = makeMeter();
    const side = tone(3, 440, 0.3);
    const hear = (s: Float32Array) => {
      for (let at = 0; at + BLOCK <= s.length; at += BLOCK)
        meter.hear({ left: s.subarray(at, at + BLOCK), right: s.subarray(at, at + BLOCK) });
    };
    hear(side);
    expect(meter.lufs()).toBeCloseTo(integrated([side, side], RATE), 1);
    expect(meter.silenceMs()).toBe(0);
    hear(new Float32Array(RATE));
    expect(meter.silenceMs()).toBeGreaterThan(950);
  });
});
