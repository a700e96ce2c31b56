// What is to be done about a channel, from what can be read of it: no clock, no engine, only a reading and what was
// remembered. Whatever fails is begun anew, at first at once, then at longer intervals, for ever.

import type { DestinationState } from "../playout.ts";
import { delayOf, HEALTHY_MS } from "./backoff.ts";

export type Reading = {
  /** Milliseconds of a clock that never goes back. */
  at: number;
  /** The engine says that it runs. */
  running: boolean;
  /** Since its encoder gave something; undefined: it never did. */
  quietMs: number | undefined;
  speed: number;
  silenceMs: number;
  item: string | undefined;
  destinations: readonly { id: string; state: DestinationState; forMs: number }[];
  /** Of the engine's process. */
  memory: number;
};

export type Memory = {
  /** Begun anew so often since it was last well. */
  tries: number;
  /** When it was begun last, and when it may be again. */
  begunAt: number;
  next: number;
  wellSince: number | undefined;
  slowSince: number | undefined;
  /** The item that was left because nothing was heard of it. */
  left: string | undefined;
  /** What played when there was too much memory: it may end. */
  full: string | undefined;
  /** When each destination was begun anew by us. */
  republished: Readonly<Record<string, number>>;
};

export type Action =
  | { do: "restart"; why: string }
  /** The whole process of the engine, between two tracks. */
  | { do: "roll"; why: string }
  | { do: "skip"; item: string; why: string }
  | { do: "republish"; destination: string; why: string };

export const QUIET_MS = 10_000;
export const SLOW = 0.95;
export const SLOW_MS = 30_000;
export const SILENT_MS = 5_000;
export const DEAD_MS = 60_000;
/** Of the mixer's process, with all its channels and the rest of the worker in it. */
export const MOST_MEMORY = 2_000_000_000;

export const watchFrom = (at: number): Memory => ({
  tries: 0,
  begunAt: at,
  next: at,
  wellSince: undefined,
  slowSince: undefined,
  left: undefined,
  full: undefined,
  republished: {},
});

function faultOf(reading: Reading, memory: Memory): string | undefined {
  const { at, running, quietMs } = reading;
  if (!running) return "it does not run";
  // What it gave before it was begun anew says nothing of it.
  if (Math.min(quietMs ?? Number.POSITIVE_INFINITY, at - memory.begunAt) >= QUIET_MS)
    return "it gave nothing for 10 seconds";
  if (memory.slowSince !== undefined && at - memory.slowSince >= SLOW_MS) return "it was too slow for 30 seconds";
  return undefined;
}

/** One look. `chance` from 0 to 1. */
export function watch(reading: Reading, before: Memory, chance: number): { memory: Memory; actions: Action[] } {
  const { at, speed, item } = reading;
  const memory = { ...before, slowSince: speed < SLOW ? (before.slowSince ?? at) : undefined };
  const actions: Action[] = [];
  const fault = faultOf(reading, memory);
  memory.wellSince = fault === undefined && memory.slowSince === undefined ? (before.wellSince ?? at) : undefined;
  if (memory.wellSince !== undefined && at - memory.wellSince >= HEALTHY_MS) memory.tries = 0;
  if (fault !== undefined) {
    if (at >= memory.next) {
      actions.push({ do: "restart", why: fault });
      memory.begunAt = at;
      memory.next = at + delayOf(memory.tries++, chance) + (memory.tries > 1 ? 0 : QUIET_MS / 10);
      memory.slowSince = undefined;
    }
    return { memory, actions };
  }
  if (item !== undefined && reading.silenceMs >= SILENT_MS && memory.left !== item) {
    actions.push({ do: "skip", item, why: "nothing was heard for 5 seconds" });
    memory.left = item;
  }
  memory.republished = lookAtDestinations(reading, memory, actions);
  roll(reading, memory, actions);
  return { memory, actions };
}

function lookAtDestinations({ at, destinations }: Reading, memory: Memory, actions: Action[]): Memory["republished"] {
  const republished: Record<string, number> = {};
  for (const { id, state, forMs } of destinations) {
    if (state === "live") continue;
    const last = memory.republished[id];
    if (last !== undefined) republished[id] = last;
    if (forMs < DEAD_MS || (last !== undefined && at - last < DEAD_MS)) continue;
    actions.push({ do: "republish", destination: id, why: "it was not live for 60 seconds" });
    republished[id] = at;
  }
  return republished;
}

/** Waits for the track to end; one that never does is no reason to wait for ever. */
function roll({ memory: used, item }: Reading, memory: Memory, actions: Action[]): void {
  if (used < MOST_MEMORY) {
    memory.full = undefined;
    return;
  }
  if (memory.full !== undefined && memory.full !== item) {
    actions.push({ do: "roll", why: "it used too much memory" });
    memory.full = undefined;
  } else memory.full = item ?? "";
}
