// What is offered while somebody types: whatever is found in time, and nothing when it is too late. Each letter is a
// question of its own, so answers are kept for a moment; one that came too late serves the next letter.
import type { Suggestion } from "../../core/command/index.ts";
import { within } from "../../core/within.ts";
import type { Door } from "../surface.ts";

/** `key`: who types what, where, with which roles; all that the answer hangs on. */
export type Question = { key: string; find(): Promise<Suggestion[]> };

/** Longer than a person needs for a letter, and short enough that what was made just now is soon offered. */
const KEPT_MS = 10_000;
const MOST_KEPT = 500;

type Entry = { until: number; found: Promise<Suggestion[]> };

/** `most`: milliseconds that the platform waits, with a margin. */
export function offering({ house }: Pick<Door, "house">, most: number): (asked: Question) => Promise<Suggestion[]> {
  const kept = new Map<string, Entry>();
  const now = () => performance.now();

  /** Never what somebody else was offered: names can be private. */
  function look({ key, find }: Question): Promise<Suggestion[]> {
    const known = kept.get(key);
    if (known && known.until > now()) return known.found;
    const found = find().catch((error: unknown) => {
      house.log.warn({ err: error }, "what was typed could not be completed");
      kept.delete(key);
      return [];
    });
    kept.delete(key);
    if (kept.size >= MOST_KEPT) kept.delete(kept.keys().next().value!);
    kept.set(key, { until: now() + KEPT_MS, found });
    return found;
  }

  return (asked) => within(most, look(asked), () => []);
}

/** What somebody typed, as far as anybody has to look for it. */
export const typedWords = (typed: string): string => typed.slice(0, 100).replaceAll("\u0000", "").toWellFormed();
