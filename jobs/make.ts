// Makes one thing, whatever it takes: choose, send, ask after it, fetch, look at it, keep it. Every step begins from
// the rows of the one before, so that another worker can go on where this one died.
import type { Act } from "../core/act.ts";
import { tellNear } from "../core/budgets/index.ts";
import { showProgress } from "../core/jobs/index.ts";
import {
  type Answered,
  type Call,
  callbackToken,
  type Failure,
  type Gathered,
  type Gathering,
  gather,
  givesOnce,
  isSeen,
  type Kept,
  keepStored,
  kindFor,
  makeItem,
  type Next,
  nameStored,
  newRound,
  next,
  noteAccepted,
  noteAsked,
  noteFailed,
  noteFound,
  noteMade,
  noteUnknown,
  noteUnsent,
  noteWithdrawn,
  type Passed,
  ProviderError,
  pass,
  picturesOf,
  readStored,
  type Step,
  saveMade,
  storeMade,
  typeOf,
  Unknown,
  WORD_KINDS,
  wordsFor,
  writtenBefore,
} from "../core/studio/index.ts";
import { Again, Finally, handler, type JobContext } from "./handler.ts";
import { judge } from "./judge.ts";

type Ctx = JobContext<{ item: string }>;
/** Between two questions, where the provider does not say. */
const POLL_SECONDS = 10;
/** Well below the time after which a call counts as never arrived, with the call's own minute between. */
const LATE_MS = 15_000;

export const makeJob = handler({
  kind: makeItem,
  orphan: true,
  lane: "make",
  // A worker that dies is no fault of the thing; what fails at a provider is counted by its attempts.
  tries: 50,
  minutes: 40,
  backoff: { first: 1, most: 60 },
  async run(ctx) {
    let round = newRound();
    for (;;) {
      const asked = performance.now();
      const step = await ctx.inTx((act) => next(act, ctx.input.item, round));
      for (const { provider, kind, outcome } of round.ended.splice(0))
        ctx.house.meter.selection(provider, kind, outcome);
      if (step.to === "end") return undefined;
      if (step.to === "wait") return new Again(step.until);
      if (step.to === "again") continue;
      round = newRound();
      if (step.near) await ctx.inTx(tellNear);
      if (step.to === "submit") ctx.house.meter.decision((performance.now() - asked) / 1000, step.attempt.number > 1);
      // Asleep for so long that another worker may look for it by now: what is not sent yet is not sent any more.
      if (step.to === "submit" && performance.now() - asked > LATE_MS) {
        if (await ctx.inTx((act) => noteUnsent(act, step))) count(ctx, step, "unsent");
        continue;
      }
      const way = await take(ctx, step);
      if (way === "on") continue;
      return way;
    }
  },
});

/** The next step at once; or what ends this start of the job: it commits together with it. */
type Way = "on" | ((act: Act) => Promise<Again | Finally | undefined>);

/** One step outside of any transaction. */
async function take(ctx: Ctx, step: Extract<Next, { item: object }>): Promise<Way> {
  try {
    if (step.to === "find") return await find(ctx, step);
    if (step.to === "withdraw") return await withdraw(ctx, step);
    if (step.to === "keep") return await finish(ctx, step, await ctx.inTx((act) => readStored(act, step)));
    const { provider, attempt } = step;
    if (step.to === "ask") return await heard(ctx, step, await provider.query!(attempt.task!, callOf(ctx, step)));
    const before = WORD_KINDS.includes(step.item.kind) ? await ctx.inTx((act) => writtenBefore(act, step)) : undefined;
    return await heard(
      ctx,
      step,
      before === undefined ? await provider.submit(callOf(ctx, step)) : sameWords(step, before),
    );
  } catch (error) {
    // Stopping, cancelled or too long: not the provider's doing. The rows know where it stands.
    if (ctx.signal.aborted) throw error;
    if (error instanceof ProviderError) {
      // A question that failed is no answer: the task goes on, and is paid for, until its deadline.
      if (step.to !== "submit" && noAnswer(ctx, step, error))
        return await later(ctx, step, (act) => noteAsked(act, step));
      if (step.to === "withdraw") {
        if (await ctx.inTx((act) => noteWithdrawn(act, step, true))) count(ctx, step, "cancelled");
        return "on";
      }
      await ctx.inTx((act) => noteFailed(act, step, error));
      count(ctx, step, error.failure);
      return "on";
    }
    if (!(error instanceof Unknown)) throw error;
    return later(ctx, step, (act) => noteUnknown(act, step));
  }
}

