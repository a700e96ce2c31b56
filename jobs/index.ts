// All that happens later or again, started with one call by the composition root.
import type { House } from "../core/house.ts";
import { WORKER } from "../core/jobs/index.ts";
import { type Engine, type EngineOptions, startEngine } from "./engine.ts";
import type { Handler } from "./handler.ts";
import { exportJob } from "./person-export.ts";
import { type Every, startSchedule } from "./schedule.ts";
import { sweep } from "./sweep.ts";
import { chores, doChore } from "./upkeep.ts";

export { reactionsOf } from "./reactions.ts";

/** The work that this version can do. */
const HANDLERS: readonly Handler[] = [exportJob];
/** What comes again by itself in every workspace. */
const SCHEDULES: readonly Every[] = [];
/** Three missed and a worker counts as gone (`status`). */
const NAME_EVERY = 30_000;

export type Jobs = Engine & {
  /** After the clock was moved by hand: what is due by it now starts now. */
  nudge(): Promise<void>;
};

type Options = Partial<Pick<EngineOptions, "slots" | "graceMs" | "pollSeconds">> & {
  role: EngineOptions["role"];
  handlers?: readonly Handler[];
  schedules?: readonly Every[];
};

/** A `sender` (a part that only serves people) puts work in; a `worker` does it, and keeps the clock. */
export async function startJobs(
  base: Omit<House, "queue">,
  { handlers = HANDLERS, schedules = SCHEDULES, ...options }: Options,
): Promise<Jobs> {
  const engine = await startEngine(base, { ...options, handlers, upkeep: doChore });
  const house: House = Object.assign(base, { queue: engine.queue });
  if (options.role === "sender") return { ...engine, nudge: async () => {} };
  const schedule = startSchedule(house, engine.carriers, { schedules, chores });
  const name = nameOf(house, `${WORKER}${engine.name}`);
  void name();
  const naming = setInterval(name, NAME_EVERY);
  return {
    ...engine,
    async nudge() {
      await Promise.all([name(), schedule.look()]);
      for (const carrier of engine.carriers) await sweep(house, carrier, 0);
    },
    async stop() {
      clearInterval(naming);
      await schedule.stop();
      await engine.stop();
    },
  };
}

/** Writes the worker's name where `status` looks for it. */
const nameOf =
  ({ databases, sources, log }: House, key: string) =>
  async (): Promise<void> => {
    try {
      const at = sources.now().toISOString();
      for (const { client } of databases)
        await client`insert into tick (key, at) values (${key}, ${at}) on conflict (key) do update set at = excluded.at`;
    } catch (error) {
      log.warn({ err: error }, "the worker's name was not written");
    }
  };
