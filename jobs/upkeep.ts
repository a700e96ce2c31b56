// Housework: what nobody asks for and everybody needs. Each task may run twice, and does the same once.

import { tidyAssets } from "../core/assets/index.ts";
import { countActivity, forgetAudience, readAudience } from "../core/audience/index.ts";
import { sealAudit } from "../core/audit/index.ts";
import { tellNear } from "../core/budgets/index.ts";
import { forgetRemarks } from "../core/community/index.ts";
import type { House } from "../core/house.ts";
import { jobAct, WORKER } from "../core/jobs/index.ts";
import { expireHolds, mendSources, sealLedger, stirHints } from "../core/money/index.ts";
import { forgetSessions } from "../core/session/index.ts";
import { forgetPlayed } from "../core/streams/index.ts";
import { type Database, inWorkspace, rawOf } from "../db/connect.ts";
import type { Carrier } from "./engine.ts";
import type { Chore } from "./schedule.ts";
import { sweep } from "./sweep.ts";
import { workspacesOf } from "./workspaces.ts";

const DAY = 86_400_000;
/** A button says that it has expired for so long; then it is not known any more. */
const ACTIONS = 7 * DAY;
const CODES = DAY;
/** Older ones are asked for again. */
const VERDICTS = 30 * DAY;
const TICKS = DAY;
/** Long after a provider's list shows an order no more, nobody looks for whose it is. */
const ORDERS = 30 * DAY;

type Task = (house: House, carrier: Carrier) => Promise<unknown>;

const eachWorkspace =
  (work: (house: House, database: Database, workspaceId: string) => Promise<unknown>): Task =>
  async (house, { database }) => {
    for (const { workspaceId } of await workspacesOf(database)) {
      try {
        await work(house, database, workspaceId);
      } catch (error) {
        // One workspace's trouble is not the others'.
        house.log.error({ err: error, workspace: workspaceId }, "upkeep of a workspace failed");
      }
    }
  };

const TASKS: Record<string, { cron: string; run: Task }> = {
  "tell of budgets": {
    cron: "* * * * *",
    run: eachWorkspace((house, database, workspaceId) =>
      inWorkspace(database, workspaceId, async (tx) => {
        const nobody = { workspaceId, personId: null, runId: house.sources.newId() };
        await tellNear((await jobAct(house, { database, tx }, nobody)).act);
      }),
    ),
  },
  "send lost jobs": { cron: "* * * * *", run: (house, carrier) => sweep(house, carrier) },
  "take money hints": { cron: "* * * * *", run: eachWorkspace(stirHints) },
  "read money sources": { cron: "37 * * * *", run: eachWorkspace(mendSources) },
  "seal the audit": { cron: "* * * * *", run: eachWorkspace(sealAudit) },
  "seal the ledger": { cron: "* * * * *", run: eachWorkspace(sealLedger) },
  "give back what was reserved": { cron: "* * * * *", run: eachWorkspace(expireHolds) },
  "read the audience": { cron: "* * * * *", run: eachWorkspace(readAudience) },
  "count who took part": { cron: "* * * * *", run: eachWorkspace(countActivity) },
  "forget what expired": { cron: "17 * * * *", run: eachWorkspace(forget) },
  "tidy files": { cron: "29 3 * * *", run: eachWorkspace(tidyAssets) },
  "forget orders": { cron: "51 * * * *", run: forgetOrders },
  "forget ticks": { cron: "43 * * * *", run: forgetTicks },
};

export const chores: readonly Chore[] = Object.entries(TASKS).map(([task, { cron }]) => ({ task, cron }));

/** Does a task by its name. A name from another version is nobody's: its own version asks again. */
export async function doChore(house: House, carrier: Carrier, task: string): Promise<void> {
  await TASKS[task]?.run(house, carrier);
}

async function forget(house: House, database: Database, workspaceId: string): Promise<void> {
  const now = house.sources.now().getTime();
  const before = (age: number) => new Date(now - age).toISOString();
  await inWorkspace(database, workspaceId, async (tx) => {
    const sql = rawOf(tx);
    await sql`
      delete from action_use u using action a
      where a.group_id = u.group_id and a.expires_at < ${before(ACTIONS)}`;
    await sql`delete from action where expires_at < ${before(ACTIONS)}`;
    await sql`delete from code where expires_at < ${before(CODES)}`;
    await sql`delete from verdict where at < ${before(VERDICTS)}`;
    await sql`delete from cooldown where until < ${before(0)}`;
    await forgetSessions(tx, new Date(now));
    await forgetRemarks(tx, new Date(now));
    await forgetAudience(tx, new Date(now));
    await forgetPlayed(tx, new Date(now));
  });
}

async function forgetTicks(house: House, { database }: Carrier): Promise<void> {
  const before = new Date(house.sources.now().getTime() - TICKS).toISOString();
  await database.client`
    delete from tick where at < ${before} and (key like 'minute:%' or key like ${`${WORKER}%`})`;
}

/** Whose a provider's tasks were, and who stood in line there: they belong to no workspace. */
async function forgetOrders(house: House, { database }: Carrier): Promise<void> {
  const now = house.sources.now().getTime();
  await database.client`delete from provider_task where at < ${new Date(now - ORDERS).toISOString()}`;
  await database.client`delete from provider_queue where until < ${new Date(now - DAY).toISOString()}`;
}
