// The engine: the only file that knows pg-boss. It carries `{ job, workspace }` from a transaction to a worker and
// notices when a worker died; what a job is, how it ends and when it is tried again is ours (run.ts, the job table).
import { hostname } from "node:os";
import { type Db, PgBoss } from "pg-boss";
import type { House, QueuedJob } from "../core/house.ts";
import { afterCommit, type Database, rawOf, type Tx } from "../db/connect.ts";
import { type Ear, openEar } from "../db/ear.ts";
import { LOCKS } from "../db/locks.ts";
import { APP_ROLE } from "../db/secure.ts";
import { type Handler, LANES, type Lane } from "./handler.ts";
import { startPulse } from "./pulse.ts";
import { type Carried, type Message, type Post, type Pump, startPump } from "./pump.ts";
import { deliver, type Shop } from "./run.ts";
import { Stopping } from "./signals.ts";

/** `most`: so many may wait for others' machines without a slot, each some kilobytes. */
const LANE: Record<Lane, { slots: number; most: number; hours: number }> = {
  quick: { slots: 4, most: 0, hours: 1 },
  long: { slots: 2, most: 0, hours: 23 },
  make: { slots: 8, most: 200, hours: 1 },
};
/** Work that is due at once is told of here, after its transaction: a NOTIFY within would make all commits take turns. */
const CHANNEL = "impresario_jobs";
const POLL = 2;
const UPKEEP = "upkeep";
/** Ten seconds is the engine's least; with a look every ten, a killed worker's job runs again within twenty. */
const HEARTBEAT = { heartbeatSeconds: 10 };
const LOOK = { superviseIntervalSeconds: 10, monitorIntervalSeconds: 10 };
/** Old messages go every hour; of the engine's flows and indexes-in-the-background we use nothing. */
const HOUSEWORK = { maintenanceIntervalSeconds: 3600, flowIntervalSeconds: 3600, bamIntervalSeconds: 3600 };
/** A message is tried again only for want of a sign of life; how often a job may fail is counted in its own row. */
const MESSAGE = { ...HEARTBEAT, retryLimit: 50, retryDelay: 1, retryBackoff: false, deleteAfterSeconds: 3600 };
const NIL = "00000000-0000-0000-0000-000000000000";

export type EngineOptions = {
  /** A sender only puts work in; a worker also does it and looks after the queue. */
  role: "worker" | "sender";
  handlers: readonly Handler[];
  slots?: Partial<Record<Lane, number>>;
  upkeep?(house: House, carrier: Carrier, task: string): Promise<void>;
  /** How often each slot of a lane is looked after for what sends no word: retries and delayed work. */
  pollSeconds?: number;
  /** How long running work may go on after `stop`. */
  graceMs?: number;
};

/** One database's engine, for those who look after it. */
export type Carrier = {
  database: Database;
  /** Which of these messages will still be delivered. */
  alive(messages: readonly string[]): Promise<Set<string>>;
  /** Asks one worker of the cluster for an upkeep task; a second request for the same slot is dropped. */
  askUpkeep(task: string, slot: string): Promise<void>;
};
export type Engine = { queue: House["queue"]; carriers: readonly Carrier[]; name: string; stop(): Promise<void> };

type Running = Carrier & { boss: PgBoss; pumps: Map<string, Pump>; ear?: Ear };

