// Which host plays a channel: a row with an end, taken and renewed in single statements by the database's clock. The token
// grows with every new holder; what a keeper writes is refused under an older one (fence.ts).
import { rawOf } from "../../../db/connect.ts";
import type { Act } from "../../act.ts";

type Db = Pick<Act, "db" | "workspace">;

/** Three renewals missed, and a little more: then another host takes over. */
export const LEASE_SECONDS = 10;

/** A holder that is known to have died need not be waited for, when it has missed two renewals as well. */
const MISSED_SECONDS = 6;

/** Who holds channels of the workspace, but for this host, and how long the first of their leases lasts. */
export async function holders(
  { db }: Pick<Act, "db">,
  host: string,
): Promise<{ hosts: string[]; firstMs: number | undefined }> {
  const rows = await rawOf(db)<{ host: string; left: number }[]>`
    select host_id as host, (extract(epoch from min(until) - now()) * 1000)::float8 as left
    from channel_lease where host_id <> ${host} group by 1`;
  const left = rows.map((r) => r.left).filter((ms) => ms > 0);
  return { hosts: rows.map((r) => r.host), firstMs: left.length > 0 ? Math.min(...left) : undefined };
}

/**
 * Takes the channel when it is free, or keeps it when it is ours. Undefined: another host has it, or this one is drained.
 * `dead`: hosts that are known to be gone.
 */
export async function takeLease(
  { db, workspace }: Db,
  channel: string,
  host: string,
  dead: readonly string[] = [],
): Promise<number | undefined> {
  const [row] = await rawOf(db)<{ token: string }[]>`
    insert into channel_lease as l (workspace_id, channel_id, host_id, token, until)
    select ${workspace.id}, ${channel}, ${host}, 1, now() + make_interval(secs => ${LEASE_SECONDS})
    where not exists (select from host h join server s on lower(s.name) = lower(h.name)
      where h.id = ${host} and s.drain and s.gone_at is null)
    on conflict (workspace_id, channel_id) do update set host_id = excluded.host_id, until = excluded.until,
      token = l.token + case when l.host_id = excluded.host_id and l.until > now() then 0 else 1 end
    where l.host_id = excluded.host_id or l.until <= now()
      or l.host_id = any(${dead}::text[]) and l.until <= now() + make_interval(secs => ${MISSED_SECONDS})
    returning token`;
  return row && Number(row.token);
}

/** Goes on holding what is held under this token. False: it is lost, or it is to be given to another host. */
export async function renewLease({ db }: Db, channel: string, host: string, token: number): Promise<boolean> {
  const rows = await rawOf(db)`
    update channel_lease set until = now() + make_interval(secs => ${LEASE_SECONDS})
    where channel_id = ${channel} and host_id = ${host} and token = ${token}
      and not exists (select from host h join server s on lower(s.name) = lower(h.name)
        where h.id = ${host} and s.drain and s.gone_at is null)
    returning 1`;
  return rows.length > 0;
}

/** Another host may take it at once. */
export async function freeLease({ db }: Db, channel: string, token: number): Promise<void> {
  await rawOf(db)`update channel_lease set until = now() where channel_id = ${channel} and token = ${token}`;
}
