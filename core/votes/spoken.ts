import type { Act } from "../act.ts";
import { localeOf, say } from "../words/say.ts";

/** The same act, speaking another language: everybody in a place reads it in the workspace's own. */
export const spokenIn = (act: Act, wanted: string): Act => {
  const locale = localeOf(wanted);
  return { ...act, locale, say: (text, vars) => say(locale, text, vars) };
};
