// Lanes in line: many at once, each by one at a time, and those that broke a process one after the other.
import type { House } from "../house.ts";
import type { Row } from "./lane.ts";
import type { Home } from "./receive.ts";

export type Lane = {
  home: Home;
  lane: string;
  /** Rows stored with our lease: no need to ask for them. */
  hand: Row[];
  state: "asleep" | "ready" | "suspect" | "working";
  again: boolean;
  waits: number;
  timer?: NodeJS.Timeout | undefined;
};
/** What comes next for a lane that was visited. `expecting`: whoever brings what it waits for calls it. */
export type Next = "ready" | "suspect" | "later" | "asleep" | "expecting";

export type Queue = {
  /** There may be something in this lane; `row` is there, and ours. */
  call(home: Home, lane: string, row?: Row): void;
  /** Resolves when nobody works and nobody waits. */
  quiet(): Promise<void>;
  /** Finishes what is being worked on. Answers with the workspaces where something of ours may be left. */
  stop(): Promise<Home[]>;
};

const keyOf = ({ workspaceId }: Home, lane: string) => `${workspaceId}\n${lane}`;

/** `step` does one row of a lane: others get their turn before its next one. */
export function openQueue(
  house: Pick<House, "log">,
  /** Lanes at work at once: asked anew each time. */
  parallel: () => number,
  step: (lane: Lane, suspect: boolean) => Promise<Next>,
): Queue {
  const lanes = new Map<string, Lane>();
  const line = openLine();
  const working = new Set<Promise<void>>();
  const state = { stopped: false };
  const quiet: (() => void)[] = [];
  const isQuiet = () => working.size === 0 && line.isEmpty();

  function call(lane: Lane): void {
    if (state.stopped) return;
    clearTimeout(lane.timer);
    lane.timer = undefined;
    if (lane.state !== "asleep") {
      lane.again = true;
      return;
    }
    lane.state = "ready";
    line.ready(lane);
    pump();
  }

  function pump(): void {
    while (!state.stopped && working.size < parallel()) {
      const turn = line.next();
      if (!turn) return;
      turn.lane.state = "working";
      turn.lane.again = false;
      const work = visit(turn.lane, turn.suspect).finally(() => {
        working.delete(work);
        turn.end();
        pump();
        if (isQuiet()) for (const tell of quiet.splice(0)) tell();
      });
      working.add(work);
    }
  }

  async function visit(lane: Lane, suspect: boolean): Promise<void> {
    const then = await step(lane, suspect).catch((error: unknown): Next => {
      house.log.warn({ err: error, lane: lane.lane }, "a lane waits for the database");
      return "later";
    });
    if (!state.stopped) settle(lane, then);
  }

  function settle(lane: Lane, then: Next): void {
    if (then !== "later") lane.waits = 0;
    lane.state = then === "suspect" ? "suspect" : "asleep";
    if (then === "suspect") line.suspect(lane);
    else if (then === "ready" || lane.again) call(lane);
    else if (then === "later") callLater(lane, () => call(lane));
    else if (then === "asleep") lanes.delete(keyOf(lane.home, lane.lane));
  }

  return {
    call(home, name, row) {
      const key = keyOf(home, name);
      const lane: Lane = lanes.get(key) ?? { home, lane: name, hand: [], state: "asleep", again: false, waits: 0 };
      lanes.set(key, lane);
      if (row) lane.hand.push(row);
      call(lane);
    },
    async quiet() {
      while (!isQuiet()) await new Promise<void>((done) => quiet.push(done));
    },
    async stop() {
      state.stopped = true;
      for (const lane of lanes.values()) clearTimeout(lane.timer);
      await Promise.all(working);
      for (const tell of quiet.splice(0)) tell();
      return [...new Map([...lanes.values()].map(({ home }) => [home.workspaceId, home])).values()];
    },
  };
}

/** Lanes whose head was being worked on when a process died go one at a time, so that the guilty one is found. */
function openLine() {
  const ready: Lane[] = [];
  const suspects: Lane[] = [];
  let suspectAtWork = false;
  return {
    ready: (lane: Lane) => void ready.push(lane),
    suspect: (lane: Lane) => void suspects.push(lane),
    isEmpty: () => ready.length === 0 && suspects.length === 0,
    next(): { lane: Lane; suspect: boolean; end(): void } | undefined {
      const guilty = suspectAtWork ? undefined : suspects.shift();
      if (!guilty) {
        const lane = ready.shift();
        return lane && { lane, suspect: false, end() {} };
      }
      suspectAtWork = true;
      const end = () => {
        suspectAtWork = false;
      };
      return { lane: guilty, suspect: true, end };
    },
  };
}

/** Looks again a little later: the head is in other hands, or the database is away. */
function callLater(lane: Lane, call: () => void): void {
  if (lane.timer) return;
  lane.timer = setTimeout(call, Math.min(2000, 25 * 2 ** Math.min(lane.waits++, 8)));
  lane.timer.unref();
}
