// Discord shuts out an address that made 10,000 invalid requests (401, 403, 429) within ten minutes. We stop well before:
// what is sent waits first, and what acknowledges somebody's press goes on a little longer.
import { INVALID } from "./limits.ts";
import { ownTally, type Tally } from "./tally.ts";

/** Counted in slots of so long. */
const SLOT_MS = 10_000;

export type Guard = {
  /** What Discord answered. `scope` "shared" is others' fault and does not count. */
  count(status: number, scope: string | null): void;
  /** How long to wait before another request, in milliseconds. */
  wait(urgent: boolean): number;
};

export type Bounds = { withinMs: number; most: number; urgent: number };

export function openGuard(
  now: () => number,
  { withinMs, most: usual, urgent: last }: Bounds = INVALID,
  tally: Tally = ownTally(),
): Guard {
  const slotOf = (moment: number) => Math.floor(moment / SLOT_MS);
  const forget = () => tally.forget(slotOf(now() - withinMs));
  return {
    count(status, scope) {
      if ((status !== 401 && status !== 403 && status !== 429) || scope === "shared") return;
      forget();
      tally.add(slotOf(now()));
    },
    wait(urgent) {
      tally.read();
      forget();
      const slots = tally.read();
      let left = [...slots.values()].reduce((sum, n) => sum + n, 0);
      const most = urgent ? last : usual;
      for (const [slot, n] of slots) {
        if (left < most) return 0;
        left -= n;
        if (left < most) return (slot + 1) * SLOT_MS + withinMs - now();
      }
      return 0;
    },
  };
}
