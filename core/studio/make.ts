// The life of one item, a step at a time: what is to be done next, and what an answer makes of it. Each step is one
// transaction that holds the item; between two of them anything may die, and the next step begins from the rows.
import { type Last, last, rawOf } from "../../db/connect.ts";
import { type Act, eventKind } from "../act.ts";
import { release, settle } from "../budgets/index.ts";
import { itemEnded, itemEndedEvent, showBatch, showsAt, wakeNext } from "./batch.ts";
import { fresh } from "./breaker.ts";
import { capabilitiesOf, newRound, pick, type Round } from "./desk.ts";
import { readFacts } from "./facts.ts";
import { noteOutcome } from "./health.ts";
import { type Attempt, attemptsOf, holdItem, type Item, moveAttempt, OPEN } from "./item.ts";
import { closeChecks } from "./judge.ts";
import {
  type Capability,
  type Failure,
  type Found,
  type Kind,
  type Provider,
  ProviderError,
  passing,
} from "./provider.ts";
import { failureWords, noWords, waitedWords } from "./reasons.ts";
import type { Reason } from "./router.ts";
import { learnLess, leaveSeat } from "./seats.ts";

export type Step = { item: Item; attempt: Attempt; provider: Provider; capability: Capability };
export type Next =
  /** `near`: a budget's line was crossed. */
  | ({ to: "submit" | "find" | "ask" | "withdraw" | "keep"; near?: boolean } & Step)
  | { to: "wait"; until: Date; why: Reason }
  /** Somebody else had the seat or the money: look again. */
  | { to: "again" }
  | { to: "end" };

export const attemptEnded = eventKind<{
  item: string;
  provider: string;
  kind: string;
  outcome: string;
  seconds: number;
}>("attempt.ended");

/** What is to be done for an item now. Return its answer from the transaction as it is: the last statement goes with the commit. */
export async function next(act: Act, id: string, round: Round = newRound()): Promise<Next | Last<Next>> {
  const found = await readFacts(act, id);
  if (!found || (found.item.status !== "waiting" && found.item.status !== "making")) return { to: "end" };
  const { item, past, facts } = found;
  const open = past.find((a) => OPEN.includes(a.status));
  if (open) return goOn(act, item, open, round);
  if (item.stopped || !facts) {
    await itemEnded(act, item, "cancelled");
    return { to: "end" };
  }
  const choice = await pick(act, item, past, facts, round);
  if (choice.to === "wait") {
    const end = new Date(item.createdAt).getTime() + patienceFor(item.kind) * HOUR;
    if (act.now.getTime() < end) return { ...choice, until: new Date(Math.min(choice.until.getTime(), end)) };
    await itemEnded(act, item, "failed", waitedWords(act, patienceFor(item.kind), choice.why));
    return { to: "end" };
  }
  if (choice.to === "no") {
    // What the last one said tells more than that nobody is left.
    const said = choice.short.length === 0 ? past.find((a) => a.error)?.error : undefined;
    await itemEnded(act, item, "failed", said ?? noWords(act, item.kind, choice));
    return { to: "end" };
  }
  return last(
    choice.answer.then((begun): Next => {
      if (!begun) return { to: "again" };
      const { attempt, provider, near } = begun;
      return { to: "submit", item, attempt, provider, near, capability: capabilityOf(provider, item, attempt)! };
    }),
  );
}

const HOUR = 3_600_000;
/** Hours until nobody waits for it any more: words and pictures are for today, a thousand clips are for tomorrow. */
const patienceFor = (kind: Kind): number => (PATIENT.includes(kind) ? 24 : 6);
const PATIENT: readonly Kind[] = ["song", "loop", "clip", "visualizer"];

/** A try that was begun before: by this process or by one that died. */
async function goOn(act: Act, item: Item, attempt: Attempt, round: Round): Promise<Next | Last<Next>> {
  const provider = act.providers.find((p) => p.slug === attempt.provider);
  const capability = provider && capabilityOf(provider, item, attempt);
  if (!provider || !capability) {
    // Its key was taken away in the middle: what became of it cannot be asked any more.
    await endLost(act, item, attempt);
    round.ended.push({ provider: attempt.provider, kind: item.kind, outcome: "lost" });
    return { to: "end" };
  }
  const step = { item, attempt, provider, capability };
  if (attempt.status === "fetching") return { to: "keep", ...step };
  const late = new Date(attempt.deadline) <= act.now;
  if (late && !attempt.task) {
    await endLost(act, item, attempt, step);
    round.ended.push({ provider: provider.slug, kind: item.kind, outcome: "lost" });
    return next(act, item.id, round);
  }
  // Before somebody else makes it, it is called back: otherwise both would be paid.
  if (attempt.task && (late || item.stopped)) return { to: "withdraw", ...step };
  return { to: attempt.task ? "ask" : "find", ...step };
}

const capabilityOf = (provider: Provider, item: Item, attempt: Attempt): Capability | undefined =>
  capabilitiesOf([provider], item.kind).find((c) => c.capability.model === attempt.model)?.capability;

