// Which provider makes this: hard filters, each with its reason, then a score. Pure: the same facts and the same seed
// give the same decision, so that any decision can be played again.
import { gate, type Health } from "./breaker.ts";
import { bellAt } from "./chance.ts";
import type { Capability, Wish } from "./provider.ts";

export const PROFILES = ["balanced", "cost", "speed", "quality"] as const;
export type Profile = (typeof PROFILES)[number];

/** What a choice looks at of a provider's health. */
export type Standing = Pick<
  Health,
  "state" | "openUntil" | "restUntil" | "wins" | "losses" | "quality" | "seconds" | "at"
>;

export type Candidate = {
  provider: string;
  capability: Capability;
  health: Standing;
  /** Attempts that go on there now, and how many may. */
  inFlight: number;
  atOnce: number;
  /** Switched off here, or not switched on where that is needed. */
  off?: boolean;
  local?: boolean;
  /** A model that is loaded already, where that matters. */
  warm?: boolean;
};

/** Why not. Each is a sentence in `reasonWords`. */
export type Reason =
  | "off"
  | "not asked for"
  | "tried"
  | "too short"
  | "too long"
  | "prompt"
  | "ratio"
  | "language"
  | "lyrics"
  | "rights"
  | "price"
  | "broken"
  | "resting"
  | "full"
  | "budget";

export type Question = {
  wish: Wish;
  profile: Profile;
  /** Only this one. */
  provider?: string | undefined;
  /** Failed at this very wish already. */
  tried?: ReadonlySet<string>;
  /** The budget has no room for these. */
  unpaid?: ReadonlySet<string>;
  /** Must be fit for sale. */
  forSale?: boolean;
  /** At most so much, in `USD/6`. */
  most?: bigint;
  now: number;
  seed: number;
};

export type Ranked = {
  provider: string;
  model: string;
  score: number;
  /** In `USD/6`. */
  price: bigint;
  probe: boolean;
  /** The five parts of the score, 0 to 1: success as drawn, quality, cheapness, quickness, warmth. */
  parts: readonly [success: number, quality: number, cost: number, speed: number, warmth: number];
};

export type Decision = {
  seed: number;
  profile: Profile;
  now: number;
  /** Best first: twenty at most. */
  ranked: Ranked[];
  refused: { provider: string; model: string; reason: Reason }[];
  /** Of all that were looked at, for how much; NaN: refused. Who was left has a draw each, in this order. */
  candidates: readonly Rankable[];
  prices: readonly number[];
  left: number;
  /** Where the ranked are among the candidates, and which draws were theirs. */
  at: readonly number[];
  places: readonly number[];
};

/** All of a candidate that its rank depends on. */
type Rankable = {
  provider: string;
  capability: { model: string };
  health: Omit<Standing, "restUntil">;
  inFlight: number;
  atOnce: number;
  local?: boolean;
  warm?: boolean;
};

type Weights = Ranked["parts"];
const WEIGHTS: Record<Profile, Weights> = {
  balanced: [0.35, 0.2, 0.25, 0.15, 0.05],
  cost: [0.25, 0.05, 0.6, 0.05, 0.05],
  speed: [0.3, 0.05, 0.05, 0.5, 0.1],
  quality: [0.25, 0.6, 0.05, 0.05, 0.05],
};
/** After this long without a word from it, a provider is as good as new to us. */
const FRESH_MS = 30 * 60_000;

export function decide(candidates: readonly Candidate[], question: Question): Decision {
  const refused: Decision["refused"] = [];
  // Nothing more is written down for each of many: what is thrown away again is swept up in the middle of a later choice.
  const prices = new Array<number>(candidates.length);
  let left = 0;
  for (let n = 0; n < candidates.length; n++) {
    const candidate = candidates[n]!;
    const { provider, capability } = candidate;
    let reason = against(candidate, question);
    const price = reason ? 0n : capability.price(question.wish);
    if (question.most !== undefined && price > question.most) reason = "price";
    if (reason) refused.push({ provider, model: capability.model, reason });
    else left++;
    // Exact to nine billion dollars.
    prices[n] = reason ? Number.NaN : Number(price);
  }
  const { seed, profile, now } = question;
  const ranking = rank({ seed, profile, now, open: candidates, prices });
  return { seed, profile, now, ...ranking, refused, candidates, prices, left };
}

function against(candidate: Candidate, question: Question): Reason | undefined {
  const { capability: can, health } = candidate;
  const { wish, now } = question;
  if (candidate.off) return "off";
  if (question.provider !== undefined && question.provider !== candidate.provider) return "not asked for";
  if (question.tried?.has(candidate.provider)) return "tried";
  if (wish.seconds !== undefined && can.seconds) {
    if (wish.seconds < can.seconds[0]) return "too short";
    if (wish.seconds > can.seconds[1]) return "too long";
  }
  if (wish.prompt.length > can.promptMax) return "prompt";
  if (wish.ratio && can.ratios && !can.ratios.includes(wish.ratio)) return "ratio";
  if (wish.language && can.languages && !can.languages.includes(wish.language)) return "language";
  if (wish.lyrics && !can.lyrics) return "lyrics";
  if (question.forSale && can.rights.commercial !== "yes") return "rights";
  if (question.unpaid?.has(candidate.provider)) return "budget";
  if (gate(health, now) === "shut") return "broken";
  if (health.restUntil !== null && health.restUntil > now) return "resting";
  return candidate.inFlight >= candidate.atOnce ? "full" : undefined;
}