/**
 * What was heard is noted, and the provider asked again after a while. Whoever waits here keeps the job: to give it back
 * and take it up again is six transactions, and a film is asked after every ten seconds.
 */
async function later(ctx: Ctx, step: Step, note?: (act: Act) => Promise<boolean>): Promise<Way> {
  const seconds = pollOf(ctx, step);
  if (note) await ctx.inTx(note);
  if (await ctx.rest(seconds * 1000)) return "on";
  return async (act) => new Again(new Date(act.now.getTime() + seconds * 1000));
}

const count = ({ house }: Ctx, { provider, item }: Step, outcome: string) =>
  house.meter.selection(provider.slug, item.kind, outcome);

/** Says nothing of the task itself. The same words about the key mean the question, not what was accepted before. */
const NO_ANSWER: readonly Failure[] = ["rate", "broken", "capacity", "timeout", "concurrency", "auth", "money"];
/** A file that cannot be fetched is fetched again for so long: making another one is paid again. */
const FETCH_MS = 5 * 60_000;
/** What was to be called back and could not: after so long it counts as paid. */
const WITHDRAW_MS = 10 * 60_000;

function noAnswer({ house }: Ctx, { to, attempt }: Extract<Next, { item: object }>, { failure, told }: ProviderError) {
  if (to === "find") return true;
  const now = house.sources.now().getTime();
  if (to === "withdraw") return NO_ANSWER.includes(failure) && now < new Date(attempt.deadline).getTime() + WITHDRAW_MS;
  if (failure === "download") return now < new Date(attempt.startedAt).getTime() + FETCH_MS;
  return !told && NO_ANSWER.includes(failure);
}

const sameWords = ({ item }: Step, text: string): Answered => ({
  state: "done",
  made: [{ role: "main", type: "text/plain", name: `${item.kind}.txt`, from: { text }, facts: { again: true } }],
  cost: 0n,
});

function callOf(ctx: Ctx, { item, attempt, capability }: Step): Call {
  const { house, workspaceId, signal } = ctx;
  const token = callbackToken(house.keys.callback, workspaceId, attempt.id);
  const callback = house.address ? { callback: new URL(`/hooks/jobs/${token}`, house.address).href } : {};
  return { wish: item.wish, capability, attempt: attempt.id, signal, ...callback, progress: moving(ctx, item) };
}

const SHOWN_MS = 700;

/** A single thing shows how far it is itself; of many, those that are done are counted. */
function moving(ctx: Ctx, { shown, wanted }: Step["item"]): Call["progress"] {
  if (wanted > 1) return () => {};
  let last = 0;
  let going: Promise<unknown> | undefined;
  return (part) => {
    const now = performance.now();
    if (going || now - last < SHOWN_MS) return;
    last = now;
    const done = Math.floor(Math.min(part, 1) * 100);
    going = ctx
      .inTx((act) => showProgress(act, shown, { done, total: 100, now: act.say("{percent}% made", { percent: done }) }))
      .catch((error) => ctx.house.log.debug({ err: error }, "progress was not shown"))
      .finally(() => {
        going = undefined;
      });
  };
}

/** Around what the provider asks for, so that a hundred tasks are not asked after at the same moment. */
const pollOf = ({ house }: Ctx, { provider }: Step) =>
  (provider.pollSeconds ?? POLL_SECONDS) * (0.8 + 0.4 * house.sources.random());

