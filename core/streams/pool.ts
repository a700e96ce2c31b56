// What the rules of rotation look at, read from the database: rotations with their tracks, and what was heard.
import { rawOf } from "../../db/connect.ts";
import type { Act } from "../act.ts";
import { localOf } from "../command/index.ts";
import { type Daypart, isPlaying } from "./daypart.ts";
import type { Recent, Rotation, Track } from "./rotation.ts";

export type RotationKind = "standard" | "jingle" | "emergency";
export type StoredRotation = Rotation & { kind: RotationKind; shared: boolean; tracks: Track[] };

type Row = Omit<StoredRotation, "tracks" | "lastAt"> & { lastAt: string | null; dayparts: string };
type TrackRow = Omit<Track, "lastAt"> & { rotation: string; lastAt: string | null };

export const msOf = (at: string | null): number | null => (at === null ? null : new Date(at).getTime());

/** A file that could not be played is not tried again for so long. */
const BROKEN_HOURS = 6;

/** The rotations of these kinds that play on the channel at this hour, with all that may be heard of each. */
export async function rotationsOf(
  act: Act,
  channel: string,
  kinds: readonly RotationKind[],
): Promise<StoredRotation[]> {
  const sql = rawOf(act.db);
  const rows = await sql<Row[]>`
    select r.id, r.name, r.kind, r.weight, r.channel_id is null as shared, r.every_songs as "everySongs",
      r.every_minutes as "everyMinutes", r.at_minute as "atMinute", l.at as "lastAt",
      (select count(*)::int from queue_item i where i.channel_id = ${channel} and i.handed_at > coalesce(l.at, '-infinity')
        and r.every_songs is not null and i.source not in ('jingle', 'emergency')) as "songsSince",
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
    playing.map((r) => r.id),
  );
  return playing.map(({ dayparts: _, ...r }) => ({ ...r, lastAt: msOf(r.lastAt), tracks: tracks.get(r.id) ?? [] }));
}

/** Songs that a query finds, and whatever can be heard of what was put in by hand. What is not let out is never heard. */
async function tracksOf(act: Act, channel: string, rotations: readonly string[]): Promise<Map<string, Track[]>> {
  const sql = rawOf(act.db);
  const rows = await sql<TrackRow[]>`
    select r.id as rotation, ${trackColumns(act, channel)}
    from rotation r join work w on w.workspace_id = r.workspace_id
    join asset a on a.workspace_id = w.workspace_id and a.id = w.id
    where r.id = any(${rotations}) and ${audible(act, channel)} and (
      exists (select from rotation_work x where x.rotation_id = r.id and x.work_id = w.id)
      or w.kind = 'song' and exists (select from jsonb_array_elements(r.queries) q
        where (q->>'channel' is null or w.channel_id = (q->>'channel')::uuid)
          and (q->>'genre' is null or w.prompt_name in (q->>'genre', 'genres/' || (q->>'genre')))
          and (q->>'words' is null or not exists (select from regexp_split_to_table(lower(q->>'words'), '\\s+') word
            where strpos(lower(w.title || ' ' || w.prompt), word) = 0))))
    order by w.id`;
  return asTracks(rows);
}

function asTracks(rows: readonly TrackRow[]): Map<string, Track[]> {
  const found = new Map<string, Track[]>();
  for (const { rotation, ...track } of rows) {
    const list = found.get(rotation);
    const one = { ...track, lastAt: msOf(track.lastAt) };
    if (list) list.push(one);
    else found.set(rotation, [one]);
  }
  return found;
}

const trackColumns = (act: Act, channel: string) => rawOf(act.db)`
  w.id, w.title, w.facts->>'artist' as artist, w.seconds, (select max(h.to_at) from air h
    where h.channel_id = ${channel} and h.asset_id = w.id) as "lastAt"`;

const audible = (act: Act, channel: string) => {
  const since = new Date(act.now.getTime() - BROKEN_HOURS * 3_600_000).toISOString();
  return rawOf(act.db)`w.status = 'approved' and a.type like 'audio/%' and not exists (
    select from queue_item f where f.channel_id = ${channel} and f.asset_id = w.id and f.state = 'failed'
      and f.ended_at > ${since})`;
};

/** Every song of the library: when no rotation of the channel has one, any song is better than none. */
export async function anySongs(act: Act, channel: string, most = 200): Promise<Track[]> {
  const sql = rawOf(act.db);
  const rows = await sql<TrackRow[]>`
    select '' as rotation, ${trackColumns(act, channel)}
    from work w join asset a on a.workspace_id = w.workspace_id and a.id = w.id
    where w.kind = 'song' and ${audible(act, channel)}
    order by w.channel_id = ${channel} desc nulls last, w.id desc limit ${most}`;
  return asTracks(rows).get("") ?? [];
}

export type Around = {
  recent: Recent[];
  /** What waits, is handed over or plays. */
  queued: Set<string>;
  /** The last one that was handed over: what it was. */
  lastSource: string | null;
};

/** What was heard in the last `minutes`, and what will be. */
export async function around(act: Act, channel: string, minutes: number): Promise<Around> {
  const since = new Date(act.now.getTime() - minutes * 60_000).toISOString();
  const rows = await rawOf(act.db)<(Omit<Recent, "at"> & { at: string; state: string; source: string })[]>`
    select w.id, w.title, w.facts->>'artist' as artist, i.state, i.source,
      coalesce(i.ended_at, i.heard_at, ${act.now.toISOString()}) as at
    from queue_item i join work w on w.workspace_id = i.workspace_id and w.id = i.asset_id
    where i.channel_id = ${channel} and (i.state in ('waiting', 'handed', 'on_air') or i.heard_at > ${since})
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
