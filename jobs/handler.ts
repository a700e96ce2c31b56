// What a kind of later work is: its name, how long and how often it may try, and one function.
// A new one: declare its kind and input in core (`jobKind`), ask for it with `act.later`, write `handler({ kind, run })`
// in a file of its own here, and name it in index.ts. Do slow things outside a transaction, pay inside a `step`, and
// return a function when the last effects must commit together with the job's end.
import type { Act, JobKind } from "../core/act.ts";
import type { House } from "../core/house.ts";
import type { Words } from "../core/problem.ts";
import type { View } from "../core/view/index.ts";
import type { Last } from "../db/connect.ts";

type Input = Record<string, unknown>;

/** What the work gives: it becomes the answer of the run that asked for it. */
export type Result = View | { view: View; data?: Record<string, unknown> } | Again | Finally | undefined;

/** Not done yet: start it again at that time. It costs no try, and a worker does something else meanwhile. */
export class Again {
  readonly at: Date;
  constructor(at: Date) {
    this.at = at;
  }
}

/**
 * Done, but for one statement that others wait for: it goes out last, together with the commit (`last` in db/connect.ts).
 * What it answers with is done afterwards, in a transaction of its own; a worker that dies before it must not matter.
 */
export class Finally {
  readonly close: () => Promise<((act: Act) => Promise<void>) | undefined>;
  constructor(close: Finally["close"]) {
    this.close = close;
  }
}

export type JobContext<I extends Input = Input> = {
  house: House;
  workspaceId: string;
  job: string;
  input: I;
  /** 1 at the first start. */
  attempt: number;
  /** Aborted when somebody cancels the job, when it takes too long and when this process stops. */
  signal: AbortSignal;
  /** In the language of the person who asked. */
  say(text: string, vars?: Words): string;
  /** How far it is. Costs nothing to call often: it is written twice a second at most. */
  progress(done: number, total: number, now: string): void;
  /** Does a step once over all attempts: what it gave is kept. For calls that cost money or cannot be taken back. */
  step<T>(key: string, work: () => Promise<T>): Promise<T>;
  /**
   * Waits for so long, or until the job is hurried, while others have the slot. False: it cannot wait here, and was not
   * waited for; give it back with `Again`.
   */
  rest(ms: number): Promise<boolean>;
  /** One transaction. It is refused when this attempt is no longer the job's current one. */
  inTx<T>(work: (act: Act) => Promise<T | Last<T>>): Promise<T>;
};

export type Handler<I extends Input = Input> = {
  kind: JobKind<I>;
  /**
   * `quick` starts within milliseconds; `long` is for minutes of work and does not stand in the way of the quick; `make`
   * mostly waits for others' machines, so many go on at once.
   */
  lane?: Lane;
  /** It goes on when the person who asked was erased: what it began costs money, and must come to an end. */
  orphan?: boolean;
  /** Starts that may fail before it is given up for a person to see. */
  tries?: number;
  /** One attempt takes no longer than this. */
  minutes?: number;
  /** Seconds before the second try, and the longest wait. */
  backoff?: { first: number; most: number };
  /** Gives the result, or a function that writes the last effects: they commit together with the job's end. */
  run(ctx: JobContext<I>): Promise<Result | ((act: Act) => Promise<Result>)>;
};

export const LANES = ["quick", "long", "make"] as const;
export type Lane = (typeof LANES)[number];

/** A handler whose input has the type that core declared. */
export const handler = <I extends Input>(declared: Handler<I>): Handler => declared as unknown as Handler;
