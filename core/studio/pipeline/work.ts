// The steps that this house does itself. Each reads what the steps before it made, writes files into a folder that is gone
// afterwards, and answers with what is to be kept.
import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Ffmpeg } from "../../ffmpeg/index.ts";
import { listen } from "../analyse/listen.ts";
import type { Item } from "../item.ts";
import type { PartMade } from "../save.ts";
import { srt, vtt } from "./captions.ts";
import { filmOf } from "./film/film.ts";
import type { Seen } from "./film/look.ts";
import { type Shape, sized } from "./film/sizes.ts";
import { mixed, pausesIn } from "./film/sound.ts";
import { type FilmFault, judge, trustFilm, type Watched, watchFilm } from "./film/watch.ts";
import { earlier, scenesWanted, scriptOf } from "./launch.ts";
import { planOf } from "./plan.ts";
import { scenesOf } from "./script.ts";
import type { StepResult, StepRow } from "./steps.ts";
import { type Spoken, type Timeline, timelineOf } from "./timeline.ts";

export type Bench = {
  item: Item;
  step: StepRow;
  steps: readonly StepRow[];
  /** A file of the film, on this machine. */
  bring(asset: string): Promise<string>;
  folder: string;
  ffmpeg: Ffmpeg | undefined;
  signal: AbortSignal;
  progress(share: number): void;
};
export type NewFile = { role: string; type: string; name: string; file: string };
export type Worked =
  | { files: NewFile[]; result: StepResult }
  | { wrong: FilmFault | "voice" | "sound"; watched?: Watched };

export const work = (bench: Bench): Promise<Worked> => HOW[bench.step.kind as keyof typeof HOW](bench);

const partOf = ({ steps, step }: Bench, kind: "play" | "speak"): PartMade | undefined =>
  earlier(steps, step, kind)?.result?.parts?.[0];

const timelineFor = ({ steps, step }: Bench): Timeline => earlier(steps, step, "caption")!.result!.timeline!;

const HOW = { caption, mix, render, check } satisfies Record<string, (bench: Bench) => Promise<Worked>>;

/** What our own decoders read. */
const READ = ["audio/wav", "audio/mpeg"];

/** As bytes that our decoders know; undefined: nobody here can read it. */
async function soundOf(bench: Bench, part: PartMade): Promise<Uint8Array | undefined> {
  const file = await bench.bring(part.asset);
  if (READ.includes(part.type)) return readFile(file);
  if (!bench.ffmpeg) return undefined;
  const { stdout } = await bench.ffmpeg.run(
    ["-i", `file:${file}`, "-vn", "-ac", "2", "-ar", "44100", "-f", "wav", "pipe:1"],
    {
      signal: bench.signal,
    },
  );
  return stdout;
}

async function caption(bench: Bench): Promise<Worked> {
  const { item, step, steps, folder, signal } = bench;
  const plan = planOf(item.wish.pipeline!)!;
  const language = item.wish.spoken ?? "en";
  const scenes = scenesOf(scriptOf(steps, step), scenesWanted(item.wish), language);
  const voice = partOf(bench, "speak");
  let spoken: Spoken | undefined;
  if (voice) {
    const sound = await soundOf(bench, voice);
    if (!sound) return { wrong: "voice" };
    const { starts } = voice.facts;
    spoken = { ...(await pausesIn(sound, signal)), ...(isNumbers(starts) ? { starts } : {}) };
  }
  const timeline = timelineOf(scenes, item.wish.seconds ?? plan.seconds, spoken, language);
  const files = [
    { role: "vtt", type: "text/vtt", name: "captions.vtt", text: vtt(timeline.cues) },
    { role: "srt", type: "application/x-subrip", name: "captions.srt", text: srt(timeline.cues) },
  ];
  for (const { name, text } of files) await writeFile(join(folder, name), text);
  return {
    files: files.map(({ role, type, name }) => ({ role, type, name, file: join(folder, name) })),
    result: { timeline },
  };
}

const isNumbers = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((v) => typeof v === "number");

async function mix(bench: Bench): Promise<Worked> {
  const timeline = timelineFor(bench);
  const [music, voice] = [partOf(bench, "play")!, partOf(bench, "speak")];
  const bed = await soundOf(bench, music);
  const spoken = voice && (await soundOf(bench, voice));
  if (!bed || (voice && !spoken)) return { wrong: "sound" };
  const own = spoken && timeline.voice ? { voice: { sound: spoken, at: timeline.voice.at } } : {};
  const file = join(bench.folder, "sound.wav");
  await writeFile(file, await mixed({ music: bed, ...own, seconds: timeline.seconds }, bench.signal));
  const heard = await listen(file, bench.signal);
  if ("refused" in heard) return { wrong: "sound" };
  const facts = { lufs: Math.round(heard.heard.loudness * 10) / 10, seconds: timeline.seconds };
  return { files: [{ role: "sound", type: "audio/wav", name: "sound.wav", file }], result: { facts } };
}

const SHAPE: Shape = "9:16";
/** Of the work of a film: the pictures before it moves. */
const DRAWN = 0.05;

async function render(bench: Bench): Promise<Worked> {
  const { item, step, steps, folder, ffmpeg, signal, progress } = bench;
  const began = performance.now();
  const pictures = [];
  for (const { asset, type } of earlier(steps, step, "draw")!.result!.parts!)
    pictures.push({ file: await bench.bring(asset), type });
  const sound = await bench.bring(earlier(steps, step, "mix")!.result!.files!.sound!);
  const timeline = timelineFor(bench);
  const shape = step.options.shape ?? item.wish.ratio ?? SHAPE;
  const to = join(folder, "film.mp4");
  const made = await filmOf({
    ...{ pictures, sound, timeline, shape, to, ffmpeg, signal },
    ...(step.options.lines === undefined ? {} : { size: sized(shape, step.options.lines) }),
    captions: step.options.captions ?? true,
    language: item.wish.spoken ?? "en",
    progress: (share) => progress(DRAWN + (1 - DRAWN) * share),
  });
  const watched = await watch(bench, to, made.seen, sound);
  const { wrong, quality } = judge(watched, timeline.seconds);
  if (wrong) return { wrong, watched };
  const { width, height, fps, coder, burnt } = made;
  const facts = {
    shape,
    width,
    height,
    fps,
    coder,
    burnt,
    bytes: (await stat(to)).size,
    ...watched,
    work: seconds(began),
  };
  const name = `${item.wish.title} ${shape.replace(":", "x")}.mp4`;
  return {
    files: [{ role: "film", type: "video/mp4", name, file: to }],
    result: { facts: { ...facts, seen: made.seen }, quality },
  };
}

const seconds = (began: number) => Math.round((performance.now() - began) / 10) / 100;

const watch = ({ ffmpeg, folder, signal }: Bench, file: string, seen: Seen, sound: string): Promise<Watched> =>
  ffmpeg ? watchFilm(ffmpeg, file, folder, signal) : trustFilm(file, seen, sound, signal);

/** Once more, as it lies in the store: what a rendition is made beside must be good there too. */
async function check(bench: Bench): Promise<Worked> {
  const rendered = earlier(bench.steps, bench.step, "render")!.result!;
  const sound = await bench.bring(earlier(bench.steps, bench.step, "mix")!.result!.files!.sound!);
  const watched = await watch(bench, await bench.bring(rendered.files!.film!), rendered.facts!.seen as Seen, sound);
  const { wrong, quality } = judge(watched, timelineFor(bench).seconds);
  return wrong ? { wrong, watched } : { files: [], result: { facts: watched, quality } };
}
