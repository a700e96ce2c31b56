// An error of the outside world in words that may be shown and stored: one short line without keys, queries or paths.
import { clip } from "../core/command/index.ts";

const SECRETS: readonly [RegExp, string][] = [
  // user:password@ and everything after ? in an address
  [/(\w+:\/\/)[^\s/@]+@/g, "$1"],
  [/(\w+:\/\/[^\s?]+)\?\S*/g, "$1"],
  [/\b(bearer|basic)\s+\S+/gi, "…"],
  [/\b(\w*(?:token|key|secret|password|authorization))["']?\s*[:=]\s*\S+/gi, "$1 …"],
  // What looks like a key: long and without spaces, with a digit in it.
  [/\b(?=[\w-]*\d)[\w-]{24,}\b/g, "…"],
  [/(?:\/[\w.@-]+){2,}\/([\w.@-]+)/g, "$1"],
];

/** Ten times what is shown. Some error messages hold a whole page, and the patterns' time grows with its square. */
const LOOKED_AT = 2_000;

export function sanitise(error: unknown): string {
  const text = error instanceof Error ? error.message || error.name : String(error);
  const first = text.slice(0, LOOKED_AT).split("\n")[0] ?? "";
  const line = SECRETS.reduce((words, [found, instead]) => words.replace(found, instead), first);
  const short = clip(line, 200);
  return short === "" ? "It stopped without a word." : /[.!?…]$/.test(short) ? short : `${short}.`;
}
