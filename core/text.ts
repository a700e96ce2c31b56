// Strangers' text as PostgreSQL can keep it: without NUL, and without half of a letter (a lone surrogate).
// One such letter in a title would otherwise fail the whole statement.

export const storable = (text: string): string => text.replaceAll("\0", "\uFFFD").toWellFormed();

/** The same for everything inside plain data. What needs no change is handed back as it is. */
export function storableDeep<T>(value: T): T {
  if (typeof value === "string") return storable(value) as T;
  if (Array.isArray(value)) {
    const items = value.map(storableDeep);
    return items.some((item, at) => item !== value[at]) ? (items as T) : value;
  }
  if (value === null || typeof value !== "object" || Object.getPrototypeOf(value) !== Object.prototype) return value;
  const entries = Object.entries(value).map(([name, inner]) => [storable(name), storableDeep(inner)] as const);
  const same = Object.entries(value).every(
    ([name, inner], at) => name === entries[at]![0] && inner === entries[at]![1],
  );
  return same ? value : (Object.fromEntries(entries) as T);
}

/** JSON for a `json` or `jsonb` column. */
export const asJson = (value: unknown): string => JSON.stringify(storableDeep(value));
