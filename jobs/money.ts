// What sources of money have told, asked about and booked; and all that a source has, read again.
import type { Act } from "../core/act.ts";
import {
  askForHints,
  bookMovements,
  closeHints,
  type Kept,
  keepHints,
  keepThings,
  type Looked,
  type MoneySource,
  markRead,
  nextHint,
  putOff,
  readFrom,
  readSource,
  SourceAway,
  takeHints,
  waitingHints,
} from "../core/money/index.ts";
import { refuse } from "../core/problem.ts";
import { view } from "../core/view/index.ts";
import { Again, handler, type JobContext } from "./handler.ts";

/** So many questions at once: Stripe takes a hundred a second (docs.stripe.com/rate-limits), and others ask it too. */
const AT_ONCE = 8;
/** After so many tries it is for a person to look at: it is not a matter of waiting any more. */
const TRIES = 10;

type Answer = { hints: Kept[]; asked: Date; looked?: Looked | undefined; failed?: unknown };

export const hintsJob = handler({
  kind: takeHints,
  async run(ctx) {
    const source = sourceOf(ctx.house.money, ctx.input.source);
    if (!source) return undefined;
    for (;;) {
      const hints = await ctx.inTx((act) => waitingHints(act.db, source.name, act.now));
      if (hints.length === 0) break;
      await takeAll(ctx, source, hints);
    }
    return async (act) => {
      // What came meanwhile is for this job; what waits for a later moment is found by the minute's look (`stirHints`).
      const next = await nextHint(act.db, source.name);
      return next && next <= act.now ? new Again(act.now) : undefined;
    };
  },
});

const sourceOf = (money: readonly MoneySource[] | undefined, name: string) => money?.find((one) => one.name === name);

/** Hints of one object are one question: what it is now. */
async function takeAll(ctx: JobContext, source: MoneySource, hints: readonly Kept[]): Promise<void> {
  const objects = [...Map.groupBy(hints, ({ object, sort }) => `${sort} ${object}`).values()];
  const answers: Answer[] = [];
  const next = objects.values();
  const ask = async () => {
    for (const about of next) {
      const asked = ctx.house.sources.now();
      try {
        answers.push({ hints: about, asked, looked: await source.look(about[0]!, ctx.signal) });
      } catch (failed) {
        ctx.signal.throwIfAborted();
        answers.push({ hints: about, asked, failed });
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, ask));
  const good = answers.filter(({ failed }) => failed === undefined);
  try {
    await ctx.inTx((act) => keep(act, source.name, good));
  } catch (error) {
    if (good.length === 1) good[0]!.failed = error;
    // One of them cannot be booked: each for itself, so that it is in nobody's way.
    else
      for (const one of good)
        await ctx
          .inTx((act) => keep(act, source.name, [one]))
          .catch((failed: unknown) => {
            one.failed = failed;
          });
  }
  for (const one of answers) if (one.failed !== undefined) await putAside(ctx, source.name, one);
}

const idsOf = (answers: readonly Answer[]) => answers.flatMap(({ hints }) => hints.map(({ id }) => id));

async function keep(act: Act, source: string, answers: readonly Answer[]): Promise<void> {
  const there = answers.filter(({ looked }) => looked);
  await bookMovements(
    act,
    source,
    there.flatMap(({ looked }) => looked!.movements),
  );
  for (const { looked, asked } of there) await keepThings(act, source, looked!.things, asked);
  await closeHints(act.db, idsOf(there), "done", act.now);
  await closeHints(act.db, idsOf(answers.filter(({ looked }) => !looked)), "gone", act.now);
}

async function putAside({ house, inTx }: JobContext, source: string, { hints, failed }: Answer): Promise<void> {
  const why = failed instanceof Error ? failed.message : String(failed);
  const away = failed instanceof SourceAway;
  if (!away) house.log.error({ err: failed, source, object: hints[0]?.object }, "money could not be booked");
  const lost = hints.filter(({ attempts }) => !away && attempts + 1 >= TRIES).map(({ id }) => id);
  const later = hints.map(({ id }) => id).filter((id) => !lost.includes(id));
  await inTx(async (act) => {
    await closeHints(act.db, lost, "failed", act.now, why);
    await putOff(act.db, later, act.now, why, away ? failed.after : 0);
  });
}

export const readJob = handler({
  kind: readSource,
  lane: "long",
  tries: 3,
  minutes: 60,
  async run(ctx) {
    const source = sourceOf(ctx.house.money, ctx.input.source);
    if (!source)
      throw refuse("missing", "There is no source of money called {source} here.", { source: ctx.input.source });
    const started = ctx.house.sources.now();
    const since = ctx.input.since
      ? new Date(ctx.input.since)
      : await ctx.inTx((act) => readFrom(act.db, source.name, act.now));
    const { seen, booked, heard } = await readAll(ctx, source, since);
    return async (act) => {
      await markRead(act, source.name, since, started);
      if (heard > 0) await askForHints(act, source.name);
      const words = act.say(
        "{source}: {seen, plural, one {# movement was} other {# movements were}} looked at, {booked, plural, =0 {none was missing} one {# was missing and is booked now} other {# were missing and are booked now}}.",
        { source: source.name, seen, booked },
      );
      return { view: view(words), data: { item: { id: ctx.job, source: source.name, seen, booked, heard } } };
    };
  },
});

async function readAll({ inTx, signal, progress, say }: JobContext, source: MoneySource, since: Date) {
  let [seen, booked, heard] = [0, 0, 0];
  for await (const page of source.movements(since, signal)) {
    booked += await inTx((act) => bookMovements(act, source.name, page));
    seen += page.length;
    progress(seen, 0, say("Movements of money"));
  }
  // What has a life, too: disputes, payouts, subscriptions.
  for await (const page of source.hints(since, signal)) heard += await inTx((act) => keepHints(act, source.name, page));
  return { seen, booked, heard };
}
