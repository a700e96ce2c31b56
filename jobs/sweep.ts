// Jobs whose message was lost get a new one: after a restore (the engine's tables are not in a backup), after a message
// was given up, and when the house's clock was moved by hand. Nothing else repairs them, and nothing that lives is touched.
import type { House } from "../core/house.ts";
import { type Database, inWorkspace, rawOf } from "../db/connect.ts";
import type { Carrier } from "./engine.ts";
import { workspacesOf } from "./workspaces.ts";

/** Younger than this, a message may be on its way. */
const GRACE = 60_000;
/** A look at once: what waits behind that many is found by the next. */
const MOST = 1000;

type Lost = { id: string; name: string; message: string; status: string };

export async function sweep(house: House, { database, alive }: Carrier, graceMs = GRACE): Promise<number> {
  let sent = 0;
  for (const { workspaceId } of await workspacesOf(database)) {
    const due = await inWorkspace(database, workspaceId, (tx) => {
      const before = new Date(house.sources.now().getTime() - graceMs).toISOString();
      return rawOf(tx)<Lost[]>`
        select id, name, coalesce(message, id) as message, status from job
        where status in ('waiting', 'running') and due_at <= ${before} and coalesce(started_at, due_at) <= ${before}
        order by id limit ${MOST}`;
    });
    if (due.length === 0) continue;
    const living = await alive(due.map((d) => d.message));
    for (const job of due) if (!living.has(job.message)) sent += await sendAgain(house, database, workspaceId, job);
  }
  if (sent > 0) house.log.warn({ jobs: sent, database: database.name }, "jobs without a message were sent again");
  return sent;
}

/** Guarded by the message that was looked for: whoever moved the job meanwhile was not lost. */
function sendAgain(house: House, database: Database, workspaceId: string, { id, name, message, status }: Lost) {
  return inWorkspace(database, workspaceId, async (tx) => {
    const next = house.sources.newId();
    const rows = await rawOf(tx)`
      update job set status = 'waiting', message = ${next}
      where id = ${id} and coalesce(message, id) = ${message} and status = ${status} returning 1`;
    if (rows.length > 0)
      await house.queue.send(database, tx, { id, name, workspaceId, message: next, dueAt: house.sources.now() });
    return rows.length;
  });
}
