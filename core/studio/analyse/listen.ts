// Listens to a file in a thread of its own: the event loop of the house never waits for it.
import { parentPort, Worker, workerData } from "node:worker_threads";
import type { Heard } from "./analyse.ts";

export type Listened = { heard: Heard } | { refused: string };

const PATIENCE_MS = 120_000;

/** Undefined: no decoder of ours knows this kind of file. */
export async function listen(file: string, signal?: AbortSignal): Promise<Listened> {
  const worker = new Worker(new URL(import.meta.url), { workerData: { listenTo: file }, env: {}, execArgv: [] });
  const until = AbortSignal.any([AbortSignal.timeout(PATIENCE_MS), ...(signal ? [signal] : [])]);
  const stop = () => void worker.terminate();
  until.addEventListener("abort", stop, { once: true });
  try {
    return await new Promise<Listened>((resolve, reject) => {
      worker.on("message", resolve);
      worker.on("error", reject);
      worker.on("exit", () =>
        reject(until.aborted ? until.reason : new Error("The listening thread ended and said nothing.")),
      );
    });
  } finally {
    until.removeEventListener("abort", stop);
    await worker.terminate();
  }
}

const asked = (workerData as { listenTo?: string } | undefined)?.listenTo;
if (asked !== undefined && parentPort) {
  const { readFile } = await import("node:fs/promises");
  const [{ decode }, { analyse }] = await Promise.all([import("./decode.ts"), import("./analyse.ts")]);
  const said: Listened = await decode(await readFile(asked)).then(
    (sound) => ({ heard: analyse(sound) }),
    (error: Error) => ({ refused: error.message }),
  );
  parentPort.postMessage(said);
}
