// A provider's health at one kind of work, as arithmetic: what one more outcome makes of it. No clock, no database.
import type { Failure } from "./provider.ts";

export type Health = {
  state: "closed" | "open";
  /** Failures one after another. */
  row: number;
  /** The last twenty, newest in the lowest bit, 1 a failure. */
  recent: number;
  seen: number;
  opened: number;
  /** Open without a date: only a person closes it. */
  openUntil: number | null;
  restUntil: number | null;
  reason: string | null;
  wins: number;
  losses: number;
  quality: number;
  seconds: number;
  at: number;
};

const ROW = 3;
const WINDOW = 20;
const OPEN_MS = 30_000;
const OPEN_MOST_MS = 8 * 60_000;
/** Half of what is known is forgotten in half an hour: providers change within a day. */
const HALF_LIFE_MS = 30 * 60_000;
/** A slow answer counts at once, a quick one little by little. */
const RISE = 0.5;
const FALL = 0.1;
const LEARN = 0.1;

/** Before anything is known: as good as declared, with the weight of one success. */
export const fresh = (usual: { quality: number; seconds: number }, now: number): Health => ({
  state: "closed",
  row: 0,
  recent: 0,
  seen: 0,
  opened: 0,
  openUntil: null,
  restUntil: null,
  reason: null,
  wins: 1,
  losses: 0,
  quality: usual.quality,
  seconds: usual.seconds,
  at: now,
});

export type Outcome = { ok: true; seconds: number; quality?: number } | { ok: false; failure: Failure; after?: number };

/** The person's own words were refused: no fault of the provider. */
const BLAMELESS: readonly Failure[] = ["invalid", "moderation_in", "moderation_out"];
/** Busy is not broken: it rests, and its breaker stays as it is. */
const BUSY: readonly Failure[] = ["rate", "concurrency"];

export function after(health: Health, outcome: Outcome, now: number, draw: () => number): Health {
  const kept = faded(health, now);
  if (outcome.ok) return won(kept, outcome);
  if (BLAMELESS.includes(outcome.failure)) return kept;
  const restUntil = outcome.after === undefined ? kept.restUntil : Math.max(kept.restUntil ?? 0, now + outcome.after);
  if (BUSY.includes(outcome.failure)) return { ...kept, restUntil: restUntil ?? now + 1000 };
  const next: Health = {
    ...kept,
    restUntil,
    row: kept.row + 1,
    recent: ((kept.recent << 1) | 1) & (2 ** WINDOW - 1),
    seen: Math.min(kept.seen + 1, WINDOW),
    losses: kept.losses + 1,
    reason: outcome.failure,
  };
  if (outcome.failure === "auth" || outcome.failure === "money") return { ...next, state: "open", openUntil: null };
  const many = next.seen === WINDOW && ones(next.recent) * 2 >= WINDOW;
  if (kept.state === "closed" && next.row < ROW && !many) return next;
  return { ...next, ...opened(kept.opened, now, draw) };
}

const opened = (times: number, now: number, draw: () => number) => ({
  state: "open" as const,
  opened: times + 1,
  openUntil: now + Math.min(OPEN_MS * 2 ** times, OPEN_MOST_MS) * (0.75 + draw() / 2),
});

const won = (kept: Health, { seconds, quality }: { seconds: number; quality?: number }): Health => ({
  ...kept,
  state: "closed",
  opened: 0,
  openUntil: null,
  reason: null,
  row: 0,
  recent: (kept.recent << 1) & (2 ** WINDOW - 1),
  seen: Math.min(kept.seen + 1, WINDOW),
  wins: kept.wins + 1,
  quality: quality === undefined ? kept.quality : kept.quality + LEARN * (quality - kept.quality),
  seconds: kept.seconds + (seconds > kept.seconds ? RISE : FALL) * (seconds - kept.seconds),
});

function faded(health: Health, now: number): Health {
  const part = 0.5 ** (Math.max(0, now - health.at) / HALF_LIFE_MS);
  return { ...health, wins: 1 + (health.wins - 1) * part, losses: health.losses * part, at: now };
}

const ones = (bits: number): number => {
  let n = 0;
  for (let rest = bits; rest; rest &= rest - 1) n++;
  return n;
};

/** `probe`: its time is up, and one attempt may try whether it is well again. */
export const gate = (health: Pick<Health, "state" | "openUntil">, now: number): "shut" | "probe" | "pass" =>
  health.state === "closed" ? "pass" : health.openUntil !== null && health.openUntil <= now ? "probe" : "shut";
