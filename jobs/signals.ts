// Why a running job is told to stop.

/** It was cancelled, or another worker has it: nothing that this attempt writes counts any more. */
export class Gone extends Error {}
/** This process ends: somebody else goes on with it, and no try is spent. */
export class Stopping extends Error {}
export class TooLong extends Error {
  readonly minutes: number;
  constructor(minutes: number) {
    super(`longer than ${minutes} minutes`);
    this.minutes = minutes;
  }
}

/** The work, or the signal's reason as soon as it is aborted: work that does not listen holds nobody up. */
export async function within<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([work(), promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
