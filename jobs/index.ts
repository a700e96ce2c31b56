// All that happens later or again, started with one call by the composition root.
import type { House } from "../core/house.ts";
import { WORKER } from "../core/jobs/index.ts";
import { tidyWorkFolders } from "../core/workfolder.ts";
import type { Database } from "../db/connect.ts";
import { verifyJob } from "./audit-verify.ts";
import { closeBallotJob, nextBallot } from "./ballots.ts";
import { batchJob } from "./batch.ts";
import { bedJob } from "./bed.ts";
import { budgetNearJob } from "./budget-near.ts";
import { startClerk } from "./clerk.ts";
import { type Engine, type EngineOptions, startEngine } from "./engine.ts";
import { filmJobs } from "./film.ts";
import type { Handler } from "./handler.ts";
import { startHeartbeat } from "./heartbeat.ts";
import { makeJob } from "./make.ts";
import { hintsJob, readJob } from "./money.ts";
import { turnJob } from "./money-told.ts";
import { exportJob } from "./person-export.ts";
import { offerJob, withdrawJob } from "./products.ts";
import { type Registrars, registerJob } from "./register.ts";
import { type Every, startSchedule } from "./schedule.ts";
import { stemsJob } from "./stems.ts";
import { stopOrdersJob } from "./stop-orders.ts";
import { sweep } from "./sweep.ts";
import { troubleJob } from "./trouble.ts";
import { chores, doChore } from "./upkeep.ts";

export { reactionsOf } from "./reactions.ts";
export type { Registrars } from "./register.ts";

/** The work that this version can do. */
const HANDLERS: readonly Handler[] = [
  exportJob,
  verifyJob,
  makeJob,
  batchJob,
  bedJob,
  closeBallotJob,
  nextBallot,
  stemsJob,
  stopOrdersJob,
  ...filmJobs,
  budgetNearJob,
  hintsJob,
  readJob,
  turnJob,
  offerJob,
  withdrawJob,
  troubleJob,
];
/** What comes again by itself in every workspace. */
const SCHEDULES: readonly Every[] = [];
/** Three missed and a worker counts as gone (`status`). */
const NAME_EVERY = 30_000;
/** Folders that killed workers left behind. */
const TIDY_EVERY = 60 * 60_000;

export type Jobs = Engine & {
  /** After the clock was moved by hand: what is due by it now starts now. */
  nudge(): Promise<void>;
};

type Options = Partial<Pick<EngineOptions, "slots" | "graceMs" | "pollSeconds">> & {
  role: EngineOptions["role"];
  /** How platforms are told of our commands; filled when the surfaces are open. */
  registrars?: Registrars;
  handlers?: readonly Handler[];
  schedules?: readonly Every[];
};

/** A `sender` (a part that only serves people) puts work in; a `worker` does it, and keeps the clock. */
export async function startJobs(
  base: Omit<House, "queue">,
  {
    registrars = new Map(),
    handlers = [...HANDLERS, registerJob(registrars)],
    schedules = SCHEDULES,
    ...options
  }: Options,
): Promise<Jobs> {
  const engine = await startEngine(base, { ...options, handlers, upkeep: doChore });
  const house: House = Object.assign(base, { queue: engine.queue });
  if (options.role === "sender") return { ...engine, nudge: async () => {} };
  const schedule = startSchedule(house, engine.carriers, { schedules, chores });
  const clerk = startClerk(house);
  const name = nameOf(house, `${WORKER}${engine.name}`);
  void name.write();
  const naming = setInterval(name.write, NAME_EVERY);
  const heart = startHeartbeat(house, engine.name);
  const tidy = () =>
    // By the real time: that is how the system counts when a folder was used.
    tidyWorkFolders(Date.now()).catch((err) =>
      house.log.warn({ err }, "folders of killed workers could not be removed"),
    );
  void tidy();
  const tidying = setInterval(tidy, TIDY_EVERY).unref();
  return {
    ...engine,
    async nudge() {
      await Promise.all([name.write(), heart.now(), schedule.look(), clerk.look()]);
      for (const carrier of engine.carriers) await sweep(house, carrier, 0);
    },
    async stop() {
      clearInterval(naming);
      clearInterval(tidying);
      await schedule.stop();
      await clerk.stop();
      await engine.stop();
      await Promise.all([name.forget(), heart.stop()]);
    },
  };
}

/** The worker's name where `status` looks for it. */
function nameOf({ databases, sources, log }: House, key: string) {
  const each = async (work: (database: Database) => PromiseLike<unknown>): Promise<void> => {
    for (const database of databases) {
      await Promise.resolve(work(database)).catch((error) =>
        log.warn({ err: error, database: database.name }, "the worker's name could not be kept"),
      );
    }
  };
  return {
    write: () =>
      each(
        ({ client }) => client`
          insert into tick (key, at) values (${key}, ${sources.now().toISOString()})
          on conflict (key) do update set at = excluded.at`,
      ),
    forget: () => each(({ client }) => client`delete from tick where key = ${key}`),
  };
}
