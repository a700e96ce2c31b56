// The finder and the runner against real programs: the ffmpeg of this machine where there is one, and scripts that lie.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { BadEnd, type Ffmpeg, openFfmpeg, type Progress } from "./index.ts";
import { bounded } from "./run.ts";

const folder = mkdtempSync(join(tmpdir(), "impresario-ffmpeg-"));
const warned: object[] = [];
const log = { info() {}, warn: (about: object) => void warned.push(about) };
const found = await openFfmpeg({ env: {}, log });
const real = test.skipIf(!found);
let ff: Ffmpeg;
beforeAll(() => {
  ff = found!;
});
afterAll(() => rmSync(folder, { recursive: true }));

const script = (name: string, body: string) => {
  const file = join(folder, name);
  writeFileSync(file, `#!/bin/sh\n${body}\n`);
  chmodSync(file, 0o755);
  return file;
};
const alive = (pid: number) => {
  try {
    process.kill(pid, 0);
    // A zombie whose parent has not looked yet is dead.
    return !/^State:\tZ/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
};

test("what is set and does not work is told; what only says that it is ffmpeg is none", async () => {
  const liar = script("liar", 'echo "ffmpeg version 99 Copyright"; exit 0');
  for (const FFMPEG_PATH of [join(folder, "none"), liar]) {
    const other = await openFfmpeg({ env: { FFMPEG_PATH }, log });
    expect(warned.pop()).toEqual({ path: FFMPEG_PATH });
    expect(other?.from).not.toBe("FFMPEG_PATH");
  }
  expect(await openFfmpeg({ env: { FFMPEG_PATH: "off" }, log })).toBeUndefined();
});

real("it is proved: what it has, and whether a host name crashes it", async () => {
  expect(ff.version).toMatch(/\d/);
  for (const name of ["aac", "libmp3lame"]) expect(ff.has.encoders).toContain(name);
  for (const name of ["mp4", "hls", "flv", "tee"]) expect(ff.has.muxers).toContain(name);
  for (const name of ["file", "pipe"]) expect(ff.has.protocols).toContain(name);
  expect(ff.has.filters).toContain("ebur128");
  // Set by hand, it is the same program, told apart by where it comes from.
  const set = await openFfmpeg({ env: { FFMPEG_PATH: ff.path }, log });
  expect(set).toMatchObject({ from: "FFMPEG_PATH", version: ff.version, hostNames: ff.hostNames });
  const crashing = script(
    "crashing",
    `for a in "$@"; do case "$a" in tcp://*) kill -SEGV $$;; esac; done; exec ${ff.path} "$@"`,
  );
  expect(await openFfmpeg({ env: { FFMPEG_PATH: crashing }, log })).toMatchObject({
    from: "FFMPEG_PATH",
    hostNames: false,
  });
});

real("sound goes in and comes out through pipes, with progress", async () => {
  const second = Buffer.alloc(48_000 * 4);
  const told: Progress[] = [];
  async function* fed() {
    for (let n = 0; n < 3; n++) yield second;
  }
  const { stdout } = await ff.run(
    ["-f", "s16le", "-ar", "48000", "-ac", "2", "-i", "pipe:0", "-c:a", "aac", "-f", "adts", "pipe:1"],
    { input: fed(), progress: (p) => told.push(p) },
  );
  expect(stdout[0]).toBe(0xff);
  expect(told.at(-1)!.seconds).toBeCloseTo(3, 0);
  // Whoever stops reading its input early is no error: the program said that it is well.
  const short = await ff.run(
    ["-t", "1", "-f", "s16le", "-ar", "48000", "-ac", "2", "-i", "pipe:0", "-f", "wav", "pipe:1"],
    {
      input: Buffer.concat(Array(60).fill(second)),
    },
  );
  expect(short.stdout.length).toBeLessThan(250_000);
});

real("how it ended is told with its last words; hostile names are names", async () => {
  const name = "none; touch pwned $(touch pwned) `touch pwned` %d.mp4";
  const bad = await ff
    .run(["-i", `file:${join(folder, name)}`, "-f", "null", "-"], { cwd: folder })
    .catch((e: unknown) => e);
  expect(bad).toBeInstanceOf(BadEnd);
  expect((bad as BadEnd).message).toMatch(/^ffmpeg ended with \d+\. .*No such file/);
  expect((bad as BadEnd).ended.stderr.length).toBeLessThanOrEqual(25_000);
  expect(existsSync(join(folder, "pwned"))).toBe(false);
  const gone = ff.run(["-f", "lavfi", "-i", "sine=duration=9", "-f", "wav", "pipe:1"], {
    output: () => {
      throw new Error("The disk is full");
    },
  });
  await expect(gone).rejects.toThrow("The disk is full");
});

real("a file cannot make it read another, or call anybody", async () => {
  const secret = join(folder, "secret.wav");
  await ff.run(["-f", "lavfi", "-i", "sine=duration=1", "-y", `file:${secret}`]);
  const list = join(folder, "song.mp4");
  const tries = [
    `#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:1,\nfile://${secret}\n#EXT-X-ENDLIST\n`,
    `ffconcat version 1.0\nfile '${secret}'\n`,
    "v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nm=audio 4000 RTP/AVP 0\n",
  ];
  for (const text of tries) {
    writeFileSync(list, text);
    const made = ff.run(["-i", `file:${list}`, "-f", "wav", "pipe:1"], { seconds: 10 });
    await expect(made, text).rejects.toBeInstanceOf(BadEnd);
  }
  for (const address of ["http://127.0.0.1:9/x.mp3", "tcp://127.0.0.1:9"])
    await expect(ff.run(["-i", address, "-f", "null", "-"])).rejects.toThrow(/whitelist/i);
  expect(bounded(["-i", "a", "-re", "-i", "b", "c"], {}).filter((a) => a === "-protocol_whitelist")).toHaveLength(2);
});

const ENDLESS = ["-re", "-f", "lavfi", "-i", "sine", "-f", "wav", "pipe:1"];

real("it ends with its time, with a signal, and when it is asked to", async () => {
  await expect(ff.run(ENDLESS, { seconds: 0.3 })).rejects.toThrow("ffmpeg was ended after 0.3 seconds.");
  const stop = new AbortController();
  const called = ff.run(ENDLESS, { signal: stop.signal, output: () => stop.abort(new Error("No more")) });
  await expect(called).rejects.toThrow("No more");
  await expect(ff.run(ENDLESS, { signal: stop.signal })).rejects.toThrow("No more");
  const running = ff.spawn(ENDLESS);
  await once(running.stdout, "data");
  running.stdout.resume();
  const { signal } = await running.stop();
  expect(signal).toBeNull();
  expect(alive(running.pid!)).toBe(false);
});

real("killed, with whatever the program before it started", async () => {
  const wrapper = script("wrapper", `${ff.path} "$@" &\necho $! > ${folder}/inner\nwait $!`);
  const wrapped = (await openFfmpeg({ env: { FFMPEG_PATH: wrapper }, log }))!;
  const running = wrapped.spawn(ENDLESS);
  await once(running.stdout, "data");
  running.stdout.resume();
  const inner = Number(readFileSync(join(folder, "inner"), "utf8"));
  expect(alive(inner)).toBe(true);
  running.kill();
  await running.ended;
  await expect.poll(() => alive(inner)).toBe(false);
});

test.skipIf(!found || process.platform !== "linux" || !existsSync("/usr/bin/setpriv"))(
  "it does not outlive a worker that was killed",
  async () => {
    const program = `
      const { openFfmpeg } = await import(${JSON.stringify(new URL("./index.ts", import.meta.url).href)});
      const ff = await openFfmpeg({ env: {}, log: { info() {}, warn() {} } });
      const running = ff.spawn(${JSON.stringify(ENDLESS)});
      running.stdout.once("data", () => console.log(running.pid));`;
    const worker = spawn(process.execPath, ["--input-type=module", "-e", program], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [said] = (await once(worker.stdout, "data")) as [Buffer];
    const pid = Number(String(said));
    expect(alive(pid)).toBe(true);
    worker.kill("SIGKILL");
    await expect.poll(() => alive(pid)).toBe(false);
  },
);
