// Ballots on the clock, the way that survives everything: started when the time is over, or as soon as anybody is back.
import { closeJob, dueBallots, endBallot, followTrack, nextBallotJob, timeLeft } from "../core/votes/index.ts";
import { Again, type Handler, handler } from "./handler.ts";

export const closeBallotJob: Handler = handler({
  kind: closeJob,
  tries: 20,
  backoff: { first: 1, most: 30 },
  run: async ({ house, input: { ballot }, inTx }) =>
    inTx(async (act) => {
      const left = await timeLeft(act, ballot);
      if (left > 0) return new Again(new Date(act.now.getTime() + left));
      const ended = await endBallot(act, house.commands, ballot);
      // Votes that came in time are still being counted.
      const waits = !ended && (await dueBallots(act)).includes(ballot);
      return waits ? new Again(new Date(act.now.getTime() + 500)) : undefined;
    }),
});

/** Every track that is heard asks what comes after it. */
export const nextBallot: Handler = handler({
  kind: nextBallotJob,
  tries: 3,
  backoff: { first: 1, most: 5 },
  run: async ({ house, input: { channel, item }, inTx }) =>
    inTx(async (act) => {
      await followTrack(act, house.commands, channel, item);
      return undefined;
    }),
});
