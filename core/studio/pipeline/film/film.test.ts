// Films, rendered and looked at: with our own coder and with ffmpeg where there is one. Hostile words are letters on a picture.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Ffmpeg, openFfmpeg } from "../../../ffmpeg/index.ts";
import { readWav } from "../../analyse/decode.ts";
import { integrated } from "../../analyse/loudness.ts";
import { pass } from "../../gate.ts";
import { makeCover } from "../../local/cover/raster.ts";
import { wav } from "../../local/wav.ts";
import type { Timeline } from "../timeline.ts";
import { type FilmOrder, filmOf } from "./film.ts";
import { toPlane } from "./frame.ts";
import { drawCaptions } from "./plates.ts";
import { mixed, pausesIn } from "./sound.ts";
import { judge, trustFilm, type Watched, watchFilm } from "./watch.ts";

const folder = mkdtempSync(join(tmpdir(), "impresario-film-test-"));
const { signal } = new AbortController();
const ffmpeg = await openFfmpeg({ env: {}, log: { info() {}, warn() {} } });
const RATE = 44_100;
const SIZE = { width: 192, height: 320, fps: 12 };
const SECONDS = 5;
/** What would be a filter, an expansion, an option, an end of a quotation, a mark of SVG. */
const HOSTILE = "%{pts} 'a' \"b\" \\n : [0:v] ;,= -y $(id) `id` </text><image href='file:///etc/passwd'/> & 東京";
const timeline: Timeline = {
  seconds: SECONDS,
  voice: null,
  scenes: [
    { from: 0, to: 2.5 },
    { from: 2.5, to: SECONDS },
  ],
  cues: [{ from: 0.5, to: 4, text: HOSTILE }],
};

const tone = (seconds: number, loud: (t: number) => number, hertz = 220) =>
  Float32Array.from({ length: seconds * RATE }, (_, i) => loud(i / RATE) * Math.sin((2 * Math.PI * hertz * i) / RATE));

let order: FilmOrder;
beforeAll(async () => {
  const pictures = [];
  for (const n of [1, 2]) {
    const file = join(folder, `${n}.png`);
    await writeFile(file, await makeCover({ genre: "noir-jazz", seed: n, title: "", width: 240, height: 240 }));
    pictures.push({ file, type: "image/png" });
  }
  const sound = join(folder, "sound.wav");
  await writeFile(sound, await mixed({ music: wav([tone(3, () => 0.2)], RATE), seconds: SECONDS }, signal));
  order = {
    ...{
      pictures,
      sound,
      timeline,
      shape: "9:16",
      captions: true,
      language: "en",
      ffmpeg: undefined,
      signal,
      size: SIZE,
    },
    to: join(folder, "film.mp4"),
  };
});
afterAll(() => rmSync(folder, { recursive: true }));

test("our own coder: whole, moving, heard; words of any kind are letters", async () => {
  const made = await filmOf(order);
  expect(made).toMatchObject({ ...SIZE, coder: "minih264", burnt: true });
  const watched = await trustFilm(order.to, made.seen, order.sound, signal);
  expect(watched).toMatchObject({ seconds: expect.closeTo(SECONDS, 1), black: 0, frozen: 0 });
  expect(judge(watched, SECONDS).wrong).toBeUndefined();
  await writeFile(join(folder, "cut.mp4"), readFileSync(order.to).subarray(0, 2000));
  await expect(trustFilm(join(folder, "cut.mp4"), made.seen, order.sound, signal)).rejects.toThrow("cut short");
});

test.skipIf(!ffmpeg)("ffmpeg: the same film, and not one word of it in an argument", async () => {
  const said: string[] = [];
  const spy: Ffmpeg = {
    ...ffmpeg!,
    run: (args, options) => {
      said.push(...args);
      return ffmpeg!.run(args, options);
    },
  };
  const to = join(folder, "coded.mp4");
  const made = await filmOf({ ...order, ffmpeg: spy, to });
  expect(made.burnt).toBe(true);
  const watched = await watchFilm(spy, to, folder, signal);
  expect(watched).toMatchObject({
    seconds: expect.closeTo(SECONDS, 0),
    black: 0,
    frozen: 0,
    lufs: expect.closeTo(-14, 0),
  });
  expect(judge(watched, SECONDS)).toEqual({ wrong: undefined, quality: expect.closeTo(1, 1) });
  for (const piece of ["pts", "passwd", "東京", "$(id)"]) expect(said.join(" ")).not.toContain(piece);
  const dark = join(folder, "dark.mp4");
  const shown = (filter: string) =>
    ffmpeg!.run(["-f", "lavfi", "-i", filter, "-t", "6", "-pix_fmt", "yuv420p", "-y", `file:${dark}`]);
  await shown("color=black:s=64x64:r=10");
  expect(judge(await watchFilm(spy, dark, folder, signal), 6).wrong).toBe("black");
  await shown("color=red:s=64x64:r=10");
  expect(judge(await watchFilm(spy, dark, folder, signal), 6).wrong).toBe("frozen");
  await writeFile(dark, "<html>");
  await expect(watchFilm(spy, dark, folder, signal)).rejects.toThrow("ffmpeg ended");
});

