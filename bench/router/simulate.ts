// Six hours with outages, ten times: our router beside a fixed list, chance, the cheapest, and the strategies that
// LiteLLM documents. All have the same breaker; what differs is the choice.

import type { Wish } from "../../core/studio/provider.ts";
import { type Candidate, decide, PROFILES } from "../../core/studio/router.ts";
import { live, type Outcome, type Strategy } from "./world.ts";

const wish: Wish = { kind: "song", title: "", prompt: "", seed: 1 };
const ours =
  (profile: (typeof PROFILES)[number]): Strategy =>
  (open, draw, now) => {
    const candidates = open.map(
      ({ maker, health, inFlight }): Candidate => ({
        provider: maker.slug,
        capability: {
          kind: "song",
          model: "",
          promptMax: 1,
          price: () => BigInt(Math.round(maker.usd * 1e6)),
          rights: { commercial: "yes", stores: "yes", terms: "" },
          quality: maker.quality,
          usual: maker.seconds,
        },
        health,
        inFlight,
        atOnce: maker.seats,
      }),
    );
    const best = decide(candidates, { wish, profile, now, seed: Math.floor(draw() * 2 ** 32) }).ranked[0];
    return open.find((s) => s.maker.slug === best?.provider);
  };

const least =
  (score: (s: Parameters<Strategy>[0][number]) => number): Strategy =>
  (open) =>
    [...open].sort((a, b) => score(a) - score(b))[0];

const STRATEGIES: Record<string, Strategy> = {
  ...Object.fromEntries(PROFILES.map((p) => [`impresario ${p}`, ours(p)])),
  "fixed list": (open) => open[0],
  random: (open, draw) => open[Math.floor(draw() * open.length)],
  cheapest: least((s) => s.maker.usd),
  "litellm least-busy": least((s) => s.inFlight),
  "litellm latency-based": least((s) => s.health.seconds),
  "litellm usage-based": least((s) => s.inFlight / s.maker.seats),
};

const SEEDS = Number(process.env.BENCH_SEEDS ?? 10);
const mean = (all: Outcome[], of: (o: Outcome) => number) => all.reduce((sum, o) => sum + of(o), 0) / all.length;
for (const [name, strategy] of Object.entries(STRATEGIES)) {
  const all = Array.from({ length: SEEDS }, (_, seed) => live(strategy, { seed: seed * 1000 + 7, gapSeconds: 6 }));
  const round = (n: number, places: number) => Number(n.toFixed(places));
  console.log(
    JSON.stringify({
      strategy: name,
      success: round(
        mean(all, (o) => (100 * o.made) / (o.made + o.failed)),
        2,
      ),
      usd: round(
        mean(all, (o) => o.usd / o.made),
        3,
      ),
      p50: round(
        mean(all, (o) => o.p50),
        0,
      ),
      p95: round(
        mean(all, (o) => o.p95),
        0,
      ),
      attempts: round(
        mean(all, (o) => o.attempts / (o.made + o.failed)),
        2,
      ),
    }),
  );
}
