import { describe, expect, test } from "vitest";
import { seeded } from "../../test/house.ts";
import { type Case, type Count, decide, lot, replay, weigh } from "./tally.ts";

const count = (choice: string, votes: number, role = "member", each = 100): Count => ({
  choice,
  role,
  votes,
  weight: votes * each,
});
const candidates = ["a", "b", "c"].map((id, n) => ({ id, position: n + 1, playedAt: null, firstAt: null }));
const at = (n: number) => `2026-11-20T12:00:0${n}.000Z`;
const of = (counts: Count[], more: Partial<Case> = {}): Case => ({
  seed: "s",
  quorum: 1,
  weights: {},
  candidates,
  counts,
  ...more,
});
const shares = (counts: Count[], weights = {}) => Object.fromEntries(weigh({ counts, weights }));

describe("weights", () => {
  test("are those of the votes, in millionths", () => {
    expect(shares([count("a", 2), count("b", 1, "member", 50)])).toEqual({ a: 2_000_000n, b: 500_000n });
  });
  test("of one heavier role are no more than what all others bring", () => {
    // 2 staff weigh 6, four members 4: the staff are held to 4.
    const both = [count("a", 2, "staff", 300), count("b", 4)];
    expect(shares(both, { staff: 300 })).toEqual({ a: 4_000_000n, b: 4_000_000n });
  });
  test("never shrink under one vote a person", () => {
    const many = [count("a", 10, "staff", 300), count("b", 1)];
    expect(shares(many, { staff: 300 })).toEqual({ a: 10_000_000n, b: 1_000_000n });
  });
  test("of the only role that votes are what they are", () => {
    expect(shares([count("a", 2, "staff", 300)], { staff: 300 })).toEqual({ a: 6_000_000n });
  });
});

describe("a decision", () => {
  test.each<[string, Case, string | null, string]>([
    ["the most votes", of([count("a", 1), count("b", 2)]), "b", "vote"],
    ["nobody voted", of([]), null, "quorum-fallback"],
    ["nobody voted and nobody needs to", of([], { quorum: 0 }), null, "quorum-fallback"],
    ["fewer than the quorum", of([count("a", 4)], { quorum: 5 }), null, "quorum-fallback"],
    ["the quorum exactly", of([count("a", 5)], { quorum: 5 }), "a", "vote"],
    [
      "equal weight, more people",
      of([count("a", 1, "staff", 300), count("b", 3), count("c", 1)], { weights: { staff: 300 } }),
      "b",
      "tie:most-voters",
    ],
    [
      "longest unplayed; never played is longest",
      of([count("a", 1), count("b", 1)], {
        candidates: [{ ...candidates[0]!, playedAt: at(1) }, candidates[1]!, candidates[2]!],
      }),
      "b",
      "tie:longest-unplayed",
    ],
    [
      "the earliest vote",
      of([count("a", 1), count("b", 1)], {
        candidates: [{ ...candidates[0]!, firstAt: at(5) }, { ...candidates[1]!, firstAt: at(2) }, candidates[2]!],
      }),
      "b",
      "tie:earliest-vote",
    ],
  ])("by %s", (_, made, winner, decidedBy) => {
    const decision = decide(made);
    expect(decision).toMatchObject({ winner, decidedBy });
    expect(replay(made, decision)).toBe(true);
  });

  test("by lot is the same whenever it is drawn, and another with another seed", () => {
    const drawn = (seed: string) => decide(of([count("a", 1), count("b", 1), count("c", 1)], { seed }));
    expect(drawn("x").decidedBy).toBe("tie:draw");
    expect(drawn("x")).toEqual(drawn("x"));
    const least = ["a", "b", "c"].sort((p, q) => (lot("x", p) < lot("x", q) ? -1 : 1))[0];
    expect(drawn("x").winner).toBe(least);
    const winners = new Map<string | null, number>();
    for (let n = 0; n < 300; n++)
      winners.set(drawn(`seed ${n}`).winner, (winners.get(drawn(`seed ${n}`).winner) ?? 0) + 1);
    // A fair lot: each about a hundred times.
    for (const times of winners.values()) expect(times).toBeGreaterThan(60);
  });

  test("is the same in whatever order the counts come, and a forged one does not replay", () => {
    const random = seeded(7);
    for (let n = 0; n < 200; n++) {
      const counts = ["a", "b", "c"].flatMap((c) =>
        ["member", "staff"].map((role) => count(c, Math.floor(random() * 4), role, role === "staff" ? 200 : 100)),
      );
      const made = of(counts, { weights: { staff: 200 }, seed: String(n) });
      const decision = decide(made);
      expect(decide({ ...made, counts: counts.toReversed(), candidates: candidates.toReversed() })).toEqual(decision);
      if (decision.winner)
        expect(replay(made, { ...decision, winner: decision.winner === "a" ? "b" : "a" })).toBe(false);
    }
  });
});
