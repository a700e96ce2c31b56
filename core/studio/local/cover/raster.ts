// SVG to PNG in a process of its own, with nothing of our environment and an end if it hangs.
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type CoverWish, coverSvg } from "./cover.ts";
import type { Drawing } from "./process.ts";

/** A cover takes about a second; a hostile picture is ended. */
const PATIENCE_MS = 30_000;

function draw(drawing: Drawing, signal?: AbortSignal): Promise<Uint8Array> {
  signal?.throwIfAborted();
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(new URL("./process.ts", import.meta.url)), [], {
      env: {},
      execArgv: ["--max-old-space-size=256"],
      serialization: "advanced",
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    let words = "";
    child.stderr?.on("data", (part) => {
      words = (words + part).slice(-500);
    });
    const end = (error: Error) => {
      child.kill("SIGKILL");
      reject(error);
    };
    const timer = setTimeout(() => end(new Error("The picture took too long to draw.")), PATIENCE_MS);
    const stop = () => end(signal?.reason instanceof Error ? signal.reason : new Error("The picture was called off."));
    signal?.addEventListener("abort", stop, { once: true });
    child.once("message", (png) => resolve(png as Uint8Array));
    child.once("error", end);
    child.once("exit", (code) => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
      reject(new Error(`The picture's process ended with ${code}. ${words}`.trim()));
    });
    child.send(drawing);
  });
}

export const rasterise = (svg: string, signal?: AbortSignal): Promise<Uint8Array> => draw({ svg, as: "png" }, signal);
/** Four bytes a pixel: red, green, blue, and how much it covers. */
export const pixelsOf = (svg: string, signal?: AbortSignal): Promise<Uint8Array> => draw({ svg, as: "pixels" }, signal);
export const makeCover = (wish: CoverWish, signal?: AbortSignal): Promise<Uint8Array> =>
  rasterise(coverSvg(wish), signal);
