import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { decibels } from "../../../studio/analyse/index.ts";
import { encode } from "../../../studio/local/encode.ts";
import { wav } from "../../../studio/local/wav.ts";
import type { Item } from "../../playout.ts";
import { type Mixer, makeMixer } from "./mix.ts";
import type { MixEvent } from "./programme.ts";
import { BLOCK, factor, RATE, type Stereo, stereo } from "./sound.ts";
import { type Chunk, makeSource, openSource } from "./source.ts";

const folder = mkdtempSync(join(tmpdir(), "impresario-mixer-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const tone = (seconds: number, hertz: number, level = 0.2, rate = RATE): Float32Array =>
  Float32Array.from(
    { length: Math.round(seconds * rate) },
    (_, i) => level * Math.sin((2 * Math.PI * hertz * i) / rate),
  );
/** A click on every beat, the first at `first` seconds. */
const clicks = (seconds: number, bpm: number, first: number, hertz = 1500): Float32Array => {
  const side = new Float32Array(Math.round(seconds * RATE));
  for (let beat = 0; first + (beat * 60) / bpm < seconds; beat++)
    for (let i = 0; i < 480; i++)
      side[Math.round((first + (beat * 60) / bpm) * RATE) + i] =
        0.5 * Math.exp(-i / 90) * Math.sin((2 * Math.PI * hertz * i) / RATE);
  return side;
};
async function* chunks(side: Float32Array, rate = RATE): AsyncGenerator<Chunk> {
  for (let at = 0; at < side.length; at += 30_000)
    yield { rate, left: side.subarray(at, at + 30_000), right: side.subarray(at, at + 30_000) };
}
const item = (id: string, side: Float32Array, more: Partial<Item> = {}): Item => {
  sounds.set(id, side);
  return { id, asset: id, kind: "song", file: id, title: id, seconds: side.length / RATE, lufs: -14, ...more };
};
const sounds = new Map<string, Float32Array>();

type Run = { mixer: Mixer; events: MixEvent[]; sound: () => Stereo; until(seconds: number): Promise<void> };

/** A mixer whose time is driven by the test; `answer` gives what comes next when it is asked for. */
function run(
  answer: () => Item | undefined,
  more: { crossfadeMs?: number; beatMatch?: boolean; emergency?: Item[] } = {},
): Run {
  const events: MixEvent[] = [];
  const blocks: Stereo[] = [];
  const mixer: Mixer = makeMixer({
    crossfadeMs: 0,
    beatMatch: false,
    emergency: [],
    ...more,
    open: (wanted) => {
      const side = sounds.get(wanted.file);
      return side ? makeSource(chunks(side)) : openSource(wanted.file, {});
    },
    tell(event) {
      events.push(event);
      const next = event.kind === "wants-next" ? answer() : undefined;
      if (next) mixer.push(next);
    },
  });
  return {
    mixer,
    events,
    async until(seconds) {
      while (mixer.frames() < seconds * RATE) {
        await mixer.fill();
        const out = stereo(BLOCK);
        mixer.block(out);
        blocks.push(out);
      }
    },
    sound() {
      const all = stereo(blocks.length * BLOCK);
      blocks.forEach((b, i) => {
        all.left.set(b.left, i * BLOCK);
        all.right.set(b.right, i * BLOCK);
      });
      return all;
    },
  };
}
const listOf = (items: Item[]) => () => items.shift();
/** The longest time without any sound, in milliseconds. */
const longestGap = ({ left }: Stereo, from = 0): number => {
  let [gap, most] = [0, 0];
  for (let i = Math.round(from * RATE); i < left.length; i++) {
    gap = Math.abs(left[i]!) < 1e-3 ? gap + 1 : 0;
    most = Math.max(most, gap);
  }
  return (most * 1000) / RATE;
};
const rms = (side: Float32Array, from: number, to: number) => {
  const part = side.subarray(Math.round(from * RATE), Math.round(to * RATE));
  return Math.sqrt(part.reduce((sum, x) => sum + x * x, 0) / part.length);
};

describe("a channel", () => {
  test("a hundred changes without a gap, in order, each heard once", { timeout: 60_000 }, async () => {
    const items = Array.from({ length: 101 }, (_, i) => item(`t${i}`, tone(0.7 + (i % 7) * 0.0137, 200 + i * 3)));
    const { until, sound, events } = run(listOf([...items]));
    await until(74);
    expect(longestGap(sound(), 0.1)).toBeLessThan(10);
    expect(events.filter((e) => e.kind === "heard").map((e) => e.item)).toEqual(items.slice(0, 100).map((i) => i.id));
    expect(events.filter((e) => e.kind === "silent")).toEqual([]);
    // A seam is no click either: the tones begin at zero, and no sample jumps further than a tone does.
    const { left } = sound();
    let jump = 0;
    for (let i = 5000; i < left.length; i++) jump = Math.max(jump, Math.abs(left[i]! - left[i - 1]!));
    expect(jump).toBeLessThan(0.21);
  });

  test("crossfades at one level, and every track is as loud as the others", async () => {
    const items = [item("loud", tone(12, 300, 0.5), { lufs: -8 }), item("soft", tone(12, 417, 0.05), { lufs: -28 })];
    const { until, sound } = run(listOf([...items]), { crossfadeMs: 3000 });
    await until(20);
    const { left } = sound();
    const [before, middle, after] = [rms(left, 4, 8), rms(left, 9.2, 11), rms(left, 14, 18)];
    expect(Math.abs(decibels(before / after))).toBeLessThan(2.2);
    expect(decibels(middle / before)).toBeGreaterThan(-2.2);
  });

  test("beats fall on beats through a mix, and it returns to its own tempo", { timeout: 60_000 }, async () => {
    const first = item("a", clicks(40, 120, 0.25), { grid: { bpm: 120, first: 0.25, sure: true } });
    const second = item("b", clicks(90, 124, 0.1, 3000), { grid: { bpm: 124, first: 0.1, sure: true } });
    const { until, sound, events, mixer } = run(listOf([first, second]), { crossfadeMs: 8000, beatMatch: true });
    await until(80);
    const { left } = sound();
    // Both tracks' clicks during the mix: one each half second, nowhere else.
    const starts: number[] = [];
    for (let i = 1; i < left.length; i++)
      if (Math.abs(left[i]!) > 0.02 && (starts.length === 0 || i - starts.at(-1)! > 2400)) starts.push(i);
    const within = starts.map((s) => s / RATE).filter((s) => s > 31 && s < 39.5);
    expect(within.length).toBeGreaterThan(14);
    for (const [i, s] of within.entries()) if (i > 0) expect(Math.abs(s - within[i - 1]! - 0.5)).toBeLessThan(0.003);
    expect(events.filter((e) => e.kind === "heard")).toHaveLength(2);
    const late = starts.map((s) => s / RATE).filter((s) => s > 72);
    for (const [i, s] of late.entries()) if (i > 0) expect(Math.abs(s - late[i - 1]! - 60 / 124)).toBeLessThan(0.003);
    expect(mixer.playing()?.item).toBe("b");
  });

  test("asks for one ahead and again until it is there; the same one twice is one", async () => {
    const { until, events, mixer } = run(() => undefined);
    await until(5);
    const asked = events.filter((e) => e.kind === "wants-next").map((e) => e.at / RATE);
    expect(asked.length).toBeGreaterThanOrEqual(2);
    const long = item("long", tone(40, 300));
    for (let i = 0; i < 3; i++) mixer.push(long);
    await until(20);
    expect(events.filter((e) => e.kind === "wants-next")).toHaveLength(asked.length);
    await until(32);
    // Fifteen seconds before its end.
    expect(events.filter((e) => e.kind === "wants-next").at(asked.length)!.at / RATE).toBeCloseTo(5 + 25, 0);
    mixer.push(long);
    await until(44);
    expect(events.filter((e) => e.kind === "heard" && e.item === "long")).toHaveLength(1);
  });

  test("a skip goes over within half a second, and only for what plays", async () => {
    const { until, events, mixer, sound } = run(listOf([item("x", tone(60, 300)), item("y", tone(60, 500))]));
    await until(3);
    mixer.skip("y");
    await until(4);
    expect(events.some((e) => e.kind === "ended")).toBe(false);
    mixer.skip("x");
    await until(6);
    expect(events.find((e) => e.kind === "ended")).toMatchObject({ item: "x" });
    expect(events.filter((e) => e.kind === "heard").at(-1)!.at / RATE).toBeLessThan(4.8);
    expect(longestGap(sound(), 0.5)).toBeLessThan(10);
  });

  test("the programme steps back for a jingle and returns", async () => {
    const { until, mixer, sound } = run(listOf([item("p", tone(60, 300, 0.3))]));
    await until(4);
    mixer.overlay(item("j", new Float32Array(2 * RATE), { kind: "jingle" }));
    await until(12);
    const { left } = sound();
    expect(decibels(rms(left, 5, 6) / rms(left, 2, 4))).toBeCloseTo(-12, 0);
    expect(decibels(rms(left, 9, 12) / rms(left, 2, 4))).toBeCloseTo(0, 1);
  });
});

describe("when there is nothing to hear", () => {
  const audible = (sound: Stereo, from: number, to: number) => rms(sound.left, from, to) > factor(-45);

  test("something is heard within three seconds, and the programme comes back by itself", async () => {
    const { until, mixer, events, sound } = run(() => undefined);
    await until(6);
    expect(events.find((e) => e.kind === "silent")).toMatchObject({ why: "nothing to play" });
    expect(audible(sound(), 3, 6)).toBe(true);
    mixer.push(item("back", tone(20, 500)));
    await until(12);
    expect(events.filter((e) => e.kind === "sound")).toHaveLength(1);
    expect(longestGap(sound(), 3)).toBeLessThan(10);
  });

  test("the channel's own emergency content is played in turn; what cannot be played is passed over", async () => {
    const emergency = [item("e1", tone(2, 900)), item("/there/is/none", tone(1, 1)), item("e2", tone(2, 1300))];
    sounds.delete("/there/is/none");
    const { until, sound } = run(() => undefined, { emergency });
    await until(9);
    expect(longestGap(sound(), 3)).toBeLessThan(400);
    expect(rms(sound().left, 3, 4)).toBeGreaterThan(0.1);
    expect(rms(sound().left, 5, 6)).toBeGreaterThan(0.05);
  });

  test("a track that says nothing is covered, then left", async () => {
    const silent = Float32Array.from([...tone(2, 300), ...new Float32Array(20 * RATE)]);
    const { until, events, sound } = run(listOf([item("s", silent), item("n", tone(20, 400))]));
    await until(16);
    expect(audible(sound(), 5, 9.5)).toBe(true);
    expect(events.find((e) => e.kind === "ended")).toMatchObject({ item: "s" });
    expect(events.filter((e) => e.kind === "heard").at(-1)).toMatchObject({ item: "n" });
    expect(events.filter((e) => e.kind === "sound")).toHaveLength(1);
  });

  test("files of all sorts: what can be decoded is heard, what cannot is said and passed over", async () => {
    const side = tone(3, 440);
    const write = (name: string, bytes: Uint8Array | string) => {
      writeFileSync(join(folder, name), bytes);
      return { ...item(name, side), file: join(folder, name) };
    };
    const mp3 = await encode("mp3", [side, side], RATE);
    const all = [
      write("a.wav", wav([side, side], 44_100)),
      write("b.mp3", mp3),
      write("mono.wav", wav([side], RATE)),
      write("page.mp3", "<!doctype html><h1>not found</h1>"),
      write("empty.mp3", ""),
      write("cut.wav", wav([side, side], RATE).subarray(0, 30)),
      { ...item("gone", side), file: join(folder, "gone.mp3") },
      write("c.mp3", mp3),
    ];
    const { until, events, sound } = run(listOf([...all]));
    await until(12);
    expect(events.filter((e) => e.kind === "heard").map((e) => e.item)).toEqual([
      "a.wav",
      "b.mp3",
      "mono.wav",
      "c.mp3",
    ]);
    const failed = events.filter((e) => e.kind === "failed");
    expect(failed.map((e) => e.item)).toEqual(["page.mp3", "empty.mp3", "cut.wav", "gone"]);
    expect(failed[0]!.why).toContain("html");
    expect(longestGap(sound(), 0.1)).toBeLessThan(60);
  });
});