test.skipIf(!ffmpeg)(
  "a provider's clip passes the same eyes: black, still, short and broken ones are refused",
  async () => {
    const file = join(folder, "clip.mp4");
    const clip = async (filter: string, seconds = 3) => {
      await ffmpeg!.run([
        "-f",
        "lavfi",
        "-i",
        filter,
        "-t",
        String(seconds),
        "-pix_fmt",
        "yuv420p",
        "-y",
        `file:${file}`,
      ]);
      return looked();
    };
    const looked = () => {
      const wish = { kind: "clip", title: "x", prompt: "x", seed: 1, seconds: 3 } as const;
      const gathered = { role: "main", type: "video/mp4", name: "x.mp4", file, bytes: 1, facts: {} };
      return pass(wish, gathered, signal, ffmpeg!);
    };
    expect(await clip("testsrc=s=64x64:r=10")).toMatchObject({ seconds: 3, quality: 1, facts: { type: "video/mp4" } });
    await expect(clip("color=black:s=64x64:r=10")).rejects.toThrow("It is black for 3 of 3 seconds.");
    await expect(clip("color=red:s=64x64:r=10")).rejects.toThrow("It stands still for 3 of 3 seconds.");
    await expect(clip("testsrc=s=64x64:r=10", 1)).rejects.toThrow("It lasts 1 seconds; 3 were asked for.");
    await writeFile(file, readFileSync(file).subarray(0, 500));
    await expect(looked()).rejects.toThrow("no film that can be played");
  },
);

test("called off in the middle, by either way, it ends at once and leaves no program", async () => {
  for (const one of [undefined, ...(ffmpeg ? [ffmpeg] : [])]) {
    const stop = new AbortController();
    const long = { ...timeline, seconds: 170, scenes: [{ from: 0, to: 170 }] };
    const going = filmOf({
      ...order,
      timeline: long,
      ffmpeg: one,
      signal: stop.signal,
      progress: () => stop.abort(new Error("No more")),
    });
    await expect(going).rejects.toThrow("No more");
  }
});

test("music steps back while somebody speaks, and all of it is as loud as platforms play", async () => {
  const voice = wav([tone(2, (t) => (t < 0.8 || t > 1.2 ? 0.5 : 0), 880)], RATE);
  const heard = await pausesIn(voice, signal);
  expect(heard.seconds).toBeCloseTo(2, 1);
  expect(heard.pauses).toEqual([expect.closeTo(1, 1)]);
  const music = wav([tone(8, () => 0.3)], RATE);
  const { sides, rate } = readWav(await mixed({ music, voice: { sound: voice, at: 3 }, seconds: 8 }, signal));
  expect(integrated(sides, rate)).toBeCloseTo(-14, 0);
  /** How much of the music's own tone is there. */
  const level = (from: number) => {
    let [re, im] = [0, 0];
    for (let i = from * rate; i < (from + 0.25) * rate; i++) {
      re += sides[0]![i]! * Math.cos((2 * Math.PI * 220 * i) / rate);
      im += sides[0]![i]! * Math.sin((2 * Math.PI * 220 * i) / rate);
    }
    return Math.hypot(re, im);
  };
  expect(level(3.5)).toBeLessThan(level(2) * 0.35);
  expect(level(7)).toBeGreaterThan(level(2) * 0.8);
  await expect(mixed({ music: Buffer.from("<html>"), seconds: 3 }, signal)).rejects.toThrow("html");
});

const good: Watched = { seconds: 30, black: 0, frozen: 0, silence: 1, lufs: -14 };
test.each<[Partial<Watched>, string | undefined]>([
  [{}, undefined],
  [{ seconds: 28 }, "short"],
  [{ seconds: 31.6 }, "short"],
  [{ black: 3 }, "black"],
  [{ frozen: 5 }, "frozen"],
  [{ lufs: Number.NaN }, undefined],
  [{ silence: 9 }, "silent"],
  [{ lufs: -20 }, "loudness"],
  [{ lufs: -9 }, "loudness"],
])("the gate: %o is %s", (change, wrong) => {
  const watched = { ...good, ...change };
  if (Number.isNaN(watched.lufs)) delete watched.lufs;
  expect(judge(watched, 30).wrong).toBe(Number.isNaN(change.lufs) ? "mute" : wrong);
});

test("captions are drawn in every script that our fonts have: letters, no boxes, within the frame", async () => {
  const cues = ["Neon", "東京の夜", "서울의 밤"].map((text, n) => ({ from: n, to: n + 1, text }));
  const sprites = await drawCaptions(cues, SIZE, "ja", signal);
  const drawn = sprites.map(({ pixels }) => pixels.reduce((sum, p, i) => sum + (i % 4 === 3 && p > 0 ? 1 : 0), 0));
  for (const count of drawn) expect(count).toBeGreaterThan(200);
  for (const { top, height } of sprites) expect(top + height).toBeLessThanOrEqual(SIZE.height);
  // White is the top of the range of video, black its bottom, and neither has a colour.
  expect([
    ...toPlane(Uint8Array.from([255, 255, 255, 255, 0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255]), 2, 2, "709").yuv,
  ]).toEqual([235, 16, 16, 16, 128, 128]);
});
