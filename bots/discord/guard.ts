// Discord shuts out an address that made 10,000 invalid requests (401, 403, 429) within ten minutes. We stop well before:
// what is sent waits first, and what acknowledges somebody's press goes on a little longer.
import { INVALID } from "./limits.ts";

/** Counted in slots of so long. */
const SLOT_MS = 10_000;

export type Guard = {
  /** What Discord answered. `scope` "shared" is others' fault and does not count. */
  count(status: number, scope: string | null): void;
  /** How long to wait before another request, in milliseconds. */
  wait(urgent: boolean): number;
};

export type Bounds = { withinMs: number; most: number; urgent: number };

export function openGuard(now: () => number, { withinMs, most: usual, urgent: last }: Bounds = INVALID): Guard {
  /** Invalid requests by slot, oldest first. */
  const slots = new Map<number, number>();
  const slotOf = (moment: number) => Math.floor(moment / SLOT_MS);
  function forget(): void {
    const oldest = slotOf(now() - withinMs);
    for (const slot of slots.keys()) if (slot < oldest) slots.delete(slot);
  }
  return {
    count(status, scope) {
      if ((status !== 401 && status !== 403 && status !== 429) || scope === "shared") return;
      forget();
      const slot = slotOf(now());
      slots.set(slot, (slots.get(slot) ?? 0) + 1);
    },
    wait(urgent) {
      forget();
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
