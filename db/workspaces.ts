// The ids of the workspaces that a database holds: for work that goes through all of them.
import type { Database } from "./connect.ts";

export async function workspaceIds({ client }: Database): Promise<string[]> {
  const rows = await client<{ id: string }[]>`select workspace_id as id from list_workspaces()`;
  return rows.map((row) => row.id);
}
