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
  if (taken.length > 0) return true;
  await sql`
    insert into provider_queue (provider, workspace, until)
    values (${provider}, ${workspace}, ${new Date(now.getTime() + WAITS_MS).toISOString()})
    on conflict (provider, workspace) do update set until = excluded.until`;
  return false;
}

export async function leaveSeat(tx: Tx, attempt: string): Promise<void> {
  await rawOf(tx)`update provider_seat set attempt = null, workspace = null where attempt = ${attempt}`;
}
