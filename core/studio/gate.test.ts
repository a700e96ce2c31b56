// The gate, with media that are bad in each way that a provider's may be: refused, and for the reason that is meant.
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { tone } from "../../test/provider.ts";
import { scratch } from "../../test/scratch.ts";
import { openFfmpeg } from "../ffmpeg/index.ts";
import { pass } from "./gate.ts";
import { makeCover } from "./local/cover/raster.ts";
import { compose } from "./local/score/compose.ts";
import { render } from "./local/sound/render.ts";
import { wav } from "./local/wav.ts";
import type { Kind, Wish } from "./provider.ts";

const folder = mkdtempSync(join(scratch(), "gate-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const ffmpeg = await openFfmpeg({ env: process.env, log: { info() {}, warn() {} } });
const file = join(folder, "made");

const through = (kind: Kind, bytes: Uint8Array, more: Partial<Wish> = {}, facts = {}) => {
  writeFileSync(file, bytes);
  return checked(kind, more, facts);
};
const checked = (kind: Kind, more: Partial<Wish> = {}, facts = {}) => {
  const wish = { kind, title: "", prompt: "", seed: 1, ...more };
  const gathered = { role: "main", type: "x/y", name: "made", file, bytes: statSync(file).size, facts };
  return pass(wish, gathered, undefined, ffmpeg);
};
const RATE = 8000;
const sound = (seconds: number, at: (second: number) => number) =>
  wav([Float32Array.from({ length: seconds * RATE }, (_, i) => at(i / RATE))], RATE);
const sine = (t: number) => 0.3 * Math.sin(440 * 2 * Math.PI * t);

describe.each<Kind>(["song", "voice"])("a %s", (kind) => {
  test("that is silent, clipped, too short, cut or something else is refused, and says why", async () => {
    await expect(through(kind, tone(4, 0))).rejects.toThrow("It is silent for 4 of 4 seconds.");
    await expect(
      through(
        kind,
        sound(10, (t) => (t < 4 ? sine(t) : 0)),
      ),
    ).rejects.toThrow("silent for 6 of 10 seconds");
    await expect(
      through(
        kind,
        sound(3, (t) => Math.max(-1, Math.min(1, 9 * sine(t)))),
      ),
    ).rejects.toThrow("of it is clipped");
    await expect(through(kind, tone(3), { seconds: 10 })).rejects.toThrow("It lasts 3 seconds; 10 were asked for.");
    await expect(through(kind, new Uint8Array())).rejects.toThrow("The file is empty.");
    await expect(through(kind, Buffer.from("<html>Please wait a moment</html>"))).rejects.toThrow(
      "It is no audio file.",
    );
    await expect(through(kind, tone(3).subarray(0, 30))).rejects.toThrow(/WAV/);
    expect(await through(kind, tone(3))).toMatchObject({ seconds: 3, facts: { type: "audio/wav" } });
  });
});

test("a hole in the middle is refused in music, and is a pause in a voice", async () => {
  const holed = sound(25, (t) => (t > 8 && t < 18 ? 0 : sine(t)));
  await expect(through("song", holed)).rejects.toThrow("It is silent for 10 seconds in the middle.");
  expect((await through("voice", holed)).seconds).toBe(25);
});

test("tempo and key are heard where nobody says them, and what is said is believed", async () => {
  const score = compose("fitness-beats", 3, { seconds: 20 });
  const { mix, rate } = render(score, { rate: 22_050 });
  const bytes = wav([mix.left, mix.right], rate);
  const { facts } = await through("song", bytes);
  const octaves = [0.5, 1, 2].map((o) => Math.abs(Number(facts.bpm) / score.bpm / o - 1));
  expect(Math.min(...octaves)).toBeLessThan(0.02);
  expect(facts.key).toMatch(/^[A-G](♯|♭|#|b)? (major|minor)$/);
  expect(facts.lufs).toBeCloseTo(-14, 0);
  expect((await through("song", bytes, {}, { bpm: 61, key: "F major" })).facts).toMatchObject({
    bpm: 61,
    key: "F major",
  });
});

test.skipIf(!ffmpeg)("a sound that only ffmpeg reads is listened to all the same", async () => {
  const raw = join(folder, "raw.wav");
  const flac = async (bytes: Uint8Array) => {
    writeFileSync(raw, bytes);
    await ffmpeg!.run(["-i", `file:${raw}`, "-f", "flac", "-y", `file:${file}`]);
    return checked("song");
  };
  expect(await flac(tone(3))).toMatchObject({ seconds: 3, facts: { type: "audio/flac", lufs: expect.any(Number) } });
  await expect(flac(tone(3, 0))).rejects.toThrow("It is silent for 3 of 3 seconds.");
  writeFileSync(file, Buffer.concat([readFileSync(file).subarray(0, 20), Buffer.alloc(40)]));
  await expect(checked("song")).rejects.toThrow("no sound that can be played");
});

describe.skipIf(!ffmpeg).each<Kind>(["cover", "thumbnail", "scene"])("a %s", (kind) => {
  test("of one colour, cut off or none at all is refused", async () => {
    const drawn = (color: string) =>
      ffmpeg!.run([
        ...["-f", "lavfi", "-i", `color=${color}:s=64x64`, "-frames:v", "1"],
        ...["-f", "image2", "-c:v", "png", "-y", `file:${file}`],
      ]);
    for (const color of ["black", "white", "red"]) {
      await drawn(color);
      await expect(checked(kind)).rejects.toThrow("nothing in the picture but one colour");
    }
    const good = await makeCover({ genre: "noir-jazz", seed: 1, title: "", width: 256, height: 256 });
    expect(await through(kind, good)).toMatchObject({ quality: 1, facts: { type: "image/png" } });
    await expect(through(kind, good.subarray(0, good.length / 3))).rejects.toThrow("no picture that can be opened");
    await expect(through(kind, tone(1))).rejects.toThrow("It is no image file.");
  });
});
