// Somebody was erased: what they had asked for and is not made yet is stopped.
import { hurryStopped, stopOrders, stopOrdersOf } from "../core/studio/index.ts";
import { handler } from "./handler.ts";

export const stopOrdersJob = handler({
  kind: stopOrders,
  // The one who asked for it may be the one who was erased.
  orphan: true,
  async run({ input, inTx }) {
    const persons = [input.person, ...input.merged];
    await inTx((act) => stopOrdersOf(act, persons));
    return async (act) => {
      await hurryStopped(act, persons);
      return undefined;
    };
  },
});
