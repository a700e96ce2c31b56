// What a message asks for, done within its transaction, or told that it could not be: both write the answer.
import type { Act } from "../act.ts";
import { record } from "../audit/index.ts";
import { type Call, dispatch, type Outcome, refused } from "../command/index.ts";
import type { House } from "../house.ts";
import { announceRun } from "../outbox/index.ts";
import { Refusal, refuse } from "../problem.ts";
import { view } from "../view/index.ts";
import type { Made } from "./act.ts";
import { dropUsed, isOwnRun, releasePress, sealView, takePress } from "./actions.ts";
import { type Envelope, type Reply, saidOf } from "./envelope.ts";
import { findRun, replyOf, writeAnswer } from "./store.ts";

/** One message and the run that it became. */
export type Errand = { house: House; envelope: Envelope; run: string };

/** Runs what the envelope asks for and writes the answer. Also the way of a delivery that was stored before it was run. */
export async function perform(work: Errand, made: Made): Promise<Reply> {
  const { house, envelope, run } = work;
  const { act, changes } = made;
  Object.assign(act, saidOf(envelope));
  const resolved = await resolve(envelope, act);
  if ("before" in resolved) {
    const before = await findRun(act.db, resolved.before);
    const closed = before && house.commands.find(before.command)?.reply === "private";
    if (!before || (closed && !(await isOwnRun(act, before.run))))
      throw refuse("clash", "Somebody else pressed this button already.");
    await writeAnswer(act.db, run, act.person.id, before, act.now);
    return before;
  }
  const { once, ...outcome } = resolved.call ? await dispatch(house.commands, resolved.call, act) : dismissed(act);
  const sealed: Outcome = { ...outcome, view: await sealView(act, house.commands, outcome.view) };
  const command = house.commands.find(outcome.command);
  await writeAnswer(act.db, run, act.person.id, sealed, act.now);
  if (envelope.content.kind === "press" && outcome.status === "refused") await releasePress(act);
  else if (resolved.origin) await tidyOrigin(act, resolved.origin);
  if (matters(sealed, command?.reads)) await record(act, { command: sealed.command, outcome: sealed.status, changes });
  return {
    ...replyOf({ id: run, asked: Buffer.alloc(0), ...split(sealed) }),
    ...(once ? { ...once, shownOnce: true } : {}),
  };
}

/** The card that the button was on loses what was used up, wherever it is shown. */
async function tidyOrigin(act: Act, run: string): Promise<void> {
  const cut = await dropUsed(act, run);
  if (cut) await announceRun(act, { id: run, person: cut.person }, cut.status);
}

/** The same shape, to the letter, as a later reader of the stored answer gets. */
export const split = ({ status, ...answer }: Outcome) => ({ status, answer });

export const matters = (outcome: Outcome, reads: boolean | undefined) =>
  outcome.status === "refused"
    ? outcome.problem?.kind === "role"
    : !reads && outcome.status !== "confirm" && outcome.command !== "";

type Resolved = { call: Call | null; origin?: string } | { before: string };

async function resolve({ content }: Envelope, act: Act): Promise<Resolved> {
  if (content.kind === "command") {
    const { name, options, proposed = false, asks = false } = content;
    return { call: { name, options, proposed, asks } };
  }
  const taken = await takePress(act, content.token, content.input);
  if ("before" in taken) return taken;
  const { command, options, confirmed, runId } = taken.pressed;
  const origin = runId ? { origin: runId } : {};
  return { call: command === "" ? null : { name: command, options, confirmed }, ...origin };
}

const dismissed = (act: Act): Outcome => ({
  command: "",
  status: "cancelled",
  view: view(act.say("Cancelled. Nothing was changed.")),
});

/** Writes the answer of a run whose effects were undone. */
export async function writeUndone({ house, envelope, run }: Errand, act: Act, error: unknown): Promise<Reply> {
  const outcome = undone(act, envelope, error);
  const sealed = { ...outcome, view: await sealView(act, house.commands, outcome.view) };
  await writeAnswer(act.db, run, act.person.id, sealed, act.now);
  if (matters(sealed, false)) await record(act, { command: sealed.command, outcome: sealed.status, changes: [] });
  return replyOf({ id: run, asked: Buffer.alloc(0), ...split(sealed) });
}

export function undone(act: Pick<Act, "say" | "run">, { content }: Envelope, error: unknown): Outcome {
  const name = content.kind === "command" ? content.name.replace(/[._]/g, " ") : "";
  if (error instanceof Refusal) return refused(act, name, error);
  const problem = refuse(
    "internal",
    "Something broke on our side, and nothing was changed. Ask again; if it stays, quote {run}.",
    { run: act.run },
  );
  return { ...refused(act, name, problem), status: "failed" };
}
