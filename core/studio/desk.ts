// The desk where every try begins: the choice of a provider, a seat there and the money for it, in one transaction.
// Nothing reaches a provider that did not pass here.
import { rawOf } from "../../db/connect.ts";
import type { Act } from "../act.ts";
import { hold, type Short } from "../budgets/index.ts";
import { fresh, gate, type Health } from "./breaker.ts";
import { claimProbe, readHealth, readShut } from "./health.ts";
import { type Attempt, addAttempt, attemptsOf, type Item } from "./item.ts";
import { type Failure, type Provider, passing } from "./provider.ts";
import { type Candidate, type Decision, decide, factsOf, type Ranked, type Reason } from "./router.ts";
import { leaveSeat, readLess, readTaken, standInLine, takePace, takeSeat } from "./seats.ts";

export type Choice =
  | { to: "go"; attempt: Attempt; provider: Provider }
  /** Nobody can now, and somebody will. */
  | { to: "wait"; until: Date; why: Reason }
  | { to: "no"; decision: Decision; short: Short[] };

/** Tries at one provider for one item, when there is no other. */
const TRIES_EACH = 3;
/** A task that is not done after so long is given up: longer than the slowest video in the busiest hour. */
const TASK_MS = 30 * 60_000;
/** Where every seat is taken, look again after about so long. */
const FULL_MS = 1_500;
/** Of a batch of a thousand each looks less often: whoever leaves a seat wakes the next. Below WAITS_MS of the line. */
const FULL_MOST_MS = 12_000;
/** Whoever died with a seat has left it by then. */
const SEAT_MS = TASK_MS + 60_000;

export const capabilitiesOf = (providers: readonly Provider[], kind: string) =>
  providers.flatMap((p) =>
    p.capabilities.filter((c) => c.kind === kind).map((capability) => ({ provider: p, capability })),
  );

async function candidatesFor(act: Act, kind: string): Promise<Candidate[]> {
  const [health, shut, taken, switches, less] = await Promise.all([
    readHealth(act.db, kind),
    readShut(act.db),
    readTaken(act.db, act.now),
    readSwitches(act),
    readLess(act.db, act.now),
  ]);
  const now = act.now.getTime();
  return capabilitiesOf(act.providers, kind).map(({ provider, capability }): Candidate => {
    const known: Health =
      health.get(provider.slug) ?? fresh({ quality: capability.quality, seconds: capability.usual }, now);
    return {
      provider: provider.slug,
      capability,
      health: shut.has(provider.slug) ? { ...known, state: "open", openUntil: null } : known,
      inFlight: taken.get(provider.slug) ?? 0,
      atOnce: Math.min(provider.atOnce, less.get(provider.slug) ?? provider.atOnce),
      off: !(switches.get(provider.slug) ?? !provider.optIn),
      ...(provider.local ? { local: true } : {}),
    };
  });
}

export async function readSwitches(act: Act): Promise<Map<string, boolean>> {
  const rows = await rawOf(act.db)<
    { provider: string; enabled: boolean }[]
  >`select provider, enabled from provider_switch`;
  return new Map(rows.map((r) => [r.provider, r.enabled]));
}

export async function choose(act: Act, item: Item): Promise<Choice> {
  const [found, past] = await Promise.all([candidatesFor(act, item.kind), attemptsOf(act, item.id, item.purpose)]);
  const candidates = found;
  const unpaid = new Set<string>();
  const short: Short[] = [];
  for (;;) {
    const decision = decideFor(act, item, candidates, past, unpaid);
    const best = decision.ranked[0];
    if (!best) {
      const none = noneOf(act, item, decision, candidates, short);
      const busy = decision.refused.filter((r) => r.reason === "full" || r.reason === "resting").map((r) => r.provider);
      if (none.to === "wait") await standInLine(act.db, busy, act.workspace.id, act.now);
      return none;
    }
    const { atOnce } = candidates.find((c) => c.provider === best.provider)!;
    const provider = { ...act.providers.find((p) => p.slug === best.provider)!, atOnce };
    const got = await take(act, item, best, decision, past.length + 1, provider);
    if ("attempt" in got) return { to: "go", ...got };
    if (got.until) {
      const restUntil = got.until.getTime();
      for (const [at, one] of candidates.entries())
        if (one.provider === best.provider) candidates[at] = { ...one, health: { ...one.health, restUntil } };
    } else if (got.short) {
      unpaid.add(best.provider);
      short.push(...got.short);
    } else {
      // All models of it share its seats.
      for (const [at, one] of candidates.entries())
        if (one.provider === best.provider) candidates[at] = { ...one, inFlight: Number.POSITIVE_INFINITY };
    }
  }
}

