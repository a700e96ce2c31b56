// As many attempts at once as a provider's key allows, over all processes and workspaces, and each workspace its share.
import { rawOf, type Tx } from "../../db/connect.ts";

/** Whoever found no seat counts as waiting for so long: they look again sooner. */
export const WAITS_MS = 20_000;

/** Whoever goes without waits in this line, by workspace. All at once and in one order: two that wait never meet across. */
export async function standInLine(tx: Tx, providers: readonly string[], workspace: string, now: Date): Promise<void> {
  if (providers.length === 0) return;
  const [at, half, until] = [0, WAITS_MS / 2, WAITS_MS].map((ms) => new Date(now.getTime() + ms).toISOString());
  // Of many that wait together few write: the row is one for all of a workspace.
  await rawOf(tx)`
    insert into provider_queue as q (provider, workspace, since, until)
    select p, ${workspace}, ${at!}, ${until!} from unnest(${[...new Set(providers)]}::text[]) p
      where not exists (
        select from provider_queue o where o.provider = p and o.workspace = ${workspace} and o.until > ${half!}) order by p
    on conflict (provider, workspace) do update set until = excluded.until,
      since = case when q.until > excluded.since then q.since else excluded.since end`;
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

export async function leaveSeat(tx: Tx, attempt: string): Promise<void> {
  await rawOf(tx)`update provider_seat set attempt = null, workspace = null where attempt = ${attempt}`;
}
