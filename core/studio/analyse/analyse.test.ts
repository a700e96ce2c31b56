import { describe, expect, test } from "vitest";
import { encode } from "../local/encode.ts";
import { wav } from "../local/wav.ts";
import { analyse } from "./analyse.ts";
import { containerOf, decode } from "./decode.ts";

const RATE = 44_100;
const hertz = (pitch: number) => 440 * 2 ** ((pitch - 69) / 12);
const empty = (seconds: number) => new Float32Array(Math.round(seconds * RATE));

/** Ticks at a tempo, every fourth one deeper; `swing` moves the eighth between. */
function clicks(bpm: number, seconds: number, swing?: number): Float32Array {
  const side = empty(seconds);
  const tick = (at: number, f: number, loud: number) => {
    const from = Math.round(at * RATE);
    for (let i = 0; i < 2500 && from + i < side.length; i++)
      side[from + i]! += loud * Math.sin((2 * Math.PI * f * i) / RATE) * Math.exp(-i / 500);
  };
  for (let beat = 0; (beat * 60) / bpm < seconds; beat++) {
    tick((beat * 60) / bpm, beat % 4 === 0 ? 90 : 1200, 0.7);
    if (swing) tick(((beat + swing) * 60) / bpm, 3000, 0.3);
  }
  return side;
}

function chords(roots: number[][], seconds: number): Float32Array {
  const side = empty(seconds);
  const each = Math.floor(side.length / roots.length);
  for (let i = 0; i < side.length; i++) {
    const pitches = roots[Math.min(roots.length - 1, Math.floor(i / each))]!;
    for (const p of pitches)
      for (const h of [1, 2, 3]) side[i]! += (0.08 / h) * Math.sin((2 * Math.PI * hertz(p) * h * i) / RATE);
  }
  return side;
}

test.each([62, 97, 104.5, 128, 139])("ticks at %d beats a minute are heard as that", (bpm) => {
  const side = clicks(bpm, 20);
  const { tempo } = analyse({ rate: RATE, sides: [side, side] });
  expect(Math.abs(tempo!.bpm / bpm - 1)).toBeLessThan(0.01);
});

test("swing is where the second eighth falls", () => {
  for (const swing of [0.5, 0.66]) {
    const side = clicks(96, 20, swing);
    expect(Math.abs(analyse({ rate: RATE, sides: [side] }).swing.eighths - swing)).toBeLessThan(0.03);
  }
});

test("a cadence tells its key", () => {
  const major = chords(
    [
      [60, 64, 67],
      [65, 69, 72],
      [67, 71, 74],
      [60, 64, 67],
    ],
    12,
  );
  expect(analyse({ rate: RATE, sides: [major] }).key).toMatchObject({ tonic: 0, mode: "major" });
  const minor = chords(
    [
      [57, 60, 64],
      [62, 65, 69],
      [64, 68, 71],
      [57, 60, 64],
    ],
    12,
  );
  expect(analyse({ rate: RATE, sides: [minor] }).key).toMatchObject({ tonic: 9, mode: "minor" });
});

describe("faults are found", () => {
  const tone = (loud: number, seconds = 4) =>
    Float32Array.from(empty(seconds), (_, i) => loud * Math.sin((2 * Math.PI * 220 * i) / RATE));
  test("silence", () => {
    const heard = analyse({ rate: RATE, sides: [empty(5), empty(5)] });
    expect(heard).toMatchObject({ loudness: Number.NEGATIVE_INFINITY, tempo: undefined, key: undefined, seconds: 5 });
    expect(heard.silence.total).toBeGreaterThan(4);
  });
  test("a hole in the middle, a late start, an early end", () => {
    const side = tone(0.4, 12);
    side.fill(0, 0, RATE);
    side.fill(0, 5 * RATE, 7 * RATE);
    side.fill(0, 10 * RATE);
    const { silence } = analyse({ rate: RATE, sides: [side] });
    expect(silence.start).toBeGreaterThan(0.5);
    expect(silence.end).toBeGreaterThan(1.4);
    expect(Math.abs(silence.longest - 1.7)).toBeLessThan(0.2);
  });
  test("clipping, an offset, a click", () => {
    const clean = analyse({ rate: RATE, sides: [tone(0.5)] });
    expect(clean).toMatchObject({ clipped: 0, clicks: 0 });
    expect(Math.abs(clean.offset)).toBeLessThan(1e-3);
    expect(analyse({ rate: RATE, sides: [tone(3).map((x) => Math.max(-1, Math.min(1, x)))] }).clipped).toBeGreaterThan(
      0.3,
    );
    expect(analyse({ rate: RATE, sides: [tone(0.5).map((x) => x + 0.1)] }).offset).toBeCloseTo(0.1, 2);
    const clicked = tone(0.5);
    clicked[RATE] = 0.95;
    expect(analyse({ rate: RATE, sides: [clicked] }).clicks).toBeGreaterThan(0);
  });
  test("nothing at all", () => {
    expect(analyse({ rate: RATE, sides: [empty(0)] })).toMatchObject({ seconds: 0, clipped: 0, tempo: undefined });
  });
});

