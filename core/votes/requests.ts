// What listeners ask for: one row a track and channel, raised by whoever wants it too, heard in a fair order.
import { rawOf } from "../../db/connect.ts";
import { type Act, eventKind } from "../act.ts";
import { refuse } from "../problem.ts";
import { type Channel, enqueue, queueOf } from "../streams/index.ts";
import { inLine, type Waiting } from "./line.ts";
import { mutedFor } from "./mute.ts";
import { calledTrack, type Findable } from "./search.ts";

export const requestMade = eventKind<{ request: string; channel: string; asset: string; votes: number }>(
  "vote.request",
);

/** Of one person, waiting on one channel. */
const EACH = 3;
/** On one channel. */
const ALL = 100;
/** Whoever was heard in this time stands behind who was not. */
const SERVED_MS = 60 * 60_000;

export type Asked = Waiting & {
  asset: string;
  title: string;
  artist: string | null;
  name: string;
  state: "waiting" | "queued";
};

/** What waits on a channel, in the order in which it will be heard. */
export async function requestsOf(act: Act, channel: string): Promise<Asked[]> {
  const sql = rawOf(act.db);
  const since = new Date(act.now.getTime() - SERVED_MS).toISOString();
  const [rows, served] = await Promise.all([
    sql<(Omit<Asked, "createdAt"> & { createdAt: string })[]>`
      select r.id, coalesce(p.merged_into, p.id) as person, coalesce(o.name, p.name) as name, r.asset_id as asset, w.title,
        w.facts->>'artist' as artist, r.state, r.created_at as "createdAt",
        (select count(distinct coalesce(v.merged_into, v.id))::int from request_vote x join person v on v.workspace_id = x.workspace_id and v.id = x.person_id
          where x.request_id = r.id and coalesce(v.merged_into, v.id) <> coalesce(p.merged_into, p.id)) as votes
      from request r join work w on w.workspace_id = r.workspace_id and w.id = r.asset_id
      join person p on p.workspace_id = r.workspace_id and p.id = r.person_id
      left join person o on o.workspace_id = p.workspace_id and o.id = p.merged_into
      where r.channel_id = ${channel} and r.state in ('waiting', 'queued') and w.status = 'approved'`,
    sql<{ person: string; n: number }[]>`
      select coalesce(p.merged_into, p.id) as person, count(*)::int as n from request r
      join person p on p.workspace_id = r.workspace_id and p.id = r.person_id
      where r.channel_id = ${channel} and r.state = 'played' and r.ended_at > ${since} group by 1`,
  ]);
  const all = rows.map((r) => ({ ...r, createdAt: Date.parse(r.createdAt) }));
  const queued = all.filter((r) => r.state === "queued");
  const waiting = all.filter((r) => r.state === "waiting");
  return [...queued, ...inLine(waiting, act.now.getTime(), new Map(served.map((s) => [s.person, s.n])))];
}

export type Placed = { request: string; position: number; votes: number; again: boolean };

/** Asks for a track. One that waits already is raised by it. Every refusal names its rule. */
export async function askFor(act: Act, channel: Channel, track: Findable, words: string): Promise<Placed> {
  const sql = rawOf(act.db);
  await notMuted(act);
  // Whoever asks on this channel takes turns: caps and doubles are counted under it.
  await sql`select pg_advisory_xact_lock(hashtextextended(${`request ${channel.id}`}, 0))`;
  const line = await requestsOf(act, channel.id);
  const there = line.find((r) => r.asset === track.id);
  if (there) return raise(act, channel.id, there.id);
  const own = line.filter((r) => r.person === act.person.id && r.state === "waiting").length;
  if (own >= EACH)
    throw refuse(
      "rule",
      "You have {count} requests waiting on {channel}; that is as many as one person may have. Wait until one is heard.",
      {
        count: own,
        channel: channel.name,
      },
    );
  if (line.length >= ALL)
    throw refuse(
      "rule",
      "{count} requests wait on {channel}, and no more fit. Try again when some were heard.",
      {
        count: line.length,
        channel: channel.name,
      },
      { retryAfter: 180 },
    );
  await notTooSoon(act, channel, track);
  const id = act.newId();
  await sql`
    insert into request (workspace_id, id, channel_id, asset_id, person_id, words, created_at)
    values (${act.workspace.id}, ${id}, ${channel.id}, ${track.id}, ${act.person.id}, ${words}, ${act.now.toISOString()})`;
  await act.emit(requestMade, { request: id, channel: channel.id, asset: track.id, votes: 0 }, channel.id);
  const position = (await requestsOf(act, channel.id)).findIndex((r) => r.id === id) + 1;
  return { request: id, position, votes: 0, again: false };
}

