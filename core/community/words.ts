// Strangers' words before anybody else reads them: one line of plain letters, within the house's rules.
import type { Act } from "../act.ts";
import { refuse } from "../problem.ts";
import { storable } from "../text.ts";
import { check, findingWords, readVoice } from "../voice/index.ts";

/** As long as a line on a phone is readable, and within a field of every platform. */
export const MOST_LETTERS = 200;

/** Marks laid over one letter: two are spelling, twenty run over the lines around them. */
const PILE = /(\p{M}{2})\p{M}+/gu;
/** What turns the direction of other people's text, breaks lines or is not seen. Emoji are joined by U+200D. */
const UNSEEN =
  /[\p{Cc}\u2028\u2029\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

export const plainWords = (raw: string): string =>
  storable(raw)
    .normalize("NFC")
    .replace(/\s+/gu, " ")
    .replace(UNSEEN, "")
    .replace(PILE, "$1")
    .replace(/\s+/gu, " ")
    .trim();

/** The words as they may be shown, or a refusal that names the rule. Links are for staff: nobody follows a stranger's. */
export async function checkedWords(act: Act, raw: string): Promise<string> {
  const words = plainWords(raw);
  if (words === "") throw refuse("options", "There is nothing to read in it. Write some words.");
  if ([...words].length > MOST_LETTERS)
    throw refuse("options", "That is too long: {most} letters fit.", { most: MOST_LETTERS });
  const staff = act.role === "staff" || act.role === "owner";
  const found = check(await readVoice(act), [words]).filter(
    (f) => f.level === "refuse" || (f.kind === "link" && !staff),
  );
  if (found.length > 0)
    throw refuse("rule", "This is not shown: {why}. Say it in other words.", {
      why: found.map((f) => findingWords(act, f)).join("; "),
    });
  return words;
}
