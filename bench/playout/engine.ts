// The mixer and its encoders by the real clock: what 1 and 7 channels cost, and a hundred changes as a listener decodes them.
// `node bench/playout/engine.ts SECONDS` plays for so long (a soak: 1800); BENCH_QUICK=1 for a short look.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { type Ffmpeg, openFfmpeg } from "../../core/ffmpeg/index.ts";
import { openMixing } from "../../core/streams/engines/index.ts";
import { makeRig } from "../../core/streams/engines/mixer/rig.ts";
import { RATE } from "../../core/streams/engines/mixer/sound.ts";
import { makeSource } from "../../core/streams/engines/mixer/source.ts";
import type { Heard, Item, Plan } from "../../core/streams/playout.ts";
import { gapsOf, heardIn } from "../../test/listener.ts";
import { pssMb } from "../server.ts";

const quick = process.env.BENCH_QUICK === "1";
const seconds = Number(process.argv[2] ?? (quick ? 15 : 60));
const say = (row: object) =>
  console.log(JSON.stringify({ ...row, "load of the machine": Math.round((loadavg()[0] ?? 0) * 10) / 10 }));
const folder = mkdtempSync(join(tmpdir(), "impresario-bench-playout-"));
const ffmpeg = await openFfmpeg({ env: process.env, log: { info() {}, warn() {} } });
const plan = (channel: string): Plan => ({
  channel,
  slug: channel,
  name: channel,
  hue: "#7d8594",
  crossfadeMs: 4000,
  beatMatch: true,
  visual: "none",
  destinations: [],
  emergency: [],
});
const round = (value: number, digits = 1) => Math.round(value * 10 ** digits) / 10 ** digits;
const rest = (ms: number) => new Promise((done) => setTimeout(done, ms));

/** Each row in a process of its own, so that its memory is its own. */
type Task = { what: "cost" | "changes"; channels: number; by: "ffmpeg" | "wasm"; song?: Song };
type Song = { file: string; seconds: number; loudness: number; bpm: number; end: number };
const task: Task | undefined = process.env.BENCH_TASK ? (JSON.parse(process.env.BENCH_TASK) as Task) : undefined;

async function prepare(): Promise<Song> {
  const { makeSong } = await import("../../core/studio/index.ts");
  const song = await makeSong("neon-synthwave", 7, { formats: ["mp3"], seconds: quick ? 40 : 60 });
  const file = join(folder, "song.mp3");
  writeFileSync(file, song.files.mp3!);
  return { file, seconds: song.seconds, loudness: song.loudness, bpm: song.score.bpm, end: song.score.seconds };
}

let made = 0;
const item = (): Item => {
  const { file = "", seconds = 4, loudness = -14, bpm = 100, end = 4 } = task?.song ?? {};
  const grid = { bpm, first: 0, end, sure: true };
  return { id: `i${made++}`, asset: "a", kind: "song", file, title: "Song", seconds, lufs: loudness, grid };
};

/** Processor seconds of a process and its children that live. */
function spent(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
function encoders(): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, "utf8");
        return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]) === process.pid;
      } catch {
        return false;
      }
    })
    .map(Number);
}

async function cost(channels: number, by: "ffmpeg" | "wasm"): Promise<void> {
  const mixing = openMixing({
    live: join(folder, `${by}${channels}`),
    ffmpegPath: by === "wasm" ? "off" : undefined,
    ffmpeg: async () => ffmpeg,
    elapsed: () => performance.now(),
    warn() {},
  });
  const all = Array.from({ length: channels }, (_, i) => mixing.playout(`c${i}`));
  let [silent, changes] = [0, 0];
  await Promise.all(
    all.map((playout, i) => {
      playout.on((event: Heard) => {
        if (event.kind === "wants-next") void playout.push(item());
        if (event.kind === "silent") silent++;
        if (event.kind === "heard") changes++;
      });
      return playout.start(plan(`c${i}`));
    }),
  );
  await rest(3000);
  const own = encoders();
  const cpu = () => process.cpuUsage().user / 1e6 + process.cpuUsage().system / 1e6;
  const [before, childrenBefore, at] = [cpu(), own.map(spent), performance.now()];
  const first = pssMb(process.pid);
  const outBefore = await Promise.all(all.map(async (p) => (await p.status()).outMs));
  await rest(seconds * 1000);
  const passed = (performance.now() - at) / 1000;
  const children = own.map((pid, i) => spent(pid) - childrenBefore[i]!).reduce((a, b) => a + b, 0);
  const statuses = await Promise.all(all.map((p) => p.status()));
  const out = statuses.map((s, i) => (s.outMs - outBefore[i]!) / 1000);
  say({
    channels,
    encoder: by,
    seconds: Math.round(passed),
    "mixer, % of a core": round(((cpu() - before) / passed) * 100),
    "encoders, % of a core": round((children / passed) * 100),
    "our memory MB": Math.round(pssMb(process.pid)),
    "grew MB": round(pssMb(process.pid) - first),
    "encoders MB": Math.round(own.reduce((sum, pid) => sum + pssMb(pid), 0)),
    "drift ms": Math.round(Math.max(...out.map((o) => Math.abs(o - passed))) * 1000),
    changes,
    "dead air": silent,
    "encoder starts": Math.max(...statuses.map((s) => s.starts)),
  });
  await mixing.stop();
}

