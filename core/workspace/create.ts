// A new workspace: its row, and its first person, the owner.
import { type Database, inWorkspace, rawOf, type Tx } from "../../db/connect.ts";
import { person, workspace } from "../../db/schema/index.ts";
import type { Sources } from "../act.ts";

export type NewWorkspace = {
  name: string;
  slug: string;
  locale?: string;
  currency?: string;
  zone?: string;
  owner?: string;
};

export async function createWorkspace(
  database: Database,
  sources: Sources,
  wanted: NewWorkspace,
): Promise<{ workspaceId: string; personId: string }> {
  const workspaceId = sources.newId();
  const personId = sources.newId();
  await inWorkspace(database, workspaceId, (tx) =>
    writeWorkspace(tx, sources.now(), { workspaceId, personId }, wanted),
  );
  return { workspaceId, personId };
}

/** The rows of a workspace, in a transaction that is in it already. False when the id or the slug is taken. */
export async function writeWorkspace(
  tx: Tx,
  now: Date,
  { workspaceId, personId }: { workspaceId: string; personId: string | null },
  { name, slug, locale = "en", currency = "USD", zone = "UTC", owner = "Owner" }: NewWorkspace,
): Promise<boolean> {
  const rows = await tx
    .insert(workspace)
    .values({ workspaceId, slug, name, locale, currency, zone, createdAt: now })
    .onConflictDoNothing()
    .returning({ slug: workspace.slug });
  if (rows.length === 0) return false;
  if (personId)
    await tx.insert(person).values({ workspaceId, id: personId, name: owner, role: "owner", createdAt: now });
  return true;
}

export type Listed = { workspaceId: string; slug: string };

/** Every workspace of a database, oldest first: ids and slugs only. */
export async function listWorkspaces(room: Tx | Database): Promise<Listed[]> {
  const raw = "client" in room ? room.client : rawOf(room);
  const rows = await raw<{ workspace_id: string; slug: string }[]>`select workspace_id, slug from list_workspaces()`;
  return rows.map((r) => ({ workspaceId: r.workspace_id, slug: r.slug }));
}
