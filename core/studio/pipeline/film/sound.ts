// What a film sounds like, in a thread of its own: where a voice pauses, and voice and music as one.
import { parentPort, Worker, workerData } from "node:worker_threads";

export type MixOrder = { music: Uint8Array; voice?: { sound: Uint8Array; at: number }; seconds: number };
type Task = { pauses: Uint8Array } | { mix: MixOrder };
export type Pauses = { seconds: number; pauses: number[] };

async function inThread<T>(task: Task, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const worker = new Worker(new URL(import.meta.url), { workerData: { filmSound: task }, env: {}, execArgv: [] });
  const stop = () => void worker.terminate();
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await new Promise<T>((resolve, reject) => {
      worker.on("message", resolve);
      worker.on("error", reject);
      worker.on("exit", (code) =>
        reject(signal.aborted ? signal.reason : new Error(`The mixer's thread ended with ${code}.`)),
      );
    });
  } finally {
    signal.removeEventListener("abort", stop);
    await worker.terminate();
  }
}

export const pausesIn = (voice: Uint8Array, signal: AbortSignal): Promise<Pauses> =>
  inThread({ pauses: voice }, signal);
/** WAV, −14 LUFS. */
export const mixed = (order: MixOrder, signal: AbortSignal): Promise<Uint8Array> => inThread({ mix: order }, signal);

const asked = (workerData as { filmSound?: Task } | undefined)?.filmSound;
if (asked && parentPort) {
  const { findPauses, mixDown } = await import("./mix.ts");
  const answer = "mix" in asked ? await mixDown(asked.mix) : await findPauses(asked.pauses);
  parentPort.postMessage(answer);
}
