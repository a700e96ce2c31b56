// What the rules of rotation look at, read from the database: rotations with their tracks, and what was heard.
import { rawOf } from "../../../db/connect.ts";
import type { RotationQuery } from "../../../db/schema/index.ts";
import type { Act } from "../../act.ts";
import { localOf } from "../../command/index.ts";
import { type Daypart, isPlaying } from "./daypart.ts";
import type { Recent, Rotation, Track } from "./rotation.ts";

export type RotationKind = "standard" | "jingle" | "emergency";
export type StoredRotation = Rotation & { kind: RotationKind; shared: boolean; tracks: Track[] };

type Row = Omit<StoredRotation, "tracks" | "lastAt"> & { lastAt: string | null; dayparts: string; queries: string };

export const msOf = (at: string | null): number | null => (at === null ? null : new Date(at).getTime());

/** A file that could not be played is not tried again for so long. */
const BROKEN_HOURS = 6;

/** The rotations of these kinds that play on the channel at this hour, with all that may be heard of each. */
export async function rotationsOf(
  act: Act,
  channel: string,
  kinds: readonly RotationKind[],
  draw?: Draw,
): Promise<StoredRotation[]> {
  const sql = rawOf(act.db);
  const rows = await sql<Row[]>`
    select r.id, r.name, r.kind, r.weight, r.channel_id is null as shared, r.every_songs as "everySongs",
      r.every_minutes as "everyMinutes", r.at_minute as "atMinute", l.at as "lastAt", r.queries::text as queries,
      (select count(*)::int from (select from queue_item i where i.channel_id = ${channel} and i.handed_at > coalesce(l.at, '-infinity')
        and r.every_songs is not null and i.source not in ('jingle', 'emergency') limit 1000) since) as "songsSince",
      coalesce((select jsonb_agg(jsonb_build_object('days', d.days, 'begins', d.begins, 'ends', d.ends))
        from daypart d where d.rotation_id = r.id), '[]')::text as dayparts
    from rotation r left join lateral (
      select max(i.handed_at) as at from queue_item i where i.channel_id = ${channel} and i.rotation_id = r.id) l on true
    where r.enabled and r.kind = any(${kinds}) and (r.channel_id = ${channel} or r.channel_id is null)
    order by r.channel_id is null, r.name, r.id`;
  const local = localOf(act.now, act.workspace.zone);
  const playing = rows.filter((r) => isPlaying(JSON.parse(r.dayparts) as Daypart[], local));
  if (playing.length === 0) return [];
  const tracks = await tracksOf(
    act,
    channel,
    playing.map(({ id, queries }) => ({ id, queries: JSON.parse(queries) as RotationQuery[] })),
    draw,
  );
  return playing.map(({ dayparts: _, queries: __, ...r }) => ({
    ...r,
    lastAt: msOf(r.lastAt),
    tracks: tracks.get(r.id) ?? [],
  }));
}

/** The works that one query of a rotation finds, as a condition that looks at each of them once. */
function fits(act: Act, { channel, genre, words }: RotationQuery) {
  const sql = rawOf(act.db);
  const ofChannel = typeof channel === "string" ? sql`and w.channel_id = ${channel}::uuid` : sql``;
  const ofGenre = typeof genre === "string" ? sql`and w.prompt_name in (${genre}, ${`genres/${genre}`})` : sql``;
  const ofWords = (words ?? "")
    .split(/\s+/)
    .filter((word) => word !== "")
    .reduce((all, word) => sql`${all} and strpos(lower(w.title || ' ' || w.prompt), lower(${word})) > 0`, sql``);
  return sql`(w.kind = 'song' ${ofChannel} ${ofGenre} ${ofWords})`;
}

/** Songs that a query finds, and what was put in by hand, which is heard at the door. What is not let out is never heard. */
async function tracksOf(
  act: Act,
  channel: string,
  rotations: readonly { id: string; queries: readonly RotationQuery[] }[],
  draw: Draw | undefined,
): Promise<Map<string, Track[]>> {
  const sql = rawOf(act.db);
  const heard = await lastHeard(act, channel);
  const found = new Map<string, Track[]>();
  for (const { id, queries } of rotations) {
    // One pass over the library for each rotation. No join: what the planner believes of its size cannot lead it astray.
    const byHand = sql`w.id in (select x.work_id from rotation_work x where x.rotation_id = ${id})`;
    const any = queries.reduce((all, query) => sql`${all} or ${fits(act, query)}`, byHand);
    const from = sql`from work w where ${audible(act, channel)} and (${any})`;
    found.set(
      id,
      draw ? await drawnFrom(act, from, heard, draw) : await readTracks(act, sql`${from} order by w.id`, heard),
    );
  }
  return found;
}

/** Songs of one rotation that are looked at for one choice: enough for any gap that leaves a choice at all. */
const DRAWN = 400;
/** `from`: a number from 0 to 1. `partial` is set when there is more than what was drawn. */
export type Draw = { from: number; partial: boolean };
const LOTS = 2_147_483_647;

/** A stretch of the order that means nothing, round to its beginning: as many of few, and no more of many. */
async function drawnFrom(act: Act, from: Fragment, heard: ReadonlyMap<string, number>, draw: Draw): Promise<Track[]> {
  const sql = rawOf(act.db);
  const start = Math.floor(draw.from * LOTS);
  const stretch = (where: Fragment, most: number) =>
    readTracks(act, sql`${from} and w.status = 'approved' and ${where} order by w.lot limit ${most}`, heard);
  const above = await stretch(sql`w.lot >= ${start}`, DRAWN);
  const below = above.length < DRAWN ? await stretch(sql`w.lot < ${start}`, DRAWN - above.length) : [];
  const tracks = [...above, ...below];
  draw.partial ||= tracks.length >= DRAWN;
  return tracks.sort((a, b) => (a.id < b.id ? -1 : 1));
}

