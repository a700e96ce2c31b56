// Runs ffmpeg: arguments as a list and never through a shell, with bounds of time, of memory for what it says, and of
// what a file that somebody sent us may make it open.
import { spawn as begin, type ChildProcess } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { progressOf, tailOf } from "./said.ts";

export type Progress = {
  /** Of what was made so far. */
  seconds: number;
  frames: number;
  /** 2 is twice as fast as it plays. */
  speed: number | undefined;
};

export type RunOptions = {
  /** Goes to its standard input (`pipe:0`). */
  input?: AsyncIterable<Uint8Array> | Uint8Array | undefined;
  /** Each piece of what it writes to `pipe:1`. Without: kept and answered. */
  output?: ((piece: Uint8Array) => void | Promise<void>) | undefined;
  /** Ended after so long. */
  seconds?: number | undefined;
  signal?: AbortSignal | undefined;
  progress?: ((at: Progress) => void) | undefined;
  /** Each line that it says: what filters measure is told there, at the level `info`. */
  line?: ((line: string) => void) | undefined;
  level?: "error" | "warning" | "info";
  /** What inputs may be opened by, more than `file` and `pipe`. */
  protocols?: readonly string[];
  /** What inputs may be, more than the common containers: a playlist or a list could make it read any file of ours. */
  formats?: readonly string[];
  cwd?: string;
  /** `low` gives way to everything else on the machine; what is on the air is `normal`. */
  priority?: "low" | "normal";
};

export type Ended = { code: number | null; signal: NodeJS.Signals | null; stderr: string };

/** It ended badly; the last of what it said is in the message. */
export class BadEnd extends Error {
  readonly ended: Ended;
  constructor(words: string, ended: Ended) {
    super(words);
    this.ended = ended;
  }
}

export type Running = {
  pid: number | undefined;
  stdin: Writable;
  stdout: Readable;
  /** Never refuses: however it ended. */
  ended: Promise<Ended>;
  /** The last 25 KB of what it said. */
  stderr(): string;
  /** Asks it to finish its files; killed when it has not after the grace. */
  stop(graceMs?: number): Promise<Ended>;
  /** At once, with everything that it started. */
  kill(): void;
};

export type Ffmpeg = {
  path: string;
  from: "FFMPEG_PATH" | "system" | "npm";
  version: string;
  has: Record<"encoders" | "muxers" | "filters" | "protocols", ReadonlySet<string>>;
  /** False: it crashes on any host name (static builds do), so it gets addresses in numbers or pipes only. */
  hostNames: boolean;
  /** An encoder of H.264 in hardware that was proved by using it; looked for when first asked. */
  hardware(): Promise<string | undefined>;
  spawn(args: readonly string[], options?: Omit<RunOptions, "input" | "output" | "seconds">): Running;
  /** Answers with what it wrote to `pipe:1`; throws `BadEnd` when it did not end well. */
  run(args: readonly string[], options?: RunOptions): Promise<{ stdout: Uint8Array; stderr: string }>;
};

/** Containers and codecs that hold no names of other files, and the sources that only we can name. */
const FORMATS =
  "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,mp3,wav,ogg,flac,aac,mpegts,flv,image2,image2pipe,png_pipe,jpeg_pipe,webp_pipe,s16le,f32le,rawvideo,yuv4mpegpipe,lavfi";
const PROTOCOLS = "file,pipe";
/** As much of its words as is of use when it fails. */
const TAIL = 25_000;
/** Between asking it to finish and killing it. */
const GRACE_MS = 5_000;
const SECONDS = 30 * 60;
/** Its progress is written to this descriptor. */
const TOLD = 3;

/** Every input is bounded, whatever the caller forgot. An option before `-i` is of that input alone. */
export function bounded(args: readonly string[], { protocols = [], formats = [] }: RunOptions): string[] {
  const may = [
    ...["-protocol_whitelist", [PROTOCOLS, ...protocols].join(",")],
    ...["-format_whitelist", [FORMATS, ...formats].join(",")],
  ];
  return args.flatMap((arg) => (arg === "-i" ? [...may, arg] : [arg]));
}

/** Nothing of our environment but what a program needs to start: there are keys in it. */
const PASSED = ["PATH", "LD_LIBRARY_PATH", "TMPDIR", "TEMP", "TMP", "SystemRoot", "HOME", "LANG"];
export const cleanEnv = (): NodeJS.ProcessEnv =>
  Object.fromEntries(PASSED.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])));

