// Everything that may leave for one place now: each message sent, and what became of it written with taking the next.
import { type Database, inWorkspace, type Tx } from "../../db/connect.ts";
import { isPassing } from "../away.ts";
import { type Delivery, deliver, type Outcome } from "./deliver.ts";
import { movePlace } from "./places.ts";
import { type Due, type Ending, finish, finishAll, type Head, step } from "./rows.ts";
import type { Outgoing } from "./sender.ts";
import { tellFailed, tellGone } from "./tell.ts";
import type { PlaceKey } from "./write.ts";

export type Visit = {
  database: Database;
  place: PlaceKey;
  delivery: Delivery;
  lease: number;
  /** Whether it is still for us to send to this place. */
  goesOn(): boolean;
  stopped(): boolean;
};
type Done = { outcome: Outcome; message: Outgoing };

/** Answers how long the head of the place has to wait; nothing: nothing waits. */
export async function visit(to: Visit): Promise<number | undefined> {
  let done: readonly Done[] = [];
  for (;;) {
    const last = done;
    const goesOn = to.goesOn();
    const head: Head = await lasting(to, () => write(to, last, goesOn));
    if (!head || !goesOn) return undefined;
    if ("wait" in head) return head.wait;
    done = await sendAll(to.delivery, head.due);
  }
}

/** Those for different people at once; two for one person in their order. */
async function sendAll(delivery: Delivery, due: readonly Due[]): Promise<Done[]> {
  const done: Done[] = [];
  const mine = Map.groupBy(due, ({ message: { hints, id } }) => (due.length > 1 ? String(hints.account ?? id) : ""));
  const one = async ({ message, since, gone, moved }: Due): Promise<void> => {
    const { id } = message;
    const outcome: Outcome = gone
      ? { id, kind: "gone" }
      : moved
        ? { id, kind: "moved", to: moved }
        : await deliver(delivery, message, since);
    done.push({ outcome, message });
  };
  await Promise.all(
    [...mine.values()].map(async (those) => {
      for (const each of those) await one(each);
    }),
  );
  return done;
}

/** What became of a message is known only to us: it is written as soon as the database can be reached again. */
async function lasting<T>({ stopped }: Visit, work: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if (!isPassing(error) || (stopped() && tries > 5)) throw error;
      await new Promise((done) => setTimeout(done, Math.min(1000, 50 * 2 ** tries)));
    }
  }
}

/** What was sent of many is written together, and whatever became of another by itself. */
async function write(to: Visit, done: readonly Done[], goesOn: boolean): Promise<Head> {
  const { database, place, lease } = to;
  const [first, ...others] = done;
  if (others.length === 0) return writeOne(to, first, goesOn);
  const fine: Ending[] = [];
  for (const one of done) {
    const { outcome } = one;
    if (outcome.kind === "sent" || outcome.kind === "again") fine.push(outcome);
    else await writeOne(to, one, false);
  }
  if (goesOn) return step(database, place, lease, fine);
  await finishAll(database, place, fine);
  return undefined;
}

async function writeOne({ database, place, delivery, lease }: Visit, done: Done | undefined, goesOn: boolean) {
  if (!done) return goesOn ? step(database, place, lease, undefined) : undefined;
  const { outcome, message } = done;
  if (outcome.kind === "moved") {
    await inWorkspace(database, place.workspaceId, (tx) => movePlace(delivery.house, tx, place, outcome.to));
    return goesOn ? step(database, place, lease, undefined) : undefined;
  }
  const gone = outcome.kind === "gone";
  const ending: Ending = gone ? { id: outcome.id, kind: "failed", error: "The place is gone." } : outcome;
  const tell = (tx: Tx) => {
    if (ending.kind !== "failed") return Promise.resolve();
    return gone ? tellGone(delivery.house, tx, place) : tellFailed(delivery.house, tx, place, message, ending.error);
  };
  if (goesOn) return step(database, place, lease, ending, tell);
  await finish(database, place, ending, tell);
  return undefined;
}
