// The one driver. `inWorkspace` is the only way to a workspace's rows: the app's role sees none without it.
import type { ExtractTablesWithRelations } from "drizzle-orm";
import type { PgTransaction } from "drizzle-orm/pg-core";
import { drizzle, type PostgresJsDatabase, type PostgresJsQueryResultHKT } from "drizzle-orm/postgres-js";
import type postgres from "postgres";
import { type Reachable, reachable, untilAway } from "./away.ts";
import { open } from "./dial.ts";
import * as schema from "./schema/index.ts";

export type Schema = typeof schema;
export type Tx = PgTransaction<PostgresJsQueryResultHKT, Schema, ExtractTablesWithRelations<Schema>>;

/** One PostgreSQL that holds whole workspaces. Most deployments have one. */
export type Database = {
  name: string;
  /** For the migrator, backup and pg-boss. Never for a person's request. */
  ownerUrl: string;
  appUrl: string;
  orm: PostgresJsDatabase<Schema>;
  client: postgres.Sql;
  /** The same over connections that no other work takes: for what a platform must hear within a moment. */
  urgent(): Database;
  reachable: Reachable;
  close(): Promise<void>;
};

/** Raw statements over the connection of a transaction, for the hot paths: they are prepared by name. */
export type Raw = postgres.TransactionSql;
export const rawOf = (tx: Tx): Raw => (tx as unknown as { session: { client: Raw } }).session.client;

export type ConnectOptions = { name?: string; ownerUrl: string; appUrl: string; max?: number };

/** One writes while another waits for the disk, and one asks where a place belongs. */
const URGENT = 3;

export function connect({ name = "main", ownerUrl, appUrl, max = 10 }: ConnectOptions): Database {
  const asked = reachable(() => open(appUrl, { max: 1, connection: { application_name: "impresario probe" } }));
  const over = (most: number, called: string): Database => {
    const client = open(appUrl, { max: most, connection: { application_name: called } });
    const orm = drizzle(client, { schema, casing: "snake_case" });
    return { name, ownerUrl, appUrl, orm, client, reachable: asked, urgent, close };
  };
  let express: Database | undefined;
  const usual = over(max, "impresario");
  // Opened by whoever first needs it.
  function urgent(): Database {
    express ??= over(URGENT, "impresario door");
    return express;
  }
  async function close(): Promise<void> {
    await Promise.all([usual, express].map((one) => one?.client.end({ timeout: 5 })));
  }
  return usual;
}

/** A question before a workspace is known (the doors of db/secure.ts). It waits no longer than `inWorkspace` does. */
export function ask<T>(db: Database, question: (sql: postgres.Sql) => PromiseLike<T>): Promise<T> {
  return untilAway(db, async () => await question(db.client));
}

type Afterwards = Map<string, (db: Database) => PromiseLike<unknown>>;
const afterwards = new WeakMap<Tx, Afterwards>();

/**
 * What others are told when a transaction of `inWorkspace` has committed, once for each key. NOTIFY within it would make
 * all that commit take turns, each with its write to disk. Only for what may be lost: nobody waits for it.
 */
export function afterCommit(tx: Tx, key: string, tell: (db: Database) => PromiseLike<unknown>): void {
  afterwards.get(tx)?.set(key, tell);
}

/** The answer to a statement that went out together with the commit: see `last`. */
export class Last<T> {
  readonly answer: Promise<T>;
  constructor(answer: Promise<T>) {
    this.answer = answer;
    // Whoever ran the transaction hears of it.
    answer.catch(() => {});
  }
}

/**
 * Return it from `work`: the statement that everybody else waits for goes out last and not awaited, so that it is
 * committed without another journey and what it locks is free again at once. `inWorkspace` gives its answer; when it
 * fails, nothing was committed.
 */
export const last = <T>(answer: Promise<T>): Last<T> => new Last(answer);

/** Runs `work` in one transaction that sees the rows of one workspace and no others. */
export async function inWorkspace<T>(
  db: Database,
  workspaceId: string,
  work: (tx: Tx) => Promise<T | Last<T>>,
): Promise<T> {
  const result = await transact(db, workspaceId, work);
  return result instanceof Last ? result.answer : result;
}

function transact<T>(db: Database, workspaceId: string, work: (tx: Tx) => Promise<T>): Promise<T> {
  const later: Afterwards = new Map();
  const done = untilAway(db, (over) =>
    db.orm.transaction(async (tx) => {
      afterwards.set(tx, later);
      // It waited for a connection for so long that its caller was told the database is away.
      if (over()) throw new Error("The database came back after its caller had left.");
      // Not awaited on its own: it travels in one packet with the first statement of `work`, before it.
      const entered = rawOf(tx)`select set_config('app.workspace', ${workspaceId}, true)`.execute();
      entered.catch(() => {});
      const result = await work(tx);
      await entered;
      // Told so in the middle of it: what they were told was not done is not done.
      if (over()) throw new Error("The database answered after its caller had left.");
      return result;
    }),
  );
  return done.then((result) => {
    // It may be lost: whoever was to be told looks by itself, too.
    for (const tell of later.values()) tell(db).then(undefined, () => undefined);
    return result;
  });
}

/**
 * Steps into another workspace of the same database for a moment, within one transaction: for new workspaces and for
 * codes that lead from one to another. A throw leaves it there, so whoever catches must end the transaction.
 */
export async function within<T>(tx: Tx, workspaceId: string, work: () => Promise<T>): Promise<T> {
  const [was] = await rawOf(tx)<{ id: string | null }[]>`select current_setting('app.workspace', true) as id`;
  await rawOf(tx)`select set_config('app.workspace', ${workspaceId}, true)`;
  const result = await work();
  await rawOf(tx)`select set_config('app.workspace', ${was?.id ?? ""}, true)`;
  return result;
}

export { open };

/**
 * The first database that has it. One that is away keeps nobody from the others: only when none of them has it, and
 * one could not say, is its failure the answer.
 */
export async function findIn<T>(
  databases: readonly Database[],
  look: (database: Database) => Promise<T | undefined>,
): Promise<T | undefined> {
  const failures: unknown[] = [];
  for (const database of databases) {
    try {
      const found = await look(database);
      if (found) return found;
    } catch (failure) {
      failures.push(failure);
    }
  }
  if (failures.length > 0) throw failures[0];
  return undefined;
}
