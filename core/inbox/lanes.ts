// Works off what was received: one message at a time in each place, many places at once, and several processes may do
// it together. Who dies in the middle is followed by another, when the lease has run out.
import { performance } from "node:perf_hooks";
import type { Database } from "../../db/connect.ts";
import { openEar } from "../../db/ear.ts";
import { type House, span } from "../house.ts";
import type { Reply } from "./envelope.ts";
import { type Keeper, type ResolveAccount, type ResolveAccounts, type Row, runRow, takeHead } from "./lane.ts";
import { type Lane, type Next, openQueue } from "./queue.ts";
import type { Home } from "./receive.ts";
import { giveBack, INBOX_CHANNEL, laneOf, waitingLanes } from "./store.ts";
import { runTogether } from "./together.ts";

export type LanesOptions = {
  resolveAccount: ResolveAccount;
  /** Not there: they are asked for one by one. */
  resolveAccounts?: ResolveAccounts;
  /** Lanes at work at once. Each takes one connection of the pool, which others need too. */
  parallel?: number;
  /** In milliseconds: how long nobody else touches what we took (ruling A). */
  lease?: number;
  /** In milliseconds: how often to look for what was left behind, and for what no notice told. */
  sweep?: number;
  /** Messages are waiting to be taken in: they are acknowledged first, for whoever sent them waits three seconds only. */
  pressed?(): boolean;
  /**
   * Brings what a message only names: a file takes its time, which holds up its own place alone. It never fails: what
   * cannot be had is refused in words. Undefined: there is nothing to bring.
   */
  fetch?(envelope: Row["envelope"]): Promise<Row["envelope"]> | undefined;
  /** An answer was committed and waits in the outbox. */
  answered?(home: Home, row: Row): void;
};

export type Lanes = {
  /** The name of this process in leases. */
  me: string;
  lease: number;
  /** A row was stored with our lease. */
  took(home: Home, row: { run: string; envelope: Row["envelope"] }): void;
  /** There may be something in this lane. */
  wake(home: Home, lane: string): void;
  /** Looks everywhere now, and resolves when nothing that could be done is left. */
  idle(): Promise<void>;
  /** Finishes what is being worked on. The rest stays for others. */
  stop(): Promise<void>;
};

export function startLanes(house: House, options: LanesOptions): Lanes {
  const { parallel = 6, lease = 30_000, sweep = 5_000 } = options;
  const me = house.sources.newId();
  const { resolveAccount, resolveAccounts = oneByOne(resolveAccount) } = options;
  const keeper: Keeper = { house, resolveAccount, resolveAccounts, me, lease };
  const atOnce = () => (options.pressed?.() ? 1 : parallel);
  const lanes = openQueue(house, atOnce, (lane, suspect) => step(keeper, lane, suspect, options.answered, bring));

  /** False: it is on its way, and its lane is called when it is here. */
  function bring(lane: Lane, row: Row): boolean {
    const coming = row.files ? undefined : options.fetch?.(row.envelope);
    if (!coming) return row.files !== "coming";
    row.files = "coming";
    const here = (envelope: Row["envelope"]) => {
      Object.assign(row, { envelope, files: "here" });
      lanes.call(lane.home, lane.lane);
    };
    coming.then(here, (error: unknown) => {
      house.log.error({ run: row.run, err: error }, "what a message names could not be brought");
      here(row.envelope);
    });
    return false;
  }

  async function look(): Promise<void> {
    for (const database of house.databases) {
      for (const { workspaceId, lane } of await waitingLanes(database, me)) lanes.call({ database, workspaceId }, lane);
    }
  }
  const unreached = (error: unknown) => house.log.warn({ err: error }, "the inbox could not be reached");
  const looking = () => look().catch(unreached);
  const timer = setInterval(looking, sweep);
  timer.unref();
  const ears = house.databases.map((database) =>
    openEar(database, { channel: INBOX_CHANNEL, heard: (notice) => hear(database, notice), ready: looking }),
  );
  function hear(database: Database, notice: string): void {
    const [workspaceId, lane] = JSON.parse(notice) as [string, string];
    lanes.call({ database, workspaceId }, lane);
  }

  return {
    me,
    lease,
    took: (home, { run, envelope }) => lanes.call(home, laneOf(envelope), { run, envelope, attempts: 0 }),
    wake: (home, lane) => lanes.call(home, lane),
    async idle() {
      await look();
      await lanes.quiet();
    },
    async stop() {
      clearInterval(timer);
      const left = lanes.stop();
      await Promise.all(ears.map((ear) => ear.close()));
      for (const { database, workspaceId } of await left) await giveBack(database, workspaceId, me).catch(unreached);
    },
  };
}

const oneByOne =
  (resolveAccount: ResolveAccount): ResolveAccounts =>
  async (room, envelopes) => {
    const found = new Map<string, string>();
    for (const envelope of envelopes) {
      const { id } = envelope.account;
      const known = found.has(id) ? undefined : await resolveAccount(room, envelope);
      if (known) found.set(id, known.personId);
    }
    return found;
  };

/** One row of the lane, or some that go together: the first of those in our hand, else of those that wait. */
async function step(
  keeper: Keeper,
  lane: Lane,
  suspect: boolean,
  told: LanesOptions["answered"],
  bring: (lane: Lane, row: Row) => boolean,
): Promise<Next> {
  const { house } = keeper;
  let row = lane.hand[0];
  if (!row) {
    const head = await takeHead(keeper, lane.home, lane.lane, suspect);
    if (!head) return "asleep";
    if ("suspect" in head) return "suspect";
    if ("wait" in head) return "later";
    lane.hand.push(...head.rows);
    row = head.rows[0];
  }
  if (row.together) {
    const then = await stepTogether(keeper, lane, told);
    if (then !== "apart") return then;
  }
  if (!bring(lane, row)) return "expecting";
  const taken = row;
  const started = performance.now();
  const about = { run: row.run, workspace: lane.home.workspaceId };
  const done = await span(house, "command", about, () => runRow(keeper, lane.home, taken));
  lane.hand.shift();
  if (!done) return "later";
  const { reply, more } = done;
  measured(house, row, reply, started);
  told?.(lane.home, row);
  return more || lane.hand.length > 0 ? "ready" : "asleep";
}

function measured(house: House, row: Row, reply: Reply, started: number): void {
  const seconds = (performance.now() - started) / 1000;
  // The name is that of a command, never what somebody typed: a label has few values.
  const name = house.commands.find(reply.command)?.name ?? "unknown";
  house.meter.command(name, row.envelope.surface, reply.status, seconds);
}

async function stepTogether(keeper: Keeper, lane: Lane, told: LanesOptions["answered"]): Promise<Next | "apart"> {
  const { house } = keeper;
  const end = lane.hand.findIndex((row) => !row.together);
  const rows = end < 0 ? [...lane.hand] : lane.hand.slice(0, end);
  const started = performance.now();
  const about = { run: rows[0]!.run, workspace: lane.home.workspaceId };
  const done = await span(house, "presses", about, () => runTogether(keeper, lane.home, rows));
  if (done === "apart") {
    for (const row of rows) row.together = false;
    return done;
  }
  lane.hand.splice(0, rows.length);
  if (!done) return "later";
  for (const [n, row] of rows.entries()) measured(house, row, done.replies[n]!, started);
  told?.(lane.home, rows[0]!);
  return done.more || lane.hand.length > 0 ? "ready" : "asleep";
}