export async function startEngine(base: Omit<House, "queue">, options: EngineOptions): Promise<Engine> {
  const handlers = new Map(options.handlers.map((h) => [h.kind.name, h]));
  const running = new Map<Database, Running>();
  const queue: House["queue"] = {
    async send(database, tx, job) {
      const found = running.get(database);
      if (!found) throw new Error(`No engine runs on the database "${database.name}".`);
      const lane = handlers.get(job.name)?.lane ?? "quick";
      await found.boss.send(lane, { job: job.id, workspace: job.workspaceId } satisfies Carried, {
        id: job.message ?? job.id,
        ...startAfter(job, base.sources.now()),
        db: through(tx),
      });
      if (job.dueAt > base.sources.now()) return;
      afterCommit(tx, `jobs ${lane}`, ({ client }) => client`select pg_notify(${CHANNEL}, ${lane})`);
    },
  };
  // The same object: what the house is given later (the ear of live pages) is there for jobs too.
  const house: House = Object.assign(base, { queue });
  const shop: Shop = { house, handlers, pulse: startPulse(base.log) };
  const halting = new AbortController();
  try {
    for (const database of base.databases) running.set(database, await open(shop, database, options));
    if (options.role === "worker") for (const one of running.values()) await work(shop, one, options, halting.signal);
  } catch (error) {
    await close([...running.values()], shop, 0);
    throw error;
  }
  return {
    queue,
    carriers: [...running.values()],
    name: `${hostname()}:${process.pid}`,
    async stop() {
      halting.abort(new Stopping());
      await close([...running.values()], shop, options.graceMs ?? 5_000);
    },
  };
}

/** Time is counted from our clock and given to the engine as a span: the two clocks need not agree. */
function startAfter({ dueAt }: QueuedJob, now: Date): { startAfter?: number } {
  const seconds = (dueAt.getTime() - now.getTime()) / 1000;
  return seconds > 0 ? { startAfter: seconds } : {};
}

/** The caller's transaction, as pg-boss sees a database. Drizzle's client passes no objects: they go as JSON. */
const through = (tx: Tx): Db => ({
  async executeSql(text, values = []) {
    const plain = values.map((v) => (v !== null && typeof v === "object" && !Array.isArray(v) ? JSON.stringify(v) : v));
    return { rows: [...(await rawOf(tx).unsafe(text, plain as string[], { prepare: true }))] };
  },
});

async function open(shop: Shop, database: Database, { role }: EngineOptions): Promise<Running> {
  const worker = role === "worker";
  const { log } = shop.house;
  const boss = new PgBoss({
    connectionString: database.ownerUrl,
    application_name: `impresario jobs ${role}`,
    max: worker ? 4 : 2,
    supervise: worker,
    schedule: false,
    ...LOOK,
    ...HOUSEWORK,
  });
  boss.on(
    "error",
    seldom((error) => log.warn({ err: error, database: database.name }, "the job engine could not do something")),
  );
  boss.on("warning", ({ message, data }) => log.warn({ ...data, database: database.name }, message));
  await boss.start();
  for (const lane of LANES) {
    await boss.createQueue(lane, { ...MESSAGE, notify: false, expireInSeconds: LANE[lane].hours * 3600 });
  }
  await boss.createQueue(UPKEEP, { ...MESSAGE, retryLimit: 2, expireInSeconds: 3600 });
  // The cache is warm before the first send: no transaction of ours waits for a second connection.
  await Promise.all([...LANES, UPKEEP].map((name) => boss.findJobs(name, { id: NIL })));
  await grant(boss);
  return {
    boss,
    database,
    pumps: new Map(),
    async alive(messages) {
      // A message that starts later than our own clock says it should is as good as lost.
      const { rows } = await boss.getDb().executeSql(
        `select id from pgboss.job where name = any($1) and id = any($2::uuid[])
          and (state in ('retry', 'active') or (state = 'created' and start_after <= now() + interval '2 seconds'))`,
        [LANES, messages],
      );
      return new Set(rows.map((r) => String(r.id)));
    },
    async askUpkeep(task, slot) {
      await boss.send(UPKEEP, { task }, { singletonKey: `${task}:${slot}`, singletonSeconds: 3600 });
    },
  };
}

/**
 * What the app's role needs to enqueue in its own transactions, and nothing more: to insert a message, to read back its
 * id, and to read the settings of the queues. Messages hold ids only, and the app cannot read even those.
 */
