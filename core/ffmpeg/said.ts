// What ffmpeg says while it runs: the last of its words, and how far it is.
import type { Readable } from "node:stream";
import type { Progress } from "./run.ts";

/** No line of it is longer than that. */
const LONGEST_LINE = 4_000;

/** Keeps the last bytes; each whole line is passed on. */
export function tailOf(from: Readable, most: number, line?: (line: string) => void): () => string {
  let kept = "";
  let open = "";
  from.setEncoding("utf8");
  from.on("data", (piece: string) => {
    kept = (kept + piece).slice(-most);
    if (!line) return;
    const lines = (open + piece).split(/[\r\n]+/);
    open = lines.pop()!.slice(-LONGEST_LINE);
    for (const one of lines) if (one) line(one);
  });
  from.on("end", () => {
    if (open) line?.(open);
  });
  // A pipe that breaks ends with the program, which says how it ended.
  from.on("error", () => {});
  return () => kept;
}

/** Blocks of `name=value` lines; each ends with `progress=…`. */
export function progressOf(from: Readable, tell: (at: Progress) => void): void {
  let values: Record<string, string> = {};
  tailOf(from, 0, (line) => {
    const [name = "", value = ""] = line.split("=", 2);
    if (name !== "progress") {
      values[name] = value.trim();
      return;
    }
    // "N/A" until the first frame.
    const [microseconds, frames, speed] = [
      Number(values.out_time_us ?? values.out_time_ms),
      Number(values.frame),
      Number.parseFloat(values.speed ?? ""),
    ];
    tell({
      seconds: Number.isFinite(microseconds) ? Math.max(0, microseconds / 1e6) : 0,
      frames: Number.isFinite(frames) ? frames : 0,
      speed: Number.isFinite(speed) ? speed : undefined,
    });
    values = {};
  });
}
