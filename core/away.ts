// Errors of a database that are nobody's fault and soon over.

const AWAY = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ENOENT",
  "EPIPE",
  "ETIMEDOUT",
  "CONNECTION_CLOSED",
  "CONNECTION_ENDED",
  "CONNECTION_DESTROYED",
  "CONNECT_TIMEOUT",
  "57P01",
  "57P02",
  "57P03",
  "53300",
  // The disk of the database is full; it was made read-only (a failover).
  "53100",
  "25006",
]);
const CROSSED = new Set(["40001", "40P01"]);

/** Nobody's fault and soon over: the same work may be tried again later. */
export const isPassing = (error: unknown): boolean => isAway(error) || hasCrossed(error);
export const isAway = (error: unknown): boolean => AWAY.has(codeOf(error));
/** Two transactions that crossed: the database undid one. */
export const hasCrossed = (error: unknown): boolean => CROSSED.has(codeOf(error));

const codeOf = (error: unknown): string => {
  const e = error as { code?: string; cause?: { code?: string } } | null;
  return e?.code ?? e?.cause?.code ?? "";
};

/** Two transactions that crossed: the database undid one, and it may simply run again. */
export async function again<T>(work: () => Promise<T>, tries = 4): Promise<T> {
  for (let n = 1; ; n++) {
    try {
      return await work();
    } catch (error) {
      if (n >= tries || !hasCrossed(error)) throw error;
    }
  }
}
