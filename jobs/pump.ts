// One lane of one database: as many messages in one question as there are free slots, one sign of life for all that run
// here, one word for all that ended a moment ago. Work that only waits leaves its slot to others meanwhile.
import type { PgBoss } from "pg-boss";
import type { Lane } from "./handler.ts";
import { Gone, Stopping } from "./signals.ts";

/** What a piece of work does with its slot. */
export type Slot = {
  /** Waits without it, and has one again afterwards. False: too many wait here already, and nothing was waited for. */
  leave(wait: (stopped: AbortSignal) => Promise<void>): Promise<boolean>;
};
export type Carried = { job: string; workspace: string };
type Message = { id: string; retryCount: number; data: Carried };
type Held = { message: Message; stop: AbortController };

export type Pump = {
  /** There may be something. */
  wake(): void;
  /** No new work; resolves when what runs here has ended. */
  stop(): Promise<void>;
};

type Options = {
  boss: PgBoss;
  lane: Lane;
  slots: number;
  /** How many may wait without a slot. */
  most: number;
  pollMs: number;
  halting: AbortSignal;
  deliver(message: Carried & { id: string }, signal: AbortSignal, slot: Slot): Promise<void>;
  failed(error: unknown, doing: string): void;
};

/** Three of them within the time after which nobody believes that it lives. */
const ALIVE_MS = 3_000;
/** Of many that end at about the same time one statement tells. Whoever dies before it is asked again, and finds nothing to do. */
const TOLD_MS = 20;
/** Behind a backlog: a slot that is free waits for others so long, to ask for all of them at once. */
const ROOM_MS = 5;

export function startPump({ boss, lane, slots, most, pollMs, halting, deliver, failed }: Options): Pump {
  const held = new Map<string, Held>();
  const queue: (() => void)[] = [];
  let free = slots;
  let away = 0;
  let over = false;
  let backlog = false;
  let rung = false;
  let ring: (() => void) | undefined;
  const wake = () => {
    rung = true;
    ring?.();
  };

  const give = () => {
    const next = queue.shift();
    if (next) return next();
    free++;
    if (backlog) setTimeout(wake, ROOM_MS);
  };
  const take = () => {
    if (free > 0) {
      free--;
      return Promise.resolve();
    }
    return new Promise<void>((done) => queue.push(done));
  };

  const told = gathered<Message>(TOLD_MS, (ended) =>
    boss.complete(lane, ended).then(undefined, (error) => failed(error, "complete")),
  );
  const run = async (one: Held) => {
    const { message, stop } = one;
    const slot: Slot = {
      async leave(wait) {
        if (away >= most || halting.aborted) return false;
        away++;
        give();
        try {
          await wait(halting);
          return true;
        } finally {
          await take();
          away--;
        }
      },
    };
    try {
      if (halting.aborted) throw halting.reason;
      await deliver({ id: message.id, ...message.data }, stop.signal, slot);
      told.add(message);
    } catch (error) {
      await boss
        .fail(lane, [message], error instanceof Error ? { message: error.message } : {})
        .catch((again) => failed(again, "fail"));
    } finally {
      held.delete(message.id);
      give();
    }
  };

  const alive = async () => {
    const mine = [...held.values()];
    if (mine.length === 0) return;
    const { settled } = (await boss.touch(
      lane,
      mine.map(({ message }) => message),
    )) as { settled?: string[] };
    if (!settled) return;
    const ours = new Set(settled);
    // Another worker has it, or somebody ended it.
    for (const { message, stop } of mine) if (!ours.has(message.id)) stop.abort(new Gone());
  };
  const heart = setInterval(() => alive().catch((error) => failed(error, "touch")), ALIVE_MS);

  const look = async () => {
    const room = free;
    if (room === 0) {
      backlog = true;
      return;
    }
    const found = (await boss.fetch<Carried>(lane, { batchSize: room })) as unknown as Message[];
    backlog = found.length === room;
    for (const message of found) {
      const one = { message, stop: new AbortController() };
      free--;
      held.set(message.id, one);
      void run(one);
    }
  };
  const loop = async () => {
    while (!over) {
      rung = false;
      await look().catch((error) => failed(error, "fetch"));
      if (over || rung) continue;
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, pollMs);
      ring = resolve;
      await promise;
      ring = undefined;
      clearTimeout(timer);
    }
  };
  const running = slots > 0 ? loop() : Promise.resolve();

  return {
    wake,
    async stop() {
      over = true;
      wake();
      await running;
      while (held.size > 0) await new Promise((done) => setTimeout(done, 10));
      clearInterval(heart);
      await told.end();
    },
  };
}

/** What comes within so long goes together. */
function gathered<T>(ms: number, send: (all: T[]) => Promise<unknown>) {
  let waiting: T[] = [];
  let timer: NodeJS.Timeout | undefined;
  let going: Promise<unknown> = Promise.resolve();
  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    if (waiting.length === 0) return;
    const all = waiting;
    waiting = [];
    going = Promise.all([going, send(all)]);
  };
  return {
    add(one: T) {
      waiting.push(one);
      timer ??= setTimeout(flush, ms);
    },
    async end() {
      flush();
      await going;
    },
  };
}

/** Ends the wait at once when this process does: what waits is given back unharmed. */
export async function until(
  stopped: AbortSignal,
  others: AbortSignal,
  ms: number,
  early: (then: () => void) => void,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  early(resolve);
  const stop = () => reject(new Stopping());
  const abort = () => reject(others.reason);
  if (stopped.aborted) stop();
  if (others.aborted) abort();
  stopped.addEventListener("abort", stop, { once: true });
  others.addEventListener("abort", abort, { once: true });
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    stopped.removeEventListener("abort", stop);
    others.removeEventListener("abort", abort);
  }
}
