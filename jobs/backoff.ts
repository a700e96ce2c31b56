// How long to wait before the next try: twice as long each time, and spread, so that many that failed together do not
// come back together.

/** Milliseconds before the try after `failures` failures. `chance` is in [0, 1). */
export function backoff(failures: number, chance: number, { first = 5, most = 900 } = {}): number {
  const full = Math.min(most, first * 2 ** Math.min(failures - 1, 20)) * 1000;
  // Between half and all of it: never at once, never later than said.
  return Math.round(full / 2 + (full / 2) * chance);
}
