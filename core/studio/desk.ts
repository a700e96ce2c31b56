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
import { type Candidate, type Decision, decide, factsOf, type Ranked, type Reason } from "./router.ts";
import { standInLine, WAITS_MS } from "./seats.ts";

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

function candidatesFor({ providers, now }: Act, kind: string, facts: Facts): Candidate[] {
  const at = now.getTime();
  return capabilitiesOf(providers, kind).map(({ provider, capability }): Candidate => {
    const { slug, atOnce, local, optIn } = provider;
    const known = facts.health(slug) ?? fresh({ quality: capability.quality, seconds: capability.usual }, at);
    return {
      provider: slug,
      capability,
      health: facts.shut(slug) ? { ...known, state: "open", openUntil: null } : known,
      inFlight: facts.taken[slug] ?? 0,
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

export async function choose(act: Act, item: Item, past: readonly Attempt[], facts: Facts): Promise<Choice> {
  const candidates = candidatesFor(act, item.kind, facts);
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
    const provider = act.providers.find((p) => p.slug === best.provider)!;
    const got = await begin(act, item, best, decision, past.length + 1, { ...provider, atOnce });
    if ("attempt" in got) return { to: "go", provider, attempt: got.attempt };
    // All models of it share its seats and its calls.
    const change = (over: (one: Candidate) => Partial<Candidate>) => {
      for (const [at, one] of candidates.entries())
        if (one.provider === best.provider) candidates[at] = { ...one, ...over(one) };
    };
    if (got.restUntil !== undefined) {
      const { restUntil } = got;
      change((one) => ({ health: { ...one.health, restUntil } }));
    } else if (got.short) {
      unpaid.add(best.provider);
      short.push(...got.short);
    } else change(() => ({ inFlight: Number.POSITIVE_INFINITY }));
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
type Got = { attempt: Attempt } | { short?: Short[]; restUntil?: number };
type Began = { got: "go" | "full" | "short" | "pace" | "probe"; wait: number | null; budgets: Held[] | null };

async function begin(
  act: Act,
  item: Item,
  { model, price, probe }: Ranked,
  decision: Decision,
  number: number,
  { slug, atOnce, perMinute }: Provider,
): Promise<Got> {
  const id = act.newId();
  const now = act.now.getTime();
  const [startedAt, deadline, seat] = [0, TASK_MS, SEAT_MS].map((ms) => new Date(now + ms).toISOString());
  const [row] = await rawOf(act.db)<Began[]>`
    select got, wait, budgets from begin_attempt(${act.workspace.id}, ${act.workspace.zone}, ${startedAt!}, ${item.id}, ${id},
      ${item.purpose ?? "make"}, ${number}, ${slug}, ${model}, ${item.kind}, ${item.channel}, ${item.person}, ${String(price)},
      ${JSON.stringify(kept(decision))}, ${deadline!}, ${seat!}, ${atOnce}, ${perMinute ?? null}, ${probe})`;
  const { got, wait, budgets } = row!;
  if (got === "pace") return { restUntil: now + Math.min(wait! * 1000, WAITS_MS * 0.75) };
  const held = budgets ?? [];
  if (got === "short") return { short: shortOf(held) };
  if (got !== "go") return {};
  await tellNear(act, held);
  const empty = { task: null, cost: null, failure: null, error: null, asked: 0 };
  const made = { id, number, provider: slug, model, status: "submitting", estimate: String(price) } as const;
  return { attempt: { ...made, ...empty, startedAt: startedAt!, deadline: deadline! } };
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
