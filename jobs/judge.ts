// Asks models about words that are about to be read by others, and about what will be seen: one check after the other, each
// outside of any transaction. Where no model can say, the rules alone decide, and the draft says so.

import {
  askedFor,
  beginCheck,
  callFor,
  checksFor,
  endCheck,
  kindFor,
  type Picture,
  type Step,
} from "../core/studio/index.ts";
import type { Check, Verdict } from "../core/voice/index.ts";
import type { JobContext } from "./handler.ts";

type Ctx = JobContext<{ item: string }>;
type Judged = Parameters<typeof beginCheck>[3];

export async function judge(
  ctx: Ctx,
  step: Step,
  words: readonly string[],
  pictures: readonly Picture[],
): Promise<Verdict[]> {
  const { providers } = ctx.house;
  const asked: [Check, Judged][] = words.length > 0 ? checksFor(providers).map((check) => [check, { words }]) : [];
  if (pictures.length > 0 && kindFor(providers, "picture"))
    asked.push(["picture", { words: [askedFor(step.item)], pictures }]);
  const verdicts: Verdict[] = [];
  for (const [check, judged] of asked) {
    const verdict = await ask(ctx, step, check, judged);
    if (!verdict) return verdicts;
    verdicts.push(verdict);
  }
  return verdicts;
}

/** Undefined: the thing is somebody else's by now. */
async function ask(ctx: Ctx, step: Step, check: Check, judged: Judged): Promise<Verdict | undefined> {
  for (;;) {
    const begun = await ctx.inTx((act) => beginCheck(act, step, check, judged));
    if ("over" in begun) return undefined;
    if ("known" in begun) return begun.known;
    const heard = await begun.go.provider.submit(callFor(begun.go, ctx.signal)).catch((error: Error) => {
      // Stopping: whoever goes on with it closes what was asked.
      if (ctx.signal.aborted) throw error;
      return error;
    });
    const verdict = await ctx.inTx((act) => endCheck(act, begun.go, heard));
    if (verdict) return verdict;
  }
}
