// A new workspace: its row, and its first person, the owner.
import { type Database, inWorkspace } from "../../db/connect.ts";
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
  { now, newId }: Sources,
  { name, slug, locale = "en", currency = "USD", zone = "UTC", owner = "Owner" }: NewWorkspace,
): Promise<{ workspaceId: string; personId: string }> {
  const workspaceId = newId();
  const personId = newId();
  await inWorkspace(database, workspaceId, async (tx) => {
    await tx.insert(workspace).values({ workspaceId, slug, name, locale, currency, zone, createdAt: now() });
    await tx.insert(person).values({ workspaceId, id: personId, name: owner, role: "owner", createdAt: now() });
  });
  return { workspaceId, personId };
}
