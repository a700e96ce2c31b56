// What a channel plays next: jingles that are due, then what was voted, put in and asked for, then the rotation; an
// emergency track when there is nothing else.
import { rawOf } from "../../../db/connect.ts";
import type { Act } from "../../act.ts";
import { fileOf } from "../../assets/index.ts";
import { localOf } from "../../command/index.ts";
import { queueChanged } from "../events.ts";
import { type Emergency, emergencyTrack } from "../schedule/emergency.ts";
import { anySongs, around, type Draw, rotationsOf, type StoredRotation } from "../schedule/pool.ts";
import { type Chosen, choose, drawOf, isDue, type Rotation, type Track } from "../schedule/rotation.ts";
import { holdLease } from "../servers/fence.ts";
import { type ItemState, type Source, TIERS } from "./queue.ts";

/** What an engine is handed: whole, so that it needs to ask nothing more. */
export type Item = {
  id: string;
  channel: string;
  asset: string;
  kind: "song" | "jingle" | "emergency";
  source: Source;
  decidedBy: string;
  title: string;
  artist?: string;
  seconds?: number;
  /** What was measured in it: lufs, bpm, key, and what its maker knows of its beats. */
  facts: Record<string, unknown>;
  type: string;
  /** Where its bytes are on this machine, or will be when `fileHere` (core/assets) has fetched them from a bucket. */
  file: string;
};

type Settings = { emergencyAt: string | null; trackGap: number; artistGap: number };

export async function settingsOf(act: Act, channel: string): Promise<Settings | undefined> {
  const [row] = await rawOf(act.db)<Settings[]>`
    select emergency_at as "emergencyAt", track_gap as "trackGap", artist_gap as "artistGap" from channel where id = ${channel}`;
  return row;
}

/**
 * What the engine plays next, handed over under the token of its keeper's lease. Until that is heard, or has failed,
 * the same is the answer; a new holder of the lease gets what the old one was given and never played. Undefined: the
 * library has nothing that can be heard. Throws `LostLease` when another host holds the channel.
 */
export async function claimNext(
  act: Act,
  { channel, token }: { channel: string; token: number },
): Promise<Item | undefined> {
  await holdLease(act, channel, token);
  const settings = await settingsOf(act, channel);
  if (!settings) return undefined;
  const sql = rawOf(act.db);
  const [handed] = await sql<{ id: string; source: Source }[]>`
    update queue_item set handed_token = ${token} where channel_id = ${channel} and state = 'handed' returning id, source`;
  if (handed && !(await isOvertaken(act, channel, settings, handed.source))) return readItem(act, handed.id);
  // Emergency came between, or is over: what was ready goes back to where it stood, and calm music to nowhere.
  if (handed?.source === "emergency")
    await sql`
      update queue_item set state = 'skipped', ended_at = ${act.now.toISOString()}, reason = 'over' where id = ${handed.id}`;
  else if (handed)
    await sql`
      update queue_item set state = 'waiting', handed_token = null, handed_at = null where id = ${handed.id}`;
  const id = await handOver(act, channel, token, settings);
  return id === undefined ? undefined : readItem(act, id);
}

/** Whether what is ready is not what should come any more. Calm music stays when there is nothing else. */
async function isOvertaken(act: Act, channel: string, settings: Settings, source: Source): Promise<boolean> {
  if (settings.emergencyAt !== null) return source !== "emergency";
  if (source !== "emergency") return false;
  const [row] = await rawOf(
    act.db,
  )`select 1 from queue_item where channel_id = ${channel} and state = 'waiting' limit 1`;
  return row !== undefined || (await fromRotation(act, channel, settings)) !== undefined;
}

async function handOver(act: Act, channel: string, token: number, settings: Settings): Promise<string | undefined> {
  const place = (found: Found, source: Source) =>
    insertItem(act, { channel, token, source, state: "handed", ...found });
  const emergency = async () => {
    const found = await emergencyTrack(act, channel);
    return found && place(fromEmergency(found), "emergency");
  };
  if (settings.emergencyAt !== null) {
    const id = await emergency();
    if (id) return id;
  }
  const jingle = await dueJingle(act, channel);
  if (jingle) return place(jingle, "jingle");
  const waiting = await takeWaiting(act, channel, token);
  if (waiting) return waiting;
  const found = await fromRotation(act, channel, settings);
  return found ? place(found, "rotation") : emergency();
}

