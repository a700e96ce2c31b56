import { describe, expect, test } from "vitest";
import { encode } from "../encode.ts";
import { wav } from "../wav.ts";
import { boxesIn, find } from "./boxes.ts";
import { BARS, drawFrame, toYuv } from "./frame.ts";
import { levelsOf } from "./levels.ts";
import { framesOf } from "./mp3.ts";
import { makeFilm } from "./video.ts";

const RATE = 22_050;
const tone = (seconds: number, hertz = 220) =>
  Float32Array.from({ length: RATE * seconds }, (_, i) => 0.5 * Math.sin((2 * Math.PI * hertz * i) / RATE));
const wish = { genre: "neon-synthwave", seed: 1, title: "Drive 夜", by: "x" } as const;

test("a film is an MP4 whose index stands first and tells the truth", async () => {
  const sound = wav([tone(2), tone(2)], RATE);
  const progress: number[] = [];
  const { film, width, height, fps } = await makeFilm({
    ...wish,
    sound,
    shape: "1:1",
    progress: (p) => progress.push(p),
  });
  expect([width, height, fps]).toEqual([480, 480, 24]);
  expect(boxesIn(film).map((b) => b.name)).toEqual(["ftyp", "moov", "mdat"]);
  const view = new DataView(film.buffer, film.byteOffset);
  const [moov, mdat] = [find(film, "moov")!, find(film, "mdat")!];
  const tracks = boxesIn(film, moov.from, moov.to).filter((b) => b.name === "trak");
  expect(tracks.length).toBe(2);
  let bytes = 0;
  for (const [i, track] of tracks.entries()) {
    const part = film.subarray(track.from, track.to);
    const at = (name: string) => {
      const found = find(part, "mdia", "minf", "stbl", name)!;
      return found.from + track.from;
    };
    const count = view.getUint32(at("stsz") + 8);
    if (i === 0) expect(count).toBe(48);
    const sizes = Array.from({ length: count }, (_, n) => view.getUint32(at("stsz") + 12 + 4 * n));
    bytes += sizes.reduce((a, b) => a + b, 0);
    const first = view.getUint32(at("stco") + 8);
    expect(first).toBeGreaterThanOrEqual(mdat.from);
    // Sound frames begin with their sync, coded pictures with the length of their first unit.
    if (i === 1) expect(film[first]! & film[first + 1]! & 0xe0).toBe(0xe0);
    else expect(view.getUint32(first)).toBeLessThan(sizes[0]!);
  }
  expect(bytes).toBe(mdat.to - mdat.from);
  expect(progress.length).toBeGreaterThan(0);
  const again = await makeFilm({ ...wish, sound, shape: "1:1" });
  expect(Buffer.from(again.film).equals(Buffer.from(film))).toBe(true);
});

test("a film can be shorter than its sound", async () => {
  const { film } = await makeFilm({ ...wish, sound: wav([tone(3)], RATE), shape: "9:16", seconds: 1 });
  const mvhd = find(film, "moov", "mvhd")!;
  expect(new DataView(film.buffer).getUint32(mvhd.from + 16)).toBe(1000);
});

describe("it says no to", () => {
  test("what is no sound", async () => {
    await expect(makeFilm({ ...wish, sound: new TextEncoder().encode("<html>busy</html>") })).rejects.toThrow(
      /look like html/,
    );
  });
  test("a film that nobody wants any more", async () => {
    const control = new AbortController();
    const making = makeFilm({
      ...wish,
      sound: wav([tone(30)], RATE),
      signal: control.signal,
      progress: () => control.abort(new Error("called off")),
    });
    await expect(making).rejects.toThrow("called off");
  });
});

test("the frames of an MP3 are found behind its tags, and nothing else is", async () => {
  const mp3 = await encode("mp3", [tone(2), tone(2)], RATE, { title: "t", genre: "g", bpm: 100, key: "C" });
  const { rate, channels, perFrame, frames } = framesOf(mp3);
  expect([rate, channels, perFrame]).toEqual([RATE, 2, 576]);
  expect(Math.abs((frames.length * perFrame) / rate - 2)).toBeLessThan(0.15);
  expect(frames.every((f) => f[0] === 0xff)).toBe(true);
  expect(framesOf(mp3.subarray(0, mp3.length - 10)).frames.length).toBe(frames.length - 1);
  expect(() => framesOf(new Uint8Array(1000))).toThrow(/no MP3 frame/);
});

test("bars follow the sound: low tones left, high tones right, silence still", () => {
  const top = (hertz: number) => {
    const { bars } = levelsOf({ rate: RATE, sides: [tone(1, hertz)] }, 24, 24, BARS);
    return bars[12]!.indexOf(Math.max(...bars[12]!));
  };
  expect(top(80)).toBeLessThan(top(800));
  expect(top(800)).toBeLessThan(top(5000));
  const { bars } = levelsOf({ rate: RATE, sides: [new Float32Array(RATE)] }, 24, 24, BARS);
  expect(Math.max(...bars[12]!)).toBe(0);
});

test("a frame is in the range of video, dark at both ends, and moves", () => {
  const [width, height] = [80, 60];
  const picture = toYuv(new Uint8Array(width * height * 4).fill(200), width, height);
  const levels = levelsOf({ rate: RATE, sides: [tone(2, 110)] }, 24, 48, BARS);
  const frame = (n: number) => {
    const out = new Uint8Array(picture.yuv.length);
    drawFrame(picture, out, levels, n, 48, 24);
    return out;
  };
  const luma = (out: Uint8Array) => out.subarray(0, width * height).reduce((a, b) => a + b, 0) / (width * height);
  expect(Math.max(...frame(24).subarray(0, width * height))).toBeLessThanOrEqual(235);
  expect(luma(frame(0))).toBeLessThan(luma(frame(24)) / 2);
  expect(luma(frame(47))).toBeLessThan(luma(frame(24)) / 2);
  expect(frame(24)).not.toEqual(frame(25));
});