/** Faster than it plays, by a clock of our own; all that was offered is kept and decoded. */
async function changes(count: number, by: Ffmpeg | undefined): Promise<void> {
  const [live, kept] = [join(folder, `changes-${by ? "aac" : "mp3"}`), join(folder, `kept-${by ? "aac" : "mp3"}`)];
  mkdirSync(kept);
  const clock = { now: Date.parse("2026-11-20T12:00:00Z") };
  const start = clock.now;
  let given = 0;
  const events: Heard[] = [];
  const tone = (n: number) =>
    Float32Array.from(
      { length: 4 * RATE + n * 37 },
      (_, i) => 0.25 * Math.sin((2 * Math.PI * (200 + n * 7) * i) / RATE),
    );
  const rig = makeRig({
    plan: { ...plan("x"), crossfadeMs: 0 },
    folder: live,
    ffmpeg: by,
    clock: { wall: () => clock.now, elapsed: () => clock.now - start, random: () => 0.5 },
    open: ({ file: n }) =>
      makeSource(
        (async function* () {
          const side = tone(Number(n));
          for (let at = 0; at < side.length; at += 30_000)
            yield { rate: RATE, left: side.subarray(at, at + 30_000), right: side.subarray(at, at + 30_000) };
        })(),
      ),
    tell(event) {
      events.push(event);
      if (event.kind === "wants-next") rig.push({ ...item(), seconds: 4, lufs: -14, file: String(given++) });
    },
  });
  while (events.filter((e) => e.kind === "heard").length <= count) {
    rig.drive();
    await rig.settled();
    // An encoder of its own process is given the time that it needs.
    for (let n = 0; by && n < 200 && clock.now - start - rig.status().outMs > 3000; n++) await rest(5);
    for (const name of readdirSync(live)) if (/^s\d+/.test(name)) cpSync(join(live, name), join(kept, name));
    clock.now += 500;
  }
  const { sides, rate } = await heardIn(kept, by);
  say({
    changes: count,
    encoder: by ? "ffmpeg" : "wasm",
    "seconds decoded": Math.round(sides[0]!.length / rate),
    "longest gap ms": round(gapsOf(sides[0]!, rate, 0.5).longest, 2),
    "encoder starts": rig.status().starts,
    "dead air": events.filter((e) => e.kind === "silent").length,
  });
  await rig.stop("drop");
}

function inOwnProcess(next: Task): void {
  const env = { ...process.env, BENCH_TASK: JSON.stringify(next) };
  const done = spawnSync(process.execPath, [import.meta.filename, String(seconds)], { env, stdio: "inherit" });
  if (done.status !== 0) throw new Error(`A row ended with ${done.status}.`);
}

try {
  if (task?.what === "changes") await changes(task.channels, task.by === "ffmpeg" ? ffmpeg : undefined);
  else if (task) await cost(task.channels, task.by);
  else {
    const song = await prepare();
    const soak = process.argv[2] !== undefined;
    for (const by of ["wasm", ...(ffmpeg ? ["ffmpeg" as const] : [])] as const) {
      if (!soak) inOwnProcess({ what: "changes", channels: 100, by });
      for (const channels of soak ? [7] : [1, 7])
        if (!soak || by === "ffmpeg") inOwnProcess({ what: "cost", channels, by, song });
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exit(0);
