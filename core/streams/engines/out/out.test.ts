import { mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { gapsOf, heardIn, listOf, toneOf } from "../../../../test/listener.ts";
import { openFfmpeg } from "../../../ffmpeg/index.ts";
import type { Heard, Item, Plan } from "../../playout.ts";
import { makeRig, type Rig } from "../mixer/rig.ts";
import { RATE } from "../mixer/sound.ts";
import { type Chunk, makeSource } from "../mixer/source.ts";
import { splitter } from "./frames.ts";
import { playlistText, readPlaylist } from "./hls.ts";
import { cardSvg } from "./picture.ts";
import { remoteOf } from "./tunnel.ts";

const root = mkdtempSync(join(tmpdir(), "impresario-out-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const ffmpeg = await openFfmpeg({ env: process.env, log: { info() {}, warn() {} } });

const tone = (seconds: number, hertz: number) =>
  Float32Array.from(
    { length: Math.round(seconds * RATE) },
    (_, i) => 0.25 * Math.sin((2 * Math.PI * hertz * i) / RATE),
  );
async function* chunks(side: Float32Array): AsyncGenerator<Chunk> {
  for (let at = 0; at < side.length; at += 30_000) {
    const part = side.subarray(at, at + 30_000);
    yield { rate: RATE, left: part, right: part };
  }
}
const plan: Plan = {
  channel: "c",
  slug: "c",
  name: "C",
  hue: "#7d8594",
  crossfadeMs: 500,
  beatMatch: false,
  visual: "none",
  destinations: [],
  emergency: [],
};

/** A rig whose clock the test turns; it plays tones of these pitches, each for some seconds. */
function rigOf(folder: string, pitches: number[], more: { seconds?: number; start?: number; ffmpeg?: boolean } = {}) {
  const { seconds = 6 } = more;
  const clock = { now: more.start ?? Date.parse("2026-11-20T12:00:00Z") };
  const begun = clock.now;
  const events: Heard[] = [];
  let made = 0;
  const rig: Rig = makeRig({
    plan,
    folder,
    ffmpeg: more.ffmpeg ? ffmpeg : undefined,
    clock: { wall: () => clock.now, elapsed: () => clock.now - begun, random: () => 0.5 },
    open: (item) => makeSource(chunks(tone(seconds, Number(item.file)))),
    tell(event) {
      events.push(event);
      const pitch = event.kind === "wants-next" ? pitches[made] : undefined;
      if (pitch === undefined) return;
      const item: Item = {
        id: `i${made++}`,
        asset: "a",
        kind: "song",
        file: `${pitch}`,
        title: "t",
        seconds,
        lufs: -14,
      };
      rig.push(item);
    },
  });
  return {
    rig,
    events,
    clock,
    async run(ms: number, also: () => unknown = () => undefined) {
      for (const end = clock.now + ms; clock.now < end; clock.now += 100) {
        rig.drive();
        await rig.settled();
        await also();
      }
    },
  };
}
/** Until the encoder has given back what it was given. */
const caughtUp = ({ rig }: { rig: Rig }, seconds: number) =>
  expect
    .poll(
      () => {
        rig.drive();
        return rig.status().outMs;
      },
      { timeout: 15_000 },
    )
    .toBeGreaterThan(seconds * 1000);

describe("without ffmpeg", () => {
  test("what a listener decodes is what was mixed, in segments that slide along and go on after a restart", {
    timeout: 60_000,
  }, async () => {
    const folder = join(root, "mp3");
    const first = rigOf(folder, [300, 500, 700, 900, 1100, 1300, 1500, 1700, 1900, 2100]);
    await first.run(50_000);
    const list = await listOf(folder);
    expect(list.segments).toHaveLength(8);
    expect(readdirSync(folder).filter((n) => n.endsWith(".mp3")).length).toBeLessThanOrEqual(13);
    for (const [i, s] of list.segments.entries()) {
      expect(s.seconds).toBeLessThanOrEqual(4);
      const before = list.segments[i - 1];
      if (before)
        expect([s.number, Math.round(s.at - before.at)]).toEqual([before.number + 1, Math.round(s.seconds * 1000)]);
    }
    const { sides, rate } = await heardIn(folder);
    expect(gapsOf(sides[0]!, rate, 0.5).longest).toBeLessThan(10);
    const heard = first.events.filter((e) => e.kind === "heard");
    expect(heard.map((e) => e.item)).toEqual(["i0", "i1", "i2", "i3", "i4", "i5", "i6", "i7", "i8", "i9"]);
    // A listener who is three segments behind what was offered last hears it then.
    expect(heard[0]!.at - Date.parse("2026-11-20T12:00:11.000Z")).toBeLessThan(500);
    expect(heard[0]!.at - Date.parse("2026-11-20T12:00:11.000Z")).toBeGreaterThanOrEqual(0);
    await first.rig.stop("drop");

    const again = rigOf(folder, [400, 600], { start: first.clock.now + 3000 });
    await again.run(20_000);
    const later = await listOf(folder);
    const seam = later.segments.findIndex((s) => s.broken);
    expect(later.segments[seam]!.number).toBeGreaterThan(later.segments[seam - 1]!.number);
    expect(later.segments.filter((s) => s.broken)).toHaveLength(1);
    await again.run(40_000);
    expect((await listOf(folder)).discontinuities).toBe(list.discontinuities + 1);
    expect(readPlaylist(playlistText(later))).toEqual({
      ...later,
      segments: later.segments.map((s) => ({ ...s, at: Math.floor(s.at) })),
    });
    await again.rig.stop("end");
  });

  test("a disk that takes nothing costs segments, and the channel goes on when it takes them again", {
    timeout: 60_000,
  }, async () => {
    const folder = join(root, "full");
    const run = rigOf(folder, [300], { seconds: 45 });
    await run.run(10_000);
    renameSync(folder, `${folder}-away`);
    writeFileSync(folder, "");
    await run.run(12_000);
    expect(run.rig.status().destinations.hls).toMatchObject({ state: "failed" });
    expect(run.rig.status().state).toBe("on");
    rmSync(folder);
    renameSync(`${folder}-away`, folder);
    await run.run(12_000);
    expect(run.rig.status().destinations.hls).toBeUndefined();
    expect((await listOf(folder)).segments.filter((s) => s.broken)).toHaveLength(2);
    await run.rig.stop("drop");
  });

  test("a machine that slept goes on where it is, and does not race", async () => {
    const run = rigOf(join(root, "slept"), [300], { seconds: 45 });
    await run.run(3_000);
    const before = run.rig.mixer.frames();
    run.clock.now += 3_600_000;
    await run.run(1_000);
    expect(run.rig.mixer.frames() - before).toBeLessThan(3 * RATE);
    await run.rig.stop("drop");
  });
});

describe.skipIf(!ffmpeg)("with ffmpeg", () => {
  test("an encoder that is killed is replaced within a second, and a listener misses nothing", {
    timeout: 60_000,
  }, async () => {
    const folder = join(root, "aac");
    const run = rigOf(folder, [300, 500, 700, 900, 1100, 1300], { ffmpeg: true });
    await run.run(8_000);
    await caughtUp(run, 6);
    const killed = run.clock.now;
    const { pid } = run.rig.status();
    process.kill(pid!, "SIGKILL");
    await expect.poll(() => run.events.some((e) => e.kind === "encoder")).toBe(true);
    await run.run(1_000);
    await caughtUp(run, 8);
    expect(run.rig.status().starts).toBe(2);
    expect(run.clock.now - killed).toBeLessThanOrEqual(1_000);
    await run.run(16_000);
    await caughtUp(run, 22);
    await run.rig.settled();
    const { sides, rate } = await heardIn(folder, ffmpeg);
    expect(gapsOf(sides[0]!, rate, 0.5).longest).toBeLessThan(60);
    const pitches = [1, 7.5, 13, 18].map((at) => toneOf(sides[0]!, rate, at, [300, 500, 700, 900, 1100]));
    expect(pitches).toEqual([300, 500, 700, 900]);
    expect((await listOf(folder)).segments.filter((s) => s.broken)).toHaveLength(2);
    await run.rig.stop("drop");
  });
});

test("frames are found in whatever pieces they come, and noise between them is passed over", () => {
  const frame = (length: number) => {
    const bytes = new Uint8Array(length).fill(7);
    bytes.set([0xff, 0xf1, 0x4c, 0x80 | (length >> 11), (length >> 3) & 0xff, ((length & 7) << 5) | 0x1f, 0xfc]);
    return bytes;
  };
  const all = Buffer.concat([
    new Uint8Array([1, 2, 3]),
    frame(200),
    frame(377),
    new Uint8Array([0xff, 0]),
    frame(90),
    frame(50),
  ]);
  for (const size of [1, 7, 100, 5000]) {
    const split = splitter("aac");
    const found: number[] = [];
    for (let at = 0; at < all.length; at += size)
      found.push(...split(all.subarray(at, at + size)).map((f) => f.bytes.length));
    expect(found).toEqual([200, 377, 90, 50]);
  }
});

test("a card holds what it is told as text, whatever it is", () => {
  const hostile = '</text><script>alert(1)</script>&"\u0000\n%{title}';
  const ballot = { question: hostile, choices: [{ label: hostile, share: 0.5 }, { label: hostile }] };
  const shout = { name: hostile, words: hostile };
  const svg = cardSvg({ name: hostile, hue: '"><x' }, { title: hostile, artist: hostile, ballot, shout });
  const names = svg.match(/<\w+/g)!;
  expect(Object.fromEntries([...new Set(names)].map((n) => [n, names.filter((m) => m === n).length]))).toEqual({
    "<svg": 1,
    "<rect": 6,
    "<text": 8,
  });
  expect(svg).not.toContain("\u0000");
});

test("addresses of RTMP servers", () => {
  expect(remoteOf("rtmps://a.rtmps.youtube.com/live2/abc-def")).toEqual({
    host: "a.rtmps.youtube.com",
    port: 443,
    secure: true,
    app: "live2",
    key: "abc-def",
  });
  expect(remoteOf("rtmp://[::1]:2000/a/b/key?x=1")).toMatchObject({
    host: "::1",
    port: 2000,
    app: "a/b",
    key: "key?x=1",
  });
  for (const wrong of ["http://x/a/b", "rtmp://host/key", "rtmp:///a/b", "file:///etc/passwd"])
    expect(() => remoteOf(wrong)).toThrow();
});
