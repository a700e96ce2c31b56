// One lane of one database: as many messages in one question as there are free slots, one sign of life for all that run
// here, one word for all that ended a moment ago. Work that only waits leaves its slot to others meanwhile.
import { Gone, Stopping } from "./signals.ts";

/** What a piece of work does with its slot. */
export type Slot = {
  /** Waits without it, and has one again afterwards. False: too many wait here already, and nothing was waited for. */
  leave(wait: (stopped: AbortSignal) => Promise<void>): Promise<boolean>;
};
export type Carried = { job: string; workspace: string };
export type Message = { id: string; retryCount: number; data: Carried };

/** The lane as the engine has it. */
export type Post = {
  fetch(most: number): Promise<Message[]>;
  complete(messages: Message[]): Promise<unknown>;
  fail(message: Message, error: unknown): Promise<unknown>;
  /** Those of them that are still ours; undefined: it cannot be told. */
  touch(messages: Message[]): Promise<readonly string[] | undefined>;
};

export type Pump = {
  /** There may be something. */
  wake(): void;
  /** No new work; resolves when what runs here has ended. */
  stop(): Promise<void>;
};

type Options = {
  post: Post;
  slots: number;
  /** How many may wait without a slot. */
  most: number;
  pollMs: number;
  halting: AbortSignal;
  deliver(message: Carried & { id: string }, signal: AbortSignal, slot: Slot): Promise<void>;
  failed(error: unknown): void;
};

/** Three of them within the time after which nobody believes that it lives. */
const ALIVE_MS = 3_000;
/** Of many that end at about the same time one statement tells. Whoever dies before it is asked again, and finds nothing to do. */
const TOLD_MS = 20;
/** Behind a backlog: a slot that is free waits for others so long, to ask for all of them at once. */
const ROOM_MS = 5;

export function startPump({ post, slots, most, pollMs, halting, deliver, failed }: Options): Pump {
  const held = new Map<string, { message: Message; stop: AbortController }>();
  const bell = openBell();
  let over = false;
  let backlog = false;
  const seats = openSeats(slots, most, halting, () => {
    if (backlog) setTimeout(bell.ring, ROOM_MS);
  });
  const told = gathered<Message>(TOLD_MS, (ended) => post.complete(ended).catch(failed));

  const run = async (message: Message) => {
    const stop = new AbortController();
    held.set(message.id, { message, stop });
    try {
      if (halting.aborted) throw halting.reason;
      await deliver({ id: message.id, ...message.data }, stop.signal, seats);
      told.add(message);
    } catch (error) {
      await post.fail(message, error).catch(failed);
    } finally {
      held.delete(message.id);
      seats.give();
    }
  };
  const look = async () => {
    const room = seats.free();
    const found = room > 0 ? await post.fetch(room) : [];
    backlog = found.length === room;
    for (const message of found) {
      void seats.take();
      void run(message);
    }
  };
  const loop = async () => {
    while (!over) {
      const rung = bell.wait(pollMs);
      await look().catch(failed);
      await rung;
    }
  };
  const alive = async () => {
    const mine = [...held.values()];
    const ours = mine.length > 0 ? await post.touch(mine.map(({ message }) => message)) : undefined;
    // Another worker has it, or somebody ended it.
    if (ours) for (const { message, stop } of mine) if (!ours.includes(message.id)) stop.abort(new Gone());
  };
  const heart = setInterval(() => alive().catch(failed), ALIVE_MS);
  const running = slots > 0 ? loop() : Promise.resolve();

  return {
    wake: bell.ring,
    async stop() {
      over = true;
      bell.ring();
      await running;
      while (held.size > 0) await new Promise((done) => setTimeout(done, 10));
      clearInterval(heart);
      await told.end();
    },
  };
}

/** So many work at once; whoever comes back from waiting goes before what is new. */
function openSeats(slots: number, most: number, halting: AbortSignal, given: () => void) {
  const queue: (() => void)[] = [];
  let free = slots;
  let away = 0;
  const give = () => {
    const next = queue.shift();
    if (next) return next();
    free++;
    given();
  };
  const take = () => {
    if (free === 0) return new Promise<void>((done) => queue.push(done));
    free--;
    return Promise.resolve();
  };
  return {
    free: () => free,
    give,
    take,
    async leave(wait: (stopped: AbortSignal) => Promise<void>) {
      if (away >= most) return false;
      away++;
      give();
      try {
        await wait(halting);
        return true;
      } finally {
        away--;
        await take();
      }
    },
  };
}

/** Waits until it is rung, from now on, and no longer than so. */
function openBell() {
  let ring = () => {};
  return {
    ring: () => ring(),
    wait(ms: number): Promise<void> {
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, ms);
      ring = () => {
        clearTimeout(timer);
        resolve();
      };
      return promise;
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

/** Waits so long, or until it is called `early`. It throws at once when the work or this process is told to stop. */
export async function until(
  stopped: AbortSignal,
  signal: AbortSignal,
  ms: number,
  early: (then: () => void) => void,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  early(resolve);
  const stop = () => reject(new Stopping());
  const abort = () => reject(signal.reason);
  if (stopped.aborted) stop();
  if (signal.aborted) abort();
  stopped.addEventListener("abort", stop, { once: true });
  signal.addEventListener("abort", abort, { once: true });
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    stopped.removeEventListener("abort", stop);
    signal.removeEventListener("abort", abort);
  }
}
