// The audience in figures, by channel and together. Gaps are gaps: a minute that nobody counted is not zero.
import { rawOf } from "../../db/connect.ts";
import type { Act } from "../act.ts";

export type Span = { from: Date; to: Date; channel?: string | undefined };
export type Audience = {
  channel: string;
  slug: string;
  name: string;
  hue: string;
  /** On average over the minutes that were counted, and in the fullest of them. */
  viewers: number;
  peak: number;
  hours: number;
  /** In the last minute that was counted. */
  now: number;
};

type Reader = Pick<Act, "db">;
const span = ({ from, to }: Span) => [from.toISOString(), to.toISOString()] as const;

/** A source's counters are added up within a minute: processes each count their own, accounts too. */
export async function audienceOf(act: Reader, wanted: Span): Promise<Audience[]> {
  const [from, to] = span(wanted);
  const recent = new Date(wanted.to.getTime() - 3 * 60_000).toISOString();
  return rawOf(act.db)<Audience[]>`
    with minutes as (
      select channel_id, minute, sum(viewers) as viewers, sum(seconds) as seconds from audience_minute
      where minute >= ${from} and minute < ${to} group by channel_id, minute)
    select c.id as channel, c.slug, c.name, c.hue, coalesce(avg(m.viewers), 0)::float8 as viewers,
      coalesce(max(m.viewers), 0)::int as peak, coalesce(sum(m.seconds), 0)::float8 / 3600 as hours,
      coalesce((array_agg(m.viewers order by m.minute desc) filter (where m.minute >= ${recent}))[1], 0)::int as now
    from channel c left join minutes m on m.channel_id = c.id
    where ${wanted.channel ?? null}::uuid is null or c.id = ${wanted.channel ?? null}
    group by c.workspace_id, c.id order by sum(m.seconds) desc nulls last, c.position`;
}

/** Whether anybody counted in that time at all. */
export async function isCounted(act: Reader, wanted: Span): Promise<boolean> {
  const [from, to] = span(wanted);
  const rows = await rawOf(act.db)`
    select 1 from audience_minute where minute >= ${from} and minute < ${to}
      and (${wanted.channel ?? null}::uuid is null or channel_id = ${wanted.channel ?? null}) limit 1`;
  return rows.length > 0;
}

/** All channels at once: the metric `viewers`. */
export async function viewersOf(act: Reader, wanted: Span): Promise<number> {
  const [from, to] = span(wanted);
  const [row] = await rawOf(act.db)<{ viewers: number }[]>`
    select coalesce(avg(viewers), 0)::float8 as viewers from (
      select minute, sum(viewers) as viewers from audience_minute
      where minute >= ${from} and minute < ${to} and (${wanted.channel ?? null}::uuid is null or channel_id = ${wanted.channel ?? null})
      group by minute) m`;
  return row?.viewers ?? 0;
}

/** The metric `watch_hours`. */
export async function watchHoursOf(act: Reader, wanted: Span): Promise<number> {
  const [from, to] = span(wanted);
  const [row] = await rawOf(act.db)<{ hours: number }[]>`
    select coalesce(sum(seconds), 0)::float8 / 3600 as hours from audience_minute
    where minute >= ${from} and minute < ${to} and (${wanted.channel ?? null}::uuid is null or channel_id = ${wanted.channel ?? null})`;
  return row?.hours ?? 0;
}

/** Of those who listened on a day, how many heard two channels or more of it: the metric `audience_overlap` (goal 10%). */
export async function overlapOf(
  act: Reader,
  wanted: Span,
): Promise<{ listeners: number; shared: number; part: number }> {
  const [from, to] = span(wanted);
  const [row] = await rawOf(act.db)<{ listeners: number; shared: number }[]>`
    select count(*)::int as listeners, (count(*) filter (where channels > 1))::int as shared from (
      select day, who, count(*) as channels from listener
      where day >= ${from.slice(0, 10)}::date and day <= ${to.slice(0, 10)}::date group by day, who) l`;
  const { listeners = 0, shared = 0 } = row ?? {};
  return { listeners, shared, part: listeners === 0 ? 0 : shared / listeners };
}

/** Which two channels share whom: the part of both audiences that heard both. */
export async function sharedPairs(
  act: Reader,
  wanted: Span,
): Promise<{ a: string; b: string; shared: number; part: number }[]> {
  const [from, to] = span(wanted);
  return rawOf(act.db)<{ a: string; b: string; shared: number; part: number }[]>`
    with heard as (
      select day, who, channel_id from listener
      where day >= ${from.slice(0, 10)}::date and day <= ${to.slice(0, 10)}::date),
    own as (select channel_id, count(*) as n from heard group by channel_id)
    select x.slug as a, y.slug as b, count(*)::int as shared, (count(*)::float8 / (oa.n + ob.n - count(*))) as part
    from heard p join heard q on q.day = p.day and q.who = p.who and q.channel_id > p.channel_id
    join channel x on x.id = p.channel_id join channel y on y.id = q.channel_id
    join own oa on oa.channel_id = p.channel_id join own ob on ob.channel_id = q.channel_id
    group by x.slug, y.slug, oa.n, ob.n order by part desc, a, b limit 20`;
}

/** The metrics `dau`, `mau`, `stickiness` and `interactions_per_hour`; two persons that were linked are one. */
export async function activityOf(act: Reader, at: Date) {
  const ago = (hours: number) => new Date(at.getTime() - hours * 3_600_000).toISOString();
  const [row] = await rawOf(act.db)<{ dau: number; mau: number; acts: number }[]>`
    select (count(distinct coalesce(p.merged_into, p.id)) filter (where a.hour >= ${ago(24)}))::int as dau,
      count(distinct coalesce(p.merged_into, p.id))::int as mau,
      coalesce(sum(a.count) filter (where a.hour >= ${ago(24)}), 0)::int as acts
    from activity a join person p on p.workspace_id = a.workspace_id and p.id = a.person_id
    where a.hour >= ${ago(30 * 24)}`;
  const { dau = 0, mau = 0, acts = 0 } = row ?? {};
  return { dau, mau, stickiness: mau === 0 ? 0 : dau / mau, interactionsPerHour: acts / 24 };
}

/** A person's reactions of a minute. */
export async function saveReactions(
  act: Reader & { workspace: { id: string }; now: Date },
  counts: ReadonlyMap<string, number>,
) {
  if (counts.size === 0) return;
  await rawOf(act.db)`
    insert into activity (workspace_id, hour, person_id, kind, count)
    select ${act.workspace.id}, date_trunc('hour', ${act.now.toISOString()}::timestamptz, 'UTC'), person, 'reaction', n::int
    from unnest(${[...counts.keys()]}::uuid[], ${[...counts.values()].map(String)}::text[]) as r (person, n)
    on conflict (workspace_id, hour, person_id, kind) do update set count = activity.count + excluded.count`;
}