/** How it is started: programs before it that change only how it runs. */
export type Launch = { path: string; low: readonly string[]; always: readonly string[] };

/** Groups are POSIX's: there, whatever the program started ends with it. */
const GROUPS = process.platform !== "win32";

export function spawnWith(launch: Launch, args: readonly string[], options: RunOptions = {}): Running {
  const { level = "warning", priority = "low", signal } = options;
  signal?.throwIfAborted();
  const own = ["-hide_banner", "-nostdin", "-loglevel", level];
  const told = options.progress ? ["-nostats", "-progress", `pipe:${TOLD}`] : ["-nostats"];
  const [program, ...words] = [...(priority === "low" ? launch.low : []), ...launch.always, launch.path];
  const child = begin(program!, [...words, ...own, ...told, ...bounded(args, options)], {
    stdio: ["pipe", "pipe", "pipe", "pipe"],
    env: cleanEnv(),
    detached: GROUPS,
    windowsHide: true,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  return follow(child, options);
}

function follow(child: ChildProcess, { signal, progress, line }: RunOptions): Running {
  const tail = tailOf(child.stderr!, TAIL, line);
  const told = child.stdio[TOLD] as Readable;
  if (progress) progressOf(told, progress);
  else told.resume();
  // Written to after it ended: how it ended says more than the broken pipe.
  child.stdin!.on("error", () => {});
  told.on("error", () => {});
  const kill = () => {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
    try {
      process.kill(GROUPS ? -child.pid : child.pid, "SIGKILL");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  };
  signal?.addEventListener("abort", kill, { once: true });
  const ended = new Promise<Ended>((done) => {
    child.once("error", (error) => done({ code: null, signal: null, stderr: error.message }));
    child.once("close", (code, by) => done({ code, signal: by, stderr: tail() }));
  }).finally(() => signal?.removeEventListener("abort", kill));
  return {
    pid: child.pid,
    stdin: child.stdin!,
    stdout: child.stdout!,
    ended,
    stderr: tail,
    kill,
    async stop(graceMs = GRACE_MS) {
      // It finishes its files on the end of its input or on this signal.
      child.stdin!.end();
      if (child.exitCode === null && child.signalCode === null) child.kill("SIGINT");
      const late = setTimeout(kill, graceMs);
      try {
        return await ended;
      } finally {
        clearTimeout(late);
      }
    },
  };
}

export async function runWith(
  launch: Launch,
  args: readonly string[],
  options: RunOptions = {},
): Promise<{ stdout: Uint8Array; stderr: string }> {
  const { seconds = SECONDS, input, output, signal } = options;
  const late = AbortSignal.timeout(seconds * 1000);
  const running = spawnWith(launch, args, { ...options, signal: signal ? AbortSignal.any([signal, late]) : late });
  const kept: Uint8Array[] = [];
  const take = async () => {
    for await (const piece of running.stdout as AsyncIterable<Uint8Array>) {
      if (output) await output(piece);
      else kept.push(piece);
    }
  };
  // A reader of ours that fails ends the program; what it did not want to read of its input is no fault.
  const feed = input === undefined ? Promise.resolve(running.stdin.end()) : fed(running.stdin, input);
  const moved = await Promise.allSettled([take(), feed]);
  const broken = moved.find((m) => m.status === "rejected");
  if (broken) running.kill();
  const ended = await running.ended;
  signal?.throwIfAborted();
  if (broken) throw broken.reason;
  if (late.aborted)
    throw new BadEnd(`ffmpeg was ended after ${seconds} seconds. ${lastOf(ended.stderr)}`.trim(), ended);
  if (ended.code !== 0) {
    const how = ended.signal ? `was ended by ${ended.signal}` : `ended with ${ended.code ?? "no code"}`;
    throw new BadEnd(`ffmpeg ${how}. ${lastOf(ended.stderr)}`.trim(), ended);
  }
  return { stdout: Buffer.concat(kept), stderr: ended.stderr };
}

/** Whoever does not read to the end broke the pipe and is no error of ours; an input that breaks is. */
async function fed(stdin: Writable, input: AsyncIterable<Uint8Array> | Uint8Array): Promise<void> {
  try {
    await pipeline(input instanceof Uint8Array ? [input] : input, stdin);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "EPIPE" && code !== "ERR_STREAM_PREMATURE_CLOSE" && code !== "EOF") throw error;
  }
}

const LINES = 6;
/** The end of its words in one line: the whole tail is in `ended`. */
const lastOf = (stderr: string): string => stderr.trim().split("\n").slice(-LINES).join(" · ");
