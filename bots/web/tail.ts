// The events of a workspace as they commit, each once and in order, for whoever listens in this process. A row is
// looked at only when no transaction older than it can still commit: `tx` below the snapshot's xmin.
import type { House } from "../../core/house.ts";
import { type Database, inWorkspace, rawOf } from "../../db/connect.ts";

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
  const [row] = await inWorkspace(
    database,
    workspaceId,
    (tx) => rawOf(tx)<{ xmin: string }[]>`select pg_snapshot_xmin(pg_current_snapshot())::text as xmin`,
  );
  return { tx: BigInt(row?.xmin ?? 0) - 1n, seq: END.seq };
}
const END: Position = { tx: 2n ** 64n - 1n, seq: 2n ** 63n - 1n };

export type Page = { events: TailEvent[]; full: boolean; seen: Position };
type Row = { [K in keyof TailEvent]: TailEvent[K] | null } & { xmin: string };

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
  const rows = await inWorkspace(
    database,
    workspaceId,
    (tx) => rawOf(tx)<Row[]>`
      select h.xmin::text, e.tx::text, e.seq::text, e.name, e.at, e.person_id as "personId", e.run_id as "runId",
        e.subject, e.payload
      from (select pg_snapshot_xmin(pg_current_snapshot()) as xmin) h left join lateral (
        select * from event
        where workspace_id = ${workspaceId} and tx < h.xmin
          and (tx, seq) > (${String(after.tx)}::xid8, ${String(after.seq)}::bigint)
          and (tx, seq) <= (${String(until.tx)}::xid8, ${String(until.seq)}::bigint)
        order by tx, seq limit ${PAGE}) e on true
      order by e.tx, e.seq`,
  );
  const events = rows.filter((row): row is Row & TailEvent => row.seq !== null);
  const full = events.length === PAGE;
  const horizon = { tx: BigInt(rows[0]?.xmin ?? 0) - 1n, seq: END.seq };
  const last = events.at(-1);
  const seen = full && last ? positionOf(last) : isAfter(horizon, after) ? horizon : after;
  return { events, full, seen };
}

export const positionOf = ({ tx, seq }: Pick<TailEvent, "tx" | "seq">): Position => ({
  tx: BigInt(tx),
  seq: BigInt(seq),
});
export const isAfter = (a: Position, b: Position): boolean => a.tx > b.tx || (a.tx === b.tx && a.seq > b.seq);
