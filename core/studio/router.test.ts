import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { after, fresh, gate, type Health } from "./breaker.ts";
import { chance } from "./chance.ts";
import type { Capability, Failure, Wish } from "./provider.ts";
import { type Candidate, decide, factsOf, PROFILES, type Question, replay } from "./router.ts";

const NOW = Date.parse("2026-11-20T12:00:00Z");
const wish: Wish = { kind: "song", title: "t", prompt: "city pop", seed: 1, seconds: 60 };
const capability = (more: Partial<Capability> & { cost?: bigint } = {}): Capability => ({
  kind: "song",
  model: "m",
  seconds: [5, 300],
  promptMax: 2000,
  price: () => more.cost ?? 10_000n,
  rights: { commercial: "yes", stores: "yes", terms: "" },
  quality: 0.7,
  usual: 30,
  ...more,
});
const candidate = (provider: string, more: Partial<Candidate> = {}): Candidate => ({
  provider,
  capability: capability(),
  health: fresh({ quality: 0.7, seconds: 30 }, NOW),
  inFlight: 0,
  atOnce: 5,
  ...more,
});
const question = (more: Partial<Question> = {}): Question => ({
  wish,
  profile: "balanced",
  now: NOW,
  seed: 1,
  ...more,
});
const health = (more: Partial<Health>): Health => ({ ...fresh({ quality: 0.7, seconds: 30 }, NOW), ...more });

describe("hard filters", () => {
  const reasons: [string, Partial<Candidate>, Partial<Question>][] = [
    ["off", { off: true }, {}],
    ["not asked for", {}, { provider: "other" }],
    ["tried", {}, { tried: new Set(["one"]) }],
    ["too short", { capability: capability({ seconds: [90, 300] }) }, {}],
    ["too long", { capability: capability({ seconds: [1, 30] }) }, {}],
    ["prompt", { capability: capability({ promptMax: 3 }) }, {}],
    ["ratio", { capability: capability({ ratios: ["1:1"] }) }, { wish: { ...wish, ratio: "16:9" } }],
    ["language", { capability: capability({ languages: ["en"] }) }, { wish: { ...wish, language: "ja" } }],
    ["lyrics", {}, { wish: { ...wish, lyrics: "la" } }],
    [
      "rights",
      { capability: capability({ rights: { commercial: "unverified", stores: "no", terms: "" } }) },
      { forSale: true },
    ],
    ["price", {}, { most: 9_999n }],
    ["broken", { health: health({ state: "open", openUntil: NOW + 1 }) }, {}],
    ["broken", { health: health({ state: "open", openUntil: null }) }, {}],
    ["resting", { health: health({ restUntil: NOW + 1 }) }, {}],
    ["full", { inFlight: 5 }, {}],
    ["budget", {}, { unpaid: new Set(["one"]) }],
  ];
  test.each(reasons)("%s", (reason, more, asked) => {
    const { ranked, refused } = decide([candidate("one", more)], question(asked));
    expect(ranked).toEqual([]);
    expect(refused).toEqual([{ provider: "one", model: "m", reason }]);
  });
});

test("a profile gets what it is called after", () => {
  const cheap = candidate("cheap", {
    capability: capability({ cost: 1_000n }),
    health: health({ quality: 0.5, seconds: 120 }),
  });
  const quick = candidate("quick", {
    capability: capability({ cost: 90_000n }),
    health: health({ quality: 0.5, seconds: 3 }),
  });
  const fine = candidate("fine", {
    capability: capability({ cost: 90_000n }),
    health: health({ quality: 1, seconds: 120 }),
  });
  const first = (profile: (typeof PROFILES)[number]) => {
    const wins = new Map<string, number>();
    for (let seed = 0; seed < 200; seed++) {
      const best = decide([cheap, quick, fine], question({ profile, seed })).ranked[0]!.provider;
      wins.set(best, (wins.get(best) ?? 0) + 1);
    }
    return [...wins].sort((a, b) => b[1] - a[1])[0]!;
  };
  for (const [profile, wanted] of [
    ["cost", "cheap"],
    ["speed", "quick"],
    ["quality", "fine"],
  ] as const) {
    const [name, n] = first(profile);
    expect(name).toBe(wanted);
    expect(n).toBeGreaterThan(150);
  }
});

test("our own machine is the last, unless nobody else is left or it was asked for", () => {
  const own = candidate("local", { local: true, capability: capability({ cost: 0n }) });
  const other = candidate("other", { health: health({ wins: 1, losses: 30, quality: 0 }) });
  for (let seed = 0; seed < 50; seed++)
    expect(decide([own, other], question({ seed, profile: "cost" })).ranked[0]!.provider).toBe("other");
  expect(decide([own, { ...other, off: true }], question()).ranked[0]!.provider).toBe("local");
  expect(decide([own, other], question({ provider: "local" })).ranked[0]!.provider).toBe("local");
});

