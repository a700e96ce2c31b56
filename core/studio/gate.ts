// The gate that every made thing passes, whoever made it: it is what it says, and something can be heard, seen or read.
import { open } from "node:fs/promises";
import type { Gathered } from "./gather.ts";
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

export async function pass(wish: Wish, file: Gathered): Promise<Passed> {
  const family = FAMILY[wish.kind];
  if (!family) return passWords(file);
  if (file.bytes === 0) throw refused("The file is empty.");
  const type = await typeOf(file.file);
  if (!type?.startsWith(`${family}/`)) throw refused(`It is no ${family} file.`);
  const seconds = typeof file.facts.seconds === "number" ? file.facts.seconds : null;
  return { seconds, quality: 1, facts: { ...file.facts, type } };
}

const LEAST_LETTERS = 2;

function passWords(file: Gathered): Passed {
  const text = typeof file.facts.text === "string" ? file.facts.text.trim() : "";
  if (text.length < LEAST_LETTERS) throw refused("There are no words in it.");
  return { seconds: null, quality: 1, facts: file.facts };
}
