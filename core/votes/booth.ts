// Votes that come together go together: what waits while others are being written is the next statement. Two at a time
// for each workspace, so that one is made ready while the other is written; a caller alone waits for nothing.
import { type Database, inWorkspace } from "../../db/connect.ts";
import { isAway } from "../away.ts";
import type { House } from "../house.ts";
import { type Cast, type CastAnswer, castAll } from "./cast.ts";
import { tallyMoved } from "./telling.ts";

/** Votes in one statement. More would make each of them wait longer without going faster. */
const MOST = 500;
const AT_ONCE = 2;

export type Booth = {
  /** Resolves when it is durable. */
  cast(home: Home, cast: Cast): Promise<CastAnswer>;
  idle(): Promise<void>;
};
type Home = { database: Database; workspaceId: string };
type Queue = { waiting: Waiting[]; workers: number };
type Waiting = { cast: Cast; done(answer: CastAnswer): void; failed(error: unknown): void };

export function openBooth({ sources }: Pick<House, "sources">): Booth {
  const queues = new Map<string, Queue>();
  const working = new Set<Promise<void>>();

  const put = ({ database, workspaceId }: Home, some: readonly Waiting[]) =>
    inWorkspace(database, workspaceId, async (tx) => {
      const casts = some.map((one) => one.cast);
      const answers = await castAll(tx, workspaceId, casts, { ahead: sources.ahead?.() ?? 0 });
      for (const ballot of new Set(casts.map((c) => c.ballot)))
        tallyMoved({ db: tx, workspace: { id: workspaceId } }, ballot);
      return answers;
    });

  async function putAll(home: Home, some: readonly Waiting[]): Promise<void> {
    try {
      const answers = await put(home, some);
      for (const [at, one] of some.entries()) one.done(answers[at]!);
    } catch (error) {
      // One that makes no sense must not take the others with it.
      if (some.length > 1 && !isAway(error)) for (const one of some) await putAll(home, [one]);
      else for (const one of some) one.failed(error);
    }
  }

  async function workOff(home: Home, queue: Queue): Promise<void> {
    queue.workers++;
    while (queue.waiting.length > 0) await putAll(home, queue.waiting.splice(0, MOST));
    if (--queue.workers === 0) queues.delete(home.workspaceId);
  }

  function start(home: Home, queue: Queue): void {
    // After this turn of the loop: what is cast in it goes along.
    const work = Promise.resolve()
      .then(() => workOff(home, queue))
      .finally(() => working.delete(work));
    working.add(work);
  }

  return {
    cast: (home, cast) =>
      new Promise((done, failed) => {
        const queue = queues.get(home.workspaceId) ?? { waiting: [], workers: 0 };
        queues.set(home.workspaceId, queue);
        queue.waiting.push({ cast, done, failed });
        // A second one is worth it only when a whole statement waits.
        const full = queue.waiting.length >= MOST && queue.workers < AT_ONCE;
        if (queue.waiting.length === 1 && queue.workers === 0) start(home, queue);
        else if (full) start(home, queue);
      }),
    async idle() {
      await Promise.all(working);
    },
  };
}
