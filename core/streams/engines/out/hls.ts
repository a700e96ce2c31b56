// What a channel is heard by from our own server: HLS with the encoder's frames as they are ("packed audio"), in segments
// of four seconds that slide along. The numbers go on after a restart, here or on another host; a disk that is full costs
// segments, never the channel.
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { SEGMENT_MS } from "../../playout.ts";
import { RATE } from "../mixer/sound.ts";
import type { Codec, Frame } from "./frames.ts";

export type Segment = { number: number; name: string; seconds: number; at: number; broken: boolean };
export type Playlist = { segments: Segment[]; discontinuities: number };

/** Listed: what somebody who pauses for half a minute comes back to. Kept: for who has read the list just before. */
const LISTED = 8;
const KEPT = LISTED + 4;
/** The first ones of an encoder are shorter: who waits for them hears something sooner. */
const FIRST_MS = [1_000, 2_000];
/** Numbers taken from the clock grow faster than segments do: those of a new host are always higher. */
const NUMBER_MS = SEGMENT_MS - 100;
/** A disk that hangs: more than this does not wait for it. */
const MOST_WAITING = 4;
export const INDEX = "index.m3u8";
const TARGET = SEGMENT_MS / 1000;

export function playlistText({ segments, discontinuities }: Playlist): string {
  const lines = [
    "#EXTM3U",
    "#EXT-X-VERSION:6",
    `#EXT-X-TARGETDURATION:${TARGET}`,
    `#EXT-X-MEDIA-SEQUENCE:${segments[0]?.number ?? 0}`,
    `#EXT-X-DISCONTINUITY-SEQUENCE:${discontinuities}`,
    "#EXT-X-INDEPENDENT-SEGMENTS",
  ];
  for (const { name, seconds, at, broken } of segments)
    lines.push(
      ...(broken ? ["#EXT-X-DISCONTINUITY"] : []),
      `#EXT-X-PROGRAM-DATE-TIME:${new Date(at).toISOString()}`,
      `#EXTINF:${seconds.toFixed(5)},`,
      name,
    );
  return `${lines.join("\n")}\n`;
}

const NAME = /^s(\d+)\.(aac|mp3)$/;

/** What was there before us; of a text that is not ours, nothing. */
export function readPlaylist(text: string): Playlist {
  const segments: Segment[] = [];
  let [at, seconds, broken] = [0, 0, false];
  for (const line of text.split("\n")) {
    const [, key = "", value = ""] = /^#(EXT[A-Z-]*):?(.*)$/.exec(line) ?? [];
    if (key === "EXT-X-DISCONTINUITY") broken = true;
    else if (key === "EXT-X-PROGRAM-DATE-TIME") at = Date.parse(value);
    else if (key === "EXTINF") seconds = Number.parseFloat(value);
    const number = NAME.exec(line)?.[1];
    if (number === undefined || !Number.isFinite(at) || !(seconds > 0)) continue;
    segments.push({ number: Number(number), name: line, seconds, at, broken });
    broken = false;
  }
  return { segments, discontinuities: Number(/DISCONTINUITY-SEQUENCE:(\d+)/.exec(text)?.[1] ?? 0) };
}

const PRIV = Buffer.from("com.apple.streaming.transportStreamTimestamp\0", "latin1");

/** The ID3 tag that every segment of packed audio begins with: when it plays, in 90,000ths of a second. */
function stamp(ticks: bigint): Buffer {
  const [tag, body] = [Buffer.alloc(20), Buffer.alloc(8)];
  body.writeBigUInt64BE(ticks & 0x1_ffff_ffffn);
  const size = 10 + PRIV.length + body.length;
  tag.write("ID3", "latin1");
  tag[3] = 4;
  tag[9] = size;
  tag.write("PRIV", 10, "latin1");
  tag[17] = PRIV.length + body.length;
  return Buffer.concat([tag, PRIV, body]);
}

export type Hls = {
  /** `at`: the frame's own moment, by the wall. */
  add(frame: Frame, at: number): void;
  /** The encoder is another one from here on. */
  broken(): void;
  /** Everything that was given is on the disk, or lost. */
  settled(): Promise<void>;
  /** Why the last segment could not be kept; undefined when it was. */
  trouble(): string | undefined;
};

export async function openHls(folder: string, codec: Codec, wall: () => number): Promise<Hls> {
  const list = await continued(folder);
  let number = Math.max((list.segments.at(-1)?.number ?? 0) + 1, Math.floor(wall() / NUMBER_MS));
  let [samples, at, broken, cuts] = [0, 0, true, 0];
  let frames: Uint8Array[] = [];
  let trouble: string | undefined;
  let waiting = 0;
  let work: Promise<void> = Promise.resolve();

  async function keep(segment: Segment, bytes: Buffer): Promise<void> {
    try {
      await writeFile(join(folder, segment.name), bytes);
      const segments = [...list.segments, segment];
      const gone = segments.splice(0, Math.max(0, segments.length - LISTED));
      const discontinuities = list.discontinuities + gone.filter((s) => s.broken).length;
      await replace(join(folder, INDEX), playlistText({ segments, discontinuities }));
      Object.assign(list, { segments, discontinuities });
      trouble = undefined;
      await tidy(folder, segment.number - KEPT);
    } catch (error) {
      trouble = (error as Error).message;
      // What comes next does not follow on what listeners have; and a full disk is given back what can be spared.
      broken = true;
      await rm(join(folder, segment.name), { force: true }).catch(() => undefined);
      await tidy(folder, segment.number - LISTED).catch(() => undefined);
    } finally {
      waiting--;
    }
  }

  function cut(): void {
    const segment = { number, name: `s${number}.${codec}`, seconds: samples / RATE, at, broken };
    const bytes = Buffer.concat([stamp(BigInt(Math.round(at * 90))), ...frames]);
    number++;
    frames = [];
    samples = 0;
    cuts++;
    broken = waiting >= MOST_WAITING;
    if (broken) {
      trouble = "The disk is too slow.";
      return;
    }
    waiting++;
    work = work.then(() => keep(segment, bytes));
  }

  return {
    add(frame, moment) {
      if (frames.length === 0) at = moment;
      frames.push(frame.bytes);
      samples += frame.samples;
      if ((samples + frame.samples) * 1000 > (FIRST_MS[cuts] ?? SEGMENT_MS) * RATE) cut();
    },
    broken() {
      if (frames.length > 0) cut();
      broken = true;
    },
    settled: () => work,
    trouble: () => trouble,
  };
}

async function continued(folder: string): Promise<Playlist> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const text = await readFile(join(folder, INDEX), "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  const there = new Set(await readdir(folder));
  const { segments, discontinuities } = readPlaylist(text);
  return { segments: segments.filter((s) => there.has(s.name)), discontinuities };
}

/** Readers find the old one or the new one, never a half. */
async function replace(file: string, text: string): Promise<void> {
  await writeFile(`${file}.new`, text);
  await rename(`${file}.new`, file);
}

async function tidy(folder: string, before: number): Promise<void> {
  for (const name of await readdir(folder)) {
    const number = NAME.exec(name)?.[1];
    if (number !== undefined && Number(number) < before) await rm(join(folder, name), { force: true });
  }
}
