// Seconds of silence that a listener of HLS hears when the encoder, the process or the host is killed. The listener is three
// segments behind, as players are, and plays on what it has; then what it got is decoded.
import { type ChildProcess, spawn } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { openFfmpeg } from "../../core/ffmpeg/index.ts";
import { type Playlist, readPlaylist } from "../../core/streams/engines/index.ts";
import { gapsOf, heardIn } from "../../test/listener.ts";
import { processesOf, type Running, startProduct, TOKEN } from "../server.ts";

const root = resolve(import.meta.dirname, "../..");
const say = (row: object) =>
  console.log(JSON.stringify({ ...row, "load of the machine": Math.round((loadavg()[0] ?? 0) * 10) / 10 }));
const rest = (ms: number) => new Promise((done) => setTimeout(done, ms));
const round = (ms: number) => Math.round(ms / 10) / 100;

async function command(at: Running, name: string, body: object): Promise<{ items?: { id: string }[] }> {
  const answer = await fetch(`${at.url}/api/v1/commands/${name}`, {
    method: "POST",
    headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const said = (await answer.json()) as { data?: { items?: { id: string }[] } };
  if (!answer.ok) throw new Error(`${name}: ${JSON.stringify(said)}`);
  return said.data ?? {};
}

type Stall = { at: number; ms: number };

/** Plays what the playlist offers, from three segments behind its end on. */
function listen(folder: string, kept: string) {
  const seen = new Set<string>();
  const stalls: Stall[] = [];
  let [playing, ends, segments] = [false, 0, 0];
  mkdirSync(kept);
  const look = () => {
    let list: Playlist;
    try {
      list = readPlaylist(readFileSync(join(folder, "index.m3u8"), "utf8"));
    } catch {
      return;
    }
    const now = performance.now();
    if (!playing && list.segments.length < 4) return;
    if (!playing) for (const { name } of list.segments.slice(0, -3)) seen.add(name);
    playing = true;
    for (const { name, seconds } of list.segments) {
      if (seen.has(name)) continue;
      seen.add(name);
      copyFileSync(join(folder, name), join(kept, name));
      if (segments++ > 0 && now > ends) stalls.push({ at: now, ms: now - ends });
      ends = Math.max(ends, now) + seconds * 1000;
    }
  };
  const timer = setInterval(look, 250);
  return { stalls, stop: () => clearInterval(timer) };
}

const silenceSince = (stalls: readonly Stall[], at: number) =>
  stalls.filter((s) => s.at >= at).reduce((sum, s) => sum + s.ms, 0);

const folder = mkdtempSync(join(tmpdir(), "impresario-bench-kills-"));
const ffmpeg = await openFfmpeg({ env: process.env, log: { info() {}, warn() {} } });
let product = await startProduct(folder);
const others: ChildProcess[] = [];
let trials = 0;
try {
  await command(product, "setup", { blueprint: "streams" });
  await command(product, "generate.song", { channel: "neon-synthwave", count: 3, seconds: 60 });
  for (let made = 0; made < 3; ) {
    await rest(1000);
    made = (await command(product, "library.list", { kind: "song" })).items?.length ?? 0;
  }
  for (const { id } of (await command(product, "library.list", { kind: "song" })).items ?? [])
    await command(product, "review.approve", { asset: id });
  await command(product, "channel.start", { channel: "neon-synthwave" });
  const live = join(folder, "live");
  while (!readdirSync(folder).includes("live") || readdirSync(live).length === 0) await rest(200);
  const channel = join(live, readdirSync(live)[0]!);
  await rest(30_000);

  /** Somebody who has just begun to listen: one kill does not use up what another needs. */
  const trial = async (what: string, kill: () => unknown, seconds: number) => {
    const kept = join(folder, `kept-${trials++}`);
    const listener = listen(channel, kept);
    await rest(3000);
    const at = performance.now();
    await kill();
    await rest(seconds * 1000);
    listener.stop();
    const { sides, rate } = await heardIn(kept, ffmpeg);
    say({
      killed: what,
      "nothing to play, s": round(silenceSince(listener.stalls, at)),
      "silence in what was played, s": round(gapsOf(sides[0]!, rate, 1).all),
      "seconds listened": Math.round(sides[0]!.length / rate),
    });
  };
  const encoder = () => processesOf(folder, product.child.pid).find((p) => /ffmpeg.* -f adts/.test(p.line));
  if (encoder()) await trial("the encoder", () => process.kill(encoder()!.pid, "SIGKILL"), 30);
  await trial(
    "the process, started again after half a second",
    async () => {
      process.kill(-product.child.pid!, "SIGKILL");
      await rest(500);
      product = await startProduct(folder);
    },
    40,
  );
  // Another machine, by its name: that the process is gone cannot be seen from there.
  const env = { ...process.env, DATA_DIR: folder, METRICS_PORT: "0", LOG_LEVEL: "error" };
  const second = spawn("unshare", ["-u", "sh", "-c", "hostname elsewhere; exec node bots/main.ts worker"], {
    cwd: root,
    env,
    stdio: ["ignore", "ignore", "inherit"],
  });
  others.push(second);
  await rest(20_000);
  await trial("the host; a second one follows", () => process.kill(-product.child.pid!, "SIGKILL"), 45);
} finally {
  for (const child of others) child.kill("SIGKILL");
  for (const { pid } of processesOf(folder, product.child.pid)) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It ended by itself.
    }
  }
  await rest(3000);
  rmSync(folder, { recursive: true, force: true });
}
process.exit(0);
