// In which order requests are heard: everybody's first before anybody's second; among those, what more people want and
// what waits longer. Pure.
export type Waiting = { id: string; person: string; votes: number; createdAt: number };

/** Votes, and the logarithm of its minutes: ten minutes weigh like two and a half people. */
export const scoreOf = ({ votes, createdAt }: Waiting, now: number): number =>
  votes + Math.log(1 + Math.max(0, now - createdAt) / 60_000);

/** `served`: how many of each person's were heard lately; they stand in a later round. */
export function inLine<W extends Waiting>(
  waiting: readonly W[],
  now: number,
  served: ReadonlyMap<string, number>,
): W[] {
  const byScore = (a: W, b: W) =>
    scoreOf(b, now) - scoreOf(a, now) || a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1);
  const rounds = new Map<string, number>();
  for (const rows of Map.groupBy(waiting, (w) => w.person).values())
    for (const [n, row] of rows.toSorted(byScore).entries()) rounds.set(row.id, n + (served.get(row.person) ?? 0));
  return waiting.toSorted((a, b) => rounds.get(a.id)! - rounds.get(b.id)! || byScore(a, b));
}
