// The clerk of the ballots: hears of votes and keeps the cards at the tally, and ends ballots in the second in which their
// time is over. Several may work: what one has shown or ended, the others find done.
import type { Act } from "../core/act.ts";
import { isAway } from "../core/away.ts";
import type { House } from "../core/house.ts";
import { jobAct } from "../core/jobs/index.ts";
import {
  BALLOT_CHANNEL,
  dueBallots,
  endBallot,
  followTally,
  followTrack,
  missedTracks,
  staleBallots,
  timeLeft,
} from "../core/votes/index.ts";
import { type Database, inWorkspace } from "../db/connect.ts";
import { openEar } from "../db/ear.ts";
import { workspacesOf } from "./workspaces.ts";

/** A card is edited about once a second at most, however many vote: the outbox keeps each platform's own pace. */
const PACE = 1_000;
const RETRY = 250;
/** For what no notice told, and for what ends soon. */
const LOOK = 5_000;

export type Clerk = {
  /** Closes what is due and shows what moved, now. */
  look(): Promise<void>;
  stop(): Promise<void>;
};
type Home = { database: Database; workspaceId: string };
type Desk = {
  house: House;
  stopped: boolean;
  /** Runs something that may fail without harm: it is looked for again. */
  does(work: Promise<unknown>): Promise<void>;
};

export function startClerk(house: House): Clerk {
  const working = new Set<Promise<void>>();
  const desk: Desk = {
    house,
    stopped: false,
    does(work) {
      const done: Promise<void> = work
        .catch((error: unknown) => {
          if (!isAway(error)) house.log.warn({ err: error }, "a ballot could not be followed");
        })
        .then(() => void working.delete(done));
      working.add(done);
      return done;
    },
  };
  const follower = openFollower(desk);
  const ender = openEnder(desk);
  async function lookAt(home: Home): Promise<void> {
    const stale = await ender.look(home);
    for (const ballot of stale) follower.moved(home, ballot);
  }
  let looking: Promise<void> = Promise.resolve();
  const look = () => {
    looking = looking.then(() =>
      desk.does(
        (async () => {
          for (const database of house.databases)
            for (const { workspaceId } of await workspacesOf(database)) await lookAt({ database, workspaceId });
        })(),
      ),
    );
    return looking;
  };
  const ears = house.databases.map((database) =>
    openEar(database, {
      channel: BALLOT_CHANNEL,
      heard(told) {
        const [workspaceId, ballot] = JSON.parse(told) as [string, string];
        follower.moved({ database, workspaceId }, ballot);
      },
      ready: () => void look(),
    }),
  );
  const timer = setInterval(() => void look(), LOOK);
  timer.unref();
  return {
    look,
    async stop() {
      desk.stopped = true;
      clearInterval(timer);
      follower.stop();
      ender.stop();
      await looking;
      await Promise.all(working);
      await Promise.all(ears.map((ear) => ear.close()));
    },
  };
}

type Spot = Home & { ballot: string; at: number; timer?: NodeJS.Timeout | undefined; again: boolean; busy: boolean };

/** One edit at a time for each ballot, and no faster than the pace: what moved meanwhile is in the next one. */
function openFollower(desk: Desk) {
  const spots = new Map<string, Spot>();

  function moved(home: Home, ballot: string): void {
    if (desk.stopped) return;
    const key = `${home.workspaceId} ${ballot}`;
    const spot: Spot = spots.get(key) ?? { ...home, ballot, at: -PACE, again: false, busy: false };
    spots.set(key, spot);
    if (spot.busy) spot.again = true;
    else spot.timer ??= setTimeout(() => void desk.does(follow(key, spot)), waitOf(spot));
  }

  async function follow(key: string, spot: Spot): Promise<void> {
    spot.timer = undefined;
    Object.assign(spot, { busy: true, again: false, at: performance.now() });
    const shown = await within(desk.house, spot, (act) => followTally(act, desk.house.commands, spot.ballot)).finally(
      () => {
        spot.busy = false;
      },
    );
    if (spot.again) moved(spot, spot.ballot);
    else if (!shown) spots.delete(key);
  }

  return {
    moved,
    stop() {
      for (const spot of spots.values()) clearTimeout(spot.timer);
    },
  };
}

const waitOf = (spot: Spot) => Math.max(0, spot.at + PACE - performance.now());

/** Those that end before the next look get a timer of their own. */
function openEnder({ house, does, ...desk }: Desk) {
  const timers = new Map<string, NodeJS.Timeout>();
  const end = (home: Home, ballot: string) => does(tryEnd(home, ballot));
  async function tryEnd(home: Home, ballot: string): Promise<void> {
    const waits = await within(house, home, async (act) => {
      const ended = await endBallot(act, house.commands, ballot);
      return !ended && (await dueBallots(act)).includes(ballot);
    });
    // Votes that came in time are still being counted.
    if (waits) endIn(home, ballot, RETRY);
  }

  function endIn(home: Home, ballot: string, left: number): void {
    if (desk.stopped || timers.has(ballot)) return;
    const timer = setTimeout(() => {
      timers.delete(ballot);
      void end(home, ballot);
    }, Math.max(0, left) + 5);
    timers.set(ballot, timer);
  }

  return {
    /** Answers with the ballots whose cards show too little. */
    async look(home: Home): Promise<string[]> {
      const { due, stale, soon, missed } = await within(house, home, async (act) => {
        const near = await dueBallots(act, LOOK);
        const left = await Promise.all(near.map((ballot) => timeLeft(act, ballot)));
        const all = near.map((ballot, at) => ({ ballot, left: left[at]! }));
        return {
          due: all.filter((one) => one.left <= 0),
          soon: all.filter((one) => one.left > 0),
          stale: await staleBallots(act),
          missed: await missedTracks(act),
        };
      });
      for (const { ballot } of due) await end(home, ballot);
      for (const { ballot, left } of soon) endIn(home, ballot, left);
      for (const { channel, item } of missed)
        await does(within(house, home, (act) => followTrack(act, house.commands, channel, item)));
      return stale;
    },
    stop() {
      for (const timer of timers.values()) clearTimeout(timer);
    },
  };
}

/** One transaction of the house itself. */
const within = <T>(house: House, { database, workspaceId }: Home, work: (act: Act) => Promise<T>): Promise<T> =>
  inWorkspace(database, workspaceId, async (tx) => {
    const asker = { workspaceId, personId: null, runId: house.sources.newId() };
    const { act } = await jobAct(house, { database, tx }, asker);
    return work(act);
  });
