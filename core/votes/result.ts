// What a result does: the winner is next on its channel, a theme is the mood of the next songs, and the places are told.
import { rawOf } from "../../db/connect.ts";
import type { Act } from "../act.ts";
import type { Registry } from "../command/index.ts";
import { Refusal } from "../problem.ts";
import { enqueue } from "../streams/index.ts";
import { setMood } from "../studio/index.ts";
import type { Ballot } from "./ballot.ts";
import { winnerOf } from "./card.ts";
import { type Closing, closeBallot } from "./close.ts";
import { showBallot } from "./telling.ts";

/** Closes, acts on it, and shows it, in one transaction. Undefined when there was nothing to close. */
export async function endBallot(
  act: Act,
  commands: Registry,
  id: string,
  how: Closing = {},
): Promise<Ballot | undefined> {
  const ballot = await closeBallot(act, id, how);
  if (!ballot) return undefined;
  const trouble = await follow(act, ballot);
  if (trouble !== undefined)
    await rawOf(act.db)`
      update ballot set result = result || jsonb_build_object('trouble', ${trouble}::text) where id = ${id}`;
  return showBallot(act, commands, id);
}

/** Says why the winner could not have its way. */
async function follow(act: Act, ballot: Ballot): Promise<string | undefined> {
  const winner = winnerOf(ballot);
  if (!winner) return undefined;
  if (ballot.kind === "theme" && winner.value !== null) {
    await setMood(act, ballot.channel, winner.value, `ballot ${ballot.id}`);
    return undefined;
  }
  if (ballot.kind !== "next" || ballot.channel === null || winner.asset === null) return undefined;
  try {
    const decidedBy = ballot.decidedBy ?? "vote";
    await enqueue(act, { channel: ballot.channel, asset: winner.asset, source: "vote", ballot: ballot.id, decidedBy });
    if (winner.request)
      await rawOf(act.db)`
        update request set state = 'queued', queued_at = ${act.now.toISOString()} where id = ${winner.request} and state = 'waiting'`;
    return undefined;
  } catch (error) {
    // Held back by staff in the meantime, or the queue is full: the vote stands, and says what came of it.
    if (error instanceof Refusal) return act.say(error.message, error.vars);
    throw error;
  }
}
