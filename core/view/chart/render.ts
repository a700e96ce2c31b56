// Charts as pictures. One process draws, one after another, and ends when nobody has asked for a while: only a
// process gives all of its memory back (a thread left 200 MB behind), and a crash of the native renderer stays there.
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { ChartSpec } from "../view.ts";
import type { Theme } from "./look.ts";
import type { Drawn, Wanted } from "./process.ts";

/** Long enough that a person who changes the period finds it warm. */
const IDLE_MS = 60_000;
/** A picture takes about 0.1 s; a hung process is ended. */
const PATIENCE_MS = 15_000;
/** No chat needs more, and a hostile chart must not fill the memory. */
const MOST_POINTS = 5_000;

export type Painter = {
  render(chart: ChartSpec, how: { theme: Theme; locale: string }): Promise<Uint8Array>;
  close(): void;
};

type Waiting = { resolve(png: Uint8Array): void; reject(error: Error): void; timer: NodeJS.Timeout };

export function painter(idleMs = IDLE_MS): Painter {
  let child: ChildProcess | undefined;
  let idle: NodeJS.Timeout | undefined;
  let next = 1;
  const waiting = new Map<number, Waiting>();

  function end(reason: string): void {
    const old = child;
    child = undefined;
    clearTimeout(idle);
    for (const [id, one] of waiting) {
      clearTimeout(one.timer);
      waiting.delete(id);
      one.reject(new Error(reason));
    }
    old?.kill("SIGKILL");
  }

  function settle(answer: Drawn): void {
    const one = waiting.get(answer.id);
    if (!one) return;
    waiting.delete(answer.id);
    clearTimeout(one.timer);
    if ("png" in answer) one.resolve(answer.png);
    else one.reject(new Error(answer.error));
    if (waiting.size > 0) return;
    // Nothing to wait for any more: neither the child nor the timer keeps us alive.
    child?.unref();
    child?.channel?.unref();
    idle = setTimeout(() => end("The painter rests."), idleMs);
    idle.unref();
  }

  function start(): ChildProcess {
    // No environment: what draws a stranger's words needs no secret of ours.
    const made = fork(fileURLToPath(new URL("./process.ts", import.meta.url)), [], {
      env: {},
      execArgv: ["--max-old-space-size=256"],
      serialization: "advanced",
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    made.on("message", (answer) => settle(answer as Drawn));
    made.on("error", (error) => child === made && end(error.message));
    made.on("exit", (code, signal) => child === made && end(`The painter ended with ${signal ?? code}.`));
    return made;
  }

  return {
    render(chart, { theme, locale }) {
      const points = chart.labels.length + chart.series.reduce((sum, s) => sum + s.values.length, 0);
      if (points > MOST_POINTS)
        return Promise.reject(new Error(`A chart holds at most ${MOST_POINTS} points; this has ${points}.`));
      clearTimeout(idle);
      child ??= start();
      child.ref();
      child.channel?.ref();
      const id = next++;
      return new Promise<Uint8Array>((resolve, reject) => {
        const timer = setTimeout(() => end("The chart took too long to draw."), PATIENCE_MS);
        waiting.set(id, { resolve, reject, timer });
        child?.send({ id, chart, theme, locale } satisfies Wanted);
      });
    },
    close: () => end("The painter was closed."),
  };
}
