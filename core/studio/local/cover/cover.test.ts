import { describe, expect, test } from "vitest";
import { genreNames } from "../score/genres.ts";
import { ARTS } from "./arts.ts";
import { coverSvg, drawable, linesOf } from "./cover.ts";
import { makeCover, rasterise } from "./raster.ts";

const sizeOf = (png: Uint8Array) => {
  const view = new DataView(png.buffer, png.byteOffset);
  return [view.getUint32(16), view.getUint32(20)];
};

test("every genre has an art of its own, the same for the same seed and another for another", () => {
  expect(Object.keys(ARTS).sort()).toEqual(genreNames());
  for (const genre of genreNames()) {
    const one = coverSvg({ genre, seed: 1, title: "A" });
    expect(coverSvg({ genre, seed: "1", title: "A" })).toBe(one);
    expect(coverSvg({ genre, seed: 2, title: "A" })).not.toBe(one);
    expect(one).not.toMatch(/NaN|undefined|Infinity/);
  }
});

test("a cover becomes a picture of the size that was asked for", async () => {
  const png = await makeCover({
    genre: "noir-jazz",
    seed: 4,
    title: "夜 & <b>서울</b>",
    by: "x",
    width: 320,
    height: 180,
  });
  expect([...png.subarray(1, 4)]).toEqual([0x50, 0x4e, 0x47]);
  expect(sizeOf(png)).toEqual([320, 180]);
});

test("words never become drawing", () => {
  const svg = coverSvg({
    genre: "cosmic-ambient",
    seed: 1,
    title: `</text><image href="file:///etc/passwd"/>`,
    by: `"><script>`,
  });
  expect(svg).not.toMatch(/<image|<script/);
});

describe("titles", () => {
  test("keep their letters and lose what no font of ours has", () => {
    expect(drawable("  Night 🌃\u202E drive\u0007 👩‍🚀 ")).toBe("Night drive");
    expect(drawable("x".repeat(5000)).length).toBe(120);
    expect(coverSvg({ genre: "noir-jazz", seed: 1, title: "🎷🎷" })).not.toContain("<text");
  });
  test("break between words, or anywhere when they are too long, and not before a comma", () => {
    expect(linesOf("one two three", 5)).toEqual(["one two", "three"]);
    expect(linesOf("x".repeat(30), 6).every((l) => l.length <= 12)).toBe(true);
    expect(linesOf("夜のハイウェイ、君と", 7)).toEqual(["夜のハイウェ", "イ、君と"]);
  });
});

test("what cannot be drawn is refused, what hangs or breaks is ended", async () => {
  expect(() => coverSvg({ genre: "noir-jazz", seed: 1, title: "a", width: 1e9 })).toThrow(/64 to 3000/);
  expect(() => coverSvg({ genre: "noir-jazz", seed: 1, title: "a", height: 0 })).toThrow(/64 to 3000/);
  await expect(rasterise("this is no picture")).rejects.toThrow(/ended with/);
  const control = new AbortController();
  const drawing = makeCover({ genre: "noir-jazz", seed: 1, title: "a" }, control.signal);
  control.abort(new Error("called off"));
  await expect(drawing).rejects.toThrow("called off");
});
