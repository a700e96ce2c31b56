// Once a minute: how many watch elsewhere, and who took part. Each step may run twice and writes the same once.
import { type Database, inWorkspace, rawOf } from "../../db/connect.ts";
import type { House } from "../house.ts";
import { quotaIn } from "./quota.ts";
import { type Reading, Unread, type Watcher } from "./sources/watcher.ts";
import { minuteOf } from "./store.ts";

type Source = { id: string; channel: string; kind: Watcher["kind"]; target: string };
type Said = { source: Source; reading: Reading | undefined; note: string };

const NO_KEY: Record<Watcher["kind"], string> = {
  icecast: "",
  youtube: "set YOUTUBE_API_KEY",
  twitch: "set TWITCH_CLIENT_ID and TWITCH_CLIENT_SECRET",
};

export async function readAudience(house: House, database: Database, workspaceId: string): Promise<void> {
  const sources = await inWorkspace(
    database,
    workspaceId,
    (tx) => rawOf(tx)<Source[]>`
      select id, channel_id as channel, kind, target from audience_source where gone_at is null order by id`,
  );
  const at = house.sources.now();
  const said = await Promise.all(
    [...Map.groupBy(sources, (s) => s.kind)].map(([kind, own]) => readKind(house, kind, own, at)),
  );
  for (const one of said.flat())
    await inWorkspace(database, workspaceId, (tx) => save(rawOf(tx), workspaceId, at, one));
}

async function readKind(house: House, kind: Watcher["kind"], own: Source[], at: Date): Promise<Said[]> {
  const watcher = house.watchers?.find((w) => w.kind === kind);
  if (!watcher) return own.map((source) => ({ source, reading: undefined, note: NO_KEY[kind] }));
  try {
    const found = await watcher.read(
      own.map((s) => s.target),
      at,
      quotaIn(house.databases[0]!),
    );
    return own.map((source) => {
      const reading = found.get(source.target);
      return { source, reading, note: reading ? "" : "it did not answer" };
    });
  } catch (error) {
    if (!(error instanceof Unread)) throw error;
    return own.map((source) => ({ source, reading: undefined, note: error.message }));
  }
}

/** What is not known is no zero: a gap stays a gap. */
async function save(sql: ReturnType<typeof rawOf>, workspaceId: string, at: Date, { source, reading, note }: Said) {
  const state = reading === undefined ? "failed" : reading === "offline" ? "offline" : "live";
  await sql`
    update audience_source set state = ${state}, note = ${note}, checked_at = ${at.toISOString()} where id = ${source.id}`;
  if (reading === undefined) return;
  const viewers = reading === "offline" ? 0 : reading.viewers;
  await sql`
    insert into audience_minute (workspace_id, channel_id, minute, source, counter, viewers, seconds)
    values (${workspaceId}, ${source.channel}, ${minuteOf(at)}, ${source.kind}, ${source.target}, ${viewers}, ${viewers * 60})
    on conflict (workspace_id, channel_id, minute, source, counter) do update
    set viewers = excluded.viewers, seconds = excluded.seconds`;
}

const HOUR = 3_600_000;

/** This hour and the one before, counted anew: every message, press and vote is in the inbox, wherever it came from. */
export async function countActivity(house: House, database: Database, workspaceId: string): Promise<void> {
  const from = new Date(Math.floor(house.sources.now().getTime() / HOUR) * HOUR - HOUR).toISOString();
  await inWorkspace(database, workspaceId, async (tx) => {
    await rawOf(tx)`
      insert into activity (workspace_id, hour, person_id, kind, count)
      select ${workspaceId}, date_trunc('hour', received_at, 'UTC'), person_id, 'command', count(*)::int from inbox
      where received_at >= ${from} and person_id is not null and surface <> 'job' group by 2, 3
      on conflict (workspace_id, hour, person_id, kind) do update set count = greatest(activity.count, excluded.count)`;
  });
}
