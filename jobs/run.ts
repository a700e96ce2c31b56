// One delivered message: start the job it names, do the work, write how it ended. Every statement that matters is
// guarded by the attempt's number, so a worker that was given up for dead can finish nothing.
import { performance } from "node:perf_hooks";
import type { Act } from "../core/act.ts";
import { record } from "../core/audit/index.ts";
import { type House, span } from "../core/house.ts";
import type { Made } from "../core/inbox/index.ts";
import { isAway } from "../core/inbox/index.ts";
import { type Ending, failed, finishRuns, jobAct, showProgress, writeProgress } from "../core/jobs/index.ts";
import { Refusal } from "../core/problem.ts";
import { asJson } from "../core/text.ts";
import { unless } from "../core/within.ts";
import { localeOf, say } from "../core/words/say.ts";
import { type Database, inWorkspace, type Last, last, rawOf, type Tx } from "../db/connect.ts";
import { backoff } from "./backoff.ts";
import { type Claim, claimJob, hold, writeDone, writeFailed, writeReleased, writeRetry } from "./claim.ts";
import { Again, Finally, type Handler, type JobContext, type Result } from "./handler.ts";
import type { Pulse, Watch } from "./pulse.ts";
import { type Slot, until } from "./pump.ts";
import { reporter } from "./reporter.ts";
import { sanitise } from "./sanitise.ts";
import { Gone, Stopping, TooLong } from "./signals.ts";

export type Shop = { house: House; handlers: ReadonlyMap<string, Handler>; pulse: Pulse };
/** What the engine carries, and nothing else. */
export type Message = { id: string; job: string; workspace: string };
type Work = { shop: Shop; database: Database; claim: Claim; handler: Handler; slot?: Slot | undefined };

const MINUTES = 15;
/** Who waits for longer is given back: any worker may go on with it, and this one may end. */
const REST_MS = 60_000;
const TRIES = 5;

/** Does what a message asks for. A message of a job that ended, or that goes under another message by now, does nothing. */
export async function deliver(
  shop: Shop,
  database: Database,
  message: Message,
  signal: AbortSignal,
  slot?: Slot,
): Promise<void> {
  const claim = await inWorkspace(database, message.workspace, (tx) => claimJob(tx, message, shop.house.sources.now()));
  if (!claim) return shop.house.log.debug({ job: message.job }, "a message came too late");
  const started = performance.now();
  const handler = shop.handlers.get(claim.name);
  const work: Work = { shop, database, claim, handler: handler ?? unknown(claim.name), slot };
  const about = { run: claim.runId, job: claim.id, workspace: claim.workspaceId, name: claim.name };
  const outcome = await span(shop.house, "job", about, () => attempt(work, signal));
  shop.house.meter.job(claim.name, outcome, (performance.now() - started) / 1000);
}

type Ended = "done" | "failed" | "cancelled" | "again";

async function attempt(work: Work, engine: AbortSignal): Promise<Ended> {
  const { shop, database, claim, handler } = work;
  const minutes = handler.minutes ?? MINUTES;
  const stop = new AbortController();
  const watch = shop.pulse.watch(database, claim, stop);
  const tooLong = setTimeout(() => stop.abort(new TooLong(minutes)), minutes * 60_000);
  const signal = AbortSignal.any([engine, stop.signal]);
  const reports = reporter((progress) =>
    inWorkspace(database, claim.workspaceId, async (tx) => {
      const { act } = await jobAct(shop.house, { database, tx }, claim);
      await writeProgress(act, claim.id, claim.attempts, progress);
    }).catch((error) => shop.house.log.warn({ job: claim.id, err: error }, "progress was not written")),
  );
  try {
    // A worker that died in the middle was a failure too: work that kills its worker is not started for ever.
    if (claim.spent >= (handler.tries ?? TRIES)) throw new GivenUp();
    const result = await unless(signal, () => handler.run(context(work, signal, reports.report, watch)));
    await reports.end();
    return await patient(signal, () => complete(work, result));
  } catch (error) {
    await reports.end();
    // The engine took the message back: whoever gets it next goes on from here.
    const reason = engine.aborted ? new Gone() : stop.signal.aborted ? stop.signal.reason : error;
    return await patient(null, () => settle(work, reason));
  } finally {
    clearTimeout(tooLong);
    watch.end();
  }
}

function context(
  { shop, database, claim, handler, slot }: Work,
  signal: AbortSignal,
  progress: ReturnType<typeof reporter>["report"],
  watch: Watch,
) {
  const { house } = shop;
  const ctx: JobContext = {
    house,
    workspaceId: claim.workspaceId,
    job: claim.id,
    input: claim.input,
    attempt: claim.attempts,
    signal,
    say: (text, vars) => say(localeOf(claim.locale), text, vars),
    progress: (done, total, now) => progress({ done, total, now }),
    async step(key, work) {
      if (Object.hasOwn(claim.steps, key)) return claim.steps[key] as Awaited<ReturnType<typeof work>>;
      const value = await work();
      await inWorkspace(database, claim.workspaceId, (tx) => keepStep(tx, claim, key, value));
      claim.steps[key] = value;
      return value;
    },
    rest: async (ms) =>
      ms <= REST_MS && slot !== undefined && slot.leave((stopped) => until(stopped, signal, ms, watch.hurried)),
    inTx: (work) => inFence({ shop, database, claim, handler }, work),
  };
  return ctx;
}

async function keepStep(tx: Tx, claim: Claim, key: string, value: unknown): Promise<void> {
  await hold(tx, claim);
  const kept = asJson({ [key]: value ?? null });
  await rawOf(tx)`update job set steps = steps || ${kept}::text::jsonb where id = ${claim.id}`;
}

