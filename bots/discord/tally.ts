// Counts that the processes of a machine share, and that outlive them: Discord counts invalid requests by address, which
// is the machine's. A file for each slot of time, as many bytes long as there were: appending is the same for all.
import { appendFile, mkdirSync, readdirSync, statSync, unlinkSync } from "node:fs";
import { join } from "node:path";

export type Tally = {
  add(slot: number): void;
  /** How many there were, by slot, oldest first. */
  read(): ReadonlyMap<number, number>;
  /** Those before it are of no use any more. */
  forget(before: number): void;
};

/** Of one process, for as long as it lives. */
export function ownTally(): Tally {
  const counts = new Map<number, number>();
  return {
    add: (slot) => void counts.set(slot, (counts.get(slot) ?? 0) + 1),
    read: () => counts,
    forget(before) {
      for (const slot of counts.keys()) if (slot < before) counts.delete(slot);
    },
  };
}

/** Others' are seen so late at most, in milliseconds. */
const SEEN_MS = 1_000;
const SLOT = /^\d{1,12}$/;

/** `failed`: the folder cannot be used; what this process did itself is known all the same. */
export function sharedTally(folder: string, now: () => number, failed: (error: unknown) => void): Tally {
  const own = ownTally();
  const counts = new Map<number, number>();
  let readAt = Number.NEGATIVE_INFINITY;
  const attempt = (work: () => void) => {
    try {
      work();
    } catch (error) {
      failed(error);
    }
  };
  attempt(() => mkdirSync(folder, { recursive: true, mode: 0o700 }));

  const slots = (): number[] =>
    readdirSync(folder)
      .filter((name) => SLOT.test(name))
      .map(Number);
  function look(): void {
    counts.clear();
    for (const slot of slots().sort((a, b) => a - b))
      counts.set(slot, statSync(join(folder, String(slot)), { throwIfNoEntry: false })?.size ?? 0);
  }
  return {
    add(slot) {
      own.add(slot);
      counts.set(slot, (counts.get(slot) ?? 0) + 1);
      appendFile(join(folder, String(slot)), ".", { mode: 0o600 }, (error) => error && failed(error));
    },
    read() {
      const at = now();
      if (at < readAt || at >= readAt + SEEN_MS) {
        readAt = at;
        attempt(look);
        for (const [slot, n] of own.read()) counts.set(slot, Math.max(n, counts.get(slot) ?? 0));
      }
      return new Map([...counts].sort(([a], [b]) => a - b));
    },
    forget(before) {
      own.forget(before);
      for (const slot of counts.keys()) {
        if (slot >= before) continue;
        counts.delete(slot);
        // Another process may have been quicker.
        attempt(
          () =>
            statSync(join(folder, String(slot)), { throwIfNoEntry: false }) && unlinkSync(join(folder, String(slot))),
        );
      }
    },
  };
}
