import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { scratch } from "../../../../test/scratch.ts";
import { decibels, integrated, truePeak } from "../../analyse/loudness.ts";
import { compose } from "../score/compose.ts";
import { genreNames } from "../score/genres.ts";
import { DRUMS, type Instrument, KITS, PROGRAMS } from "../score/names.ts";
import { wav } from "../wav.ts";
import { stereo } from "./effects.ts";
import { makeKit } from "./kit.ts";
import { playNote } from "./play.ts";
import { joined, openSong, render, stemsOf } from "./render.ts";
import { makeTables } from "./tables.ts";
import { hertz } from "./voice.ts";

const RATE = 22_050;
const hash = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

test("the same score gives the same bytes", () => {
  const score = compose("intimate-vibes", 9, { seconds: 8 });
  const [one, two] = [render(score, { rate: RATE }), render(score, { rate: RATE })];
  expect(hash(wav([one.mix.left, one.mix.right], RATE))).toBe(hash(wav([two.mix.left, two.mix.right], RATE)));
});

test.each(genreNames())("%s is as loud as promised and never over the edge", (genre) => {
  const { mix, loudness } = render(compose(genre, 3, { seconds: 12 }), { rate: RATE });
  const sides = [mix.left, mix.right];
  expect(integrated(sides, RATE)).toBeCloseTo(loudness, 5);
  expect(Math.abs(loudness + 14)).toBeLessThan(1);
  expect(decibels(truePeak(sides))).toBeLessThanOrEqual(-1);
  expect(mix.left.some(Number.isNaN)).toBe(false);
  // It begins and ends without a click.
  for (const side of sides) expect(Math.max(Math.abs(side[0]!), Math.abs(side.at(-1)!))).toBeLessThan(0.01);
});

test("stems together are the mix before the limiter", () => {
  const score = compose("cosmic-ambient", 2, { seconds: 10 });
  const song = openSong(score, { rate: RATE });
  const mix = joined(song.pieces(), song.samples);
  const stems = stemsOf(score).map((stem) => joined(song.stem(stem), song.samples));
  song.close();
  expect(stems.length).toBeGreaterThan(2);
  let [error, power] = [0, 0];
  for (let i = RATE; i < mix.left.length - 2 * RATE; i++) {
    const sum = stems.reduce((s, stem) => s + stem.left[i]!, 0);
    error += (sum - mix.left[i]!) ** 2;
    power += mix.left[i]! ** 2;
  }
  expect(error / power).toBeLessThan(0.05);
});

test("a loop's end meets its beginning", () => {
  const score = compose("neon-synthwave", 4, { loop: true, seconds: 10 });
  const { mix } = render(score, { rate: RATE });
  expect(mix.left.length).toBe(Math.round(score.seconds * RATE));
  let step = 0;
  for (let i = 1; i < mix.left.length; i++) step = Math.max(step, Math.abs(mix.left[i]! - mix.left[i - 1]!));
  expect(Math.abs(mix.left[0]! - mix.left.at(-1)!)).toBeLessThan(step);
});

describe("in pieces, as a long song is made", () => {
  const decibelsApart = (one: Float32Array, other: Float32Array) => {
    let [error, power] = [0, 0];
    for (const [i, x] of one.entries()) {
      error += (x - other[i]!) ** 2;
      power += x ** 2;
    }
    return 10 * Math.log10(error / power);
  };

  // Of each genre a song, so that every instrument that lasts is cut somewhere; loops ring over their end into the first piece.
  test.each([...genreNames().map((genre) => [genre, false] as const), ["noir-jazz", true] as const])(
    "%s, loop %s: the same sound as in one piece, and its file is gone",
    (genre, loop) => {
      const folder = mkdtempSync(join(scratch(), "tapes-"));
      const score = compose(genre, 5, { seconds: 11, loop });
      const whole = render(score, { rate: RATE });
      const song = openSong(score, { rate: RATE, wholeSeconds: 1, folder });
      expect(readdirSync(folder)).toHaveLength(1);
      let pieces = 0;
      const counted = function* () {
        for (const piece of song.pieces()) {
          pieces++;
          yield piece;
        }
      };
      const cut = joined(counted(), song.samples);
      expect(pieces).toBeGreaterThan(3);
      for (const side of ["left", "right"] as const)
        expect(decibelsApart(whole.mix[side], cut[side]), side).toBeLessThan(-90);
      // A second listener hears the same, and so does whoever takes it apart.
      expect(joined(song.pieces(), song.samples)).toEqual(cut);
      if (genre === "intimate-vibes") {
        const other = openSong(score, { rate: RATE });
        const [one, two] = [song, other].map((s) => joined(s.stem("space"), s.samples).left);
        expect(decibelsApart(one!, two!)).toBeLessThan(-90);
      }
      song.close();
      expect(readdirSync(folder)).toEqual([]);
      rmSync(folder, { recursive: true });
    },
  );
});

describe("no note clicks", () => {
  test.each(Object.keys(PROGRAMS))("%s begins and ends at rest", (name) => {
    const tables = makeTables(RATE);
    for (const pitch of [36, 60, 84]) {
      for (const seconds of [0.04, 0.8]) {
        const out = { ...stereo(RATE * 8), rate: RATE, tables };
        const sound = {
          start: 100,
          length: Math.round(seconds * RATE),
          frequency: hertz(pitch),
          from: hertz(pitch),
          velocity: 0.9,
          bright: 0.7,
          chance: 0.3,
          pan: 0,
        };
        playNote(name as Instrument, out, sound);
        let peak = 0;
        for (const x of out.left) peak = Math.max(peak, Math.abs(x));
        const heard = out.left.findLastIndex((x) => x !== 0);
        expect(peak, `${name} ${pitch}`).toBeGreaterThan(0.0001);
        expect(peak, `${name} ${pitch}`).toBeLessThan(4);
        expect(Math.abs(out.left[heard]!), `the end of ${name} ${pitch}`).toBeLessThan(0.02 * peak);
        expect(Math.abs(out.left[100]!), `the beginning of ${name} ${pitch}`).toBeLessThan(0.25 * peak);
      }
    }
  });

  test.each(KITS)("the strokes of the %s kit fade out", (kit) => {
    const strokes = makeKit(kit, RATE);
    for (const pitch of Object.values(DRUMS)) {
      const { hit } = strokes(pitch, 0);
      expect(Math.abs(hit.at(-1)!)).toBeLessThan(0.01);
      expect(hit.some((x) => Math.abs(x) > 0.05)).toBe(true);
      expect(strokes(pitch, 1).hit).not.toEqual(hit);
    }
  });
});
