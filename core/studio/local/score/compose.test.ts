import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compose } from "./compose.ts";
import { genreNames, genreOf } from "./genres.ts";
import { DRUMS, PROGRAMS } from "./names.ts";
import { recipeOf } from "./recipe.ts";
import { BEATS, type Note, type Score } from "./score.ts";
import { chordOf, keyOf, pitchClasses } from "./theory.ts";
import { movement, parallel, voice } from "./voicing.ts";

const genres = genreNames();
const all = (score: Score): Note[] => score.tracks.flatMap((t) => t.notes);
const anySong = () => ({
  genre: fc.constantFrom(...genres),
  seed: fc.integer({ min: 0, max: 1e9 }),
  seconds: fc.option(fc.integer({ min: 5, max: 240 }), { nil: undefined }),
});

test("there are seven genres, and each is a whole recipe", () => {
  expect(genres).toEqual([
    "city-pop-anime",
    "cosmic-ambient",
    "desert-country",
    "fitness-beats",
    "intimate-vibes",
    "neon-synthwave",
    "noir-jazz",
  ]);
  for (const genre of genres) expect(genreOf(genre)!.prompt).toContain("{bpm}");
});

test("a recipe says everything that is wrong in it", () => {
  const source = [
    "---",
    "title: X",
    "version: 1",
    "bpm: 120-90",
    "swing: 0.5 16",
    "keys: H major",
    "form: a 8 .5",
    "hold: 1",
    "voices: 4",
    "cadence: Q",
    "chords:",
    "  a: I IVsmile",
    "layers:",
    "  a: drums kazoo",
    "sounds:",
    "  drums: pots",
    "registers:",
    "  bass: 1-2",
    "drums:",
    "  main.kick: x..",
    "comp:",
    "  keys: x---------------",
    "bass: octave",
    "lead:",
    "  cells: x---------------",
    "mix:",
    "  drums: 0",
    "late:",
    "  drums: 0",
    "reverb: 1 1 1",
    "delay: 1 1",
    "---",
    "text",
  ].join("\n");
  const error = (() => {
    try {
      recipeOf("x", source);
    } catch (e) {
      return String(e);
    }
    return "";
  })();
  for (const part of ["bpm", "H major", '"Q"', "IVsmile", "kazoo", "pots", "main.kick", "mix drums"])
    expect(error).toContain(part);
  expect(() => recipeOf("x", "no front matter")).toThrow(/front matter/);
});

test("the same seed gives the same score, another seed another one", () => {
  for (const genre of genres) {
    expect(compose(genre, 7)).toEqual(compose(genre, "7"));
    const [one, two] = [compose(genre, 1, { seconds: 60 }), compose(genre, 2, { seconds: 60 })];
    const tune = (s: Score) =>
      s.tracks
        .find((t) => t.role === "lead" || t.role === "solo")
        ?.notes.map((n) => `${n.beat} ${n.pitch - s.key.tonic}`);
    expect(tune(one)).not.toEqual(tune(two));
  }
});

describe("whatever is asked for", () => {
  test("every note is a sound that exists, in its place and in order", () => {
    fc.assert(
      fc.property(fc.record(anySong()), ({ genre, seed, seconds }) => {
        const score = compose(genre, seed, seconds === undefined ? {} : { seconds });
        const drums = new Set<number>(Object.values(DRUMS));
        for (const { role, instrument, notes } of score.tracks) {
          if (role !== "drums") expect(instrument in PROGRAMS).toBe(true);
          for (const n of notes) {
            if (role === "drums") expect(drums.has(n.pitch)).toBe(true);
            else if (n.pitch < 24 || n.pitch > 100) throw new Error(`${genre} ${seed}: ${role} plays ${n.pitch}`);
            if (!(n.at >= 0 && n.seconds > 0 && n.velocity > 0 && n.velocity <= 1 && n.bright >= 0 && n.bright <= 1))
              throw new Error(`${genre} ${seed}: ${role} ${JSON.stringify(n)}`);
            if (n.at > score.seconds + 0.1)
              throw new Error(`${genre} ${seed}: ${role} plays after the end, at ${n.at}`);
          }
        }
        expect(score.sections.reduce((sum, s) => sum + s.bars, 0)).toBe(score.bars);
        expect(Math.abs(score.bars * BEATS * (60 / score.bpm) - score.seconds)).toBeLessThan(1e-6);
      }),
      { numRuns: 60, seed: 4 },
    );
  });

  test("a singer never sings two notes at once", () => {
    fc.assert(
      fc.property(fc.record(anySong()), ({ genre, seed }) => {
        for (const { role, notes } of compose(genre, seed, { seconds: 90 }).tracks) {
          if (role !== "lead" && role !== "solo" && role !== "bass") continue;
          const sorted = [...notes].sort((a, b) => a.beat - b.beat);
          sorted.forEach((n, i) => {
            const next = sorted[i + 1];
            const legato = role === "bass" ? 0.5 : 1e-6;
            if (next && n.beat + n.beats > next.beat + legato) throw new Error(`${genre} ${seed} ${role} at ${n.beat}`);
          });
        }
      }),
      { numRuns: 30, seed: 5 },
    );
  });

  test("a length is kept to within two bars, a tempo and a key exactly", () => {
    for (const genre of genres) {
      for (const seconds of [12, 30, 60, 180, 600]) {
        const score = compose(genre, 3, { seconds });
        expect(Math.abs(score.seconds + score.tail - seconds), `${genre} ${seconds}`).toBeLessThan(
          (8 * 60) / score.bpm,
        );
      }
      const asked = compose(genre, 3, { bpm: 90, key: "E" });
      expect([asked.bpm, asked.key.tonic]).toEqual([90, 4]);
    }
  });
});

