// Which work each fact starts. The job is enqueued in the transaction that wrote the fact; its input is the fact.
import type { EventKind, JobKind } from "../core/act.ts";
import { budgetNear, tellOfBudget } from "../core/budgets/index.ts";
import type { House } from "../core/house.ts";
import { tellOfTurn, thingChanged } from "../core/money/index.ts";
import { personErased } from "../core/people/index.ts";
import { channelTrack, channelTrouble, channelWell, tellOfTrouble } from "../core/streams/index.ts";
import { stopOrders } from "../core/studio/index.ts";
import { nextBallotJob } from "../core/votes/index.ts";

type Payload = Record<string, unknown>;
/** What a job that a fact started finds in its input. */
export type Fact<P extends Payload> = P & { event: string; subject: string };
export type Reaction = { event: string; job: string };

export const when = <P extends Payload>(event: EventKind<P>, job: JobKind<Fact<P>>): Reaction => ({
  event: event.name,
  job: job.name,
});

/** The house's reactions. Areas with work of their own to start add their line here. */
const REACTIONS: readonly Reaction[] = [
  { event: channelTrack.name, job: nextBallotJob.name },
  { event: channelTrouble.name, job: tellOfTrouble.name },
  { event: channelWell.name, job: tellOfTrouble.name },
  { event: budgetNear.name, job: tellOfBudget.name },
  { event: thingChanged.name, job: tellOfTurn.name },
  { event: personErased.name, job: stopOrders.name },
];

export const reactionsOf = (reactions: readonly Reaction[] = REACTIONS): House["reactions"] =>
  new Map(
    [...Map.groupBy(reactions, (r) => r.event)].map(([event, jobs]) => [event, jobs.map((r) => ({ name: r.job }))]),
  );