/** One more who wants it. Whoever asked for it wants it already. */
export async function raise(act: Act, channel: string, id: string): Promise<Placed> {
  await notMuted(act);
  const sql = rawOf(act.db);
  await sql`
    insert into request_vote (workspace_id, request_id, person_id, at)
    values (${act.workspace.id}, ${id}, ${act.person.id}, ${act.now.toISOString()}) on conflict do nothing`;
  const line = await requestsOf(act, channel);
  const at = line.findIndex((r) => r.id === id);
  if (at < 0) throw refuse("missing", "This request is over: it was heard, or taken out.");
  const { votes, asset } = line[at]!;
  await act.emit(requestMade, { request: id, channel, asset, votes }, channel);
  return { request: id, position: at + 1, votes, again: true };
}

async function notMuted(act: Act): Promise<void> {
  const seconds = await mutedFor(act, act.person.id);
  if (seconds > 0) throw refuse("rule", "Your requests are not taken for now.", {}, { retryAfter: seconds });
}

type Heard = { what: "track" | "title" | "artist"; seconds: number };

/** The channel's own rules against hearing the same too soon: a track, another of its title, another of its artist. */
async function notTooSoon(act: Act, channel: Channel, track: Findable): Promise<void> {
  const playing = (await queueOf(act, channel.id)).find((i) => i.asset === track.id);
  if (playing)
    throw refuse("rule", "{track} plays now, or is next in line: nobody has to ask for it.", {
      track: calledTrack(track),
    });
  const rows = await rawOf(act.db)<Heard[]>`
    select what, extract(epoch from at + make_interval(mins => gap) - ${act.now.toISOString()}::timestamptz)::float8 as seconds
    from (
      select 'track' as what, max(x.to_at) as at, c.track_gap as gap from air x, channel c
      where c.id = ${channel.id} and x.channel_id = c.id and x.asset_id = ${track.id} group by c.track_gap
      union all
      select 'title', max(x.to_at), c.artist_gap from channel c, air x join work w on w.workspace_id = x.workspace_id and w.id = x.asset_id
      where c.id = ${channel.id} and x.channel_id = c.id and lower(w.title) = lower(${track.title}) group by c.artist_gap
      union all
      select 'artist', max(x.to_at), c.artist_gap from channel c, air x join work w on w.workspace_id = x.workspace_id and w.id = x.asset_id
      where c.id = ${channel.id} and x.channel_id = c.id and lower(w.facts->>'artist') = lower(${track.artist}::text) group by c.artist_gap) soon
    where at is not null order by seconds desc limit 1`;
  const soon = rows[0];
  if (!soon || soon.seconds <= 0) return;
  const retryAfter = Math.ceil(soon.seconds);
  const minutes = Math.ceil(soon.seconds / 60);
  const words = { track: calledTrack(track), minutes };
  if (soon.what === "track")
    throw refuse(
      "rule",
      "{track} was heard a moment ago. It may be asked for again in {minutes, plural, one {# minute} other {# minutes}}.",
      words,
      { retryAfter },
    );
  if (soon.what === "title")
    throw refuse(
      "rule",
      "Another track of this title was heard a moment ago. Ask for {track} again in {minutes, plural, one {# minute} other {# minutes}}.",
      words,
      { retryAfter },
    );
  throw refuse(
    "rule",
    "This artist was heard a moment ago. Ask for {track} again in {minutes, plural, one {# minute} other {# minutes}}.",
    words,
    { retryAfter },
  );
}

/**
 * A track is heard: a request for it is fulfilled, and the first that waits goes into the queue, behind what is voted and
 * before the rotation. One at a time: the others can still be raised.
 */
export async function serveRequests(act: Act, channel: string, playing: { asset: string }): Promise<void> {
  const sql = rawOf(act.db);
  const now = act.now.toISOString();
  await sql`
    update request set state = 'played', ended_at = ${now}
    where channel_id = ${channel} and asset_id = ${playing.asset} and state in ('waiting', 'queued')`;
  await sql`
    update request r set state = 'gone', ended_at = ${now} from work w
    where r.channel_id = ${channel} and r.state in ('waiting', 'queued') and w.workspace_id = r.workspace_id
      and w.id = r.asset_id and w.status <> 'approved'`;
  const line = await queueOf(act, channel);
  if (line.some((i) => i.source === "request" && i.state !== "on_air")) return;
  const [first] = (await requestsOf(act, channel)).filter(
    (r) => r.state === "waiting" && !line.some((i) => i.asset === r.asset),
  );
  if (!first) return;
  await sql`update request set state = 'queued', queued_at = ${now} where id = ${first.id}`;
  await enqueue(act, {
    channel,
    asset: first.asset,
    source: "request",
    request: first.id,
    person: first.person,
    decidedBy: "request",
  });
}
