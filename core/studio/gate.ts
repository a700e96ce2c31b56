// The gate that every made thing passes, whoever made it: it is what it says, and something can be heard, seen or read.
import { open, rm } from "node:fs/promises";
import { join } from "node:path";
import { BadEnd, type Ffmpeg } from "../ffmpeg/index.ts";
import { workFolder } from "../workfolder.ts";
import type { Heard } from "./analyse/analyse.ts";
import { listen } from "./analyse/listen.ts";
import type { Gathered } from "./gather.ts";
import { NAMES } from "./local/score/theory.ts";
import { watchFilm } from "./pipeline/film/watch.ts";
import { ProviderError, type Wish } from "./provider.ts";

export type Passed = { seconds: number | null; quality: number; facts: Record<string, unknown> };

/** The first bytes of the kinds of files that we take. */
const SIGNS: readonly (readonly [type: string, test: (head: Buffer) => boolean])[] = [
  [
    "audio/wav",
    (h) => h.subarray(0, 4).toString("latin1") === "RIFF" && h.subarray(8, 12).toString("latin1") === "WAVE",
  ],
  ["audio/mpeg", (h) => h.subarray(0, 3).toString("latin1") === "ID3" || (h[0] === 0xff && (h[1]! & 0xe0) === 0xe0)],
  ["audio/ogg", (h) => h.subarray(0, 4).toString("latin1") === "OggS"],
  ["audio/flac", (h) => h.subarray(0, 4).toString("latin1") === "fLaC"],
  ["video/mp4", (h) => h.subarray(4, 8).toString("latin1") === "ftyp"],
  ["video/webm", (h) => h.readUInt32BE(0) === 0x1a45dfa3],
  ["image/png", (h) => h.subarray(0, 8).equals(Buffer.from("89504e470d0a1a0a", "hex"))],
  ["image/jpeg", (h) => h[0] === 0xff && h[1] === 0xd8 && h[2] === 0xff],
  ["image/webp", (h) => h.subarray(8, 12).toString("latin1") === "WEBP"],
];

const FAMILY: Record<string, string> = {
  song: "audio",
  loop: "audio",
  voice: "audio",
  clip: "video",
  visualizer: "video",
  cover: "image",
  thumbnail: "image",
  scene: "image",
};

/** What the bytes are, whatever they are called. */
export async function typeOf(file: string): Promise<string | undefined> {
  const handle = await open(file, "r");
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(16), 0, 16, 0);
    if (bytesRead < 16) return undefined;
    return SIGNS.find(([, test]) => test(buffer))?.[0];
  } finally {
    await handle.close();
  }
}

const refused = (words: string) => new ProviderError("media", words, { billed: true });

export async function pass(wish: Wish, file: Gathered, signal?: AbortSignal, ffmpeg?: Ffmpeg): Promise<Passed> {
  const family = FAMILY[wish.kind];
  if (!family) return passWords(file);
  if (file.bytes === 0) throw refused("The file is empty.");
  const type = await typeOf(file.file);
  if (!type?.startsWith(`${family}/`)) throw refused(`It is no ${family} file.`);
  const known = { ...file.facts, type };
  if (family === "video" && ffmpeg) return passFilm(wish, known, file.file, ffmpeg, signal);
  if (family === "image" && ffmpeg) await passPicture(file.file, ffmpeg, signal);
  const heard = family === "audio" ? await heardIn(file.file, type, signal, ffmpeg) : undefined;
  if (heard) return passSound(wish, known, heard);
  const { seconds } = file.facts;
  return { seconds: typeof seconds === "number" ? seconds : null, quality: 1, facts: known };
}