/** Of many only the best are kept: then also which draws were theirs, and what all of them were measured by. */
type Ranking = Pick<Decision, "seed" | "profile" | "now" | "prices"> & {
  open: readonly Rankable[];
  best?: { of: number; places: readonly number[]; dearest: number; slowest: number } | undefined;
};
type Place = { n: number; place: number; score: number; drawn: number };
const TOP = 20;
/** As many are kept whole. */
const KEPT = 50;

function rank({ seed, profile, now, open, prices, best }: Ranking): Pick<Decision, "ranked" | "at" | "places"> {
  const [success, quality, cost, speed, warmth] = WEIGHTS[profile];
  const { dearest, slowest, left } = best ? { ...best, left: best.of } : measure(open, prices);
  const top: Place[] = [];
  let least = Number.NEGATIVE_INFINITY;
  let draws = 0;
  for (let n = 0; n < open.length; n++) {
    const price = prices[n]!;
    if (Number.isNaN(price)) continue;
    const place = best ? best.places[n]! : draws;
    draws++;
    const one = open[n]!;
    const { health } = one;
    const good = quality * health.quality;
    const cheap = cost * (1 - price / dearest);
    const quick = speed * (1 - wait(one) / slowest);
    const ready = warmth * warm(one, now);
    // What runs on our own machine is what remains when nobody else can, unless it was asked for.
    const late = one.local && left > 1 ? 1 : 0;
    // With all the luck there is it would not be among the best.
    if (success + good + cheap + quick + ready - late < least) continue;
    const drawn = likely(health, seed, place);
    const score = success * drawn + good + cheap + quick + ready - late;
    if (score <= least) continue;
    insert(top, n, place, score, drawn);
    if (top.length === TOP) least = top[TOP - 1]!.score;
  }
  const ranked = top.map(({ n, score, drawn }): Ranked => {
    const one = open[n]!;
    return {
      provider: one.provider,
      model: one.capability.model,
      score,
      price: BigInt(prices[n]!),
      probe: gate(one.health, now) === "probe",
      parts: [drawn, one.health.quality, 1 - prices[n]! / dearest, 1 - wait(one) / slowest, warm(one, now)],
    };
  });
  return { ranked, at: top.map(({ n }) => n), places: top.map(({ place }) => place) };
}

/** Behind those that are as good. When there are too many the last gives way, and is used again for the new one. */
function insert(top: Place[], n: number, place: number, score: number, drawn: number): void {
  const one = top.length < TOP ? { n, place, score, drawn } : top.pop()!;
  one.n = n;
  one.place = place;
  one.score = score;
  one.drawn = drawn;
  top.push(one);
  let at = top.length - 1;
  for (; at > 0 && top[at - 1]!.score < score; at--) top[at] = top[at - 1]!;
  top[at] = one;
}

function measure(open: readonly Rankable[], prices: readonly number[]) {
  let dearest = 1;
  let slowest = 1;
  let left = 0;
  for (let n = 0; n < open.length; n++) {
    const price = prices[n]!;
    if (Number.isNaN(price)) continue;
    left++;
    const longest = wait(open[n]!);
    if (price > dearest) dearest = price;
    if (longest > slowest) slowest = longest;
  }
  return { dearest, slowest, left };
}

/** How long one would take with those that go on already. */
const wait = ({ health, inFlight, atOnce }: Rankable): number => (health.seconds * (inFlight + 1)) / atOnce;
const warm = (one: Rankable, now: number): number =>
  one.warm ? 1 : Math.max(0, 1 - (now - one.health.at) / FRESH_MS) / 2;

/** What is kept of a decision, as plain data: who was open, and all that their order was made from. */
export function factsOf(decision: Omit<Decision, "ranked" | "refused">): Ranking {
  const { seed, profile, now, candidates, prices, left, at, places } = decision;
  const few = left <= KEPT;
  const kept = few ? [...candidates.keys()].filter((n) => !Number.isNaN(prices[n])) : at;
  const facts = {
    seed,
    profile,
    now,
    prices: kept.map((n) => prices[n]!),
    open: kept.map((n) => plain(candidates[n]!)),
  };
  if (few) return facts;
  const { dearest, slowest } = measure(candidates, prices);
  return { ...facts, best: { of: left, places, dearest, slowest } };
}

function plain({ provider, capability, health, inFlight, atOnce, local, warm }: Rankable): Rankable {
  const { wins, losses, quality, seconds, at, state, openUntil } = health;
  const known = { wins, losses, quality, seconds, at, state, openUntil };
  const own = { ...(local ? { local } : {}), ...(warm ? { warm } : {}) };
  return { provider, capability: { model: capability.model }, health: known, inFlight, atOnce, ...own };
}

/** The same facts, the same seed: the same order. */
export const replay = (facts: ReturnType<typeof factsOf>): Ranked[] => rank(facts).ranked;

/** A draw from what is known of its success: the less is known, the wider. The bell stands in for the exact curve. */
function likely({ wins, losses }: Pick<Health, "wins" | "losses">, seed: number, place: number): number {
  const all = wins + losses + 1;
  const mean = (wins + 0.5) / all;
  const spread = Math.sqrt((mean * (1 - mean)) / (all + 1));
  return Math.min(1, Math.max(0, mean + spread * bellAt(seed, place)));
}
