// The desk where every try begins: the choice of a provider, a seat there and the money for it, in one transaction.
// Nothing reaches a provider that did not pass here. Two questions to the database in all: what is known (facts.ts), and
// whether this may begin.
import { rawOf } from "../../db/connect.ts";
import type { Act } from "../act.ts";
import { type Held, type Short, shortOf, tellNear } from "../budgets/index.ts";
import { fresh, gate } from "./breaker.ts";
import type { Facts } from "./facts.ts";
import type { Attempt, Item } from "./item.ts";
import { type Failure, type Provider, passing } from "./provider.ts";
import { type Candidate, type Decision, decide, factsOf, type Reason } from "./router.ts";
import { standInLine, WAITS_MS } from "./seats.ts";

export type Choice =
  /** `near`: somebody is to be told of a budget (`tellNear`). */
  | { to: "go"; attempt: Attempt; provider: Provider; near: boolean }
  /** Nobody can now, and somebody will. */
  | { to: "wait"; until: Date; why: Reason }
  | { to: "no"; decision: Decision; short: Short[] };

/** Tries at one provider for one item, when there is no other. */
const TRIES_EACH = 3;
/** A task that is not done after so long is given up: longer than the slowest video in the busiest hour. */
const TASK_MS = 30 * 60_000;
/** Where every seat is taken, look again after about so long. */
const FULL_MS = 1_500;
/** Whoever leaves a seat wakes the one that has waited longest; the others look for what was missed, and seldom. */
const FULL_MOST_MS = 60 * 60_000;
/** Whoever died with a seat has left it by then. */
const SEAT_MS = TASK_MS + 60_000;

export const capabilitiesOf = (providers: readonly Provider[], kind: string) =>
  providers.flatMap((p) =>
    p.capabilities.filter((c) => c.kind === kind).map((capability) => ({ provider: p, capability })),
  );

function candidatesFor({ providers, now }: Act, kind: string, facts: Facts, { full, rest }: Round): Candidate[] {
  const at = now.getTime();
  return capabilitiesOf(providers, kind).map(({ provider, capability }): Candidate => {
    const { slug, atOnce, local, optIn } = provider;
    const known = facts.health(slug) ?? fresh({ quality: capability.quality, seconds: capability.usual }, at);
    const restUntil = rest.get(slug) ?? known.restUntil;
    return {
      provider: slug,
      capability,
      health: facts.shut(slug) ? { ...known, state: "open", openUntil: null } : { ...known, restUntil },
      // All models of it share its seats and its calls.
      inFlight: full.has(slug) ? Number.POSITIVE_INFINITY : (facts.taken[slug] ?? 0),
      atOnce: Math.min(atOnce, facts.less[slug] ?? atOnce),
      off: !(facts.switches[slug] ?? !optIn),
      ...(local ? { local: true } : {}),
    };
  });
}

export async function readSwitches(act: Act): Promise<Map<string, boolean>> {
  const rows = await rawOf(act.db)<
    { provider: string; enabled: boolean }[]
  >`select provider, enabled from provider_switch`;
  return new Map(rows.map((r) => [r.provider, r.enabled]));
}

/** What this round has learned of those that could not be had: no money, no seat, no call before so long. */
export type Round = {
  unpaid: Set<string>;
  short: Short[];
  full: Set<string>;
  rest: Map<string, number>;
  /** Tries that were found to be over before the choice, for whoever counts. */
  ended: { provider: string; kind: string; outcome: string }[];
};
export const newRound = (): Round => ({ unpaid: new Set(), short: [], full: new Set(), rest: new Map(), ended: [] });

export type Pick =
  | Exclude<Choice, { to: "go" }>
  /** On its way to the database, and not awaited. Undefined: somebody else was there first, and the round knows. */
  | { to: "begin"; answer: Promise<Extract<Choice, { to: "go" }> | undefined> };

/** The best of those that are left, and the request to begin there. */
export async function pick(act: Act, item: Item, past: readonly Attempt[], facts: Facts, round: Round): Promise<Pick> {
  const candidates = candidatesFor(act, item.kind, facts, round);
  const decision = decideFor(act, item, candidates, past, round.unpaid);
  const best = decision.ranked[0];
  if (!best) {
    const full = decision.refused.some((r) => r.reason === "full");
    const none = noneOf(act, decision, candidates, round.short, full ? await aheadOf(act, item) : 0);
    const busy = decision.refused.filter((r) => r.reason === "full" || r.reason === "resting").map((r) => r.provider);
    if (none.to === "wait") await standInLine(act.db, busy, act.workspace.id, act.now);
    return none;
  }
  const { atOnce } = candidates.find((c) => c.provider === best.provider)!;
  const provider = act.providers.find((p) => p.slug === best.provider)!;
  return { to: "begin", answer: begin(act, item, decision, { provider, atOnce, number: past.length + 1 }, round) };
}

