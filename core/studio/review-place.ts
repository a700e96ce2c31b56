// Where staff are told: one chat of the workspace, chosen from within it.
import { rawOf } from "../../db/connect.ts";
import type { Act, Place } from "../act.ts";
import { refuse } from "../problem.ts";

const KEY = "review:place";
/** Surfaces whose places are chats that we may write to first. */
const CHATS = ["discord", "slack", "telegram"];

export async function setStaffPlace(act: Act, here: boolean): Promise<void> {
  const { surface, tenant, external } = act.place;
  if (here && !CHATS.includes(surface))
    throw refuse("rule", "Run this in the chat where staff should be asked: on Discord, Slack or Telegram.");
  const before = await readPlace(act);
  if (here)
    await rawOf(act.db)`
      insert into setting (workspace_id, key, value, updated_at)
      values (${act.workspace.id}, ${KEY}, ${JSON.stringify({ surface, tenant, external })}::text::jsonb, ${act.now.toISOString()})
      on conflict (workspace_id, key) do update set value = excluded.value, updated_at = excluded.updated_at`;
  else await rawOf(act.db)`delete from setting where key = ${KEY}`;
  act.changed({ what: "review place", id: KEY, from: before ?? null, to: here ? { surface, tenant, external } : null });
}

async function readPlace(act: Act): Promise<Place | undefined> {
  const [row] = await rawOf(act.db)<{ value: string }[]>`select value::text as value from setting where key = ${KEY}`;
  return row && (JSON.parse(row.value) as Place);
}

/** Undefined when none is set, or when the chat has closed to us or went to another workspace since. */
export async function staffPlace(act: Act): Promise<Place | undefined> {
  const place = await readPlace(act);
  if (!place) return undefined;
  const { surface, tenant, external } = place;
  const [owner] = await rawOf(act.db)<{ own: boolean }[]>`
    select workspace_id = ${act.workspace.id} as own from (
      select workspace_id, 1 as rank from find_place(${surface}, ${tenant}, ${external})
      union all select workspace_id, 2 from find_place(${surface}, ${tenant}, '')) f
    order by rank limit 1`;
  return owner?.own ? place : undefined;
}
