// What people want of a channel. A command writes it down and keepers are told at once; whoever keeps the channel does it.
import { afterCommit, rawOf } from "../../db/connect.ts";
import { channel as table, type VoteSettings } from "../../db/schema/index.ts";
import type { Act } from "../act.ts";
import { refuse } from "../problem.ts";
import type { Channel } from "./channel.ts";
import { channelEmergency, channelWanted } from "./events.ts";
import { addSongs } from "./fill.ts";
import { wantBed } from "./schedule/emergency.ts";
import { STREAMS_CHANNEL } from "./wanted.ts";

/** Keepers hear of it as soon as this commits. They look by themselves too, every second. */
export const wake = (act: Act): void =>
  afterCommit(
    act.db,
    `streams ${act.workspace.id}`,
    ({ client }) => client`select pg_notify(${STREAMS_CHANNEL}, ${act.workspace.id})`,
  );

/** Surfaces whose places are chats that we may write to first. */
const CHATS = ["discord", "slack", "telegram"];

/** The channel is told of where it was started, unless it is told of somewhere already. */
export async function bindPlace(act: Act, channel: string, { only = false } = {}): Promise<boolean> {
  const { surface, tenant, external } = act.place;
  if (!CHATS.includes(surface)) return false;
  const rows = await rawOf(act.db)`
    insert into channel_place (workspace_id, channel_id, surface, tenant, external, bound_by, created_at)
    select ${act.workspace.id}, ${channel}, ${surface}, ${tenant}, ${external}, ${act.person.id}, ${act.now.toISOString()}
    where ${only} = false or not exists (select from channel_place where channel_id = ${channel})
    on conflict do nothing returning 1`;
  return rows.length > 0;
}

export async function unbindPlace(act: Act, channel: string): Promise<boolean> {
  const { surface, tenant, external } = act.place;
  const rows = await rawOf(act.db)`
    delete from channel_place
    where channel_id = ${channel} and surface = ${surface} and tenant = ${tenant} and external = ${external} returning 1`;
  return rows.length > 0;
}

/** False: it was wanted already. */
export async function startChannel(act: Act, { id, slug }: Channel): Promise<boolean> {
  const sql = rawOf(act.db);
  const now = act.now.toISOString();
  const rows = await sql`
    update channel set wanted = 'on', wanted_at = ${now}, wanted_by = ${act.person.id}, restart_at = null
    where id = ${id} and wanted = 'off' returning 1`;
  if (rows.length === 0) return false;
  await sql`
    insert into wanted_span (workspace_id, id, channel_id, from_at)
    values (${act.workspace.id}, ${act.newId()}, ${id}, ${now}) on conflict do nothing`;
  await wantBed(act);
  await tell(act, { id, slug }, "on");
  return true;
}

/** False: it was not wanted. */
export async function stopChannel(act: Act, { id, slug }: Channel): Promise<boolean> {
  const sql = rawOf(act.db);
  const now = act.now.toISOString();
  const rows = await sql`
    update channel set wanted = 'off', wanted_at = ${now}, wanted_by = ${act.person.id}
    where id = ${id} and wanted = 'on' returning 1`;
  if (rows.length === 0) return false;
  await sql`
    update wanted_span set to_at = greatest(from_at, ${now}) where channel_id = ${id} and to_at is null`;
  await tell(act, { id, slug }, "off");
  return true;
}

/** Its engine is started anew, at once. False: it is not wanted on the air. */
export async function restartChannel(act: Act, { id, slug }: Channel): Promise<boolean> {
  const rows = await rawOf(act.db)`
    update channel set restart_at = ${act.now.toISOString()} where id = ${id} and wanted = 'on' returning 1`;
  if (rows.length === 0) return false;
  await tell(act, { id, slug }, "restart");
  return true;
}

