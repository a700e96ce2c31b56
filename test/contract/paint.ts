// What each surface draws of a view, and what is wrong with it: judged by the platform's limits, and by its own published
// description or types where there are any.
import type { Reader, View } from "../../core/view/index.ts";
import { say } from "../../core/words/say.ts";

export type Painted = { payloads: unknown[]; wrong: string[]; lost: string[] };
export type Paint = (view: View) => Painted;

export const READER: Reader = { locale: "en", say: (text, vars) => say("en", text, vars) };
export const BASE = new URL("https://radio.test/");

/** What is refused, in the words of whoever refuses it. */
export function complaint(check: () => void): string[] {
  try {
    check();
    return [];
  } catch (error) {
    return [(error as Error).message];
  }
}