type Found = { asset: string; rotation?: string | undefined; decidedBy: string };
const fromEmergency = ({ track, rotation }: Emergency): Found => ({
  asset: track.id,
  rotation,
  decidedBy: "emergency",
});

/** The first of the line that can still be played; what cannot is taken out and says why. */
async function takeWaiting(act: Act, channel: string, token: number): Promise<string | undefined> {
  const sql = rawOf(act.db);
  const now = act.now.toISOString();
  const gone = await sql<{ id: string }[]>`
    with line as materialized (
      select workspace_id, id, asset_id from queue_item where channel_id = ${channel} and state = 'waiting')
    update queue_item set state = 'skipped', ended_at = ${now}, reason = 'withdrawn'
    where channel_id = ${channel} and state = 'waiting' and id = any (array(
      select l.id from line l join lateral (
        select k.status from work k where k.workspace_id = l.workspace_id and k.id = l.asset_id limit 1) w on w.status <> 'approved'))
    returning id`;
  for (const { id } of gone) await act.emit(queueChanged, { channel, item: id, to: "skipped" }, channel);
  const [taken] = await sql<{ id: string }[]>`
    update queue_item set state = 'handed', handed_token = ${token}, handed_at = ${now}
    where state = 'waiting' and id = (select id from queue_item where channel_id = ${channel} and state = 'waiting'
      and (source <> 'rotation' or created_at > ${stale(act)})
      order by tier, rank, id limit 1 for update skip locked)
    returning id`;
  return taken?.id;
}

/** A choice of the rotation belongs to its hour: an older one is not played, and another takes its place. */
const FRESH_MS = 60 * 60_000;
const stale = (act: Act) => new Date(act.now.getTime() - FRESH_MS).toISOString();

const minuteOf = (act: Act) => localOf(act.now, act.workspace.zone).minute;

async function dueJingle(act: Act, channel: string): Promise<Found | undefined> {
  const jingles = await rotationsOf(act, channel, ["jingle"]);
  const now = act.now.getTime();
  const due = jingles.filter((r) => r.tracks.length > 0 && isDue(r, now, minuteOf(act)) === true);
  if (due.length === 0) return undefined;
  const { lastSource } = await around(act, channel, 0);
  // Two in a row are one too many: the other keeps its turn.
  if (lastSource === "jingle") return undefined;
  const [first] = chooseFrom(act, due, new Set(), [], 1);
  return first && { asset: first.track.id, rotation: first.rotation.id, decidedBy: "schedule" };
}

function chooseFrom<R extends Rotation>(
  act: Act,
  rotations: readonly R[],
  never: ReadonlySet<string>,
  recent: Parameters<typeof choose>[2]["recent"],
  count: number,
  { trackGap = 0, artistGap = 0, random = act.random } = {},
) {
  const gaps = { trackMinutes: trackGap, artistMinutes: artistGap };
  return choose(rotations, count, { now: act.now.getTime(), minute: minuteOf(act), recent, gaps, random, never });
}

const ANY: Omit<Rotation, "tracks"> = {
  id: "",
  name: "",
  weight: 1,
  everySongs: null,
  everyMinutes: null,
  atMinute: null,
  lastAt: null,
  songsSince: 0,
};

/** What the channel may draw from now; all of it, unless some are drawn. Never nothing while the library has a song. */
async function sourcesOf(act: Act, channel: string, draw?: Draw): Promise<(StoredRotation | Rotation)[]> {
  const standard = await rotationsOf(act, channel, ["standard"], draw);
  if (standard.some((r) => r.tracks.length > 0)) return standard;
  return [{ ...ANY, tracks: await anySongs(act, channel) }];
}

async function fromRotation(act: Act, channel: string, settings: Settings): Promise<Found | undefined> {
  const { recent, queued } = await around(act, channel, Math.max(settings.trackGap, settings.artistGap));
  const [first] = await chosenFrom(
    act,
    channel,
    act.random(),
    (rotations) => {
      const found = chooseFrom(act, rotations, queued, recent, 1, settings);
      // Everything may be queued or playing: then the same once more, rather than nothing.
      return found.length > 0 ? found : chooseFrom(act, rotations, new Set(), recent, 1, settings);
    },
    1,
  );
  return first && { asset: first.track.id, rotation: first.rotation.id || undefined, decidedBy: "rotation" };
}

