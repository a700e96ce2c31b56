// Transfers that come together are written together: a transaction for each would cost each a wait for the disk and for
// the accounts that all of them touch. What waits while others are written is the next batch; alone, nothing waits.
import { type Database, inWorkspace } from "../../db/connect.ts";
import { isAway } from "../away.ts";
import type { House } from "../house.ts";
import { type Asked, type Outcome, putAll } from "./door.ts";
import { checkOrder, type Order } from "./order.ts";
import { type Posted, settled } from "./post.ts";

/** Transfers in one transaction. More make each of them wait longer without going faster. */
const MOST = 200;
/** One is made ready while another is being written. */
const AT_ONCE = 2;
/** Two processes that were asked the same at once: the later one looks again, and finds it. */
const AGAIN: ReadonlySet<string> = new Set(["23505", "40001", "40P01"]);
const TRIES = 5;

type Home = { database: Database; workspaceId: string; personId?: string };
type Waiting = { asked: Asked; done(outcome: Outcome): void; failed(error: unknown): void };
type Queue = { waiting: Waiting[]; workers: number };

export type Till = {
  /** Resolves when it is durable; rejects with a Refusal when it may not be done. */
  post(home: Home, order: Order): Promise<Posted>;
};

export function openTill({ sources }: Pick<House, "sources">): Till {
  const queues = new Map<string, Queue>();

  const put = (home: Home, some: readonly Waiting[]) =>
    inWorkspace(home.database, home.workspaceId, (tx) =>
      putAll(
        tx,
        some.map(({ asked }) => asked),
        { now: sources.now(), newId: () => sources.newId() },
      ),
    );

  async function putSome(home: Home, some: readonly Waiting[], tries = 1): Promise<void> {
    try {
      const outcomes = await put(home, some);
      for (const [at, one] of some.entries()) one.done(outcomes[at]!);
    } catch (error) {
      if (tries < TRIES && AGAIN.has((error as { code?: string }).code ?? "")) return putSome(home, some, tries + 1);
      // What is wrong with one is its own matter.
      if (some.length > 1 && !isAway(error)) for (const one of some) await putSome(home, [one]);
      else for (const one of some) one.failed(error);
    }
  }

  async function workOff(home: Home, queue: Queue): Promise<void> {
    while (queue.waiting.length > 0) await putSome(home, queue.waiting.splice(0, MOST));
    if (--queue.workers === 0) queues.delete(keyOf(home));
  }

  function add(home: Home, one: Waiting): void {
    const queue = queues.get(keyOf(home)) ?? { waiting: [], workers: 0 };
    queues.set(keyOf(home), queue);
    queue.waiting.push(one);
    if (queue.workers >= AT_ONCE || queue.waiting.length > 1) return;
    queue.workers++;
    // After this turn of the loop: what is asked for in it goes along.
    queueMicrotask(() => void workOff(home, queue));
  }

  return {
    async post(home, order) {
      checkOrder(order);
      const at = sources.now();
      const asked = { order, id: sources.newId(), at, personId: home.personId ?? null, runId: null };
      const outcome = await new Promise<Outcome>((done, failed) => add(home, { asked, done, failed }));
      if (outcome.outcome === "posted" && outcome.number !== null)
        return { id: outcome.id, number: outcome.number, repeated: false };
      return inWorkspace(home.database, home.workspaceId, (db) => settled({ db }, asked, outcome));
    },
  };
}

const keyOf = ({ database, workspaceId }: Home) => `${database.name}\n${workspaceId}`;
