// "Did you mean": what was perhaps meant by a word that is nowhere found.

/** How many letters differ, counting two swapped neighbours as one. */
export function distance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, before[j - 2]! + 1);
      row.push(best);
    }
    before = last;
    last = row;
  }
  return last[b.length]!;
}

// Longer words are compared by their beginning only: the cost stays small whatever somebody sends.
const MOST = 40;

/**
 * The candidates that look most like what was typed, nearest first. A beginning counts as near however much follows;
 * otherwise a third of the letters may differ, at least two.
 */
export function near<T>(
  candidates: Iterable<T>,
  typed: string,
  namesOf: (candidate: T) => readonly string[],
  most = 3,
): T[] {
  const wanted = typed.toLowerCase().slice(0, MOST);
  if (wanted === "") return [];
  const found: { candidate: T; far: number; name: string }[] = [];
  for (const candidate of candidates) {
    let best: { far: number; name: string } | undefined;
    for (const written of namesOf(candidate)) {
      const name = written.toLowerCase().slice(0, MOST);
      const far = farness(wanted, name);
      if (far !== undefined && (!best || far < best.far)) best = { far, name };
    }
    if (best) found.push({ candidate, ...best });
  }
  return found
    .sort((a, b) => a.far - b.far || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
    .slice(0, most)
    .map(({ candidate }) => candidate);
}

function farness(wanted: string, name: string): number | undefined {
  if (name === wanted) return 0;
  const begins = wanted.length >= 2 && (name.startsWith(wanted) || (name.length >= 2 && wanted.startsWith(name)));
  if (begins) return 0.5 + Math.abs(name.length - wanted.length) / 100;
  const allowed = Math.min(Math.max(2, Math.floor(name.length / 3)), Math.max(1, name.length - 1));
  if (Math.abs(name.length - wanted.length) > allowed) return undefined;
  const far = distance(wanted, name);
  return far <= allowed ? far : undefined;
}
