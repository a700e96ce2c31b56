// Puts a picture track and an MP3 into one MP4 that starts while it is still loading: index first, a second of each in turn.
import { box, find, full, joined, type Part, text, u8, u16, u32 } from "./boxes.ts";
import { type Frames, framesOf } from "./mp3.ts";

type Pictures = { entry: Uint8Array; samples: Uint8Array[]; width: number; height: number; fps: number };

/** Milliseconds are the clock of the whole film. */
const FILM = 1000;
/** LAME and every decoder together are late by this many samples; the edit list skips them. */
const LATE = 1105;

/** The coded frames of a film with one track, as the encoder wrote it. */
export function picturesOf(bytes: Uint8Array, width: number, height: number, fps: number): Pictures {
  const table = (name: string) => {
    const found = find(bytes, "moov", "trak", "mdia", "minf", "stbl", name);
    if (!found) throw new Error(`The picture track has no ${name}.`);
    return found;
  };
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const sizes = table("stsz");
  const count = view.getUint32(sizes.from + 8);
  const fixed = view.getUint32(sizes.from + 4);
  const sizeOfSample = (i: number) => fixed || view.getUint32(sizes.from + 12 + 4 * i);
  const [chunks, runs] = [table("stco"), table("stsc")];
  const rows = Array.from(
    { length: view.getUint32(runs.from + 4) },
    (_, i) => [view.getUint32(runs.from + 8 + 12 * i), view.getUint32(runs.from + 12 + 12 * i)] as const,
  );
  const samples: Uint8Array[] = [];
  for (let chunk = 1; chunk <= view.getUint32(chunks.from + 4); chunk++) {
    let at = view.getUint32(chunks.from + 4 + 4 * chunk);
    const each = rows.findLast(([first]) => first <= chunk)?.[1] ?? 0;
    for (let i = 0; i < each && samples.length < count; i++) {
      const size = sizeOfSample(samples.length);
      samples.push(bytes.subarray(at, at + size));
      at += size;
    }
  }
  const { from, to } = table("stsd");
  return { entry: bytes.slice(from + 8, to), samples, width, height, fps };
}

/** A coded frame that can be shown without one before it: it holds an IDR slice (type 5). */
function isKey(sample: Uint8Array): boolean {
  const view = new DataView(sample.buffer, sample.byteOffset, sample.length);
  for (let at = 0; at + 5 <= sample.length; at += 4 + view.getUint32(at)) if ((sample[at + 4]! & 31) === 5) return true;
  return false;
}

const matrix = u32(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000);

/** An MPEG-4 descriptor: what follows is MP3 (0x6B). */
function esds(kbps: number): Part {
  const decoder = [u8(0x6b, 0x15, 0, 0, 0), u32(kbps * 1000, kbps * 1000)];
  const config = [u8(4, 13), ...decoder];
  return full("esds", 0, 0, u8(3, 3 + 15 + 3), u16(2), u8(0), config, u8(6, 1, 2));
}

type Track = {
  id: number;
  scale: number;
  each: number;
  samples: readonly Uint8Array[];
  entry: Part;
  picture?: Pictures;
  skip: number;
  keys?: number[];
};
type Layout = { offsets: number[]; perChunk: number[] };

function table(track: Track, { offsets, perChunk }: Layout): Part {
  const runs: number[] = [];
  perChunk.forEach((n, i) => {
    if (n !== perChunk[i - 1]) runs.push(i + 1, n, 1);
  });
  return box(
    "stbl",
    full("stsd", 0, 0, u32(1), track.entry),
    full("stts", 0, 0, u32(1, track.samples.length, track.each)),
    ...(track.keys ? [full("stss", 0, 0, u32(track.keys.length, ...track.keys))] : []),
    full("stsc", 0, 0, u32(runs.length / 3, ...runs)),
    full("stsz", 0, 0, u32(0, track.samples.length, ...track.samples.map((s) => s.length))),
    full("stco", 0, 0, u32(offsets.length, ...offsets)),
  );
}

