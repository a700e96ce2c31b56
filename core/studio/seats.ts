// As many attempts at once as a provider's key allows, over all processes and workspaces, and each workspace its share.
import { rawOf, type Tx } from "../../db/connect.ts";

/** Whoever found no seat counts as waiting for so long: they look again sooner. */
const WAITS_MS = 20_000;

/** How many seats are taken, by provider. */
export async function readTaken(tx: Tx, now: Date): Promise<Map<string, number>> {
  const rows = await rawOf(tx)<{ provider: string; taken: number }[]>`
    select provider, count(*)::int as taken from provider_seat
    where attempt is not null and until > ${now.toISOString()} group by provider`;
  return new Map(rows.map((r) => [r.provider, r.taken]));
}

type Wanted = { provider: string; atOnce: number; attempt: string; workspace: string; now: Date; until: Date };

/**
 * One statement takes a free seat; racers skip each other's. Where others wait, a workspace gets no more than its share,
 * so that a batch of a thousand does not keep a single song waiting.
 */
export async function takeSeat(tx: Tx, { provider, atOnce, attempt, workspace, now, until }: Wanted): Promise<boolean> {
  const sql = rawOf(tx);
  const at = now.toISOString();
  await sql`
    insert into provider_seat (provider, seat, until) select ${provider}, n, ${at} from generate_series(1, ${atOnce}::int) n
    where not exists (select from provider_seat where provider = ${provider} and seat = ${atOnce}) on conflict do nothing`;
  const taken = await sql`
    with others as (
      select workspace from provider_queue
        where provider = ${provider} and workspace <> ${workspace} and until > ${at}),
    sharing as (
      select workspace from others
      union select s.workspace from provider_seat s
        where s.provider = ${provider} and s.attempt is not null and s.until > ${at} and s.workspace <> ${workspace}),
    mine as (
      select count(*)::int as taken from provider_seat
      where provider = ${provider} and workspace = ${workspace} and attempt is not null and until > ${at})
    update provider_seat set attempt = ${attempt}, workspace = ${workspace}, until = ${until.toISOString()}
    where provider = ${provider} and seat = (
      select seat from provider_seat
      where provider = ${provider} and seat <= ${atOnce} and (attempt is null or until <= ${at})
        and (not exists (select from others)
          or (select taken from mine) < greatest(1, ${atOnce}::int / (1 + (select count(*)::int from sharing))))
      order by seat for update skip locked limit 1)
    returning seat`;
  return taken.length > 0;
}

/** Whoever goes without waits in this line, by workspace. All at once and in one order: two that wait never meet across. */
export async function standInLine(tx: Tx, providers: readonly string[], workspace: string, now: Date): Promise<void> {
  if (providers.length === 0) return;
  const until = new Date(now.getTime() + WAITS_MS).toISOString();
  await rawOf(tx)`
    insert into provider_queue as q (provider, workspace, since, until)
    select p, ${workspace}, ${now.toISOString()}, ${until} from unnest(${[...new Set(providers)]}::text[]) p order by p
    on conflict (provider, workspace) do update set until = excluded.until,
      since = case when q.until > excluded.since then q.since else excluded.since end`;
}

type Paced = { provider: string; perMinute: number; workspace: string; now: Date };

/**
 * One call of those that a provider's key has in a minute: a bucket that fills little by little. Where others wait, what
 * is left is first for those who have waited longer. Answers with the time of the next look when there is none.
 */
export async function takePace(tx: Tx, { provider, perMinute, workspace, now }: Paced): Promise<Date | undefined> {
  const sql = rawOf(tx);
  const at = now.toISOString();
  const left = sql`least(${perMinute}::float8, p."left" + greatest(0, extract(epoch from ${at}::timestamptz - p.at)) * ${perMinute / 60}::float8)`;
  const ahead = sql`(select count(*) from provider_queue q
    left join provider_queue me on me.provider = q.provider and me.workspace = ${workspace} and me.until > ${at}
    where q.provider = ${provider} and q.workspace <> ${workspace} and q.until > ${at}
      and (me.since is null or q.since < me.since))`;
  const taken = await sql`
    insert into provider_pace as p (provider, "left", at) values (${provider}, ${perMinute - 1}, ${at})
    on conflict (provider) do update set "left" = ${left} - 1, at = greatest(p.at, excluded.at)
    where ${left} >= 1 + ${ahead} returning 1`;
  if (taken.length > 0) {
    // To the end of the line.
    await sql`delete from provider_queue where provider = ${provider} and workspace = ${workspace}`;
    return undefined;
  }
  const [row] = await sql<
    { left: number }[]
  >`select ${left} as "left" from provider_pace p where provider = ${provider}`;
  const missing = Math.max(0.1, 1 - (row?.left ?? 0));
  return new Date(now.getTime() + Math.min((missing * 60_000) / perMinute, WAITS_MS * 0.75));
}

/** It said "too many at once", or "too fast": from here on less, for a while. */
export async function learnLess(tx: Tx, provider: string, failure: "rate" | "concurrency", now: Date): Promise<void> {
  const at = now.toISOString();
  const until = new Date(now.getTime() + LESS_MS).toISOString();
  const less = failure === "concurrency";
  // The attempt that was turned away has its seat still.
  await rawOf(tx)`
    with taken as (
      select greatest(1, count(*)::int - 1) as n from provider_seat where provider = ${provider} and attempt is not null and until > ${at})
    insert into provider_pace as p (provider, "left", at, at_once, at_once_until)
    select ${provider}, 0, ${at}, case when ${less} then n end, case when ${less} then ${until}::timestamptz end from taken
    on conflict (provider) do update set "left" = case when ${less} then p."left" else 0 end,
      at = greatest(p.at, excluded.at),
      at_once = coalesce(excluded.at_once, p.at_once), at_once_until = coalesce(excluded.at_once_until, p.at_once_until)`;
}
const LESS_MS = 10 * 60_000;

/** How many at once a provider was found to bear, where that is less than its key says. */
export async function readLess(tx: Tx, now: Date): Promise<Map<string, number>> {
  const rows = await rawOf(tx)<{ provider: string; most: number }[]>`
    select provider, at_once as most from provider_pace where at_once_until > ${now.toISOString()}`;
  return new Map(rows.map((r) => [r.provider, r.most]));
}

export async function leaveSeat(tx: Tx, attempt: string): Promise<void> {
  await rawOf(tx)`update provider_seat set attempt = null, workspace = null where attempt = ${attempt}`;
}
