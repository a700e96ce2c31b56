// The queue of a channel: who put what into it, in which order it comes, and what is taken out again.
import { rawOf } from "../../../db/connect.ts";
import type { ItemState, Source } from "../../../db/schema/index.ts";
import type { Act } from "../../act.ts";
import { refuse } from "../../problem.ts";
import { queueChanged } from "../events.ts";

export type { ItemState, Source };

export type QueueItem = {
  id: string;
  channel: string;
  asset: string;
  title: string;
  artist: string | null;
  seconds: number | null;
  source: Source;
  state: ItemState;
  /** vote, quorum-fallback, draw, operator, request, rotation, schedule, emergency: and by whom, where a name is known. */
  decidedBy: string;
  person: string | null;
  ballot: string | null;
  request: string | null;
  rotation: string | null;
  rank: number;
  heardAt: Date | null;
  endedAt: Date | null;
  skipAt: Date | null;
  reason: string | null;
};

/** In which order sources are served. What an operator wants first of all comes before everything that waits. */
export const TIERS: Record<Source, number> = { emergency: 1, jingle: 2, vote: 3, operator: 4, request: 5, rotation: 6 };
const FIRST = 0;

/** As many may wait on a channel. Requests have smaller caps of their own. */
const MOST_WAITING = 500;

type Row = Omit<QueueItem, "heardAt" | "endedAt" | "skipAt"> & Record<"heardAt" | "endedAt" | "skipAt", string | null>;

const columns = (act: Act) => rawOf(act.db)`
  i.id, i.channel_id as channel, i.asset_id as asset, w.title, w.facts->>'artist' as artist, w.seconds, i.source, i.state,
  i.decided_by as "decidedBy", i.person_id as person, i.ballot_id as ballot, i.request_id as request,
  i.rotation_id as rotation, i.rank::float8 as rank, i.heard_at as "heardAt", i.ended_at as "endedAt", i.skip_at as "skipAt", i.reason`;
const from = (act: Act) => rawOf(act.db)`
  from queue_item i join work w on w.workspace_id = i.workspace_id and w.id = i.asset_id`;

const date = (at: string | null) => (at === null ? null : new Date(at));
const asItem = (row: Row): QueueItem => ({
  ...row,
  heardAt: date(row.heardAt),
  endedAt: date(row.endedAt),
  skipAt: date(row.skipAt),
});

/** What plays, what is ready behind it, and what waits, in the order in which it will be heard. */
export async function queueOf(act: Act, channel: string): Promise<QueueItem[]> {
  const rows = await rawOf(act.db)<Row[]>`
    select ${columns(act)} ${from(act)}
    where i.channel_id = ${channel} and i.state in ('on_air', 'handed', 'waiting')
    order by array_position(array['on_air', 'handed', 'waiting'], i.state), i.tier, i.rank, i.id`;
  return rows.map(asItem);
}

export async function findItem(act: Act, id: string): Promise<QueueItem | undefined> {
  const rows = await rawOf(act.db)<Row[]>`select ${columns(act)} ${from(act)} where i.id = ${id}`;
  return rows[0] && asItem(rows[0]);
}

export type Enqueue = {
  channel: string;
  asset: string;
  source: Source;
  /** Inside its source the lower goes first; those alike, in the order in which they came. */
  rank?: number;
  /** Before all that waits. For operators. */
  first?: boolean;
  ballot?: string | undefined;
  request?: string | undefined;
  person?: string | undefined;
  rotation?: string | undefined;
  decidedBy: string;
};

export type Enqueued = {
  item: string;
  /** 1 is the next that is handed over. 0: it is handed over, plays, or is over. */
  position: number;
  /** When it will be heard, as things stand; undefined while nothing plays. */
  startsAt: Date | undefined;
  /** It was there already, by its ballot or its request. */
  again: boolean;
};