function trak(track: Track, layout: Layout, film: number): Part {
  const length = track.samples.length * track.each;
  const { picture } = track;
  const shown = Math.min(film, Math.round(((length - track.skip) / track.scale) * FILM));
  return box(
    "trak",
    full(
      "tkhd",
      0,
      3,
      u32(0, 0, track.id, 0, shown, 0, 0),
      u16(0, picture ? 0 : 1, picture ? 0 : 0x100, 0),
      matrix,
      u32((picture?.width ?? 0) << 16, (picture?.height ?? 0) << 16),
    ),
    box("edts", full("elst", 0, 0, u32(1, shown, track.skip), u16(1, 0))),
    box(
      "mdia",
      full("mdhd", 0, 0, u32(0, 0, track.scale, length), u16(0x55c4, 0)),
      full(
        "hdlr",
        0,
        0,
        u32(0),
        text(picture ? "vide" : "soun"),
        u32(0, 0, 0),
        text(picture ? "pictures\0" : "sound\0"),
      ),
      box(
        "minf",
        picture ? full("vmhd", 0, 1, u16(0, 0, 0, 0)) : full("smhd", 0, 0, u16(0, 0)),
        box("dinf", full("dref", 0, 0, u32(1), full("url ", 0, 1))),
        table(track, layout),
      ),
    ),
  );
}

/** Chunks of a second, one track after the other. */
function interleave(tracks: readonly Track[], from: number): { layouts: Layout[]; data: Uint8Array[] } {
  const layouts: Layout[] = tracks.map(() => ({ offsets: [], perChunk: [] }));
  const data: Uint8Array[] = [];
  const next = tracks.map(() => 0);
  let at = from;
  for (let second = 1; tracks.some((t, i) => next[i]! < t.samples.length); second++) {
    tracks.forEach((track, i) => {
      const end = Math.min(track.samples.length, Math.ceil((second * track.scale) / track.each));
      if (end <= next[i]!) return;
      layouts[i]!.offsets.push(at);
      layouts[i]!.perChunk.push(end - next[i]!);
      for (const sample of track.samples.slice(next[i]!, end)) {
        data.push(sample);
        at += sample.length;
      }
      next[i] = end;
    });
  }
  return { layouts, data };
}

function soundTrack({ rate, channels, perFrame, frames }: Frames): Track {
  const kbps = Math.round(
    (frames.reduce((sum, f) => sum + f.length, 0) * 8 * rate) / (frames.length * perFrame) / 1000,
  );
  const entry = box("mp4a", u32(0), u16(0, 1), u32(0, 0), u16(channels, 16, 0, 0), u32(rate * 65_536), esds(kbps));
  return { id: 2, scale: rate, each: perFrame, samples: frames, entry, skip: LATE };
}

export function mux(
  film: Uint8Array,
  mp3: Uint8Array,
  { width, height, fps }: { width: number; height: number; fps: number },
): Uint8Array {
  const picture = picturesOf(film, width, height, fps);
  const keys = picture.samples.flatMap((s, i) => (isKey(s) ? [i + 1] : []));
  const tracks: Track[] = [
    { id: 1, scale: fps * 1000, each: 1000, samples: picture.samples, entry: picture.entry, picture, skip: 0, keys },
    soundTrack(framesOf(mp3)),
  ];
  const length = Math.round((picture.samples.length / fps) * FILM);
  const head = joined(box("ftyp", text("isom"), u32(512), text("isomiso2avc1mp41")));
  const moov = (layouts: Layout[]) =>
    box(
      "moov",
      full("mvhd", 0, 0, u32(0, 0, FILM, length, 0x10000), u16(0x100, 0), u32(0, 0), matrix, u32(0, 0, 0, 0, 0, 0, 3)),
      ...tracks.map((t, i) => trak(t, layouts[i]!, length)),
    );
  // The index is as long with wrong places as with right ones: once to measure, once to keep.
  const first = interleave(tracks, 0);
  const start = head.length + joined(moov(first.layouts)).length + 8;
  const { layouts, data } = interleave(tracks, start);
  return joined([head, moov(layouts), box("mdat", ...data)]);
}
