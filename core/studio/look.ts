// What a model is shown of a made thing: a picture as it is, of a film its first frame and the one in its middle.
import { readFile, stat } from "node:fs/promises";
import type { Ffmpeg } from "../ffmpeg/index.ts";
import type { Item } from "./item.ts";
import type { Picture } from "./provider.ts";

/** Anthropic takes 5 MB of a picture as Base64, which is 3.75 MB of it; OpenAI takes more. */
const MOST_BYTES = 3_700_000;
/** Of the longer side: more is made smaller by both, and paid for. */
const SIDE = 1024;
/** As much of what was asked for as says what should be seen. */
const MOST_WORDS = 2000;
const SHOWN = ["image/png", "image/jpeg", "image/webp"];
const PICTURES = ["cover", "thumbnail", "scene"];
const FILMS = ["clip", "visualizer"];

export const askedFor = ({ wish }: Pick<Item, "wish">): string =>
  [wish.asked, wish.prompt].filter(Boolean).join("\n").slice(0, MOST_WORDS);

export const isSeen = (kind: string): boolean => PICTURES.includes(kind) || FILMS.includes(kind);

type Made = { kind: string; file: string; type: string; seconds: number | null };

/** None: it cannot be shown here, and the rules alone decide. */
export async function picturesOf(made: Made, ffmpeg: Ffmpeg | undefined, signal: AbortSignal): Promise<Picture[]> {
  const { kind, file, type, seconds } = made;
  if (PICTURES.includes(kind)) {
    if (SHOWN.includes(type) && (await stat(file)).size <= MOST_BYTES) return [{ type, bytes: await readFile(file) }];
    return ffmpeg ? [await frame(ffmpeg, file, 0, signal)] : [];
  }
  if (!FILMS.includes(kind) || !ffmpeg) return [];
  const frames = [await frame(ffmpeg, file, 0, signal)];
  if (seconds !== null && seconds > 1) frames.push(await frame(ffmpeg, file, seconds / 2, signal));
  return frames;
}

async function frame(ffmpeg: Ffmpeg, file: string, at: number, signal: AbortSignal): Promise<Picture> {
  const scale = `scale='min(${SIDE},iw)':'min(${SIDE},ih)':force_original_aspect_ratio=decrease`;
  const { stdout } = await ffmpeg.run(
    [
      ...["-ss", String(at), "-i", `file:${file}`, "-an", "-frames:v", "1", "-vf", scale],
      ...["-q:v", "4", "-f", "mjpeg", "pipe:1"],
    ],
    { signal },
  );
  return { type: "image/jpeg", bytes: stdout };
}
