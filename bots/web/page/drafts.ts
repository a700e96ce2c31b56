// What was said and not yet answered, kept through a reload of this tab, so that it goes out once and with the same key.
export type Unsent = {
  key: string;
  said: string;
  pressed?: boolean;
  path: string;
  body: Record<string, unknown>;
  files?: Record<string, File> | undefined;
};
type Stored = { unsent: Unsent; person: string; at: number };

/** After this long, a person has moved on, and an old wish must not come true by surprise. */
const STALE = 10 * 60_000;
const KEY = "unsent";

export function makeDrafts(storage: Storage | undefined, now: () => Date) {
  const all = (): Stored[] => {
    try {
      const kept = JSON.parse(storage?.getItem(KEY) ?? "[]") as Stored[];
      return Array.isArray(kept) ? kept.filter((s) => now().getTime() - s.at < STALE) : [];
    } catch (error) {
      if (error instanceof SyntaxError) return [];
      throw error;
    }
  };
  const store = (rows: Stored[]) => storage?.setItem(KEY, JSON.stringify(rows));
  return {
    keep(unsent: Unsent, person: string): void {
      // Files do not survive a reload.
      if (unsent.files && Object.keys(unsent.files).length > 0) return;
      store([...all().filter((s) => s.unsent.key !== unsent.key), { unsent, person, at: now().getTime() }]);
    },
    forget: (key: string) => void store(all().filter((s) => s.unsent.key !== key)),
    waiting: (person: string): Unsent[] => all().flatMap((s) => (s.person === person ? [s.unsent] : [])),
    clear: () => void storage?.removeItem(KEY),
  };
}
