// Tells staff that a budget is nearly used: one message for each line that was crossed.
import { nearView, tellOfBudget } from "../core/budgets/index.ts";
import { tellStaffPlace } from "../core/studio/index.ts";
import { handler } from "./handler.ts";

export const budgetNearJob = handler({
  kind: tellOfBudget,
  run: async ({ input, house, job }) => {
    return async (act) => {
      await tellStaffPlace(act, house.commands, `budget ${job}`, (spoken) => nearView(spoken, input));
      return undefined;
    };
  },
});