type Fragment = ReturnType<typeof fits>;

/** In one row: ten thousand rows would take the driver longer than the database. */
async function readTracks(act: Act, from: Fragment, heard: ReadonlyMap<string, number>): Promise<Track[]> {
  const [row] = await rawOf(act.db)<{ all: string | null }[]>`
    select json_agg(json_build_array(t.id, t.title, t.artist, t.seconds))::text as all
    from (select w.id, w.title, w.facts->>'artist' as artist, w.seconds ${from}) t`;
  const all = JSON.parse(row?.all ?? "[]") as [string, string, string | null, number | null][];
  return all.map(([id, title, artist, seconds]) => ({ id, title, artist, seconds, lastAt: heard.get(id) ?? null }));
}

/** What was heard before this counts as never heard: a week is the longest that makes a difference. */
const REMEMBERED_MS = 8 * 86_400_000;

/** Read once and joined here: a few thousand rows, however long the history and whatever the planner knows of it. */
async function lastHeard(act: Act, channel: string): Promise<Map<string, number>> {
  const since = new Date(act.now.getTime() - REMEMBERED_MS).toISOString();
  const [row] = await rawOf(act.db)<{ all: string | null }[]>`
    select json_object_agg(id, at)::text as all from (
      select asset_id as id, (extract(epoch from max(to_at)) * 1000)::bigint as at from air
      where channel_id = ${channel} and from_at > ${since} group by 1) h`;
  return new Map(Object.entries(JSON.parse(row?.all ?? "{}") as Record<string, number>));
}

const audible = (act: Act, channel: string) => {
  const since = new Date(act.now.getTime() - BROKEN_HOURS * 3_600_000).toISOString();
  return rawOf(act.db)`w.status = 'approved' and w.id not in (
    select f.asset_id from queue_item f where f.channel_id = ${channel} and f.state = 'failed' and f.ended_at > ${since})`;
};

/** Every song of the library: when no rotation of the channel has one, any song is better than none. */
export async function anySongs(act: Act, channel: string, most = 200): Promise<Track[]> {
  const from = rawOf(act.db)`from work w where w.kind = 'song' and ${audible(act, channel)}
    order by w.channel_id = ${channel} desc nulls last, w.id desc limit ${most}`;
  return readTracks(act, from, await lastHeard(act, channel));
}

export type Around = {
  recent: Recent[];
  /** What waits, is handed over or plays. */
  queued: Set<string>;
  /** The last one that was handed over: what it was. */
  lastSource: string | null;
};

/** A week of one-minute tracks: the longest gap. */
const MOST_NEAR = 10_080;

/**
 * The bounds in it keep the planner, when it knows nothing of a new library, from reading the history for every song.
 * What was heard in the last `minutes`, and what will be. What the rotation has in mind is only that, and left out where
 * others are to choose.
 */
export async function around(act: Act, channel: string, minutes: number, { proposals = true } = {}): Promise<Around> {
  const since = new Date(act.now.getTime() - minutes * 60_000).toISOString();
  const near = rawOf(act.db)`workspace_id, asset_id, state, source, handed_at, heard_at, ended_at`;
  const rows = await rawOf(act.db)<(Omit<Recent, "at"> & { at: string; state: string; source: string })[]>`
    with near as materialized (
      select ${near} from queue_item where channel_id = ${channel} and state in ('waiting', 'handed', 'on_air')
        and (${proposals} or state <> 'waiting' or source <> 'rotation')
      union all (
      select ${near} from queue_item
      where channel_id = ${channel} and heard_at > ${since} and state in ('played', 'skipped', 'failed')
      order by heard_at desc limit ${MOST_NEAR}))
    select w.id, w.title, w.facts->>'artist' as artist, i.state, i.source,
      coalesce(i.ended_at, i.heard_at, ${act.now.toISOString()}) as at
    from near i join lateral (
      select * from work k where k.workspace_id = i.workspace_id and k.id = i.asset_id limit 1) w on true
    order by i.handed_at desc nulls last`;
  const open = rows.filter((r) => ["waiting", "handed", "on_air"].includes(r.state));
  return {
    recent: rows.map(({ state: _, source: __, ...r }) => ({ ...r, at: new Date(r.at).getTime() })),
    queued: new Set(open.map((r) => r.id)),
    lastSource: rows.find((r) => r.state !== "waiting")?.source ?? null,
  };
}

/** How many songs the channel's rotations have now, and how many of its drafts nobody has looked at. */
export async function stockOf(
  act: Act,
  { id, genre }: { id: string; genre: string },
): Promise<{ songs: number; drafts: number }> {
  const standard = await rotationsOf(act, id, ["standard"]);
  const [row] = await rawOf(act.db)<{ drafts: number }[]>`
    select count(*)::int as drafts from work
    where status = 'draft' and kind = 'song' and (channel_id = ${id} or prompt_name in (${genre}, ${`genres/${genre}`}))`;
  return { songs: new Set(standard.flatMap((r) => r.tracks.map((t) => t.id))).size, drafts: row!.drafts };
}
