// Asks models about words that are about to be read by others: one check after the other, each outside of any
// transaction. Where no model can say, the rules alone decide, and the draft says so.

import { beginCheck, callFor, checksFor, endCheck, type Step } from "../core/studio/index.ts";
import type { Verdict } from "../core/voice/index.ts";
import type { JobContext } from "./handler.ts";

type Ctx = JobContext<{ item: string }>;

export async function judge(ctx: Ctx, step: Step, words: readonly string[]): Promise<Verdict[]> {
  if (words.length === 0) return [];
  const verdicts: Verdict[] = [];
  for (const check of checksFor(ctx.house.providers)) {
    let verdict: Verdict | undefined;
    while (!verdict) {
      const begun = await ctx.inTx((act) => beginCheck(act, step, check, words));
      if ("over" in begun) return verdicts;
      if ("known" in begun) verdict = begun.known;
      else {
        const heard = await begun.go.provider.submit(callFor(begun.go, ctx.signal)).catch((error: Error) => {
          // Stopping: whoever goes on with it closes what was asked.
          if (ctx.signal.aborted) throw error;
          return error;
        });
        verdict = await ctx.inTx((act) => endCheck(act, begun.go, heard));
      }
    }
    verdicts.push(verdict);
  }
  return verdicts;
}