/** To the end, within one transaction: for what goes on in it afterwards. */
export async function choose(act: Act, item: Item, past: readonly Attempt[], facts: Facts): Promise<Choice> {
  const round = newRound();
  for (;;) {
    const picked = await pick(act, item, past, facts, round);
    if (picked.to !== "begin") return picked;
    const begun = await picked.answer;
    if (!begun) continue;
    if (begun.near) await tellNear(act);
    return begun;
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

type Began = { got: "go" | "full" | "short" | "pace" | "probe"; wait: number | null; budgets: Held[] | null };

async function begin(
  act: Act,
  item: Item,
  decision: Decision,
  { provider, atOnce, number }: { provider: Provider; atOnce: number; number: number },
  round: Round,
): Promise<Extract<Choice, { to: "go" }> | undefined> {
  const { model, price, probe } = decision.ranked[0]!;
  const { slug, perMinute } = provider;
  const id = act.newId();
  const now = act.now.getTime();
  const [startedAt, deadline, seat] = [0, TASK_MS, SEAT_MS].map((ms) => new Date(now + ms).toISOString());
  const [row] = await rawOf(act.db)<Began[]>`
    select got, wait, budgets from begin_attempt(${act.workspace.id}, ${act.workspace.zone}, ${startedAt!}, ${item.id}, ${id},
      ${item.purpose ?? "make"}, ${number}, ${slug}, ${model}, ${item.kind}, ${item.channel}, ${item.person}, ${String(price)},
      ${JSON.stringify(kept(decision))}, ${deadline!}, ${seat!}, ${atOnce}, ${perMinute ?? null}, ${probe})`;
  const { got, wait, budgets } = row!;
  if (got === "go") {
    const empty = { task: null, cost: null, failure: null, error: null, asked: 0 };
    const made = { id, number, provider: slug, model, status: "submitting", estimate: String(price) } as const;
    const attempt = { ...made, ...empty, startedAt: startedAt!, deadline: deadline! };
    return { to: "go", attempt, provider, near: (budgets ?? []).some(({ near }) => near) };
  }
  if (got === "pace") round.rest.set(slug, now + Math.min(wait! * 1000, WAITS_MS * 0.75));
  else if (got === "short") {
    round.unpaid.add(slug);
    round.short.push(...shortOf(budgets ?? []));
  } else round.full.add(slug);
  return undefined;
}

/** What is kept of a decision: every reason, all that the order was made from, and the best of the order. */
const kept = (decision: Decision): object => ({
  ...factsOf(decision),
  ranked: decision.ranked.map((r) => ({ ...r, price: String(r.price) })),
  refused: decision.refused,
});

function noneOf(
  act: Act,
  decision: Decision,
  candidates: readonly Candidate[],
  short: Short[],
  ahead: number,
): Exclude<Choice, { to: "go" }> {
  const now = act.now.getTime();
  let until = Number.POSITIVE_INFINITY;
  let why: Reason | undefined;
  for (const { provider, reason } of decision.refused) {
    const health = candidates.find((c) => c.provider === provider)!.health;
    const back =
      reason === "full"
        ? now + turnOf(ahead, candidates.find((c) => c.provider === provider)!) * (0.5 + act.random())
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

/** How many of this workspace wait for the same and were asked for before it: they are woken first. */
async function aheadOf(act: Act, { kind, job }: Item): Promise<number> {
  const [row] = await rawOf(act.db)<{ n: number }[]>`
    select count(*)::int as n from item where kind = ${kind} and status = 'waiting' and job_id < ${job}`;
  return row!.n;
}

/** Half of the time until its turn, when those before it go on as usual. */
const turnOf = (ahead: number, { health, atOnce }: Candidate): number =>
  Math.max(FULL_MS, turnMs(ahead, atOnce, health.seconds));

/** `ahead` are before it, each takes so long, so many go at once. */
export const turnMs = (ahead: number, seats: number, seconds: number): number =>
  ahead < seats / 2 ? 0 : Math.min((ahead / seats) * seconds * 500, FULL_MOST_MS);
