// A ballot from its question to its card: opened, sealed, shown in its places, and its end put on the clock.
import { type Act, jobKind, type Place } from "../act.ts";
import type { Registry } from "../command/index.ts";
import { type Ballot, type NewBallot, openBallot } from "./ballot.ts";
import { postCards, sealButtons } from "./telling.ts";

/** Closes a ballot when its time is over. Also what catches up after a restart. */
export const closeJob = jobKind<{ ballot: string }>("ballot close");

/** `places`: where a card of its own is posted. The run that asked shows it too. */
export async function startBallot(
  act: Act,
  commands: Registry,
  given: NewBallot,
  places: readonly Place[] = [],
): Promise<Ballot | undefined> {
  const opened = await openBallot(act, given);
  if (!opened) return undefined;
  const ballot = await sealButtons(act, commands, opened);
  await act.later(closeJob, { ballot: ballot.id }, { key: ballot.id, at: given.closesAt, part: true });
  const { surface, tenant, external } = act.place;
  const here = (p: Place) => p.surface === surface && p.tenant === tenant && p.external === external;
  await postCards(
    act,
    ballot,
    places.filter((p) => !here(p)),
  );
  return ballot;
}