/**
 * What might be next, for a ballot: by rotation and its rules, never what was put into the queue or plays. What the
 * rotation has in mind itself may be among it. Fewer than asked when the library has no more. The same seed on the same library and history gives the same.
 */
export async function candidates(
  act: Act,
  channel: string,
  { count, seed }: { count: number; seed: string },
): Promise<Track[]> {
  const settings = await settingsOf(act, channel);
  if (!settings) return [];
  const { recent, queued } = await around(act, channel, Math.max(settings.trackGap, settings.artistGap), {
    proposals: false,
  });
  const choosing = (rotations: readonly Rotation[]) =>
    chooseFrom(act, rotations, queued, recent, count, { ...settings, random: drawOf(seed) });
  const found = await chosenFrom(act, channel, drawOf(seed)(), choosing, count);
  return found.map(({ track }) => track);
}

/** Of a large library some are looked at; all of them only where those do not do. */
async function chosenFrom(
  act: Act,
  channel: string,
  from: number,
  choosing: (rotations: readonly Rotation[]) => Chosen[],
  count: number,
): Promise<Chosen[]> {
  const draw: Draw = { from, partial: false };
  const some = choosing(await sourcesOf(act, channel, draw));
  const fine = some.length === count && !some.some((one) => one.again);
  return fine || !draw.partial ? some : choosing(await sourcesOf(act, channel));
}

/** Makes sure that people see what comes: when nothing waits, the rotation's choice does. A vote goes before it. */
export async function lookAhead(act: Act, channel: string): Promise<void> {
  const settings = await settingsOf(act, channel);
  if (!settings || settings.emergencyAt !== null) return;
  const sql = rawOf(act.db);
  await sql`
    update queue_item set state = 'skipped', ended_at = ${act.now.toISOString()}, reason = 'too old'
    where channel_id = ${channel} and state = 'waiting' and source = 'rotation' and created_at <= ${stale(act)}`;
  const [row] = await sql`select 1 from queue_item where channel_id = ${channel} and state = 'waiting' limit 1`;
  if (row) return;
  const found = await fromRotation(act, channel, settings);
  if (found) await insertItem(act, { channel, source: "rotation", state: "waiting", ...found });
}

type Insert = Found & { channel: string; source: Source; state: ItemState; token?: number };

async function insertItem(
  act: Act,
  { channel, source, state, token, asset, rotation, decidedBy }: Insert,
): Promise<string> {
  const id = act.newId();
  const now = act.now.toISOString();
  await rawOf(act.db)`
    insert into queue_item (workspace_id, id, channel_id, asset_id, source, tier, rank, state, rotation_id, decided_by,
      created_at, handed_token, handed_at)
    values (${act.workspace.id}, ${id}, ${channel}, ${asset}, ${source}, ${TIERS[source]}, 0, ${state}, ${rotation ?? null},
      ${decidedBy}, ${now}, ${token ?? null}, ${token === undefined ? null : now})`;
  return id;
}

type Row = Omit<Item, "kind" | "file" | "artist" | "seconds" | "facts"> & {
  artist: string | null;
  seconds: number | null;
  facts: string;
};

/** One after the other, whatever the planner believes of their sizes: it once read the history for every song. */
async function readItem(act: Act, id: string): Promise<Item | undefined> {
  const [row] = await rawOf(act.db)<Row[]>`
    select i.id, i.channel_id as channel, i.asset_id as asset, i.source, i.decided_by as "decidedBy", w.title,
      w.facts->>'artist' as artist, w.seconds, w.facts::text as facts, a.type
    from (select * from queue_item where id = ${id} offset 0) i
    join lateral (select * from work k where k.workspace_id = i.workspace_id and k.id = i.asset_id limit 1) w on true
    join lateral (select * from asset k where k.workspace_id = i.workspace_id and k.id = i.asset_id limit 1) a on true`;
  if (!row) return undefined;
  const { artist, seconds, facts, ...rest } = row;
  return {
    ...rest,
    kind: row.source === "jingle" || row.source === "emergency" ? row.source : "song",
    ...(artist === null ? {} : { artist }),
    ...(seconds === null ? {} : { seconds }),
    facts: JSON.parse(facts) as Record<string, unknown>,
    file: fileOf(act.files, act.workspace.id, row.asset),
  };
}
