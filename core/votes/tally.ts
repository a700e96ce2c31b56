// Who wins, as pure functions: weights with their caps, the quorum, and the way through the ties. All that a decision was
// made from is written down with it, so that `replay` gives the same again.
import { createHash } from "node:crypto";

/** In hundredths: a role may weigh three times as much as a person, and no more. */
export const HEAVIEST = 300;
const PLAIN = 100;
/** Fractions of a vote are counted in millionths, so that a cap that divides leaves no float behind. */
const UNIT = 1_000_000n;

export type Count = { choice: string; role: string; votes: number; weight: number };
export type Candidate = {
  id: string;
  position: number;
  /** Empty: never heard. */
  playedAt: string | null;
  /** When the first of those was cast that count for it. */
  firstAt: string | null;
};
export type Case = {
  seed: string;
  quorum: number;
  weights: Record<string, number>;
  candidates: readonly Candidate[];
  counts: readonly Count[];
};

/** In the order in which ties are broken. */
export const TIES = ["most-voters", "longest-unplayed", "earliest-vote", "draw"] as const;
export type DecidedBy = "vote" | "quorum-fallback" | `tie:${(typeof TIES)[number]}` | "operator" | "veto";
export type Decision = {
  winner: string | null;
  decidedBy: DecidedBy;
  voters: number;
  /** By choice: people, and what they weigh in millionths of a vote. */
  shares: Record<string, { votes: number; weight: string }>;
  /** Who was still in after each rule. */
  trail: { rule: string; left: string[] }[];
  /** Why the winner could not have its way, in words. */
  trouble?: string;
};

/**
 * What each choice weighs. All that people of one heavier role bring together may be no more than all others bring: then
 * their weight shrinks, but never under one vote a person.
 */
export function weigh({ counts, weights }: Pick<Case, "counts" | "weights">): Map<string, bigint> {
  const byRole = Map.groupBy(counts, (c) => c.role);
  const sum = (rows: readonly Count[]) => rows.reduce((all, c) => all + BigInt(c.weight), 0n);
  const all = sum(counts);
  const shares = new Map<string, bigint>();
  for (const [role, rows] of byRole) {
    const own = sum(rows);
    const others = all - own;
    const heavy = BigInt(weights[role] ?? PLAIN);
    // own * scale <= others, and scale >= one vote a person.
    const capped = heavy > BigInt(PLAIN) && others > 0n && own > others;
    const floor = (own * BigInt(PLAIN)) / heavy;
    const [up, down] = capped ? [others > floor ? others : floor, own] : [1n, 1n];
    for (const c of rows) {
      const share = (BigInt(c.weight) * UNIT * up) / (down * BigInt(PLAIN));
      shares.set(c.choice, (shares.get(c.choice) ?? 0n) + share);
    }
  }
  return shares;
}

/** The place of a choice in the draw of a seed: nobody can know it before the seed is known. */
export const lot = (seed: string, choice: string): string =>
  createHash("sha256").update(`${seed} ${choice}`).digest("hex");

export function decide(of: Case): Decision {
  const weights = weigh(of);
  const voters = new Map<string, number>();
  for (const { choice, votes } of of.counts) voters.set(choice, (voters.get(choice) ?? 0) + votes);
  const total = [...voters.values()].reduce((a, b) => a + b, 0);
  const shares = Object.fromEntries(
    of.candidates.map((c) => [c.id, { votes: voters.get(c.id) ?? 0, weight: String(weights.get(c.id) ?? 0n) }]),
  );
  const made = { voters: total, shares };
  // Nobody's vote decides nothing, whatever the quorum says.
  if (total < Math.max(1, of.quorum)) return { winner: null, decidedBy: "quorum-fallback", ...made, trail: [] };
  const rules: [string, (c: Candidate) => bigint | number | string][] = [
    ["vote", (c) => -(weights.get(c.id) ?? 0n)],
    ["most-voters", (c) => -(voters.get(c.id) ?? 0)],
    ["longest-unplayed", (c) => c.playedAt ?? ""],
    ["earliest-vote", (c) => c.firstAt ?? "9999"],
    ["draw", (c) => lot(of.seed, c.id)],
  ];
  let left = of.candidates.toSorted((a, b) => a.position - b.position);
  const trail: Decision["trail"] = [];
  let last = "vote";
  for (const [rule, of_] of rules) {
    const best = left.map(of_).reduce((a, b) => (b < a ? b : a));
    left = left.filter((c) => of_(c) === best);
    trail.push({ rule, left: left.map((c) => c.id) });
    last = rule;
    if (left.length === 1) break;
  }
  const decidedBy = last === "vote" ? "vote" : (`tie:${last}` as DecidedBy);
  return { winner: left[0]!.id, decidedBy, ...made, trail };
}

/** Whether what was written down leads to what was announced. */
export const replay = (of: Case, announced: { winner: string | null; decidedBy: string }): boolean => {
  const again = decide(of);
  return again.winner === announced.winner && again.decidedBy === announced.decidedBy;
};
