// Puts the channels of a blueprint into a workspace. What is there already stays as people made it.
import { channel } from "../../db/schema/index.ts";
import type { Act } from "../act.ts";
import type { Blueprint } from "../blueprints/index.ts";

export async function fillChannels(
  { db, workspace, now, newId }: Pick<Act, "db" | "workspace" | "now" | "newId">,
  { channels }: Blueprint,
): Promise<number> {
  if (channels.length === 0) return 0;
  const rows = channels.map((c, position) => ({
    ...c,
    stage: c.stage ?? null,
    position,
    workspaceId: workspace.id,
    id: newId(),
    createdAt: now,
  }));
  return (await db.insert(channel).values(rows).onConflictDoNothing().returning({ id: channel.id })).length;
}