/** A transaction of this attempt: the job's row is held, so that it cannot be cancelled or taken over underneath. */
function inFence<T>(
  { shop, database, claim, handler }: Work,
  work: (act: Act, tx: Tx) => Promise<T | Last<T>>,
): Promise<T> {
  return inWorkspace<T>(database, claim.workspaceId, async (tx) => {
    const [, { act, changes }] = await Promise.all([hold(tx, claim), actOf({ shop, database, claim, handler }, tx)]);
    const result = await work(act, tx);
    if (changes.length > 0) await record(act, { command: claim.name, outcome: "done", changes });
    return result;
  });
}

/** As the person who asked; without them, where it goes on all the same, as the house. */
async function actOf({ shop, database, claim, handler }: Work, tx: Tx): Promise<Made> {
  const made = jobAct(shop.house, { database, tx }, claim);
  return handler.orphan ? made.catch((error) => nobodyLeft(error, { shop, database, claim }, tx)) : made;
}

type After = (act: Act) => Promise<void>;

async function complete(work: Work, given: Result | ((act: Act) => Promise<Result>)): Promise<Ended> {
  let ended: Ended = "done";
  const after = await inFence<After | undefined>(work, async (act, tx) => {
    const result = typeof given === "function" ? await given(act) : given;
    if (result instanceof Again) {
      await writeReleased(tx, act, work.claim, result.at);
      ended = "again";
      return undefined;
    }
    const done = result instanceof Finally ? undefined : result;
    const { view, data } = done && "view" in done ? done : { view: done, data: undefined };
    const written = writeDone(tx, work.claim, data, act.now).execute();
    const shown = view ?? { text: act.say("{job} is done.", { job: work.claim.name }), blocks: [] };
    const ending: Ending = { status: "done", view: shown, ...(data ? { data } : {}) };
    await Promise.all([written, finishRuns(act, work.shop.house.commands, work.claim.id, ending)]);
    return result instanceof Finally ? last(result.close()) : undefined;
  });
  if (after) await afterwards(work, after);
  return ended;
}

/** What is done when all is done. It may be lost, so its failure is nobody's. */
async function afterwards(work: Work, after: After): Promise<void> {
  const { shop, database, claim } = work;
  try {
    await inWorkspace(database, claim.workspaceId, async (tx) => after((await actOf(work, tx)).act));
  } catch (error) {
    shop.house.log.warn({ job: claim.id, err: error }, "what follows the end of a job was left to the next look");
  }
}

/** The work did not end well: try again later, give it up, or let go of what is no longer ours. */
async function settle(work: Work, error: unknown): Promise<Ended> {
  const { shop, database, claim, handler } = work;
  const { house } = shop;
  if (error instanceof Gone) return "cancelled";
  try {
    if (error instanceof Stopping) {
      await inFence(work, async (act, tx) => writeReleased(tx, act, claim));
      return "again";
    }
    const final = isFinal(error) || claim.spent + 1 >= (handler.tries ?? TRIES);
    house.log[final ? "error" : "warn"](
      { job: claim.id, run: claim.runId, name: claim.name, err: error },
      "a job failed",
    );
    return await inWorkspace(database, claim.workspaceId, async (tx) => {
      await hold(tx, claim);
      const { act } = await jobAct(house, { database, tx }, claim).catch((unknown) => nobodyLeft(unknown, work, tx));
      const words = wordsOf(act, error);
      if (final) {
        await writeFailed(tx, claim, words, act.now);
        await finishRuns(act, house.commands, claim.id, failed(act, claim, error instanceof Refusal ? error : words));
        return "failed";
      }
      const wait = backoff(claim.spent + 1, act.random(), handler.backoff);
      await writeRetry(tx, act, claim, words, new Date(act.now.getTime() + wait));
      const now = act.say("Attempt {n} failed: {reason} The next is in {seconds} s.", {
        n: claim.spent + 1,
        reason: words,
        seconds: Math.ceil(wait / 1000),
      });
      await showProgress(act, claim.id, { done: 0, total: 1, ...claim.progress, now });
      return "again";
    });
  } catch (again) {
    if (again instanceof Gone) return "cancelled";
    throw again;
  }
}

/** The person who asked is gone: whoever looks at the failed job later is told in the workspace's own voice. */
async function nobodyLeft(error: unknown, { shop, database, claim }: Omit<Work, "handler">, tx: Tx): Promise<Made> {
  if (!(error instanceof Refusal)) throw error;
  return jobAct(shop.house, { database, tx }, { ...claim, personId: null });
}

class GivenUp extends Error {}

const isFinal = (error: unknown) => error instanceof GivenUp || (error instanceof Refusal && error.kind !== "away");

function wordsOf(act: Act, error: unknown): string {
  if (error instanceof Refusal) return act.say(error.message, error.vars);
  if (error instanceof GivenUp) return act.say("The worker stopped in the middle of it, again and again.");
  if (error instanceof TooLong) {
    return act.say("It took longer than {minutes, plural, one {# minute} other {# minutes}}.", {
      minutes: error.minutes,
    });
  }
  return sanitise(error);
}

const unknown = (name: string): Handler => ({
  kind: { name },
  run: async () => {
    throw new Refusal("missing", "This version cannot do {job}. Start the version that can, then try again.", {
      job: name,
    });
  },
});

/** The end of a job waits for a database that is away a moment: the work behind it may have cost an hour. */
async function patient<T>(signal: AbortSignal | null, work: () => Promise<T>, tries = 8): Promise<T> {
  for (let n = 1; ; n++) {
    try {
      return await work();
    } catch (error) {
      if (!isAway(error) || n >= tries || signal?.aborted) throw error;
      await new Promise((resolve) => setTimeout(resolve, Math.min(250 * 2 ** n, 8_000)));
    }
  }
}
