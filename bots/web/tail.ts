// The events of a workspace as they commit, each once and in order, for whoever listens in this process. A row is
// looked at only when no transaction older than it can still commit: `tx` below the horizon.
import type { House } from "../../core/house.ts";
import { type Database, inWorkspace, rawOf, type Tx } from "../../db/connect.ts";

export type TailEvent = {
  tx: string;
  seq: string;
  name: string;
  at: string;
  personId: string | null;
  runId: string | null;
  subject: string;
  payload: Record<string, unknown>;
};
/** Where a reader is: everything up to here was seen. */
export type Position = { tx: bigint; seq: bigint };

export type Listener = {
  /** Events after `from`, in order; then whatever comes. Nothing is awaited: a slow listener drops itself. */
  take(events: readonly TailEvent[]): void;
  /** The tail ends: this process stops. */
  end(): void;
};

export type Tails = {
  /** Answers with where the tail stands: what is older must be read by `readAfter`. */
  listen(database: Database, workspaceId: string, listener: Listener): Promise<{ from: Position; leave(): void }>;
  stirred(workspaceId: string): void;
  stop(): void;
};

/** While nothing was announced by this process: how late what another process wrote may be. */
const IDLE = 250;
/** After this process announced an event: it commits within milliseconds, or the transaction is a long one. */
const SOON = [5, 5, 10, 10, 20, 40, 80, 160];
const AFTER_FAULT = 1_000;
const PAGE = 500;

type Tail = { listeners: Set<Listener>; stirred(): void; started: Promise<Position>; at: Position; stop(): void };

export function makeTails(house: Pick<House, "log">): Tails {
  const tails = new Map<string, Tail>();
  let stopped = false;
  return {
    async listen(database, workspaceId, listener) {
      if (stopped) throw new Error("This process is stopping.");
      let tail = tails.get(workspaceId);
      if (!tail) {
        tail = startTail(database, workspaceId, house);
        tails.set(workspaceId, tail);
      }
      const own = tail;
      own.listeners.add(listener);
      const leave = () => {
        own.listeners.delete(listener);
        if (own.listeners.size > 0) return;
        own.stop();
        if (tails.get(workspaceId) === own) tails.delete(workspaceId);
      };
      try {
        await own.started;
      } catch (error) {
        leave();
        throw error;
      }
      // No await between this and the return: nothing can be taken in between.
      return { from: own.at, leave };
    },
    stirred: (workspaceId) => tails.get(workspaceId)?.stirred(),
    stop() {
      stopped = true;
      for (const tail of tails.values()) {
        tail.stop();
        for (const listener of tail.listeners) listener.end();
      }
      tails.clear();
    },
  };
}

function startTail(database: Database, workspaceId: string, { log }: Pick<House, "log">): Tail {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let reading = false;
  let haste = SOON.length;
  const look = async () => {
    if (reading || stopped) return;
    reading = true;
    let next = IDLE;
    try {
      const { events, full, seen } = await readAfter(database, workspaceId, tail.at);
      tail.at = seen;
      if (events.length > 0) for (const listener of [...tail.listeners]) listener.take(events);
      // One transaction that came is perhaps not the one that was announced: the haste lasts its time.
      next = full ? 0 : (SOON[haste++] ?? IDLE);
    } catch (err) {
      log.debug({ err, workspace: workspaceId }, "events could not be read; trying again");
      next = AFTER_FAULT;
    }
    reading = false;
    plan(next);
  };
  const plan = (milliseconds: number) => {
    clearTimeout(timer);
    if (!stopped) timer = setTimeout(look, milliseconds);
  };
  const tail: Tail = {
    listeners: new Set(),
    at: { tx: 0n, seq: 0n },
    started: readHorizon(database, workspaceId).then((at) => {
      tail.at = at;
      plan(0);
      return at;
    }),
    stirred() {
      haste = 0;
      if (!reading) plan(SOON[0]!);
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
  return tail;
}

/** Everything from here on is new: what commits later has a `tx` of at least this. */
async function readHorizon(database: Database, workspaceId: string): Promise<Position> {
  return { tx: (await inWorkspace(database, workspaceId, horizonOf)) - 1n, seq: END.seq };
}

/**
 * Below this, every transaction that writes events has ended. A snapshot's xmin would say it too, but it waits for
 * writers in every database of the server; only those of our role in our own write here. `backend_xid` has 32 bits:
 * the nearest number below xmax is meant. The events must be read by a later statement: its snapshot holds whoever
 * ended between the two looks of this one.
 */
async function horizonOf(tx: Tx): Promise<bigint> {
  const [row] = await rawOf(tx)<{ horizon: string }[]>`
    select coalesce(min(xmax + below), min(xmax))::text as horizon
    from (select pg_snapshot_xmax(pg_current_snapshot())::text::bigint as xmax) s
    left join lateral (
      select ((backend_xid::text::bigint - xmax + 2147483648) & 4294967295) - 2147483648 as below
      from pg_stat_activity where datname = current_database() and backend_xid is not null) a on below < 0`;
  return BigInt(row?.horizon ?? 0);
}
const END: Position = { tx: 2n ** 64n - 1n, seq: 2n ** 63n - 1n };

export type Page = { events: TailEvent[]; full: boolean; seen: Position };

/**
 * The next page after a position, up to `until` (included) when it is given. `seen` is where a reader stands then: in
 * a quiet workspace of a busy database it goes on too.
 */
export async function readAfter(
  database: Database,
  workspaceId: string,
  after: Position,
  until: Position = END,
): Promise<Page> {
  return inWorkspace(database, workspaceId, async (tx) => {
    const below = await horizonOf(tx);
    const events = await rawOf(tx)<TailEvent[]>`
      select tx::text, seq::text, name, at, person_id as "personId", run_id as "runId", subject, payload
      from event e
      where workspace_id = ${workspaceId} and tx < ${String(below)}::xid8
        and (tx, seq) > (${String(after.tx)}::xid8, ${String(after.seq)}::bigint)
        and (tx, seq) <= (${String(until.tx)}::xid8, ${String(until.seq)}::bigint)
      order by e.tx, e.seq limit ${PAGE}`;
    const full = events.length === PAGE;
    const horizon = { tx: below - 1n, seq: END.seq };
    const last = events.at(-1);
    const seen = full && last ? positionOf(last) : isAfter(horizon, after) ? horizon : after;
    return { events: [...events], full, seen };
  });
}

export const positionOf = ({ tx, seq }: Pick<TailEvent, "tx" | "seq">): Position => ({
  tx: BigInt(tx),
  seq: BigInt(seq),
});
export const isAfter = (a: Position, b: Position): boolean => a.tx > b.tx || (a.tx === b.tx && a.seq > b.seq);