/** Runs `work` when the attempt is still open, with the item held. */
export async function stillOpen(act: Act, { item, attempt }: Step, work: () => Promise<void>): Promise<boolean> {
  if (!(await isOpen(act, item, attempt))) return false;
  await work();
  return true;
}

/** With the item held. Both questions are sent at once; the second sees what the first waited for. */
async function isOpen(act: Act, item: Item, attempt: Attempt): Promise<boolean> {
  const [, past] = await Promise.all([holdItem(act, item.id), attemptsOf(act, item.id)]);
  const now = past.find((a) => a.id === attempt.id);
  return now !== undefined && OPEN.includes(now.status);
}

/** The provider has it, under its own id. Somebody who looked for theirs may have taken it: then ours is theirs. */
export const noteAccepted = (act: Act, step: Step, task: string): Promise<boolean> =>
  stillOpen(act, step, async () => {
    if (await claimTask(act, step, task)) await moveAttempt(act, step.attempt.id, { status: "accepted", task });
    else await moveAttempt(act, step.attempt.id, { status: "unknown", asked: step.attempt.asked + 1 });
  });

/** What was found after a broken line: `wait` until it is looked for again, `found`, or how the try ended. */
export async function noteFound(act: Act, step: Step, found: Found): Promise<"wait" | "found" | "lost" | "unsent"> {
  const { attempt, provider } = step;
  let how: "wait" | "found" | "lost" | "unsent" = "found";
  await stillOpen(act, step, async () => {
    const tasks = typeof found === "string" ? [] : "task" in found ? [found.task] : found.tasks;
    for (const task of tasks)
      if (await claimTask(act, step, task)) return moveAttempt(act, attempt.id, { status: "accepted", task });
    how = "lost";
    if (found === "gone") return endGone(act, step);
    const since = act.now.getTime() - new Date(attempt.startedAt).getTime();
    const never = found === "never arrived" || (typeof found === "object" && "all" in found && found.all);
    const settled = since >= (provider.settleSeconds ?? SETTLE_SECONDS) * 1000;
    // Where nobody can ever say, waiting would only keep the seat from others.
    if (found === "unknown" && settled) return endLost(act, step.item, attempt, step);
    how = never && settled ? "unsent" : "wait";
    if (how === "unsent") return endUnsent(act, step);
    await moveAttempt(act, attempt.id, { status: attempt.status, asked: attempt.asked + 1 });
  });
  return how;
}

/** A call that is on its way for longer than this was given up by whoever sent it. */
const SETTLE_SECONDS = 90;

async function claimTask(act: Act, { attempt, provider }: Step, task: string): Promise<boolean> {
  const rows = await rawOf(act.db)`
    insert into provider_task as t (provider, task, attempt, at)
    values (${provider.slug}, ${task}, ${attempt.id}, ${act.now.toISOString()})
    on conflict (provider, task) do update set at = excluded.at where t.attempt = excluded.attempt returning 1`;
  return rows.length > 0;
}

/** Sent, and no word back: it may be there. */
export const noteUnknown = (act: Act, step: Step): Promise<boolean> =>
  stillOpen(act, step, async () => {
    await moveAttempt(act, step.attempt.id, { status: "unknown", asked: step.attempt.asked + 1 });
  });

/** Asked after, and not done yet. */
export const noteAsked = (act: Act, step: Step): Promise<boolean> =>
  stillOpen(act, step, async () => {
    await moveAttempt(act, step.attempt.id, { status: step.attempt.status, asked: step.attempt.asked + 1 });
  });

/** This very process was to send it, and did not. */
export const noteUnsent = (act: Act, step: Step): Promise<boolean> => stillOpen(act, step, () => endUnsent(act, step));

/** It never reached the provider: nothing is paid. A line that broke counts against the provider; a dead worker does not. */
async function endUnsent(act: Act, { attempt }: Step): Promise<void> {
  const broke = attempt.status === "unknown" ? { failure: "broken" } : {};
  await moveAttempt(act, attempt.id, { status: "lost", cost: 0n, ...broke });
  await release(act, attempt.id);
  await leaveSeat(act.db, attempt.id);
}

/** Paid for and gone, and made again. */
async function endGone(act: Act, { attempt }: Step): Promise<void> {
  const cost = BigInt(attempt.estimate);
  await moveAttempt(act, attempt.id, { status: "lost", cost, failure: "broken" });
  await settle(act, attempt.id, cost, 1);
  await leaveSeat(act.db, attempt.id);
}

/** Called back, or not any more: because somebody stopped the batch, or because it took too long. */
export const noteWithdrawn = (act: Act, step: Step, billed: boolean): Promise<boolean> =>
  stillOpen(act, step, async () => {
    const { attempt, item } = step;
    if (!item.stopped)
      return endFailed(act, step, new ProviderError("timeout", act.say("It took too long."), { billed }));
    const cost = billed ? BigInt(attempt.estimate) : 0n;
    await moveAttempt(act, attempt.id, { status: "cancelled", cost });
    if (billed) await settle(act, attempt.id, cost, 1);
    else await release(act, attempt.id);
    await leaveSeat(act.db, attempt.id);
    await itemEnded(act, item, "cancelled");
  });

