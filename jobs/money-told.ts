// Tells staff of a dispute, of how it ended, and of a payout that came back: one message for each.
import { isTold, tellOfTurn, turnOf } from "../core/money/index.ts";
import { tellStaffPlace } from "../core/studio/index.ts";
import { handler } from "./handler.ts";

export const turnJob = handler({
  kind: tellOfTurn,
  run: async ({ input, house, job }) => {
    return async (act) => {
      const told = isTold(input) ? await turnOf(act, input) : undefined;
      if (told) await tellStaffPlace(act, house.commands, `money ${job}`, told);
      return undefined;
    };
  },
});
