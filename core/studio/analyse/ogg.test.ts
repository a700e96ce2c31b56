import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { encode } from "../local/encode.ts";
import { decode } from "./decode.ts";

const OPUS = readFileSync("test/vectors/tone.opus");
const tone = (rate: number, seconds: number) =>
  Float32Array.from({ length: rate * seconds }, (_, n) => 0.5 * Math.sin((n * 440 * 2 * Math.PI) / rate));
/** Crossings of zero upwards in a second: its pitch. */
const pitchOf = (side: Float32Array, rate: number) => {
  const middle = side.subarray(rate * 0.25, rate * 0.75);
  return 2 * middle.reduce((n, x, i) => n + (i > 0 && middle[i - 1]! < 0 && x >= 0 ? 1 : 0), 0);
};

test("Vorbis and Opus are heard as they were played", async () => {
  const side = tone(44_100, 2);
  const vorbis = await decode(await encode("ogg", [side, side], 44_100));
  expect([vorbis.rate, vorbis.sides.length, vorbis.sides[0]!.length]).toEqual([44_100, 2, 88_200]);
  const opus = await decode(OPUS);
  expect([opus.rate, opus.sides.length, opus.sides[0]!.length]).toEqual([48_000, 1, 48_000]);
  for (const { rate, sides } of [vorbis, opus]) expect(Math.abs(pitchOf(sides[0]!, rate) - 440)).toBeLessThanOrEqual(2);
});

test("what is cut, damaged, of another kind or too long is refused with the reason", async () => {
  await expect(decode(OPUS.subarray(0, 40))).rejects.toThrow("no page that could be read");
  await expect(decode(Buffer.concat([OPUS.subarray(0, 60), Buffer.alloc(500, 7)]))).rejects.toThrow(
    /no page|lasts more/,
  );
  const speex = Buffer.from(OPUS);
  speex.write("Speex   ", 28, "latin1");
  await expect(decode(speex)).rejects.toThrow("neither Vorbis nor Opus");
  const long = Buffer.from(OPUS);
  long.writeBigInt64LE(48_000n * 3600n, long.lastIndexOf("OggS") + 6);
  await expect(decode(long)).rejects.toThrow("lasts more than 900 seconds");
  await expect(decode(Buffer.from("OggS"))).rejects.toThrow("neither");
});
