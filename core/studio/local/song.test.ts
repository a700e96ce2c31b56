import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { scratch } from "../../../test/scratch.ts";
import { decode } from "../analyse/decode.ts";
import { midi } from "./midi.ts";
import { compose } from "./score/compose.ts";
import { makeSong } from "./song.ts";

const SHORT = { seconds: 8, rate: 22_050 } as const;

test("a song comes out of its thread, with progress, in every form", async () => {
  const progress: number[] = [];
  const folder = mkdtempSync(join(scratch(), "song-"));
  const stems = new Map<string, number>();
  const song = await makeSong("noir-jazz", 3, {
    ...SHORT,
    folder,
    formats: ["wav", "mp3", "ogg", "midi"],
    stem: (stem, file) => void stems.set(stem, statSync(file).size),
    title: "Rain",
    progress: (p) => progress.push(p),
  });
  expect(Object.keys(song.files)).toEqual(["midi", "mp3", "ogg"]);
  for (const bytes of Object.values(song.files)) expect(bytes.length).toBeGreaterThan(200);
  expect([...stems.keys()]).toEqual(["drums", "bass", "keys", "pads", "lead", "space"].filter((s) => stems.has(s)));
  expect(stems.size).toBeGreaterThan(3);
  const wav = readFileSync(song.wav!);
  expect([...stems.values()]).toEqual([...stems].map(() => wav.length));
  const { sides, rate } = await decode(wav);
  expect([rate, sides.length, sides[0]!.length / rate]).toEqual([22_050, 2, song.seconds]);
  rmSync(folder, { recursive: true });
  expect(Math.abs((await decode(song.files.mp3!)).sides[0]!.length / 22_050 - song.seconds)).toBeLessThan(0.2);
  expect(progress.at(-1)).toBeLessThanOrEqual(1);
  expect(progress).toEqual([...progress].sort((a, b) => a - b));
});

test("the event loop goes on while a song is made", async () => {
  let turns = 0;
  const timer = setInterval(() => turns++, 5);
  await makeSong("cosmic-ambient", 1, { ...SHORT, formats: ["mp3"] });
  clearInterval(timer);
  expect(turns).toBeGreaterThan(3);
});

test("a song is called off while it is made, and before", async () => {
  const control = new AbortController();
  const making = makeSong("city-pop-anime", 1, {
    signal: control.signal,
    progress: () => control.abort(new Error("called off")),
  });
  await expect(making).rejects.toThrow("called off");
  await expect(makeSong("city-pop-anime", 1, { signal: control.signal })).rejects.toThrow("called off");
});

test("a WAV without a folder of the caller's is refused", async () => {
  await expect(makeSong("noir-jazz", 1, { ...SHORT, formats: ["wav"] })).rejects.toThrow("needs a folder");
});

test("what cannot be made is refused before a thread is started", async () => {
  await expect(makeSong("polka", 1)).rejects.toThrow(/no genre/);
  await expect(makeSong("noir-jazz", 1, { seconds: 1e9 })).rejects.toThrow(/lasts/);
});

test("the MIDI file says tempo, metre, key and parts, and every beginning has its end", () => {
  const score = compose("desert-country", 2, { seconds: 30 });
  const bytes = midi(score);
  const view = new DataView(bytes.buffer);
  const name = (at: number) => String.fromCharCode(...bytes.subarray(at, at + 4));
  expect([name(0), view.getUint16(8), view.getUint16(12)]).toEqual(["MThd", 1, 480]);
  let [at, tracks, on, off] = [14, 0, 0, 0];
  let tempo = 0;
  while (at < bytes.length) {
    expect(name(at)).toBe("MTrk");
    const end = at + 8 + view.getUint32(at + 4);
    for (let i = at + 8; i < end; ) {
      while (bytes[i]! & 128) i++;
      i++;
      const kind = bytes[i]! & 0xf0;
      if (bytes[i] === 0xff) {
        if (bytes[i + 1] === 0x51) tempo = (bytes[i + 3]! << 16) | (bytes[i + 4]! << 8) | bytes[i + 5]!;
        i += 3 + bytes[i + 2]!;
      } else {
        if (kind === 0x90) on++;
        if (kind === 0x80) off++;
        i += kind === 0xc0 ? 2 : 3;
      }
    }
    at = end;
    tracks++;
  }
  const notes = score.tracks.reduce((sum, t) => sum + t.notes.length, 0);
  expect([tracks, on, off]).toEqual([view.getUint16(10), notes, notes]);
  expect(Math.abs(60_000_000 / tempo / score.bpm - 1)).toBeLessThan(1e-4);
});
