// A run that was answered before gets another answer: somebody elsewhere did what it was waiting for.
import type { Outcome, Registry } from "../command/index.ts";
import { announceRun } from "../outbox/index.ts";
import { type Shower, sealView } from "./actions.ts";
import { writeAnswer } from "./store.ts";

/** `act.run` is the run that turns and `act.person` is whose it is; its buttons are theirs. */
export async function turnRun(act: Shower, commands: Registry, outcome: Outcome): Promise<void> {
  const view = await sealView(act, commands, outcome.view);
  await writeAnswer(act.db, act.run, act.person.id, { ...outcome, view }, act.now);
  await announceRun(act, { id: act.run, person: act.person.id }, outcome.status);
}
