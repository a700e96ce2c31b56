// A world of six providers for six hours: prices, speeds, seats, outages. Whoever chooses sees only what was heard back.
import { after, fresh, gate, type Health } from "../../core/studio/breaker.ts";
import { chance } from "../../core/studio/chance.ts";

export type Maker = {
  slug: string;
  usd: number;
  seconds: number;
  seats: number;
  fails: number;
  quality: number;
  /** From and to, in hours: fails so often, or takes so many times as long. */
  trouble?: { from: number; to: number; fails?: number; slow?: number };
};

export const MAKERS: readonly Maker[] = [
  { slug: "alpha", usd: 0.3, seconds: 40, seats: 6, fails: 0.01, quality: 0.9 },
  {
    slug: "bravo",
    usd: 0.15,
    seconds: 60,
    seats: 6,
    fails: 0.02,
    quality: 0.85,
    trouble: { from: 1, to: 2, fails: 1 },
  },
  {
    slug: "charlie",
    usd: 0.12,
    seconds: 55,
    seats: 4,
    fails: 0.03,
    quality: 0.8,
    trouble: { from: 3, to: 4, slow: 5 },
  },
  {
    slug: "delta",
    usd: 0.06,
    seconds: 90,
    seats: 5,
    fails: 0.06,
    quality: 0.75,
    trouble: { from: 2.5, to: 3.5, fails: 0.5 },
  },
  { slug: "echo", usd: 0.5, seconds: 20, seats: 3, fails: 0.01, quality: 0.95 },
  { slug: "foxtrot", usd: 0.08, seconds: 120, seats: 10, fails: 0.04, quality: 0.7 },
];

export type Seen = { maker: Maker; health: Health; inFlight: number };
/** Picks one of those that are open, have a seat and have not failed at this job; undefined: it waits. */
export type Strategy = (open: readonly Seen[], draw: () => number, now: number) => Seen | undefined;

export type Outcome = { made: number; failed: number; usd: number; p50: number; p95: number; attempts: number };
type Event = { at: number; run: () => void };

const HOURS = 6;
const GIVE_UP = 6;
const WAIT_MS = 1500;
/** A person who waits for a song has left by then. */
const PATIENCE_MS = 20 * 60_000;

export function live(strategy: Strategy, { seed, gapSeconds }: { seed: number; gapSeconds: number }): Outcome {
  const draw = chance(seed);
  // The world's own chance does not depend on what is chosen.
  const fate = chance(seed + 1);
  const seen: Seen[] = MAKERS.map((maker) => ({
    maker,
    health: fresh({ quality: maker.quality, seconds: maker.seconds }, 0),
    inFlight: 0,
  }));
  const queue: Event[] = [];
  const at = (time: number, run: () => void) => {
    let n = queue.length;
    while (n > 0 && queue[n - 1]!.at < time) n--;
    queue.splice(n, 0, { at: time, run });
  };
  const took: number[] = [];
  const sums = { made: 0, failed: 0, usd: 0, attempts: 0 };

  const attempt = (born: number, now: number, failed: Set<string>) => {
    if (now - born > PATIENCE_MS || failed.size >= GIVE_UP) return void sums.failed++;
    const open = seen.filter(
      (s) => gate(s.health, now) !== "shut" && s.inFlight < s.maker.seats && !failed.has(s.maker.slug),
    );
    const chosen = strategy(open, draw, now);
    if (!chosen) {
      const left = seen.some((s) => !failed.has(s.maker.slug));
      return left ? at(now + WAIT_MS, () => attempt(born, now + WAIT_MS, failed)) : void sums.failed++;
    }
    chosen.inFlight++;
    sums.attempts++;
    const { maker } = chosen;
    const hour = now / 3_600_000;
    const bad = maker.trouble && hour >= maker.trouble.from && hour < maker.trouble.to ? maker.trouble : undefined;
    const ok = fate() >= (bad?.fails ?? maker.fails);
    const spread = Math.exp(0.4 * (fate() + fate() + fate() - 1.5) * 2);
    // A failure is told sooner than a song is made.
    const seconds = maker.seconds * spread * (bad?.slow ?? 1) * (ok ? 1 : 0.3);
    const end = now + seconds * 1000;
    at(end, () => {
      chosen.inFlight--;
      chosen.health = after(chosen.health, ok ? { ok: true, seconds } : { ok: false, failure: "broken" }, end, draw);
      if (!ok) return attempt(born, end, new Set([...failed, maker.slug]));
      sums.made++;
      sums.usd += maker.usd;
      took.push((end - born) / 1000);
    });
  };
  for (let time = 0; time < HOURS * 3_600_000; ) {
    time += -Math.log(1 - fate()) * gapSeconds * 1000;
    const born = time;
    at(born, () => attempt(born, born, new Set()));
  }
  for (let next = queue.pop(); next; next = queue.pop()) next.run();
  took.sort((a, b) => a - b);
  const part = (p: number) => took[Math.floor((took.length - 1) * p)] ?? 0;
  return { ...sums, p50: part(0.5), p95: part(0.95) };
}
