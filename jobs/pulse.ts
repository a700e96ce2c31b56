// Looks once a second whether the jobs that run here are still ours: somebody may have cancelled one, from anywhere, or
// another worker may have taken it over. A look is one short statement a workspace, and none while nothing runs.

import type { Log } from "../core/house.ts";
import { type Database, inWorkspace, rawOf } from "../db/connect.ts";
import { Gone } from "./signals.ts";

type Watched = {
  database: Database;
  workspaceId: string;
  id: string;
  attempts: number;
  dueAt: string;
  stop: AbortController;
  /** Somebody wants it to look now. */
  hurried: boolean;
  hurry?: (() => void) | undefined;
};
export type Watch = {
  /** Called when somebody hurries the job, from anywhere; at once when they have done so since the last time. */
  hurried(then: () => void): void;
  end(): void;
};
export type Pulse = {
  watch(
    database: Database,
    claim: Pick<Watched, "workspaceId" | "id" | "attempts" | "dueAt">,
    stop: AbortController,
  ): Watch;
  /** Tells everything that runs here to stop, with this reason. */
  abortAll(reason: Error): void;
  end(): void;
};

export function startPulse(log: Log, every = 1000): Pulse {
  const watched = new Set<Watched>();
  let timer: NodeJS.Timeout | undefined;
  let ended = false;
  const beat = async () => {
    const groups = Map.groupBy(watched, (w) => w.workspaceId);
    await Promise.all([...groups.values()].map((group) => look(group, log)));
    timer = undefined;
    plan();
  };
  const plan = () => {
    if (!ended && !timer && watched.size > 0) timer = setTimeout(beat, every);
  };
  return {
    watch(database, { workspaceId, id, attempts, dueAt }, stop) {
      const entry: Watched = { database, workspaceId, id, attempts, dueAt, stop, hurried: false };
      watched.add(entry);
      plan();
      return {
        hurried(then) {
          entry.hurry = then;
          if (entry.hurried) then();
          entry.hurried = false;
        },
        end: () => void watched.delete(entry),
      };
    },
    abortAll(reason) {
      for (const { stop } of watched) stop.abort(reason);
    },
    end() {
      ended = true;
      clearTimeout(timer);
    },
  };
}

async function look(group: Watched[], log: Log): Promise<void> {
  const { database, workspaceId } = group[0]!;
  try {
    const ids = group.map((w) => w.id);
    const rows = await inWorkspace(
      database,
      workspaceId,
      (tx) => rawOf(tx)<{ id: string; attempts: number; dueAt: string }[]>`
        select id, attempts, due_at as "dueAt" from job where id = any(${ids}::uuid[]) and status = 'running'`,
    );
    const current = new Map(rows.map((r) => [r.id, r]));
    for (const w of group) {
      const now = current.get(w.id);
      if (now?.attempts !== w.attempts) w.stop.abort(new Gone());
      else if (now.dueAt !== w.dueAt) {
        w.dueAt = now.dueAt;
        if (w.hurry) w.hurry();
        else w.hurried = true;
        w.hurry = undefined;
      }
    }
  } catch (error) {
    // The next beat looks again; until then the fence keeps a cancelled job from writing.
    log.warn({ err: error }, "could not look after the running jobs");
  }
}