test("width is nothing in mono and much in opposition", () => {
  const side = clicks(100, 4);
  expect(analyse({ rate: RATE, sides: [side, side] }).width).toBe(0);
  expect(analyse({ rate: RATE, sides: [side, side.map((x) => x * 0.2)] }).width).toBeGreaterThan(0.3);
});

describe("bytes become sound", () => {
  const side = clicks(120, 2);
  test("of a WAV that we wrote", async () => {
    const { rate, sides } = await decode(wav([side, side], RATE));
    expect([rate, sides.length, sides[0]!.length]).toEqual([RATE, 2, side.length]);
    let off = 0;
    side.forEach((x, i) => {
      off = Math.max(off, Math.abs(x - sides[1]![i]!));
    });
    expect(off).toBeLessThan(1e-4);
  });

  test.each([
    [1, 8],
    [1, 24],
    [1, 32],
    [3, 32],
    [3, 64],
    [0xfffe, 16],
  ])("of a WAV of format %d with %d bits", async (format, bits) => {
    const bytes = new Uint8Array(44 + 26 + bits * 4);
    const view = new DataView(bytes.buffer);
    bytes.set([..."RIFF....WAVEfmt "].map((c) => c.charCodeAt(0)));
    view.setUint32(16, 42, true);
    [format, 1].forEach((v, i) => {
      view.setUint16(20 + i * 2, v, true);
    });
    view.setUint32(24, 8000, true);
    view.setUint16(34, bits, true);
    if (format === 0xfffe) view.setUint16(44, 1, true);
    bytes.set(
      [..."data"].map((c) => c.charCodeAt(0)),
      62,
    );
    view.setUint32(66, bits * 4, true);
    const at = 70;
    if (format === 3 && bits === 32) view.setFloat32(at, 0.5, true);
    else if (format === 3) view.setFloat64(at, 0.5, true);
    else if (bits === 8) view.setUint8(at, 192);
    else view.setUint8(at + bits / 8 - 1, 64);
    expect((await decode(bytes)).sides[0]![0]).toBeCloseTo(0.5, 3);
  });

  test("of an MP3, with its tags and its tempo", async () => {
    const long = clicks(96, 12);
    const bytes = await encode("mp3", [long, long], RATE, { title: "夜", genre: "x", bpm: 96, key: "A minor" });
    const sound = await decode(bytes);
    const heard = analyse(sound);
    expect(Math.abs(heard.seconds - 12)).toBeLessThan(0.15);
    expect(Math.abs(heard.tempo!.bpm - 96)).toBeLessThan(0.96);
  });

  test("an Ogg is named for what it is", async () => {
    const bytes = await encode("ogg", [side, side], RATE);
    expect(containerOf(bytes)).toBe("ogg");
  });

  test.each([
    ["<!DOCTYPE html><html>busy</html>", "html"],
    ['{"base_resp":{"status_code":1008}}', "json"],
    ["not found", "text"],
    ["", "empty"],
  ])("%j is not a song", async (text, kind) => {
    await expect(decode(new TextEncoder().encode(text))).rejects.toThrow(`look like ${kind}`);
  });

  test("what is cut off or lies about itself is refused with the reason", async () => {
    const good = wav([side], RATE);
    expect((await decode(good.slice(0, 5044))).sides[0]!.length).toBe(2500);
    await expect(decode(good.slice(0, 30))).rejects.toThrow(/no sound/);
    const odd = good.slice();
    new DataView(odd.buffer).setUint16(22, 0, true);
    await expect(decode(odd)).rejects.toThrow(/0 channels/);
    const strange = good.slice();
    new DataView(strange.buffer).setUint16(34, 12, true);
    await expect(decode(strange)).rejects.toThrow(/12 bits/);
    await expect(decode(Uint8Array.of(0xff, 0xfb, 0, 0, 0, 0))).rejects.toThrow();
  });
});