async function heard(ctx: Ctx, step: Step, answer: Answered): Promise<Way> {
  if (answer.state === "accepted") return later(ctx, step, (act) => noteAccepted(act, step, answer.task));
  if (answer.state !== "done") return later(ctx, step);
  try {
    const found = await gather(answer.made, { signal: ctx.signal, hosts: step.provider.hosts ?? [] });
    try {
      return await keep(ctx, step, found, answer.cost);
    } finally {
      await found.done();
    }
  } finally {
    await answer.done?.();
  }
}

/** Looked for only where there is something to be looked at, or a sound that only it reads. What this machine drew itself needs no second look. */
const ffmpegFor = async ({ house }: Ctx, { item, provider }: Step, { file }: Gathered) =>
  !provider.local && (isSeen(item.kind) || (await typeOf(file)) === "audio/flac") ? house.ffmpeg?.() : undefined;

/** Of so many at most the end waits for what follows it: nobody else stands in the way. */
const FEW = 20;

async function keep(ctx: Ctx, step: Step, { files }: Gathering, cost: bigint | undefined): Promise<Way> {
  const main = files.find((f) => f.role === "main");
  if (!main) throw new ProviderError("media", "There is nothing in the answer.", { billed: true });
  const passed = await pass(step.item.wish, main, ctx.signal, await ffmpegFor(ctx, step, main));
  const verdicts = await judge(ctx, step, wordsFor(step.item, passed.facts), await shown(ctx, step, main, passed));
  const stored = await storeMade(ctx.house, ctx.workspaceId, [main, ...files.filter((f) => f !== main)]);
  const kept = { stored, passed, verdicts, cost: cost === undefined ? null : String(cost) };
  if (!givesOnce(step)) return save(ctx, step, kept);
  if (!(await ctx.inTx((act) => keepStored(act, step, kept)))) return "on";
  return finish(ctx, step, kept);
}

/** What this machine drew itself no model looks at. */
async function shown({ house, signal }: Ctx, { item, provider }: Step, { file }: Gathered, passed: Passed) {
  if (provider.local || !isSeen(item.kind) || !kindFor(house.providers, "picture")) return [];
  const made = { kind: item.kind, file, type: String(passed.facts.type), seconds: passed.seconds };
  return picturesOf(made, await house.ffmpeg?.(), signal);
}

/** What is written down and in the store gets its name, and then its row: again and again, until it has them. */
const finish = async (ctx: Ctx, step: Step, kept: Kept): Promise<Way> =>
  save(ctx, step, await nameStored(ctx.house, ctx.workspaceId, step, kept));

function save(ctx: Ctx, step: Step, { stored, passed, verdicts, cost: said }: Kept): Way {
  const [main, ...others] = stored;
  const cost = said === null ? undefined : BigInt(said);
  const paid = { ...step, attempt: { ...step.attempt, cost: said } };
  return async (act) => {
    const closing = await noteMade(act, step, { cost, quality: passed.quality }, () =>
      saveMade(act, paid, main!, others, passed, verdicts),
    );
    if (!closing) return new Again(act.now);
    if (step.item.wanted <= FEW) {
      await closing.after(await closing.close())?.(act);
      count(ctx, step, "done");
      return undefined;
    }
    return new Finally(async () => {
      const closed = await closing.close();
      count(ctx, step, "done");
      return closing.after(closed);
    });
  };
}

/** The line broke, or a worker died, between sending and hearing: is it there? */
async function find(ctx: Ctx, step: Step): Promise<Way> {
  const found = step.provider.find ? await step.provider.find(callOf(ctx, step)) : "unknown";
  const how = await ctx.inTx((act) => noteFound(act, step, found));
  if (how === "lost" || how === "unsent") count(ctx, step, how);
  if (how !== "wait") return "on";
  return async (act) => new Again(new Date(act.now.getTime() + pollOf(ctx, step) * 1000));
}

async function withdraw(ctx: Ctx, step: Step): Promise<Way> {
  const how = step.provider.cancel ? await step.provider.cancel(step.attempt.task!, callOf(ctx, step)) : "refused";
  // What cannot be called back is paid for.
  await ctx.inTx((act) => noteWithdrawn(act, step, how !== "cancelled"));
  count(ctx, step, "cancelled");
  return "on";
}
