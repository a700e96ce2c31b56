// Progress as often as the work likes to tell it, written as often as anybody can read it.
import type { Progress } from "../core/jobs/index.ts";

/** Often enough to look alive, seldom enough for the edit limits of every chat platform (about one a second). */
const EVERY = 1000;

export type Reporter = { report(progress: Progress): void; end(): Promise<void> };

export function reporter(write: (progress: Progress) => Promise<unknown>, every = EVERY): Reporter {
  let latest: Progress | undefined;
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<unknown> = Promise.resolve();
  let busy = false;
  let ended = false;
  const flush = () => {
    timer = undefined;
    if (!latest || ended) return;
    const progress = latest;
    latest = undefined;
    busy = true;
    // The pause begins when the write has ended: a slow database is not asked faster than it answers.
    writing = write(progress).finally(() => {
      busy = false;
      if (!ended) timer = setTimeout(flush, every);
    });
  };
  return {
    report(progress) {
      if (ended) return;
      const first = !busy && timer === undefined;
      latest = progress;
      if (first) timer = setTimeout(flush, 0);
    },
    /** What was not written yet is dropped: the result says more. */
    async end() {
      ended = true;
      clearTimeout(timer);
      await writing;
    },
  };
}