const facts = fc.record({
  wins: fc.double({ min: 1, max: 500, noNaN: true }),
  losses: fc.double({ min: 0, max: 500, noNaN: true }),
  quality: fc.double({ min: 0, max: 1, noNaN: true }),
  seconds: fc.double({ min: 0.1, max: 900, noNaN: true }),
  inFlight: fc.integer({ min: 0, max: 6 }),
  cost: fc.bigInt({ min: 0n, max: 10_000_000n }),
  open: fc.boolean(),
});

test("the same facts and seed are the same decision, also from what was kept of it; everyone is ranked or has a reason", () => {
  fc.assert(
    fc.property(
      fc.array(facts, { maxLength: 20 }),
      fc.integer({ min: 0, max: 0xffffffff }),
      fc.constantFrom(...PROFILES),
      (all, seed, profile) => {
        const candidates = all.map(({ inFlight, cost, open, ...h }, n) =>
          candidate(`p${n}`, {
            capability: capability({ cost }),
            health: health({ ...h, ...(open ? { state: "open" as const, openUntil: NOW + 5 } : {}) }),
            inFlight,
          }),
        );
        const one = decide(candidates, question({ seed, profile }));
        expect(decide(candidates, question({ seed, profile }))).toEqual(one);
        const kept = JSON.parse(JSON.stringify(factsOf(one))) as ReturnType<typeof factsOf>;
        expect(replay(kept)).toEqual(one.ranked);
        expect(one.ranked.length + one.refused.length).toBe(candidates.length);
        for (let n = 1; n < one.ranked.length; n++)
          expect(one.ranked[n - 1]!.score).toBeGreaterThanOrEqual(one.ranked[n]!.score);
      },
    ),
    { numRuns: 300 },
  );
});

test("of many only the best are kept, and come out the same again", () => {
  const draw = chance(7);
  const candidates = Array.from({ length: 180 }, (_, n) =>
    candidate(`p${n}`, {
      capability: capability({ cost: BigInt(Math.floor(draw() * 1e6)) }),
      health: health({ wins: 1 + draw() * 9, losses: draw() * 9, quality: draw(), seconds: 1 + draw() * 300 }),
      inFlight: n % 6,
      ...(n === 5 ? { local: true } : {}),
    }),
  );
  for (let seed = 0; seed < 50; seed++) {
    const one = decide(candidates, question({ seed: seed * 9_999_991 }));
    const text = JSON.stringify(factsOf(one));
    expect(text.length).toBeLessThan(8_000);
    expect(replay(JSON.parse(text) as ReturnType<typeof factsOf>)).toEqual(one.ranked);
  }
});

describe("the breaker", () => {
  const half = () => 0.5;
  const fail = (h: Health, failure: Failure = "broken", now = NOW) => after(h, { ok: false, failure }, now, half);
  const win = (h: Health, now = NOW) => after(h, { ok: true, seconds: 30 }, now, half);

  test("three failures in a row open it; a success closes it; each opening lasts twice as long, to eight minutes", () => {
    let h = fail(fail(health({})));
    expect(gate(h, NOW)).toBe("pass");
    h = fail(h);
    expect(h).toMatchObject({ state: "open", openUntil: NOW + 30_000 });
    expect(gate(h, NOW + 29_999)).toBe("shut");
    expect(gate(h, NOW + 30_000)).toBe("probe");
    let now = NOW;
    const lasts = [];
    for (let n = 0; n < 6; n++) {
      now = h.openUntil!;
      h = fail(h, "broken", now);
      lasts.push(h.openUntil! - now);
    }
    expect(lasts).toEqual([60_000, 120_000, 240_000, 480_000, 480_000, 480_000]);
    expect(win(h, now)).toMatchObject({ state: "closed", opened: 0, row: 0 });
  });

  test("half of the last twenty open it too, though never three in a row", () => {
    let h = health({});
    for (let n = 0; n < 19; n++) h = n % 2 ? win(h) : fail(h);
    expect(h.state).toBe("closed");
    expect(fail(h).state).toBe("open");
  });

  test("a refused key or an empty account opens it until a person closes it", () => {
    for (const failure of ["auth", "money"] as const) {
      const h = fail(health({}), failure);
      expect(h).toMatchObject({ state: "open", openUntil: null, reason: failure });
      expect(gate(h, NOW + 1e12)).toBe("shut");
    }
  });

  test("a person's own words are no fault of it; being busy is a rest, not a failure", () => {
    for (const failure of ["invalid", "moderation_in", "moderation_out"] as const)
      expect(fail(health({}), failure)).toMatchObject({ row: 0, losses: 0 });
    const busy = after(health({}), { ok: false, failure: "rate", after: 7000 }, NOW, half);
    expect(busy).toMatchObject({ state: "closed", row: 0, losses: 0, restUntil: NOW + 7000 });
  });

  test("what was long ago counts less", () => {
    const h = fail(health({ losses: 9 }), "broken", NOW + 30 * 60_000);
    expect(h.losses).toBeCloseTo(5.5);
  });
});
