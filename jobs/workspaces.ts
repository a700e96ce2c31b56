import type { Database } from "../db/connect.ts";

/** The workspaces of one database. */
export async function workspacesOf(database: Database): Promise<{ workspaceId: string }[]> {
  return database.client<{ workspaceId: string }[]>`select workspace_id as "workspaceId" from list_workspaces()`;
}
