// The one context that functions of core take. No services, no globals: what a function may use is in its hand.
import type { Database, Tx } from "../db/connect.ts";
import type { Bucket } from "./assets/index.ts";
import type { MoneySource } from "./money/index.ts";
import type { Words } from "./problem.ts";
import type { Provider } from "./studio/index.ts";

export const ROLES = ["member", "partner", "staff", "owner"] as const;
export type Role = (typeof ROLES)[number];
/** Roles are a line: each may do what the ones before it may. */
export const mayActAs = (has: Role, least: Role): boolean => ROLES.indexOf(has) >= ROLES.indexOf(least);

/** The slug of the workspace where places wait that belong to no workspace yet. */
export const LOBBY = "lobby";

/** What a person may do: their own role, or more when a role that they have on the platform stands for more here. */
export const effectiveRole = (own: Role, mapped: readonly Role[]): Role =>
  mapped.reduce((most, role) => (mayActAs(role, most) ? role : most), own);

export type Workspace = { id: string; slug: string; name: string; locale: string; currency: string; zone: string };
export type Person = { id: string; name: string; role: Role; locale: string };
export type Place = {
  surface: string;
  tenant: string;
  external: string;
  /** Connecting it connects its whole server or team. */
  whole?: boolean;
};

/** A kind of later work. `core` declares it, `jobs/` does it. */
export type JobKind<Input extends Record<string, unknown>> = { name: string; input?: Input };
export const jobKind = <Input extends Record<string, unknown>>(name: string): JobKind<Input> => ({ name });

/** A kind of fact. The type is what its payload looks like. */
export type EventKind<Payload extends Record<string, unknown>> = { name: string; payload?: Payload };
export const eventKind = <Payload extends Record<string, unknown>>(name: string): EventKind<Payload> => ({ name });

/** One thing that changed, for the audit. */
export type Change = { what: string; id: string; from?: unknown; to?: unknown };

export type Act = {
  db: Tx;
  /** The database that `db` is a transaction of, and all of them. Only for what leads from one workspace to another. */
  database: Database;
  databases: readonly Database[];
  workspace: Workspace;
  person: Person;
  role: Role;
  locale: string;
  surface: string;
  place: Place;
  /** The account there through which this was said; not there for work of the house. */
  account?: string;
  /** When the platform says that it was said, where it does. Its clock is not ours. */
  saidAt?: Date;
  /** Id of the run this belongs to: the inbox row, or the job. */
  run: string;
  now: Date;
  /** In milliseconds: what is added to the database's own clock where that one decides. 0, but for tests that move time. */
  ahead: number;
  newId(): string;
  random(): number;
  /** The person's language. The text is English and the key of its translations. */
  say(text: string, vars?: Words): string;
  /** Writes a fact in this transaction. */
  emit<P extends Record<string, unknown>>(kind: EventKind<P>, payload: P, subject?: string): Promise<void>;
  /** Told while a fact is being written that `emit` did not write: live pages look for it as soon as it commits. */
  stirred(workspaceId: string): void;
  /** Queues work in this transaction; answers with the job's id. A `part` is in no list: another job stands for it. */
  later<I extends Record<string, unknown>>(
    kind: JobKind<I>,
    input: I,
    when?: { key?: string; at?: Date; part?: boolean },
  ): Promise<string>;
  /** Sends a job of the table to the engine once more, under a new message. */
  resend(job: { id: string; name: string; message: string; dueAt: Date }): Promise<void>;
  /** A seal over content that only this deployment's key can make. */
  sign(content: unknown): Buffer;
  /** A secret as a row may hold it, and back: undefined when it is another key's, or another row's. */
  seal(text: string, about: unknown): Buffer;
  unseal(seal: Buffer, about: unknown): string | undefined;
  /** The folder of the bytes of assets, and the bucket where there is one (core/assets). */
  files: string;
  bucket?: Bucket | undefined;
  /** Who makes songs, pictures and words here: those with a key, and our own machine. */
  providers: readonly Provider[];
  /** What takes payments for us: Stripe, where it has a key. */
  money: readonly MoneySource[];
  /** Notes what changed, for the audit row of this run. */
  changed(change: Change): void;
};

/** Where time, ids and chance come from. A test gives its own. */
export type Sources = {
  now(): Date;
  newId(): string;
  random(): number;
  /** In milliseconds: how far a test has moved `now` from the machine's own clock. Not there: not at all. */
  ahead?(): number;
};
