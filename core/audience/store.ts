// Minutes and listeners as rows.
import { rawOf, type Tx } from "../../db/connect.ts";
import type { Listened } from "./hearing.ts";

const MINUTE = 60_000;
export const minuteOf = (at: Date): string => new Date(Math.floor(at.getTime() / MINUTE) * MINUTE).toISOString();

type Home = { workspaceId: string; channel: string; counter: string; at: Date };

/** What one process heard. Twice within a minute, the second adds to the first. */
export async function saveListened(
  tx: Tx,
  { workspaceId, channel, counter, at }: Home,
  heard: Listened,
): Promise<void> {
  const sql = rawOf(tx);
  await sql`
    insert into audience_minute (workspace_id, channel_id, minute, source, counter, viewers, seconds)
    values (${workspaceId}, ${channel}, ${minuteOf(at)}, 'own', ${counter}, ${heard.viewers}, ${heard.seconds})
    on conflict (workspace_id, channel_id, minute, source, counter) do update
    set viewers = greatest(audience_minute.viewers, excluded.viewers), seconds = audience_minute.seconds + excluded.seconds`;
  const { listeners } = heard;
  if (listeners.length === 0) return;
  await sql`
    insert into listener (workspace_id, day, channel_id, who, known, seconds)
    select ${workspaceId}, ${at.toISOString().slice(0, 10)}::date, ${channel}, decode(l.who, 'hex'), l.known::boolean, l.seconds::int
    from unnest(${listeners.map((l) => l.who)}::text[], ${listeners.map((l) => String(l.known))}::text[],
      ${listeners.map((l) => String(l.seconds))}::text[]) as l (who, known, seconds)
    on conflict (workspace_id, day, channel_id, who) do update
    set seconds = listener.seconds + excluded.seconds, known = listener.known or excluded.known`;
}

const DAY = 86_400_000;
const MINUTES_KEPT = 400 * DAY;
const LISTENERS_KEPT = 35 * DAY;

export async function forgetAudience(tx: Tx, now: Date): Promise<void> {
  const before = (age: number) => new Date(now.getTime() - age).toISOString();
  await rawOf(tx)`delete from audience_minute where minute < ${before(MINUTES_KEPT)}`;
  await rawOf(tx)`delete from listener where day < ${before(LISTENERS_KEPT).slice(0, 10)}::date`;
  await rawOf(tx)`delete from activity where hour < ${before(MINUTES_KEPT)}`;
}
