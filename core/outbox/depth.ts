// How many messages wait to leave, over all workspaces: for whoever watches.
import { type Database, inWorkspace, rawOf } from "../../db/connect.ts";
import { workspaceIds } from "../../db/workspaces.ts";

export async function outboxDepth(databases: readonly Database[]): Promise<number> {
  let sum = 0;
  for (const database of databases) {
    for (const workspaceId of await workspaceIds(database)) {
      const [row] = await inWorkspace(
        database,
        workspaceId,
        (tx) => rawOf(tx)<{ count: number }[]>`
          select count(*)::int as count from outbox where status in ('waiting', 'sending')`,
      );
      sum += row?.count ?? 0;
    }
  }
  return sum;
}