/** Somebody else first; and when there is nobody else, the same once more. */
function decideFor(
  act: Act,
  item: Item,
  candidates: readonly Candidate[],
  past: readonly Attempt[],
  unpaid: Set<string>,
) {
  const failures = new Map<string, number>();
  for (const { provider, failure } of past) {
    if (failure && failure !== "rate" && failure !== "concurrency" && passing(failure as Failure))
      // What was made badly was paid for: it has fewer chances than what was not made at all.
      failures.set(provider, (failures.get(provider) ?? 0) + (failure === "media" ? 2 : 1));
  }
  const question = {
    wish: item.wish,
    profile: item.profile,
    provider: item.provider ?? undefined,
    unpaid,
    now: act.now.getTime(),
    seed: Math.floor(act.random() * 0xffffffff),
  };
  const over = (most: number) => new Set([...failures].filter(([, n]) => n >= most).map(([provider]) => provider));
  const first = decide(candidates, { ...question, tried: over(1) });
  return first.ranked.length > 0 || failures.size === 0
    ? first
    : decide(candidates, { ...question, tried: over(TRIES_EACH) });
}

/** Not got: no money, no call left in this minute, or no seat. */
type NotGot = { short?: Short[]; until?: Date };
type Got = { attempt: Attempt; provider: Provider } | NotGot;
class Undone extends Error {
  readonly why: NotGot;
  constructor(why: NotGot) {
    super("undone");
    this.why = why;
  }
}

async function take(
  act: Act,
  item: Item,
  best: Ranked,
  decision: Decision,
  number: number,
  provider: Provider,
): Promise<Got> {
  const id = act.newId();
  const now = act.now;
  const deadline = new Date(now.getTime() + TASK_MS);
  const seat = { provider: provider.slug, atOnce: provider.atOnce, attempt: id, workspace: act.workspace.id, now };
  if (!(await takeSeat(act.db, { ...seat, until: new Date(now.getTime() + SEAT_MS) }))) return {};
  try {
    // Undone as a whole when there is no money for it; the seat is given back below.
    await act.db.transaction(async (db) => {
      const inner = { ...act, db };
      if (
        best.probe &&
        !(await claimProbe(db, { provider: provider.slug, kind: item.kind, attempt: id, now, until: deadline }))
      )
        throw new Undone({});
      await addAttempt(inner, {
        id,
        item: item.id,
        purpose: item.purpose ?? "make",
        number,
        provider: provider.slug,
        model: best.model,
        decision: kept(decision),
        estimate: best.price,
        deadline,
      });
      const short = await hold(inner, {
        attempt: id,
        provider: provider.slug,
        kind: item.kind,
        channel: item.channel,
        person: item.person,
        money: best.price,
        count: 1,
      });
      if (short.length > 0) throw new Undone({ short });
      const { perMinute } = provider;
      const until =
        perMinute && (await takePace(db, { provider: provider.slug, perMinute, workspace: act.workspace.id, now }));
      if (until) throw new Undone({ until });
    });
  } catch (error) {
    if (!(error instanceof Undone)) throw error;
    await leaveSeat(act.db, id);
    return error.why;
  }
  const [attempt] = await attemptsOf(act, item.id, item.purpose);
  return { attempt: attempt!, provider: act.providers.find((p) => p.slug === provider.slug)! };
}

/** What is kept of a decision: every reason, all that the order was made from, and the best of the order. */
const kept = (decision: Decision): object => ({
  ...factsOf(decision),
  ranked: decision.ranked.map((r) => ({ ...r, price: String(r.price) })),
  refused: decision.refused,
});

function noneOf(act: Act, item: Item, decision: Decision, candidates: readonly Candidate[], short: Short[]): Choice {
  const now = act.now.getTime();
  let until = Number.POSITIVE_INFINITY;
  let why: Reason | undefined;
  for (const { provider, reason } of decision.refused) {
    const health = candidates.find((c) => c.provider === provider)!.health;
    const back =
      reason === "full"
        ? now + Math.min(FULL_MS * Math.max(1, item.wanted / 20), FULL_MOST_MS) * (0.5 + act.random())
        : reason === "resting"
          ? health.restUntil!
          : reason === "broken" && gate(health, now) === "shut" && health.openUntil !== null
            ? health.openUntil
            : Number.POSITIVE_INFINITY;
    if (back >= until) continue;
    until = back;
    why = reason;
  }
  return why === undefined ? { to: "no", decision, short } : { to: "wait", until: new Date(until), why };
}