async function tell(act: Act, { id, slug }: Pick<Channel, "id" | "slug">, to: "on" | "off" | "restart"): Promise<void> {
  act.changed({ what: "channel", id, to: { wanted: to } });
  await act.emit(channelWanted, { channel: id, slug, to }, id);
  wake(act);
}

/** Emergency content, or an end of it, on one channel or on all. Answers with those that it changed. */
export async function setEmergency(
  act: Act,
  on: boolean,
  channel?: string,
): Promise<{ id: string; slug: string; name: string }[]> {
  const at = on ? act.now.toISOString() : null;
  const rows = await rawOf(act.db)<{ id: string; slug: string; name: string }[]>`
    update channel set emergency_at = ${at}
    where (emergency_at is null) = ${on} and id = coalesce(${channel ?? null}::uuid, id) returning id, slug, name`;
  for (const { id, slug } of rows) {
    act.changed({ what: "channel", id, to: { emergency: on } });
    await act.emit(channelEmergency, { channel: id, slug, on }, id);
  }
  if (rows.length > 0) {
    if (on) await wantBed(act);
    wake(act);
  }
  return [...rows];
}

export type NewChannel = { name: string; slug: string; genre: string; hue: string };

/** A channel of one's own, with a rotation to draw from. */
export async function createChannel(act: Act, given: NewChannel): Promise<string> {
  const id = act.newId();
  const [last] = await rawOf(act.db)<{ next: number }[]>`select coalesce(max(position), -1) + 1 as next from channel`;
  const rows = await act.db
    .insert(table)
    .values({ ...given, workspaceId: act.workspace.id, id, position: last!.next, createdAt: act.now })
    .onConflictDoNothing()
    .returning({ id: table.id });
  if (rows.length === 0)
    throw refuse("clash", "There is a channel {slug} already. Give another name or slug.", { slug: given.slug });
  await addSongs(act, [{ id, genre: given.genre }]);
  act.changed({ what: "channel", id, to: given });
  return id;
}

export type Settings = {
  crossfadeMs?: number | undefined;
  beatMatch?: boolean | undefined;
  trackGap?: number | undefined;
  artistGap?: number | undefined;
  visual?: "none" | "loop" | "card" | undefined;
  engine?: "mixer" | "liquidsoap" | "obs" | "azuracast" | undefined;
  votes?: Partial<VoteSettings>;
};

/** Changes what is given, and leaves the rest. */
export async function setChannel(act: Act, id: string, { votes = {}, ...s }: Settings): Promise<void> {
  const given = Object.fromEntries(Object.entries({ ...s, ...votes }).filter(([, v]) => v !== undefined));
  if (Object.keys(given).length === 0) return;
  const voting = JSON.stringify(Object.fromEntries(Object.entries(votes).filter(([, v]) => v !== undefined)));
  await rawOf(act.db)`
    update channel set crossfade_ms = coalesce(${s.crossfadeMs ?? null}::int, crossfade_ms),
      beat_match = coalesce(${s.beatMatch ?? null}::boolean, beat_match),
      track_gap = coalesce(${s.trackGap ?? null}::int, track_gap), artist_gap = coalesce(${s.artistGap ?? null}::int, artist_gap),
      visual = coalesce(${s.visual ?? null}, visual), engine = coalesce(${s.engine ?? null}, engine),
      votes = votes || ${voting}::text::jsonb
    where id = ${id}`;
  act.changed({ what: "channel", id, to: given });
  wake(act);
}

export type Shaped = Required<Omit<Settings, "votes">> & { votes: VoteSettings };

export async function shapeOf(act: Act, id: string): Promise<Shaped> {
  const [row] = await rawOf(act.db)<(Omit<Shaped, "votes"> & { votes: string })[]>`
    select crossfade_ms as "crossfadeMs", beat_match as "beatMatch", track_gap as "trackGap", artist_gap as "artistGap",
      visual, engine, votes::text as votes from channel where id = ${id}`;
  return { ...row!, votes: JSON.parse(row!.votes) as VoteSettings };
}