/** Undefined: a kind of sound that only ffmpeg reads, and there is none. */
async function heardIn(
  file: string,
  type: string,
  signal: AbortSignal | undefined,
  ffmpeg: Ffmpeg | undefined,
): Promise<Heard | undefined> {
  if (!DECODED.includes(type)) {
    if (!ffmpeg) return undefined;
    const folder = await workFolder("look");
    try {
      const wav = join(folder, "heard.wav");
      await ffmpeg.run(["-i", `file:${file}`, "-vn", "-ac", "2", "-f", "wav", "-y", `file:${wav}`], { signal });
      return await heardIn(wav, "audio/wav", signal, undefined);
    } catch (error) {
      if (error instanceof BadEnd && !signal?.aborted) throw refused("It is no sound that can be played to its end.");
      throw error;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
  const listened = await listen(file, signal);
  if ("refused" in listened) throw refused(listened.refused);
  return listened.heard;
}

/** It is looked at as a small grey one. */
const LOOKED = 64;
/** Lighter and darker than this by so little, of 256 steps, everything in it is one colour. */
const LEAST_CONTRAST = 8;

async function passPicture(file: string, ffmpeg: Ffmpeg, signal: AbortSignal | undefined): Promise<void> {
  const small = [
    "-frames:v",
    "1",
    "-vf",
    `scale=${LOOKED}:${LOOKED}:flags=area,format=gray`,
    "-f",
    "rawvideo",
    "pipe:1",
  ];
  const { stdout } = await ffmpeg
    .run(["-xerror", "-i", `file:${file}`, ...small], { signal, level: "error" })
    .catch((error: unknown) => {
      if (error instanceof BadEnd && !signal?.aborted) throw refused("It is no picture that can be opened.");
      throw error;
    });
  if (stdout.length < LOOKED * LOOKED) throw refused("It is no picture that can be opened.");
  let [dark, light] = [255, 0];
  for (const x of stdout) {
    dark = Math.min(dark, x);
    light = Math.max(light, x);
  }
  if (light - dark < LEAST_CONTRAST) throw refused("There is nothing in the picture but one colour.");
}

/** A clip of a few seconds may well be dark or still for a moment; most of it may not. */
const MOST_OF_FILM = 0.6;

/** Decoded and looked at. Sound is not asked for: many models make none. */
async function passFilm(
  wish: Wish,
  known: Record<string, unknown>,
  file: string,
  ffmpeg: Ffmpeg,
  signal: AbortSignal | undefined,
): Promise<Passed> {
  const folder = await workFolder("look");
  try {
    const watched = await watchFilm(ffmpeg, file, folder, signal).catch((error: unknown) => {
      if (error instanceof BadEnd && !signal?.aborted) throw refused("It is no film that can be played to its end.");
      throw error;
    });
    const { seconds, black, frozen, lufs } = watched;
    const whole = Math.round(seconds);
    if (seconds < LEAST_FILM) throw refused("There is no picture in it.");
    if (wish.seconds !== undefined && seconds < wish.seconds * LEAST_LENGTH)
      throw refused(`It lasts ${whole} seconds; ${wish.seconds} were asked for.`);
    if (black > seconds * MOST_OF_FILM) throw refused(`It is black for ${Math.round(black)} of ${whole} seconds.`);
    if (frozen > seconds * MOST_OF_FILM)
      throw refused(`It stands still for ${Math.round(frozen)} of ${whole} seconds.`);
    const quality = 1 - Math.min(1, black / seconds) / 2 - Math.min(1, frozen / seconds) / 2;
    return { seconds, quality: Math.max(0, quality), facts: { ...known, ...(lufs === undefined ? {} : { lufs }) } };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
const LEAST_FILM = 0.2;

/** What we can decode and so listen to. */
const DECODED = ["audio/wav", "audio/mpeg", "audio/ogg"];
/** A second of nothing between two movements is music; eight are a fault. */
const LONGEST_SILENCE = 8;
const MOST_CLIPPED = 0.01;
/** Shorter than this part of what was asked for, it broke off. */
const LEAST_LENGTH = 0.7;

function passSound(wish: Wish, known: Record<string, unknown>, heard: Heard): Passed {
  const { seconds, silence, loudness, clipped } = heard;
  if (loudness === Number.NEGATIVE_INFINITY || silence.total > seconds * 0.5)
    throw refused(`It is silent for ${Math.round(silence.total)} of ${Math.round(seconds)} seconds.`);
  if (wish.kind !== "voice" && silence.longest > LONGEST_SILENCE)
    throw refused(`It is silent for ${Math.round(silence.longest)} seconds in the middle.`);
  if (clipped > MOST_CLIPPED) throw refused(`${Math.round(clipped * 100)}% of it is clipped.`);
  if (wish.seconds !== undefined && seconds < wish.seconds * LEAST_LENGTH)
    throw refused(`It lasts ${Math.round(seconds)} seconds; ${wish.seconds} were asked for.`);
  const { tempo, key } = heard;
  const facts = {
    // What is known by construction is better than what is heard.
    ...(tempo ? { bpm: Math.round(tempo.bpm * 10) / 10 } : {}),
    ...(key ? { key: `${NAMES[key.tonic]} ${key.mode}` } : {}),
    ...(Number.isFinite(loudness) ? { lufs: Math.round(loudness * 10) / 10 } : {}),
    ...(Number.isFinite(heard.peak) ? { peak: Math.round(heard.peak * 10) / 10 } : {}),
    ...known,
  };
  return { seconds, quality: qualityOf(heard), facts };
}

/** From 0 to 1, for the router: faults that are no reason to refuse, and how far it is from what can be broadcast. */
function qualityOf({ loudness, peak, clipped, clicks, silence, seconds }: Heard): number {
  const faults = [
    Math.min(1, Math.abs(loudness + 14) / 20),
    peak > 0 ? 0.3 : 0,
    Math.min(1, clipped / MOST_CLIPPED),
    Math.min(0.5, clicks / seconds),
    Math.min(1, silence.total / seconds),
  ];
  return Math.max(0, 1 - faults.reduce((sum, f) => sum + f, 0) / 2);
}

const LEAST_LETTERS = 2;

function passWords(file: Gathered): Passed {
  const text = typeof file.facts.text === "string" ? file.facts.text.trim() : "";
  if (text.length < LEAST_LETTERS) throw refused("There are no words in it.");
  return { seconds: null, quality: 1, facts: file.facts };
}
