// Films, measured: what one second of a film costs of a processor, in each shape, with ffmpeg and without.
import { readFileSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openFfmpeg } from "../core/ffmpeg/index.ts";
import {
  filmOf,
  judge,
  makeCover,
  makeSong,
  mixed,
  scenesOf,
  timelineOf,
  trustFilm,
  watchFilm,
} from "../core/studio/index.ts";

const SECONDS = process.env.BENCH_QUICK === "1" ? 6 : 30;
const GENRE = "city-pop-anime";
const SCRIPT =
  "Stop for a moment. Rain in Tokyo, neon on wet streets, and a song that nobody has heard yet. Take it slow and let it play. Which one should come next?";
/** Of a second, as Linux counts processor time. */
const TICKS = 100;
const { signal } = new AbortController();
const round = (value: number) => Math.round(value * 10) / 10;

/** Of this process and of all that it started and has seen end. */
function cpu(): number {
  if (process.platform !== "linux") return process.cpuUsage().user / 1e6 + process.cpuUsage().system / 1e6;
  const fields = readFileSync("/proc/self/stat", "utf8")
    .replace(/^.*\) /, "")
    .split(" ");
  return fields.slice(11, 15).reduce((sum, f) => sum + Number(f), 0) / TICKS;
}

const folder = await mkdtemp(join(tmpdir(), "impresario-bench-films-"));
const { files } = await makeSong(GENRE, 5, { formats: ["mp3"], seconds: SECONDS + 3 });
const before = cpu();
const sound = join(folder, "sound.wav");
await writeFile(sound, await mixed({ music: files.mp3!, seconds: SECONDS }, signal));
const mix = round(cpu() - before);
const pictures: { file: string; type: string }[] = [];
for (let n = 0; n < 4; n++) {
  const file = join(folder, `${n}.png`);
  await writeFile(file, await makeCover({ genre: GENRE, seed: n, title: "", width: 1400, height: 1400 }));
  pictures.push({ file, type: "image/png" });
}
const timeline = timelineOf(scenesOf(SCRIPT, 4), SECONDS, undefined);
const quiet = { info() {}, warn() {} };
const found = await openFfmpeg({ env: process.env, log: quiet });
for (const ffmpeg of found ? [found, undefined] : [undefined]) {
  for (const shape of ["9:16", "1:1", "16:9"] as const) {
    const to = join(folder, "film.mp4");
    const start = cpu();
    const made = await filmOf({ pictures, sound, timeline, shape, captions: true, language: "en", to, ffmpeg, signal });
    const rendered = cpu();
    const watched = ffmpeg ? await watchFilm(ffmpeg, to, folder) : await trustFilm(to, made.seen, sound);
    const row = {
      way: ffmpeg ? `ffmpeg ${ffmpeg.version.slice(0, 12)} · ${made.coder}` : made.coder,
      shape,
      size: `${made.width}×${made.height}@${made.fps}`,
      filmSeconds: SECONDS,
      mix,
      render: round(rendered - start),
      check: round(cpu() - rendered),
      megabytes: round((await readFile(to)).length / 1e6),
      gate: judge(watched, SECONDS).wrong ?? "passed",
    };
    console.log(JSON.stringify(row));
  }
}
await rm(folder, { recursive: true });
