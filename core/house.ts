// What the running product is made of, put together once by the composition root (or a test) and handed down.
import type { Database, Tx } from "../db/connect.ts";
import type { Sources } from "./act.ts";
import type { Bucket } from "./assets/index.ts";
import type { Watcher } from "./audience/index.ts";
import type { Registry } from "./command/index.ts";
import type { Ffmpeg } from "./ffmpeg/index.ts";
import type { Reply } from "./inbox/index.ts";
import type { Keys } from "./keys.ts";
import type { MoneySource } from "./money/index.ts";
import type { Provider } from "./studio/index.ts";

export type Log = {
  debug(about: object, words?: string): void;
  info(about: object, words?: string): void;
  warn(about: object, words?: string): void;
  error(about: object, words?: string): void;
};

/** A job as the engine carries it. `message` names a later sending of the same job; the first goes under the job's id. */
export type QueuedJob = { id: string; workspaceId: string; name: string; dueAt: Date; message?: string };

/** Hands a job's id to the engine, in the transaction that wrote the job. */
export type Queue = { send(db: Database, tx: Tx, job: QueuedJob): Promise<void> };

/** What is counted. The names and labels are those of the contract; who counts is no matter to core. */
export type Meter = {
  command(command: string, surface: string, outcome: string, seconds: number): void;
  duplicate(): void;
  /** A message was acknowledged: from its arrival to what the platform hears first. */
  ack(surface: string, seconds: number): void;
  job(name: string, outcome: "done" | "failed" | "cancelled" | "again", seconds: number): void;
  /** A provider was chosen and its money reserved; `again`: after another one, or the same, had failed at it. */
  decision(seconds: number, again: boolean): void;
  /** What came of a choice: done, lost, cancelled, or how it failed. */
  selection(provider: string, capability: string, outcome: string): void;
};

export type House = {
  /** The first is the main one; others hold workspaces that have a database of their own. */
  databases: readonly Database[];
  commands: Registry;
  sources: Sources;
  queue: Queue;
  /** Which jobs each event starts, by the event's name. */
  reactions: ReadonlyMap<string, readonly { name: string }[]>;
  log: Log;
  meter: Meter;
  /** Deliveries being answered by this process right now: a repetition waits for the first one's answer. */
  inFlight: Map<string, Promise<Reply>>;
  /** Made from SECRET_KEY by `deriveKeys`. */
  keys: Keys;
  /** The folder of the bytes of assets. Processes on several machines share it, or a bucket. */
  files: string;
  /** Where the bytes of new assets go instead; what is in the folder is read all the same. */
  bucket?: Bucket | undefined;
  /** Who makes songs, pictures and words: one for every key that is set, and our own machine. */
  providers: readonly Provider[];
  /** What pays us, and takes payments for us. */
  money?: readonly MoneySource[];
  /** Who says how many watch elsewhere: those with a key. */
  watchers?: readonly Watcher[];
  /** The ffmpeg of this machine, looked for when first asked; undefined: films and sound are made without one. */
  ffmpeg?(): Promise<Ffmpeg | undefined>;
  /** Where providers may call back; unset: nobody can reach us, and they are asked instead. */
  address?: URL | undefined;
  /**
   * Runs work under a name, for logs and traces: what `about` says is on every line of the log within it. `parent` is
   * the W3C traceparent of whoever asked.
   */
  span?<T>(name: string, about: Record<string, string>, work: () => Promise<T>, parent?: string): Promise<T>;
  /** Told while an event is being written: live pages look for it as soon as it commits. */
  stirred?(workspaceId: string): void;
};

export const span = <T>(
  house: House,
  name: string,
  about: Record<string, string>,
  work: () => Promise<T>,
): Promise<T> => (house.span ? house.span(name, about, work) : work());
