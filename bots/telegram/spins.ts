// Buttons that spin until their answer is there: it is said by what ends the spinning. Who waits too long is let go.

/** Telegram takes an answer for about 15 seconds; a person looks at a spinning button for less. */
const LONGEST_MS = 8_000;

export type Spins = {
  /** `stop` is called when nobody has answered in time. */
  begin(query: string, stop: () => unknown): void;
  /** False: it was let go. Another process's are not known here: then Telegram says so. */
  end(query: string): boolean;
};

export function openSpins(longest = LONGEST_MS): Spins {
  const spinning = new Map<string, NodeJS.Timeout>();
  /** Those that were let go a moment ago. */
  const over = new Set<string>();
  return {
    begin(query, stop) {
      const timer = setTimeout(() => {
        spinning.delete(query);
        over.add(query);
        setTimeout(() => over.delete(query), longest * 4).unref();
        stop();
      }, longest);
      timer.unref();
      spinning.set(query, timer);
    },
    end(query) {
      clearTimeout(spinning.get(query));
      spinning.delete(query);
      return !over.has(query);
    },
  };
}