test("all parts move: what is full in the chorus is not all there in the beginning", () => {
  for (const genre of genres) {
    const score = compose(genre, 11);
    const playing = score.sections.map((s) => {
      const [from, to] = [s.bar * BEATS, (s.bar + s.bars) * BEATS];
      return score.tracks.filter((t) => t.notes.some((n) => n.beat >= from && n.beat < to)).length;
    });
    expect(new Set(playing).size, genre).toBeGreaterThan(1);
    expect(playing[0], genre).toBeLessThan(Math.max(...playing));
    const energies = score.sections.map((s) => s.energy);
    expect(Math.max(...energies) - energies.at(-1)!, genre).toBeGreaterThan(0.2);
  }
});

test("chords are led: small steps, no transposed blocks", () => {
  for (const genre of genres) {
    const recipe = genreOf(genre)!;
    const key = recipe.keys[0]!;
    for (const bars of Object.values(recipe.chords).flat()) {
      let before: readonly number[] | undefined;
      let moved = 0;
      const symbols = [...bars.flat(), ...bars.flat()];
      for (const symbol of symbols) {
        const now = voice(chordOf(symbol, key)!, before, { low: 52, high: 76, voices: 4, rootless: true });
        expect(now.length).toBeGreaterThanOrEqual(2);
        if (before) {
          moved += movement(before, now);
          if (parallel(before, now) && now.length > 3) throw new Error(`${genre}: everybody leaps to ${symbol}`);
        }
        before = now;
      }
      expect(moved / symbols.length, `${genre} ${symbols}`).toBeLessThan(3.2);
    }
  }
});

test("the end is at home", () => {
  for (const genre of genres) {
    for (const seed of [1, 2, 3]) {
      const score = compose(genre, seed);
      const lift = score.sections.at(-1)!.lift;
      const home = chordOf(genreOf(genre)!.cadence, { ...score.key, tonic: (score.key.tonic + lift) % 12 })!;
      expect(score.chords.at(-1)!.symbol).toBe(home.symbol);
      const melody = score.tracks.filter((t) => t.role === "lead" || t.role === "solo").flatMap((t) => t.notes);
      const last = melody.sort((a, b) => a.beat - b.beat).at(-1)!;
      if (last.beat >= (score.bars - 1) * BEATS) expect(pitchClasses(home)).toContain(last.pitch % 12);
    }
  }
});

test("a loop has whole bars and no tail", () => {
  for (const genre of genres) {
    const score = compose(genre, 5, { loop: true });
    expect([score.tail, score.bars % 4]).toEqual([0, 0]);
    expect(all(score).every((n) => n.beat < score.bars * BEATS)).toBe(true);
  }
});

describe("refuses with the reason", () => {
  const refusal = (wish: object, genre = "noir-jazz") => {
    try {
      compose(genre, 1, wish);
    } catch (error) {
      return String(error);
    }
    return "";
  };
  test.each([0, -5, 4.9, 1e9, Number.NaN, Number.POSITIVE_INFINITY])("a song of %d seconds", (seconds) => {
    expect(refusal({ seconds })).toContain("lasts {least} to {most} seconds");
  });
  test.each([0, 39, 1e9, Number.NaN])("%d beats a minute", (bpm) => {
    expect(refusal({ bpm })).toContain("A tempo is");
  });
  test.each(["H", "", "C# purple", "ZZ"])("the key %j", (key) => {
    expect(refusal({ key })).toContain("is no key");
  });
  test.each(["polka", "", "../../../etc/passwd", "__proto__", "noir-jazz.md"])("the genre %j", (genre) => {
    expect(refusal({}, genre)).toContain("no genre called");
  });
});

test("keys are read as people write them", () => {
  expect(keyOf("F# minor")).toEqual({ tonic: 6, mode: "minor" });
  expect(keyOf("Bb")).toEqual({ tonic: 10, mode: "major" });
  expect(keyOf("am")).toEqual({ tonic: 9, mode: "minor" });
});
