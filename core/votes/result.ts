// What a result does: the winner is next on its channel, a theme is the mood of the next songs, and the places are told.
import type { Act } from "../act.ts";
import type { Registry } from "../command/index.ts";
import type { Ballot } from "./ballot.ts";
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
  return showBallot(act, commands, id);
}
