// A mood that was chosen for what is made next: by listeners who voted for it. The next songs take it, once.
import { rawOf } from "../../db/connect.ts";
import type { Act } from "../act.ts";
import { asJson } from "../text.ts";

const keyOf = (channel: string | null) => `mood:${channel ?? "all"}`;

/** For the next songs of a channel; null: of any. A newer one takes the place of one that was not used. */
export async function setMood(act: Act, channel: string | null, mood: string, why: string): Promise<void> {
  await rawOf(act.db)`
    insert into setting (workspace_id, key, value, updated_at)
    values (${act.workspace.id}, ${keyOf(channel)}, ${asJson({ mood, why })}::text::jsonb, ${act.now.toISOString()})
    on conflict (workspace_id, key) do update set value = excluded.value, updated_at = excluded.updated_at`;
  act.changed({ what: "mood", id: keyOf(channel), to: mood });
}

/** The mood that waits for this channel, or for any; it is used up. */
export async function takeMood(act: Act, channel: string | null): Promise<string | undefined> {
  const [row] = await rawOf(act.db)<{ mood: string }[]>`
    delete from setting where key = (select key from setting where key in (${keyOf(channel)}, ${keyOf(null)})
      order by key = ${keyOf(null)} limit 1)
    returning value->>'mood' as mood`;
  return row?.mood;
}
