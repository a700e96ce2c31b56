// What a keeper reports of the air: what is heard, how long it was, and whether anything is. Each is written under the
// token of its lease; what is reported twice is written once.
import { rawOf } from "../../../db/connect.ts";
import type { Act } from "../../act.ts";
import { channelTrack, queueChanged } from "../events.ts";
import { holdLease } from "../servers/fence.ts";
import { lookAhead } from "./next.ts";
import type { Source } from "./queue.ts";

export type AirFact = {
  channel: string;
  item: string;
  token: number;
  /** When a listener hears it. */
  at: Date;
};

/**
 * Listeners hear this item from now on: whatever was on the air before is over. True when that was news. The event
 * `channel.track` is written with it, and what may come next is chosen, for people to see.
 */
export async function heard(act: Act, { channel, item, token, at }: AirFact): Promise<boolean> {
  await holdLease(act, channel, token);
  const sql = rawOf(act.db);
  const [ready] =
    await sql`select 1 from queue_item where id = ${item} and channel_id = ${channel} and state = 'handed'`;
  if (!ready) return false;
  await closeOnAir(act, channel, { at, token });
  const [row] = await sql<Row[]>`
    update queue_item i set state = 'on_air', heard_at = ${at.toISOString()}, handed_token = ${token}
    from work w, channel c
    where i.id = ${item} and i.state = 'handed' and w.workspace_id = i.workspace_id and w.id = i.asset_id
      and c.workspace_id = i.workspace_id and c.id = i.channel_id
    returning i.asset_id as asset, i.source, i.decided_by as "decidedBy", w.title, w.seconds, c.slug`;
  if (!row) return false;
  await act.emit(channelTrack, { channel, item, at: at.toISOString(), ...row }, channel);
  await lookAhead(act, channel);
  return true;
}

type Row = {
  asset: string;
  source: Source;
  decidedBy: string;
  title: string;
  seconds: number | null;
  slug: string;
};

/**
 * Ends what is on the air. What another host played was heard until that host was last heard of, and never longer than
 * it lasts.
 */
export async function closeOnAir(
  act: Act,
  channel: string,
  { at, token, item, to = "played", reason }: Closing,
): Promise<boolean> {
  const sql = rawOf(act.db);
  const end = at.toISOString();
  const [closed] = await sql<{ id: string; from: string; to: string }[]>`
    update queue_item i set
      state = case when i.skip_at is not null and ${to} = 'played' then 'skipped' else ${to} end,
      ended_at = e.at, heard_ms = least(extract(epoch from e.at - i.heard_at) * 1000, 2147483647)::int,
      reason = coalesce(${reason ?? null}, i.reason)
    from (select q.id, greatest(q.heard_at, least(${end}::timestamptz,
        case when q.handed_token = ${token} then 'infinity' else least(c.sound_at, q.heard_at + make_interval(secs => w.seconds)) end)) as at
      from queue_item q join work w on w.workspace_id = q.workspace_id and w.id = q.asset_id
      join channel c on c.workspace_id = q.workspace_id and c.id = q.channel_id
      where q.channel_id = ${channel} and q.state = 'on_air' and q.id = coalesce(${item ?? null}::uuid, q.id)) e
    where i.id = e.id and i.state = 'on_air'
    returning i.id, i.heard_at as from, i.ended_at as to`;
  if (!closed) return false;
  await sql`
    insert into air (workspace_id, id, channel_id, item_id, asset_id, source, decided_by, from_at, to_at)
    select workspace_id, ${act.newId()}, channel_id, id, asset_id, source, decided_by, heard_at, ended_at
    from queue_item where id = ${closed.id} on conflict do nothing`;
  return true;
}

type Closing = { at: Date; token: number; item?: string; to?: "played" | "skipped" | "failed"; reason?: string };

/** It is over, and nothing was heard after it yet. True when that was news. */
export async function ended(act: Act, { channel, item, token, at }: AirFact): Promise<boolean> {
  await holdLease(act, channel, token);
  return closeOnAir(act, channel, { at, token, item });
}

/** It could not be played, or broke in the middle. It is not chosen again for some hours. */
export async function failed(act: Act, { channel, item, token, at, why }: AirFact & { why: string }): Promise<boolean> {
  await holdLease(act, channel, token);
  const reason = why.slice(0, 300);
  if (await closeOnAir(act, channel, { at, token, item, to: "failed", reason })) return true;
  const rows = await rawOf(act.db)`
    update queue_item set state = 'failed', ended_at = ${at.toISOString()}, reason = ${reason}
    where id = ${item} and channel_id = ${channel} and state = 'handed' returning 1`;
  if (rows.length > 0) await act.emit(queueChanged, { channel, item, to: "failed" }, channel);
  return rows.length > 0;
}
