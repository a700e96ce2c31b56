// The clock. Every minute one process of the cluster looks which schedules are due and enqueues; the work is done by
// whoever takes it. What was missed while nobody looked is caught up once.
import { createTask } from "node-cron";
import type { JobKind } from "../core/act.ts";
import type { House } from "../core/house.ts";
import { jobAct } from "../core/jobs/index.ts";
import { type Database, inWorkspace, rawOf } from "../db/connect.ts";
import { lastDue } from "./cron.ts";
import type { Carrier } from "./engine.ts";
import { workspacesOf } from "./workspaces.ts";

/** Work that comes again in every workspace, by the workspace's own clock or by UTC. */
export type Every = { kind: JobKind<Record<string, unknown>>; cron: string; zone: "workspace" | "UTC" };
export const every = (
  kind: JobKind<Record<string, unknown>>,
  cron: string,
  { zone = "workspace" as Every["zone"] } = {},
): Every => ({
  kind,
  cron,
  zone,
});

/** Housework of a database, by UTC: no job that anybody asked for, so it is in nobody's list. */
export type Chore = { task: string; cron: string };

export type ScheduleOptions = {
  schedules: readonly Every[];
  chores: readonly Chore[];
  /** When the clock looks: every minute. */
  ticks?: string;
};
export type Schedule = {
  /** Enqueues what is due now. The clock calls it; so may whoever moved the clock. */
  look(): Promise<void>;
  stop(): Promise<void>;
};

const MINUTE = "* * * * *";

export function startSchedule(house: House, carriers: readonly Carrier[], options: ScheduleOptions): Schedule {
  let looking: Promise<void> = Promise.resolve();
  const look = () => {
    looking = looking.then(() => lookAll(house, carriers, options));
    return looking;
  };
  const task = createTask(options.ticks ?? MINUTE, look, {
    name: "minute",
    timezone: "UTC",
    noOverlap: true,
    // After a pause the next minute catches up; a warning for each one that passed would tell nothing.
    suppressMissedWarning: true,
    distributed: true,
    runCoordinator: { shouldRun: (key) => won(house, key) },
    logger: {
      info() {},
      warn: (m) => house.log.warn({}, m),
      error: (m) => house.log.error({ err: m }, "the clock failed"),
      debug() {},
    },
  });
  void task.start();
  return {
    look,
    async stop() {
      await task.destroy();
      await looking;
    },
  };
}

/** Whoever writes the minute's row first looks; in the first database, which everybody shares. */
async function won(house: House, key: string): Promise<boolean> {
  const [main] = house.databases;
  if (!main) return false;
  const rows = await main.client`
    insert into tick (key, at) values (${key}, ${house.sources.now().toISOString()}) on conflict do nothing returning 1`;
  return rows.length > 0;
}

async function lookAll(
  house: House,
  carriers: readonly Carrier[],
  { schedules, chores }: ScheduleOptions,
): Promise<void> {
  for (const carrier of carriers) {
    try {
      for (const chore of chores) await askChore(house, carrier, chore);
      if (schedules.length === 0) continue;
      for (const { workspaceId } of await workspacesOf(carrier.database))
        await fire(house, carrier.database, workspaceId, schedules);
    } catch (error) {
      // What was due stays due: the next minute finds it.
      house.log.warn({ err: error, database: carrier.database.name }, "the clock could not look at its schedules");
    }
  }
}

async function askChore({ sources }: House, { database, askUpkeep }: Carrier, { task, cron }: Chore): Promise<void> {
  const now = sources.now();
  const key = `chore:${task}`;
  const [row] = await database.client<{ at: string }[]>`select at from tick where key = ${key}`;
  // Never done before: it is due.
  const due = row ? lastDue(cron, "UTC", new Date(row.at), now) : now;
  if (!due) return;
  // Asked first, noted after: who dies between the two asks twice for the same slot, which is one.
  await askUpkeep(task, due.toISOString());
  await database.client`
    insert into tick (key, at) values (${key}, ${due.toISOString()})
    on conflict (key) do update set at = excluded.at where tick.at < excluded.at`;
}

/** One transaction a workspace: a schedule's slot is noted with the job that it starts, or neither is. */
async function fire(house: House, database: Database, workspaceId: string, schedules: readonly Every[]): Promise<void> {
  await inWorkspace(database, workspaceId, async (tx) => {
    const sql = rawOf(tx);
    const [rows, zones] = await Promise.all([
      sql<{ name: string; at: string }[]>`select name, at from fired`,
      sql<{ zone: string }[]>`select zone from workspace`,
    ]);
    const last = new Map(rows.map((r) => [r.name, new Date(r.at)]));
    const now = house.sources.now();
    for (const { kind, cron, zone } of schedules) {
      const before = last.get(kind.name);
      // The first look only sets the mark: a new workspace owes nobody yesterday's report.
      const due = before ? lastDue(cron, zone === "workspace" ? (zones[0]?.zone ?? "UTC") : "UTC", before, now) : now;
      if (!due) continue;
      const noted = await sql`
        insert into fired (workspace_id, name, at) values (${workspaceId}, ${kind.name}, ${due.toISOString()})
        on conflict (workspace_id, name) do update set at = excluded.at where fired.at < excluded.at returning 1`;
      if (!before || noted.length === 0) continue;
      const { act } = await jobAct(
        house,
        { database, tx },
        { workspaceId, personId: null, runId: house.sources.newId() },
      );
      await act.later(kind, { due: due.toISOString() }, { key: due.toISOString() });
    }
  });
}
