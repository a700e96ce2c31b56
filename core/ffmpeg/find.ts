// Finds an ffmpeg that works here: FFMPEG_PATH, the system's, the one from npm. Each is proved by running it: what a
// list says it can do and what it does on this machine are not the same.
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import type { Log } from "../house.ts";
import { cleanEnv, type Ffmpeg, type Launch, runWith, spawnWith } from "./run.ts";

type Opening = { env: Readonly<Record<string, string | undefined>>; log: Pick<Log, "info" | "warn"> };
type Candidate = { path: string; from: Ffmpeg["from"] };

/** `FFMPEG_PATH=off`: everything is done without one. */
const OFF = "off";
const PROOF_MS = 10_000;

/** Asked when first needed, and then known for as long as the process lives. */
export function ffmpegOnce(opening: Opening): () => Promise<Ffmpeg | undefined> {
  let found: Promise<Ffmpeg | undefined> | undefined;
  return () => (found ??= openFfmpeg(opening));
}

/** The first that can do all we need; else the first that runs at all; undefined when there is none. */
export async function openFfmpeg({ env, log }: Opening): Promise<Ffmpeg | undefined> {
  const set = env.FFMPEG_PATH?.trim();
  if (set?.toLowerCase() === OFF) return undefined;
  const before = await launchers();
  let second: Ffmpeg | undefined;
  for (const candidate of candidates(set)) {
    const found = await prove(candidate, before);
    if (!found && candidate.from === "FFMPEG_PATH") log.warn({ path: set }, "FFMPEG_PATH is no ffmpeg that runs here");
    if (!found) continue;
    if (candidate.from === "FFMPEG_PATH" || WANTED.every(([what, name]) => found.has[what].has(name)))
      return told(found, log);
    second ??= found;
  }
  return second && told(second, log);
}

function told(found: Ffmpeg, log: Opening["log"]): Ffmpeg {
  const { path, from, version, hostNames } = found;
  log.info({ path, from, version, hostNames }, "ffmpeg");
  return found;
}

/** What films and streams are made with. */
const WANTED: readonly (readonly [keyof Ffmpeg["has"], string])[] = [
  ["encoders", "libx264"],
  ["encoders", "aac"],
  ["encoders", "libmp3lame"],
  ["muxers", "mp4"],
  ["muxers", "hls"],
  ["muxers", "flv"],
  ["muxers", "tee"],
];

function candidates(set: string | undefined): Candidate[] {
  const npm = packaged();
  return [
    ...(set ? [{ path: set, from: "FFMPEG_PATH" } as const] : []),
    { path: "ffmpeg", from: "system" },
    ...(npm ? [{ path: npm, from: "npm" } as const] : []),
  ];
}

function packaged(): string | undefined {
  const program = process.platform === "win32" ? "ffmpeg.exe" : "ffmpeg";
  try {
    return createRequire(import.meta.url).resolve(`@ffmpeg-installer/${process.platform}-${process.arch}/${program}`);
  } catch {
    // There is none for this machine, or it was left out at the installation.
    return undefined;
  }
}

async function prove({ path, from }: Candidate, before: Omit<Launch, "path">): Promise<Ffmpeg | undefined> {
  const launch: Launch = { path, ...before };
  const said = await output([path, "-hide_banner", "-version"]);
  const version = /^ffmpeg version (\S+)/.exec(said ?? "")?.[1];
  if (version === undefined) return undefined;
  const list = async (what: string, row: RegExp) =>
    new Set([...((await output([path, "-hide_banner", what])) ?? "").matchAll(row)].flatMap((m) => m[1]!.split(",")));
  const [encoders, muxers, filters, protocols, hostNames, works] = await Promise.all([
    list("-encoders", /^ [VAS][A-Z.]{5} (\S+)/gm),
    list("-muxers", /^ {1,2}D?E\s+(\S+)/gm),
    list("-filters", /^ [A-Z.]{2,3} (\S+) +\S+->/gm),
    list("-protocols", /^ {2}(\S+)$/gm),
    knowsNames(launch),
    makesSomething(launch),
  ]);
  if (!works) return undefined;
  let proved: Promise<string | undefined> | undefined;
  return {
    path,
    from,
    version,
    has: { encoders, muxers, filters, protocols },
    hostNames,
    hardware: () => (proved ??= hardwareOf(launch, encoders)),
    spawn: (args, options) => spawnWith(launch, args, options),
    run: (args, options) => runWith(launch, args, options),
  };
}

/** Static builds crash in the system's resolver, for any name; those that do not are refused by a port where nothing listens. */
async function knowsNames(launch: Launch): Promise<boolean> {
  const running = spawnWith(launch, ["-i", "tcp://localhost:1"], {
    protocols: ["tcp"],
    signal: AbortSignal.timeout(PROOF_MS),
  });
  running.stdin.end();
  running.stdout.resume();
  const { code, signal } = await running.ended;
  // A program before it may tell the signal as a code above 128.
  return signal === null && code !== null && code < 128;
}

const SOME_SOUND = ["-f", "lavfi", "-i", "sine=duration=0.1", "-f", "wav", "pipe:1"];

async function makesSomething(launch: Launch): Promise<boolean> {
  try {
    const { stdout } = await runWith(launch, SOME_SOUND, { seconds: PROOF_MS / 1000 });
    return stdout.length > 1000;
  } catch {
    // Why does not matter: it cannot be used.
    return false;
  }
}

const HARDWARE = ["h264_nvenc", "h264_videotoolbox", "h264_qsv", "h264_amf"];
const SOME_FRAMES = ["-f", "lavfi", "-i", "color=gray:size=320x320:rate=25:duration=0.4", "-pix_fmt", "yuv420p"];

/** A build lists what it was compiled with, whether the machine has it or not. */
async function hardwareOf(launch: Launch, encoders: ReadonlySet<string>): Promise<string | undefined> {
  for (const encoder of HARDWARE.filter((e) => encoders.has(e))) {
    try {
      await runWith(launch, [...SOME_FRAMES, "-c:v", encoder, "-f", "null", "-"], { seconds: PROOF_MS / 1000 });
      return encoder;
    } catch {
      // Not on this machine: the next one.
    }
  }
  return undefined;
}

/**
 * What stands before it on this machine: `nice` for work that can wait, and on Linux the wish to be ended when we are,
 * however that happens: an encoder whose worker was killed would go on beside the one that takes its place.
 */
async function launchers(): Promise<Omit<Launch, "path">> {
  const works = async (words: readonly string[]) =>
    (await output([...words, process.execPath, "-p", "7"]))?.trim() === "7";
  const low = ["nice", "-n", "5"];
  const always = ["setpriv", "--pdeathsig", "KILL", "--"];
  if (process.platform === "win32") return { low: [], always: [] };
  const [nice, dies] = await Promise.all([works(low), process.platform === "linux" && works(always)]);
  return { low: nice ? low : [], always: dies ? always : [] };
}

/** What a program says within its time; undefined when it cannot be started or fails. */
function output([program, ...args]: readonly string[]): Promise<string | undefined> {
  return new Promise((done) => {
    const child = spawn(program!, args, {
      stdio: ["ignore", "pipe", "ignore"],
      timeout: PROOF_MS,
      env: cleanEnv(),
      windowsHide: true,
    });
    const said: Buffer[] = [];
    child.stdout.on("data", (piece: Buffer) => said.push(piece));
    child.once("error", () => done(undefined));
    child.once("close", (code) => done(code === 0 ? Buffer.concat(said).toString("utf8") : undefined));
  });
}