/** Puts a track into the queue. The same ballot or the same request puts it there once, however often it is asked. */
export async function enqueue(act: Act, wanted: Enqueue): Promise<Enqueued> {
  const { channel, asset, source, rank = 0, first = false, ballot, request, person, rotation, decidedBy } = wanted;
  const sql = rawOf(act.db);
  const id = act.newId();
  const rows = await sql<{ id: string }[]>`
    insert into queue_item (workspace_id, id, channel_id, asset_id, source, tier, rank, state, rotation_id, person_id,
      ballot_id, request_id, decided_by, created_at)
    select w.workspace_id, ${id}, ${channel}, w.id, ${source}, ${first ? FIRST : TIERS[source]}, ${rank}, 'waiting',
      ${rotation ?? null}, ${person ?? null}, ${ballot ?? null}, ${request ?? null}, ${decidedBy}, ${act.now.toISOString()}
    from work w join asset a on a.workspace_id = w.workspace_id and a.id = w.id
    where w.id = ${asset} and w.status = 'approved' and a.type like 'audio/%'
      and (select count(*) from queue_item q where q.channel_id = ${channel} and q.state = 'waiting') < ${MOST_WAITING}
    on conflict do nothing returning id`;
  if (rows[0]) {
    // The rotation had the same in mind: once is enough.
    await sql`
      update queue_item set state = 'skipped', ended_at = ${act.now.toISOString()}, reason = 'chosen otherwise'
      where channel_id = ${channel} and asset_id = ${asset} and state = 'waiting' and source = 'rotation' and id <> ${id}`;
    await act.emit(queueChanged, { channel, item: id, to: "waiting" }, channel);
    return { item: id, ...(await placeInLine(act, channel, id)), again: false };
  }
  const [there] = await sql<{ id: string; channel: string }[]>`
    select id, channel_id as channel from queue_item
    where ballot_id = ${ballot ?? null}::uuid or request_id = ${request ?? null}::uuid limit 1`;
  if (there) return { item: there.id, ...(await placeInLine(act, there.channel, there.id)), again: true };
  throw await whyNot(act, asset);
}

async function whyNot(act: Act, asset: string) {
  const [work] = await rawOf(act.db)<{ title: string; status: string; type: string }[]>`
    select w.title, w.status, a.type from work w join asset a on a.workspace_id = w.workspace_id and a.id = w.id where w.id = ${asset}`;
  if (!work) return refuse("missing", "There is no such track in the library.");
  if (work.status !== "approved")
    return refuse("rule", "{title} is not let out: only approved tracks are played.", { title: work.title });
  if (!work.type.startsWith("audio/")) return refuse("rule", "{title} cannot be heard.", { title: work.title });
  return refuse("rule", "The queue is full: {count} tracks wait. Remove one first.", { count: MOST_WAITING });
}

/** Where it stands, and when it will be heard if nothing changes. */
async function placeInLine(act: Act, channel: string, id: string): Promise<Pick<Enqueued, "position" | "startsAt">> {
  const line = await queueOf(act, channel);
  const position = line.filter((i) => i.state === "waiting").findIndex((i) => i.id === id) + 1;
  return { position, startsAt: (await startsOf(act, channel, line)).get(id) };
}

/** When each of a line will be heard: what plays ends, and each that follows is mixed in before the last is over. */
export async function startsOf(act: Act, channel: string, line: readonly QueueItem[]): Promise<Map<string, Date>> {
  const [row] = await rawOf(act.db)<{ ms: number }[]>`select crossfade_ms as ms from channel where id = ${channel}`;
  const starts = new Map<string, Date>();
  let at: number | undefined;
  for (const item of line) {
    if (item.state === "on_air") at = item.heardAt!.getTime();
    if (at === undefined) return starts;
    starts.set(item.id, new Date(at));
    if (item.seconds === null) return starts;
    at = Math.max(at + item.seconds * 1000 - (row?.ms ?? 0), item.state === "on_air" ? act.now.getTime() : 0);
  }
  return starts;
}

/** Takes out what waits. False: it does not wait any more. */
export async function removeItem(act: Act, id: string, reason: string): Promise<boolean> {
  const rows = await rawOf(act.db)<{ channel: string }[]>`
    update queue_item set state = 'skipped', ended_at = ${act.now.toISOString()}, reason = ${reason}
    where id = ${id} and state = 'waiting' returning channel_id as channel`;
  if (!rows[0]) return false;
  await act.emit(queueChanged, { channel: rows[0].channel, item: id, to: "skipped" }, rows[0].channel);
  return true;
}

/** Asks the keeper to cut short what plays. Asked twice it is cut once. Undefined: it does not play any more. */
export async function askSkip(act: Act, channel: string, id: string): Promise<"asked" | "again" | undefined> {
  const sql = rawOf(act.db);
  const rows = await sql`
    update queue_item set skip_at = ${act.now.toISOString()}, skip_by = ${act.person.id}
    where id = ${id} and channel_id = ${channel} and state = 'on_air' and skip_at is null returning 1`;
  if (rows.length > 0) {
    await act.emit(queueChanged, { channel, item: id, to: "skipped" }, channel);
    return "asked";
  }
  const there = await sql`select 1 from queue_item where id = ${id} and state = 'on_air'`;
  return there.length > 0 ? "again" : undefined;
}
