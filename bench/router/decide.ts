// How long one decision takes, without a database: filters, draws, scores and the order, among 6, 50 and 500.
import { fresh } from "../../core/studio/breaker.ts";
import type { Wish } from "../../core/studio/provider.ts";
import { flat, perSecond } from "../../core/studio/providers/settings.ts";
import { type Candidate, decide } from "../../core/studio/router.ts";

const now = Date.parse("2026-11-20T12:00:00Z");
const wish: Wish = { kind: "song", title: "", prompt: "city pop", seed: 1, seconds: 60 };
const rounds = process.env.BENCH_QUICK ? 2_000 : 20_000;

for (const providers of [6, 50, 500]) {
  const candidates = Array.from({ length: providers }, (_, n): Candidate => {
    const health = {
      ...fresh({ quality: 0.5 + n / 1000, seconds: 30 + n }, now - n * 1000),
      wins: 1 + (n % 9),
      losses: n % 5,
    };
    return {
      provider: `p${n}`,
      capability: {
        kind: "song",
        model: "m",
        seconds: [1, 300],
        promptMax: 2000,
        // As those that there are: most have one price, some count seconds.
        price:
          n % 3 ? flat(`0.${String(1 + n).padStart(3, "0")}`) : perSecond(`0.00${String(1 + n).padStart(3, "0")}`, 30),
        rights: { commercial: "yes", stores: "yes", terms: "" },
        quality: 0.7,
        usual: 30,
      },
      health,
      inFlight: n % 6,
      atOnce: 6,
    };
  });
  const times: number[] = [];
  for (let seed = 0; seed < rounds; seed++) {
    const began = process.hrtime.bigint();
    decide(candidates, { wish, profile: "balanced", now, seed });
    times.push(Number(process.hrtime.bigint() - began) / 1000);
  }
  const warm = times.slice(rounds / 4).sort((a, b) => a - b);
  const part = (p: number) => Math.round(warm[Math.floor((warm.length - 1) * p)]! * 10) / 10;
  console.log(JSON.stringify({ providers, p50: part(0.5), p99: part(0.99) }));
}
