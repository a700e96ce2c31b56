// A part of the product that runs in this process: what it says when it is up, and how it ends.

import type { House } from "../../core/house.ts";
import type { Metrics, Scope, Tracing } from "../../core/observe/index.ts";
import type { Jobs } from "../../jobs/index.ts";
import type { Settings } from "../settings.ts";

export type Base = {
  settings: Settings;
  house: House;
  engine: Jobs;
  metrics: Metrics;
  scope: Scope;
  tracing: Tracing;
  moveClock: ((move: { now?: Date; advance?: number }) => Date) | undefined;
};

export type Part = {
  /** One line for the terminal. */
  line: string;
  /** Others put work into it: it ends after them. */
  last?: boolean;
  /** Ends within the time, letting finish what is at work. */
  stop(milliseconds: number): Promise<void>;
};

/** A start that cannot be: told in one line, without a stack. */
export class CannotStart extends Error {}

/** The address is somebody else's: says whose variable to change. */
export function cannotListen(error: unknown, variable: string, port: number): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === "EADDRINUSE")
    return new CannotStart(
      `${variable} ${port} is taken by another program. Stop that one, or set ${variable} to another port.`,
    );
  if (code === "EACCES")
    return new CannotStart(`${variable} ${port} may not be used by this user. Set ${variable} to a port above 1023.`);
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND")
    return new CannotStart(
      `HOST is not an address of this machine. Set ${variable === "PORT" ? "HOST" : "METRICS_HOST"} to one, or leave it unset.`,
    );
  return error;
}
