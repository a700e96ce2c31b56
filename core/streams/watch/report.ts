// How a channel is, as its keeper reports it, and the dead air that was heard.
import { rawOf } from "../../../db/connect.ts";
import type { Act } from "../../act.ts";
import type { Channel } from "../channel.ts";
import { channelBack, channelSilent, channelStatus } from "../events.ts";
import { closeOnAir } from "../queue/heard.ts";
import { holdLease } from "../servers/fence.ts";
import { beginTrouble, endTrouble } from "./trouble.ts";

export type Report = {
  channel: string;
  token: number;
  status: Channel["status"];
  /** Why, in a line; empty when there is nothing to say. */
  note?: string;
  at: Date;
  /** Something is heard now. */
  sounding: boolean;
  destinations?: readonly { id: string; state: "unknown" | "connecting" | "live" | "failed"; note?: string }[];
};

/** Unheard for longer than this between two reports is dead air, whoever was to report it. */
export const GAP_MS = 8_000;
const NOTE = 300;

type Before = { slug: string; status: Channel["status"]; since: string | null; troubled: boolean; mute: boolean };

/**
 * Every few seconds, while a keeper has the channel. What was not heard since the last report, because the keeper or its
 * host had died, becomes dead air here: it need not be alive to be measured.
 */
export async function report(act: Act, { channel, token, status, note = "", at, sounding, destinations = [] }: Report) {
  await holdLease(act, channel, token);
  const sql = rawOf(act.db);
  const [before] = await sql<Before[]>`
    select slug, status, case when wanted = 'on' then greatest(sound_at, wanted_at) end as since,
      exists (select from channel_trouble t where t.channel_id = c.id and t.to_at is null) as troubled,
      exists (select from silence s where s.channel_id = c.id and s.to_at is null) as mute
    from channel c where id = ${channel} for update`;
  if (!before) return;
  const when = at.toISOString();
  await sql`
    update channel set status = ${status}, status_note = ${note.slice(0, NOTE)}, status_at = ${when},
      sound_at = case when ${sounding} then ${when} else sound_at end
    where id = ${channel}`;
  for (const { id, state, note: why = "" } of destinations)
    await sql`
      update destination set state = ${state}, state_note = ${why.slice(0, NOTE)}, checked_at = ${when}
      where id = ${id} and channel_id = ${channel}`;
  const subject = { channel, slug: before.slug };
  if (sounding && before.since !== null && at.getTime() - new Date(before.since).getTime() > GAP_MS) {
    await sql`
      insert into silence (workspace_id, id, channel_id, from_at, to_at, why)
      values (${act.workspace.id}, ${act.newId()}, ${channel}, ${before.since}, ${when}, 'nobody played it')`;
    await beginTrouble(act, { ...subject, at: new Date(before.since), kind: "unplayed", why: "" });
    before.troubled = true;
  }
  if (status === "failed" && before.status !== "failed")
    await beginTrouble(act, { ...subject, at, kind: "failed", why: note });
  else if (before.troubled && ((status === "on" && sounding && !before.mute) || status === "off"))
    await endTrouble(act, { ...subject, at });
  if (status === "off") await atRest(act, channel, token, at);
  if (before.status !== status)
    await act.emit(channelStatus, { channel, slug: before.slug, from: before.status, to: status, why: note }, channel);
}

/** Stopped: what played is over, and what was ready waits for the next start. */
async function atRest(act: Act, channel: string, token: number, at: Date): Promise<void> {
  await closeOnAir(act, channel, { at, token, to: "played" });
  const sql = rawOf(act.db);
  await sql`
    update queue_item set state = 'waiting', handed_token = null, handed_at = null
    where channel_id = ${channel} and state = 'handed'`;
  await sql`
    update silence set to_at = greatest(from_at, ${at.toISOString()}) where channel_id = ${channel} and to_at is null`;
}

/** Dead air is heard, since `ms` before `at`. Told once until it is over. */
export async function silent(
  act: Act,
  { channel, token, at, ms, why }: { channel: string; token: number; at: Date; ms: number; why: string },
): Promise<boolean> {
  await holdLease(act, channel, token);
  const from = new Date(at.getTime() - ms).toISOString();
  const rows = await rawOf(act.db)<{ slug: string }[]>`
    insert into silence (workspace_id, id, channel_id, from_at, why)
    select workspace_id, ${act.newId()}, id, ${from}, ${why.slice(0, NOTE)} from channel where id = ${channel}
    on conflict do nothing returning (select slug from channel where id = ${channel}) as slug`;
  if (!rows[0]) return false;
  await act.emit(channelSilent, { channel, slug: rows[0].slug, ms, why }, channel);
  await beginTrouble(act, { channel, slug: rows[0].slug, at: new Date(from), kind: "silent", why });
  return true;
}

/** Something is heard again. */
export async function back(
  act: Act,
  { channel, token, at }: { channel: string; token: number; at: Date },
): Promise<boolean> {
  await holdLease(act, channel, token);
  const rows = await rawOf(act.db)<{ slug: string; ms: number; status: string }[]>`
    update silence s set to_at = greatest(s.from_at, ${at.toISOString()}) from channel c
    where s.channel_id = ${channel} and s.to_at is null and c.workspace_id = s.workspace_id and c.id = s.channel_id
    returning c.slug, (extract(epoch from s.to_at - s.from_at) * 1000)::float8 as ms, c.status`;
  if (!rows[0]) return false;
  const { slug, ms, status } = rows[0];
  await act.emit(channelBack, { channel, slug, ms }, channel);
  if (status === "on") await endTrouble(act, { channel, slug, at });
  return true;
}
