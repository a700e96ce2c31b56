// The door of surfaces that must be acknowledged before the work is done: a message is kept first, in the database or,
// while that is away, on disk. Nothing that was acknowledged here is ever lost.
import type { Database } from "../../db/connect.ts";
import { isAway } from "../away.ts";
import type { House } from "../house.ts";
import { storableDeep } from "../text.ts";
import { within } from "../within.ts";
import type { Envelope } from "./envelope.ts";
import { type Fate, openKeeping } from "./keeping.ts";
import type { Lanes } from "./lanes.ts";
import { openRefuge, type Refuge } from "./refuge.ts";
import { sound } from "./sound.ts";
import type { Spool } from "./spool.ts";
import type { Item, Kept } from "./store.ts";

/** Where a message belongs: which workspace, and the database that holds it. */
export type Home = { database: Database; workspaceId: string };

export type IntakeOptions = {
  /** The place decides the workspace. */
  findHome(envelope: Envelope): Promise<Home>;
  /** Works the messages off in this process. Without it other processes are told. */
  lanes?: Lanes;
  spool?: Spool;
  /** How long the database may take, in milliseconds (ruling A). */
  patience?: number;
  /** In milliseconds: how often to look for what a process that died left on disk. */
  sweep?: number;
};

/** One is kept in a few milliseconds: when so many are on their way at once, they wait for each other. */
const PRESSED = 4;

export type Intake = {
  /** Messages come faster than they are kept. */
  pressed(): boolean;
  receive(envelope: Envelope, how?: { repeats?: boolean }): Promise<Received>;
  /** What waits on disk goes to the database. Runs by itself; call it to wait for it. */
  drain(): Promise<boolean>;
  stop(): Promise<void>;
};

/**
 * `away`: it is kept nowhere and will not be, unless its sender repeats it: answer 503, or say "ask again". `unsure`: the
 * database fell silent while it committed. `nonsense`: no platform sends this; again it is the same.
 */
export type Received = { run: string; fresh: boolean } | { spooled: string } | "away" | "unsure" | { nonsense: true };

/** In milliseconds: for a commit that can no longer be called back, before we say that we do not know. */
const LATE = 1_000;

export function openIntake(house: House, options: IntakeOptions): Intake {
  const { lanes, spool, patience = 500, sweep = 5_000 } = options;
  const keeping = openKeeping(house, options.findHome, lanes);
  let taking = 0;
  const refuge = spool && openRefuge(house.log, spool, keeping.store, sweep);

  async function receive(received: Envelope, { repeats = false } = {}): Promise<Received> {
    const right = sound(received);
    if (!right) {
      house.log.warn({ surface: received.surface }, "a message that makes no sense was left");
      return { nonsense: true };
    }
    const envelope = storableDeep(right);
    const item: Item = { run: house.sources.newId(), at: house.sources.now().toISOString(), envelope };
    const aside = repeats ? undefined : refuge;
    if (aside?.busy()) return putAside(aside, item);
    const fate: Fate = { givenUp: false, unwanted: false, committing: false };
    const stored = keeping.keep(item, fate).catch((error: unknown) => {
      if (!isAway(error)) throw error;
      return undefined;
    });
    taking++;
    const kept = await within(patience, stored, late).finally(() => taking--);
    if (kept) return { run: kept.run, fresh: kept.fresh };
    // It may still be stored a moment later: what comes from disk, or from its sender again, is then a duplicate, which
    // does no harm.
    fate.givenUp = true;
    stored.catch((error: unknown) => house.log.error({ run: item.run, err: error }, "a late message failed"));
    if (repeats) return "away";
    const put = aside ? await putAside(aside, item) : "away";
    return put === "away" ? disown(fate, stored) : put;
  }

  return {
    pressed: () => taking > PRESSED,
    receive,
    drain: () => refuge?.drain() ?? Promise.resolve(true),
    async stop() {
      await refuge?.rest();
      await within(5000, keeping.idle(), late);
      await spool?.close();
    },
  };
}

/** It is not on disk either: it must not be stored later, for its sender hears that it is not. */
async function disown(fate: Fate, stored: Promise<Kept | undefined>): Promise<Received> {
  fate.unwanted = true;
  if (!fate.committing) return "away";
  const kept = await within(
    LATE,
    stored.catch(() => undefined),
    late,
  );
  return kept ? { run: kept.run, fresh: kept.fresh } : "unsure";
}

const putAside = async (refuge: Refuge, item: Item): Promise<Received> =>
  (await refuge.put(item)) ? { spooled: item.run } : "away";

const late = () => undefined;
