// Puts the channels of a blueprint into a workspace, each with songs to draw from. What is there already stays as
// people made it.
import { channel, rotation } from "../../db/schema/index.ts";
import type { Act } from "../act.ts";
import type { Blueprint } from "../blueprints/index.ts";
import { sharedEmergency } from "./schedule/emergency.ts";

type Filling = Pick<Act, "db" | "workspace" | "now" | "newId">;

export async function fillChannels(at: Filling, { channels }: Blueprint): Promise<number> {
  const { db, workspace, now, newId } = at;
  if (channels.length === 0) return 0;
  const rows = channels.map((c, position) => ({
    ...c,
    stage: c.stage ?? null,
    position,
    workspaceId: workspace.id,
    id: newId(),
    createdAt: now,
  }));
  const made = await db
    .insert(channel)
    .values(rows)
    .onConflictDoNothing()
    .returning({ id: channel.id, genre: channel.genre });
  if (made.length > 0) {
    await addSongs(at, made);
    await sharedEmergency(at);
  }
  return made.length;
}

/** Every channel's first rotation: what is made for it, and what is made of its genre. Approved songs join by themselves. */
export async function addSongs(
  { db, workspace, now, newId }: Filling,
  channels: readonly { id: string; genre: string }[],
): Promise<void> {
  const rows = channels.map((c) => ({
    workspaceId: workspace.id,
    id: newId(),
    channelId: c.id,
    name: "Songs",
    kind: "standard" as const,
    queries: [{ channel: c.id }, { genre: c.genre }],
    createdAt: now,
  }));
  await db.insert(rotation).values(rows).onConflictDoNothing();
}
