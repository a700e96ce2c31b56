// Messages that come together are kept together: a transaction for each of them would cost each a wait for the disk, and
// the database several times the work. Over connections that nothing else takes (Database.urgent).
import { inWorkspace } from "../../db/connect.ts";
import { isAway } from "../away.ts";
import type { Fate } from "./keeping.ts";
import type { Home } from "./receive.ts";
import { Held, type Item, type Kept, keepAll, laneOf } from "./store.ts";

/** Messages in one transaction: of many places, each with few, or of one place. */
const MOST = 200;
/** In milliseconds: another process is done with a place in a few, unless it hangs. */
const HELD = 10;
const HELD_LONG = 500;

type Part = {
  items: readonly Item[];
  fates: readonly Fate[];
  tries: number;
  done(kept: readonly Kept[]): void;
  failed(error: unknown): void;
};
type Lease = Parameters<typeof keepAll>[3];

export type Writer = {
  /** Messages of one lane: all of them are kept, or none. */
  write(home: Home, items: readonly Item[], fates: readonly Fate[]): Promise<readonly Kept[]>;
};

/** Somebody said of one of them that it is not kept. */
class Unwanted extends Error {}

export function openWriter(lease: Lease): Writer {
  /** What waits for the transaction of its workspace that is under way. */
  const waiting = new Map<string, Part[]>();

  function add(home: Home, part: Part): void {
    const parts = waiting.get(keyOf(home));
    if (parts) return void parts.push(part);
    const fresh = [part];
    waiting.set(keyOf(home), fresh);
    void workOff(home, fresh);
  }

  async function workOff(home: Home, parts: Part[]): Promise<void> {
    while (parts.length > 0) {
      const some: Part[] = [];
      for (let count = 0; parts[0] && count < MOST; count += some.at(-1)!.items.length) some.push(parts.shift()!);
      await keep(home, some);
    }
    waiting.delete(keyOf(home));
  }

  async function keep(home: Home, parts: Part[]): Promise<void> {
    const all = parts.flatMap(({ items }) => items);
    try {
      const kept = await inWorkspace(home.database.urgent(), home.workspaceId, async (tx) => {
        const done = await keepAll(tx, home.workspaceId, all, lease);
        if (parts.some(isUnwanted)) throw new Unwanted("Whoever brought it said that it is not kept.");
        for (const fate of parts.flatMap(({ fates }) => fates)) fate.committing = true;
        return done;
      });
      let at = 0;
      for (const { items, done } of parts) {
        done(kept.slice(at, at + items.length));
        at += items.length;
      }
    } catch (error) {
      await apart(home, parts, error);
    }
  }

  /** What is wrong with one is its own matter. */
  async function apart(home: Home, parts: Part[], error: unknown): Promise<void> {
    if (error instanceof Held) {
      const { true: held = [], false: free = [] } = Object.groupBy(parts, (part) => String(isIn(error, part)));
      for (const part of held) setTimeout(() => add(home, part), Math.min(HELD_LONG, HELD * 2 ** part.tries++));
      if (free.length > 0) await keep(home, free);
    } else if (error instanceof Unwanted) {
      for (const part of parts.filter(isUnwanted)) part.failed(error);
      const rest = parts.filter((part) => !isUnwanted(part));
      if (rest.length > 0) await keep(home, rest);
    } else if (parts.length === 1 || isAway(error)) for (const part of parts) part.failed(error);
    else for (const part of parts) await keep(home, [part]);
  }

  return {
    write: (home, items, fates) =>
      new Promise((done, failed) => {
        add(home, { items, fates, tries: 0, done, failed });
      }),
  };
}

const isUnwanted = ({ fates }: Part): boolean => fates.some((fate) => fate.unwanted);
const isIn = ({ lanes }: Held, { items }: Part): boolean => lanes.has(laneOf(items[0]!.envelope));
const keyOf = ({ database, workspaceId }: Home) => `${database.name}\n${workspaceId}`;