export const noteFailed = (act: Act, step: Step, error: ProviderError): Promise<boolean> =>
  stillOpen(act, step, () => endFailed(act, step, error));

async function endFailed(act: Act, step: Step, error: ProviderError): Promise<void> {
  const { item, attempt } = step;
  const cost = error.billed ? BigInt(attempt.estimate) : 0n;
  const words = failureWords(act, step.provider, error);
  await moveAttempt(act, attempt.id, { status: "failed", failure: error.failure, error: words, cost });
  if (error.billed) await settle(act, attempt.id, cost, 0);
  else await release(act, attempt.id);
  if (error.failure === "rate" || error.failure === "concurrency")
    await learnLess(act.db, attempt.provider, error.failure, act.now);
  if (!passing(error.failure)) await itemEnded(act, item, "failed", words);
  await close(act, step, {
    ok: false,
    failure: error.failure,
    ...(error.after === undefined ? {} : { after: error.after }),
  });
}

/** Nobody can say what became of it: it counts as paid, and a person decides whether to try again. */
async function endLost(act: Act, item: Item, attempt: Attempt, step?: Step): Promise<void> {
  const words = act.say(
    "{provider} took the order and the line broke; it could not be found out whether it was made. It counts as paid. Try again if you want it all the same.",
    { provider: attempt.provider },
  );
  await moveAttempt(act, attempt.id, { status: "lost", error: words, cost: BigInt(attempt.estimate) });
  await settle(act, attempt.id, BigInt(attempt.estimate), 1);
  await itemEnded(act, item, "failed", words);
  if (step) await close(act, step, { ok: false, failure: "timeout" });
  else await leaveSeat(act.db, attempt.id);
}

/** A clock that was set back makes nobody quicker than at once. */
const secondsOf = (act: Act, { startedAt }: Attempt): number =>
  Math.max(0, act.now.getTime() - new Date(startedAt).getTime()) / 1000;

type Closed = { open: number | null; waits: boolean };
/** What is still to be done: the statement that others wait for, and then what nobody waits for. */
export type Closing = {
  close(): Promise<Closed>;
  /** Undefined: nothing. */
  after(closed: Closed): ((act: Act) => Promise<void>) | undefined;
};

/**
 * Made, and found good: the caller saves what it made in the same transaction, which must end with `close`. Undefined:
 * it is somebody else's by now.
 */
export async function noteMade(
  act: Act,
  { item, attempt, provider, capability }: Step,
  { cost, quality }: { cost: bigint | undefined; quality?: number },
  save: () => Promise<void>,
): Promise<Closing | undefined> {
  if (!(await isOpen(act, item, attempt))) return undefined;
  const paid = cost ?? BigInt(attempt.estimate);
  const { kind, batch } = item;
  const seconds = secondsOf(act, attempt);
  await Promise.all([
    moveAttempt(act, attempt.id, { status: "done", cost: paid }),
    closeChecks(act, item.id).then(save),
    act.emit(itemEndedEvent, { batch, kind, status: "made" }, item.id),
    act.emit(attemptEnded, { item: item.id, provider: provider.slug, kind, outcome: "done", seconds }, item.id),
  ]);
  const now = act.now.toISOString();
  return {
    async close() {
      const [closed] = await rawOf(act.db)<Closed[]>`
        select open, waits from close_made(${now}, ${attempt.id}, ${item.id}, ${provider.slug}, ${kind}, ${String(paid)},
          ${quality ?? null}, ${seconds}, ${capability.quality}, ${capability.usual})`;
      return closed!;
    },
    after({ open, waits }) {
      const shows = open !== null && showsAt(item.wanted, open);
      if (!shows && !waits) return undefined;
      return async (act) => {
        if (shows) await showBatch(act, item, open);
        if (waits) await wakeNext(act, kind);
      };
    },
  };
}

type Outcome = { ok: false; failure: Failure; after?: number };

/** Last, because every workspace passes through a provider's row. */
async function close(act: Act, { item, attempt, provider, capability }: Step, outcome: Outcome): Promise<void> {
  await leaveSeat(act.db, attempt.id);
  await wakeNext(act, item.kind);
  const { kind } = item;
  const seconds = secondsOf(act, attempt);
  const told = { item: item.id, provider: provider.slug, kind, outcome: outcome.failure, seconds };
  await act.emit(attemptEnded, told, item.id);
  const start = fresh({ quality: capability.quality, seconds: capability.usual }, act.now.getTime());
  const { now, random: draw } = act;
  await noteOutcome(act.db, { provider: provider.slug, kind, fresh: start, outcome, now, draw });
}