async function grant(boss: PgBoss): Promise<void> {
  const { rows } = await boss.getDb().executeSql(
    `select has_schema_privilege($1, 'pgboss', 'usage') and has_table_privilege($1, 'pgboss.queue', 'select')
      and has_table_privilege($1, 'pgboss.job_common', 'insert')
      and has_column_privilege($1, 'pgboss.job_common', 'start_after', 'select') as granted`,
    [APP_ROLE],
  );
  if (rows[0]?.granted) return;
  // One message, so one transaction: two processes that grant at once would trip over each other's rows.
  await boss.getDb().executeSql(`
    select pg_advisory_xact_lock(${LOCKS.engineSetup});
    grant usage on schema pgboss to ${APP_ROLE};
    grant select on pgboss.queue to ${APP_ROLE};
    grant insert, select (id, start_after) on pgboss.job_common to ${APP_ROLE};`);
}

async function work(shop: Shop, carrier: Running, options: EngineOptions, halting: AbortSignal): Promise<void> {
  const { boss, database, pumps } = carrier;
  const { log } = shop.house;
  for (const lane of LANES) {
    const slots = options.slots?.[lane] ?? LANE[lane].slots;
    pumps.set(
      lane,
      startPump({
        post: postOf(boss, lane),
        slots,
        most: LANE[lane].most,
        pollMs: ((options.pollSeconds ?? POLL) * 1000) / Math.max(slots, 1),
        halting,
        deliver: (message, signal, slot) => deliver(shop, database, message, signal, slot),
        failed: seldom((err) =>
          log.warn({ err, lane, database: database.name }, "the job engine could not do something"),
        ),
      }),
    );
  }
  carrier.ear = openEar(database, {
    channel: CHANNEL,
    heard: (lane) => pumps.get(lane)?.wake(),
    ready: () => {
      for (const pump of pumps.values()) pump.wake();
    },
  });
  const { upkeep } = options;
  if (!upkeep) return;
  await boss.work<{ task: string }>(
    UPKEEP,
    { pollingIntervalSeconds: options.pollSeconds ?? 5, batchSize: 10 },
    async (asked) => {
      for (const { data } of asked) await upkeep(shop.house, carrier, data.task);
    },
  );
}

const postOf = (boss: PgBoss, lane: Lane): Post => ({
  fetch: async (batchSize) => (await boss.fetch<Carried>(lane, { batchSize })) as (Message & object)[],
  complete: (messages) => boss.complete(lane, messages),
  fail: (message, error) =>
    boss.fail(lane, [message], { message: error instanceof Error ? error.message : String(error) }),
  // Its types do not know yet that it tells which.
  touch: async (messages) => ((await boss.touch(lane, messages)) as { settled?: string[] }).settled,
});

/** No new work; what runs may end; what does not is given back; then the connections close. */
async function close(engines: readonly Running[], shop: Shop, graceMs: number): Promise<void> {
  const { log } = shop.house;
  const ending = engines.flatMap(({ boss, database, pumps }) => [
    ...[...pumps.values()].map((pump) => pump.stop()),
    boss
      .offWork(UPKEEP, { wait: true })
      // What it was doing is given back all the same, when its sign of life ends.
      .catch((err: unknown) => log.warn({ err, lane: UPKEEP, database: database.name }, "a lane did not end in order")),
  ]);
  const late = setTimeout(() => shop.pulse.abortAll(new Stopping()), graceMs);
  await Promise.all(ending);
  clearTimeout(late);
  shop.pulse.end();
  await Promise.all(engines.flatMap(({ boss, ear }) => [boss.stop({ graceful: false }), ear?.close()]));
}

/** A database that is away makes every poll of every slot fail: the same words are passed on once in half a minute. */
function seldom(tell: (error: Error) => void): (error: unknown) => void {
  const last = new Map<string, number>();
  return (given) => {
    const error = given instanceof Error ? given : new Error(String(given));
    const words = String(error.message).slice(0, 60);
    const now = performance.now();
    if (now - (last.get(words) ?? Number.NEGATIVE_INFINITY) < 30_000) return;
    if (last.size > 100) last.clear();
    last.set(words, now);
    tell(error);
  };
}
