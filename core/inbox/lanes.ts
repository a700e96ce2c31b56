// Works off what was received: one message at a time in each place, many places at once, and several processes may do
// it together. Who dies in the middle is followed by another, when the lease has run out.
import { performance } from "node:perf_hooks";
import type { Database } from "../../db/connect.ts";
import { openEar } from "../../db/ear.ts";
import { type House, span } from "../house.ts";
import { type Keeper, type ResolveAccount, type Row, runRow, takeHead } from "./lane.ts";
import type { Home } from "./receive.ts";
import { giveBack, INBOX_CHANNEL, laneOf, waitingLanes } from "./store.ts";

export type LanesOptions = {
  resolveAccount: ResolveAccount;
  /** Lanes at work at once. Each takes one connection of the pool, which others need too. */
  parallel?: number;
  /** In milliseconds: how long nobody else touches what we took (ruling A). */
  lease?: number;
  /** In milliseconds: how often to look for what was left behind, and for what no notice told. */
  sweep?: number;
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

type Lane = {
  home: Home;
  lane: string;
  /** Rows stored with our lease: no need to ask for them. */
  hand: Row[];
  state: "asleep" | "ready" | "suspect" | "working";
  again: boolean;
  waits: number;
  timer?: NodeJS.Timeout;
};

export function startLanes(house: House, options: LanesOptions): Lanes {
  const { parallel = 6, lease = 30_000, sweep = 5_000 } = options;
  const me = house.sources.newId();
  const keeper: Keeper = { house, resolveAccount: options.resolveAccount, me, lease };
  const lanes = new Map<string, Lane>();
  const ready: Lane[] = [];
  /** Lanes whose head was being worked on when a process died: one at a time, so that the guilty one is found. */
  const suspects: Lane[] = [];
  const working = new Set<Promise<void>>();
  let suspectAtWork = false;
  let stopped = false;
  const quiet: (() => void)[] = [];

  function laneFor(home: Home, lane: string): Lane {
    const key = `${home.workspaceId}\n${lane}`;
    let found = lanes.get(key);
    if (!found) {
      found = { home, lane, hand: [], state: "asleep", again: false, waits: 0 };
      lanes.set(key, found);
    }
    return found;
  }

  function wake(home: Home, lane: string): void {
    call(laneFor(home, lane));
  }

  function call(lane: Lane): void {
    if (stopped) return;
    clearTimeout(lane.timer);
    lane.timer = undefined;
    if (lane.state !== "asleep") {
      lane.again = true;
      return;
    }
    lane.state = "ready";
    ready.push(lane);
    pump();
  }

  /** Looks again a little later: the head is in other hands, or the database is away. */
  function callLater(lane: Lane, least = 25): void {
    if (stopped || lane.timer) return;
    const milliseconds = Math.min(2000, least * 2 ** Math.min(lane.waits++, 8));
    lane.timer = setTimeout(() => call(lane), milliseconds);
    lane.timer.unref();
  }

  function pump(): void {
    while (!stopped && working.size < parallel && (ready.length > 0 || (suspects.length > 0 && !suspectAtWork))) {
      const suspect = !suspectAtWork && suspects.length > 0;
      const lane = suspect ? suspects.shift()! : ready.shift()!;
      if (suspect) suspectAtWork = true;
      lane.state = "working";
      lane.again = false;
      const work = visit(lane, suspect).finally(() => {
        working.delete(work);
        if (suspect) suspectAtWork = false;
        pump();
        if (isQuiet()) for (const tell of quiet.splice(0)) tell();
      });
      working.add(work);
    }
  }

  const isQuiet = () => working.size === 0 && ready.length === 0 && suspects.length === 0;

  /** One row of the lane. Others get their turn before its next one. */
  async function visit(lane: Lane, suspect: boolean): Promise<void> {
    let next: "ready" | "suspect" | "later" | "asleep" = "asleep";
    try {
      next = await step(lane, suspect);
    } catch (error) {
      house.log.warn({ err: error, lane: lane.lane }, "a lane waits for the database");
      next = "later";
    }
    if (stopped) return;
    if (next !== "later") lane.waits = 0;
    lane.state = "asleep";
    if (next === "suspect") {
      lane.state = "suspect";
      suspects.push(lane);
    } else if (next === "ready" || lane.again) call(lane);
    else if (next === "later") callLater(lane);
    else lanes.delete(`${lane.home.workspaceId}\n${lane.lane}`);
  }

  async function step(lane: Lane, suspect: boolean): Promise<"ready" | "suspect" | "later" | "asleep"> {
    let row = lane.hand[0];
    if (!row) {
      const head = await takeHead(keeper, lane.home, lane.lane, suspect);
      if (!head) return "asleep";
      if ("suspect" in head) return "suspect";
      if ("wait" in head) return "later";
      row = head.row;
      lane.hand.push(row);
    }
    const started = performance.now();
    const about = { run: row.run, workspace: lane.home.workspaceId };
    const done = await span(house, "command", about, () => runRow(keeper, lane.home, row));
    lane.hand.shift();
    if (!done) return "later";
    const { reply, more } = done;
    const seconds = (performance.now() - started) / 1000;
    // The name is that of a command, never what somebody typed: a label has few values.
    const name = house.commands.find(reply.command)?.name ?? "unknown";
    house.meter.command(name, row.envelope.surface, reply.status, seconds);
    options.answered?.(lane.home, row);
    return more || lane.hand.length > 0 ? "ready" : "asleep";
  }

  async function look(): Promise<void> {
    for (const database of house.databases) {
      for (const { workspaceId, lane } of await waitingLanes(database, me)) wake({ database, workspaceId }, lane);
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
    wake({ database, workspaceId }, lane);
  }

  return {
    me,
    lease,
    took(home, { run, envelope }) {
      const lane = laneFor(home, laneOf(envelope));
      lane.hand.push({ run, envelope, attempts: 1 });
      call(lane);
    },
    wake,
    async idle() {
      await look();
      while (!isQuiet()) await new Promise<void>((done) => quiet.push(done));
    },
    async stop() {
      stopped = true;
      clearInterval(timer);
      for (const lane of lanes.values()) clearTimeout(lane.timer);
      await Promise.all([...working, ...ears.map((ear) => ear.close())]);
      for (const tell of quiet.splice(0)) tell();
      const homes = new Map([...lanes.values()].map(({ home }) => [home.workspaceId, home]));
      for (const { database, workspaceId } of homes.values())
        await giveBack(database, workspaceId, me).catch(unreached);
    },
  };
}
