// How long to wait before the next try: within a second at first, then longer each time, for ever. Never all at once.
const FIRST_MS = 500;
const SECOND_MS = 2_000;
const LONGEST_MS = 60_000;
/** Well for so long: the next fault is a first one. */
export const HEALTHY_MS = 5 * 60_000;

/** `tries`: how many there were since it was last well. `chance` from 0 to 1. */
export function delayOf(tries: number, chance: number): number {
  if (tries <= 0) return FIRST_MS + chance * FIRST_MS;
  const whole = Math.min(LONGEST_MS, SECOND_MS * 2 ** Math.min(20, tries - 1));
  return Math.min(LONGEST_MS, whole * (0.75 + 0.5 * chance));
}
