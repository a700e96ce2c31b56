// The quality gate of films: whole, as long as it should be, nothing black or frozen for long, and heard as loud as it plays
// elsewhere. With ffmpeg the finished file is decoded and looked at; without, what went into it was looked at.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { BadEnd, type Ffmpeg } from "../../../ffmpeg/index.ts";
import { listen } from "../../analyse/listen.ts";
import { find } from "../../local/video/boxes.ts";
import { makeLooker, type Seen } from "./look.ts";

export type Watched = {
  seconds: number;
  black: number;
  frozen: number;
  silence: number;
  /** Undefined: it has no sound. */
  lufs?: number;
};

const SIDE = 64;
const FPS = 4;

/** Any film that ffmpeg reads. Throws when it does not. */
export async function watchFilm(ffmpeg: Ffmpeg, file: string, folder: string, signal?: AbortSignal): Promise<Watched> {
  const looker = makeLooker(SIDE, SIDE, FPS);
  const frame = new Uint8Array(SIDE * SIDE);
  let filled = 0;
  await ffmpeg.run(
    [
      ...["-i", `file:${file}`, "-an", "-sn", "-vf", `fps=${FPS},scale=${SIDE}:${SIDE}:flags=area`],
      ...["-pix_fmt", "gray", "-f", "rawvideo", "pipe:1"],
    ],
    {
      signal,
      level: "error",
      output(piece) {
        for (let at = 0; at < piece.length; ) {
          const taken = Math.min(frame.length - filled, piece.length - at);
          frame.set(piece.subarray(at, at + taken), filled);
          filled += taken;
          at += taken;
          if (filled < frame.length) continue;
          looker.look(frame);
          filled = 0;
        }
      },
    },
  );
  return { ...looker.seen(), ...(await hear(ffmpeg, file, folder, signal)) };
}

/** No sound at all is a film too: whoever looks at it decides. */
async function hear(ffmpeg: Ffmpeg, file: string, folder: string, signal?: AbortSignal): Promise<Heard> {
  const wav = join(folder, "heard.wav");
  try {
    await ffmpeg.run(["-i", `file:${file}`, "-vn", "-ac", "2", "-ar", "44100", "-f", "wav", "-y", `file:${wav}`], {
      signal,
    });
  } catch (error) {
    if (error instanceof BadEnd && /does not contain any stream/.test(error.ended.stderr)) return { silence: 0 };
    throw error;
  }
  return listened(wav, signal);
}

type Heard = Pick<Watched, "silence" | "lufs">;

async function listened(wav: string, signal?: AbortSignal): Promise<Heard> {
  const heard = await listen(wav, signal);
  if ("refused" in heard) return { silence: 0 };
  const { silence, loudness } = heard.heard;
  return { silence: silence.longest, ...(Number.isFinite(loudness) ? { lufs: Math.round(loudness * 10) / 10 } : {}) };
}

/** Of a film that our own coder made: it is whole, what went into it was looked at, and its sound is the mix. */
export async function trustFilm(file: string, seen: Seen, sound: string, signal?: AbortSignal): Promise<Watched> {
  const bytes = await readFile(file);
  const head = find(bytes, "moov", "mvhd");
  if (!head || !find(bytes, "mdat")) throw new Error("The film is cut short.");
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const seconds = view.getUint32(head.from + 16) / view.getUint32(head.from + 12);
  return { ...seen, seconds, ...(await listened(sound, signal)) };
}

/** A second of black between two scenes is a cut; three are a fault. */
const MOST_BLACK = 3;
const MOST_FROZEN = 5;
const MOST_SILENCE = 8;
/** What platforms play at, and as far from it as nobody hears. */
const LOUDNESS = { least: -17, most: -12 };

export type Judged = { wrong: FilmFault | undefined; quality: number };
export type FilmFault = "short" | "black" | "frozen" | "mute" | "silent" | "loudness";

export function judge({ seconds, black, frozen, silence, lufs }: Watched, wanted: number): Judged {
  const fault = (): FilmFault | undefined => {
    if (Math.abs(seconds - wanted) > Math.max(0.6, wanted * 0.05)) return "short";
    if (black >= MOST_BLACK) return "black";
    if (frozen >= MOST_FROZEN) return "frozen";
    if (lufs === undefined) return "mute";
    if (silence > MOST_SILENCE) return "silent";
    return lufs < LOUDNESS.least || lufs > LOUDNESS.most ? "loudness" : undefined;
  };
  const faults = [black / MOST_BLACK, frozen / MOST_FROZEN, silence / MOST_SILENCE, Math.abs((lufs ?? -30) + 14) / 6];
  return { wrong: fault(), quality: Math.max(0, 1 - faults.reduce((sum, f) => sum + Math.min(1, f), 0) / 4) };
}
