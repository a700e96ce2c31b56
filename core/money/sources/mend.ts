// What a source has and we do not: looked for by itself every hour, and whenever somebody asks. It pages through all that
// moved, and books what no call told of.
import { type Database, inWorkspace, rawOf, type Tx } from "../../../db/connect.ts";
import { type Act, jobKind } from "../../act.ts";
import type { House } from "../../house.ts";
import { jobAct } from "../../jobs/index.ts";
import { moneyHome } from "./home.ts";
import { askForHints, restless } from "./intake.ts";

/** Reads all that a source has since a moment; without one, since it was read last. */
export const readSource = jobKind<{ source: string; since?: string }>("money read");

const DAY = 86_400_000;
/** Read once more each time: what is late there, and what was made while we read. */
const OVERLAP = 3 * DAY;
/** The first time. Stripe itself keeps events for so long. */
const FIRST = 30 * DAY;

export async function readFrom(tx: Tx, source: string, now: Date): Promise<Date> {
  const [row] = await rawOf(tx)<{ through: string }[]>`select through from source_mark where source = ${source}`;
  return new Date((row ? new Date(row.through).getTime() - OVERLAP : now.getTime() - FIRST) || 0);
}

/** All until then is booked. */
export async function markRead(act: Act, source: string, since: Date, through: Date): Promise<void> {
  await rawOf(act.db)`
    insert into source_mark as m (workspace_id, source, through, looked_at)
    values (${act.workspace.id}, ${source}, ${through.toISOString()}, ${act.now.toISOString()})
    on conflict (workspace_id, source) do update
      set through = greatest(m.through, excluded.through), looked_at = excluded.looked_at
      where m.through >= ${since.toISOString()}`;
}

/** Every minute: what waits and has no job is given one. */
export async function stirHints(house: House, database: Database, workspaceId: string): Promise<void> {
  if (!house.money?.length) return;
  const waiting = await restless(database, workspaceId, house.sources.now());
  for (const { source } of waiting) await ask(house, database, workspaceId, (act) => askForHints(act, source));
}

/** Every hour: each source is read again. */
export async function mendSources(house: House, database: Database, workspaceId: string): Promise<void> {
  for (const source of house.money ?? []) {
    const home = source.ready ? await moneyHome([database], source) : undefined;
    if (home?.workspaceId !== workspaceId) continue;
    await ask(house, database, workspaceId, (act) =>
      act.later(readSource, { source: source.name }, { key: source.name, part: true }),
    );
  }
}

function ask(house: House, database: Database, workspaceId: string, work: (act: Act) => Promise<unknown>) {
  return inWorkspace(database, workspaceId, async (tx) => {
    const nobody = { workspaceId, personId: null, runId: house.sources.newId() };
    await work((await jobAct(house, { database, tx }, nobody)).act);
  });
}
