// How much of the time that a channel was wanted it was heard: measured from what was heard, not from any process.
import { rawOf } from "../../../db/connect.ts";
import type { Act } from "../../act.ts";
import { GAP_MS } from "./report.ts";

export type Uptime = {
  channel: string;
  slug: string;
  wantedSeconds: number;
  silentSeconds: number;
  ratio: number | null;
};

/**
 * uptime = 1 − silence within the wanted time ÷ wanted time. Silence is what was heard as such, what lay between a dead
 * keeper and the next, and what goes on now while nobody reports. `ratio` is null where nothing was wanted: no data is
 * not zero.
 */
export async function uptimeOf(
  act: Pick<Act, "db" | "now">,
  { from, to, channel }: { from: Date; to: Date; channel?: string },
): Promise<Uptime[]> {
  const [a, b] = [from.toISOString(), new Date(Math.min(to.getTime(), act.now.getTime())).toISOString()];
  const gap = `${GAP_MS} milliseconds`;
  const rows = await rawOf(act.db)<{ channel: string; slug: string; wanted: number; silent: number }[]>`
    with span as (
      select channel_id, range_agg(tstzrange(greatest(from_at, ${a}), least(coalesce(to_at, ${b}), ${b}))) as r
      from wanted_span
      where from_at < ${b} and coalesce(to_at, ${b}) > ${a} and ${a}::timestamptz < ${b}::timestamptz group by 1
    ), quiet as (
      select channel_id, range_agg(q) as r from (
        select channel_id, tstzrange(from_at, coalesce(to_at, 'infinity')) as q from silence
        where coalesce(to_at, 'infinity') > ${a} and from_at < ${b}
        union all
        select id, tstzrange(greatest(sound_at, wanted_at), 'infinity') from channel
        where wanted = 'on' and greatest(sound_at, wanted_at) < ${act.now.toISOString()}::timestamptz - ${gap}::interval
      ) both_of group by 1
    )
    select c.id as channel, c.slug, w.seconds::float8 as wanted, s.seconds::float8 as silent
    from channel c left join span on span.channel_id = c.id left join quiet on quiet.channel_id = c.id,
      lateral (select coalesce(sum(extract(epoch from upper(x) - lower(x))), 0) as seconds from unnest(span.r) x) w,
      lateral (select coalesce(sum(extract(epoch from upper(x) - lower(x))), 0) as seconds from unnest(span.r * quiet.r) x) s
    where c.id = coalesce(${channel ?? null}::uuid, c.id) order by c.position, c.slug`;
  return rows.map((r) => ({
    channel: r.channel,
    slug: r.slug,
    wantedSeconds: r.wanted,
    silentSeconds: r.silent,
    ratio: r.wanted > 0 ? 1 - r.silent / r.wanted : null,
  }));
}
