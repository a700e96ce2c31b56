// Tells staff how a channel does that was not well.
import { showTrouble, tellOfTrouble } from "../core/streams/index.ts";
import { staffPlace } from "../core/studio/index.ts";
import { handler } from "./handler.ts";

export const troubleJob = handler({
  kind: tellOfTrouble,
  run:
    async ({ input: { trouble } }) =>
    async (act) => {
      await showTrouble(act, trouble, staffPlace);
      return undefined;
    },
});
