// The updates of the emulated Telegram: handed out until they are confirmed, to one asker at a time.
import { Refusal } from "./chats.ts";
import type { Params } from "./rules.ts";

export type Update = { update_id: number } & Params;

export function openQueue(state: { lastUpdate: number; webhook: string; poller?: (() => void) | undefined }) {
  let waiting: Update[] = [];
  let asking: ((conflict: boolean) => void) | undefined;
  /** What the bot wants to hear of; unset: everything. */
  let allowed: Set<string> | undefined;

  function push(update: Update): void {
    const [kind = ""] = Object.keys(update).filter((key) => key !== "update_id");
    if (allowed && !allowed.has(kind)) return;
    waiting.push(update);
    state.poller?.();
  }

  async function ask({ offset = 0, timeout = 0, allowed_updates: wanted }: Params, closed: Promise<unknown>) {
    if (state.webhook) throw new Refusal(CONFLICT_HOOK, 409);
    // Whoever asks last is heard.
    asking?.(true);
    if (Array.isArray(wanted)) allowed = new Set(wanted as string[]);
    waiting = waiting.filter((u) => u.update_id >= Number(offset));
    if (waiting.length === 0 && Number(timeout) > 0 && (await pause(Number(timeout) * 1000, closed)))
      throw new Refusal(CONFLICT, 409);
    return waiting.slice(0, 100);
  }

  /** True when another asker came. */
  function pause(milliseconds: number, closed: Promise<unknown>): Promise<boolean> {
    return new Promise((done) => {
      const timer = setTimeout(() => end(false), milliseconds);
      const end = (conflict: boolean) => {
        clearTimeout(timer);
        if (asking === end) [asking, state.poller] = [undefined, undefined];
        done(conflict);
      };
      asking = end;
      state.poller = () => end(false);
      void closed.then(() => end(false));
    });
  }

  function allow(kinds: string[]): void {
    allowed = new Set(kinds);
  }

  return { push, ask, waiting: () => waiting, allow };
}

const CONFLICT = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running";
const CONFLICT_HOOK =
  "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first";
