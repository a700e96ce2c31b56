// The machines: those that say that they live, and those that a workspace has written down.
import { type Database, rawOf } from "../../../db/connect.ts";
import type { Act } from "../../act.ts";
import { refuse } from "../../problem.ts";
import { wake } from "../control.ts";
import { HOST_AGE_MS } from "../now.ts";

/** How a worker process does. `id` is the `host_id` of the leases that it takes; `name` is its machine's. */
export type Pulse = {
  id: string;
  name: string;
  startedAt: Date;
  cores: number;
  load: number;
  memoryTotal: number;
  memoryFree: number;
  memoryUsed: number;
};

/** One row a process, for all workspaces of a database: the table is shared, and needs none. */
export const beat = (client: Database["client"], now: Date, p: Pulse) => client`
  insert into host (id, name, started_at, seen_at, cores, load, memory_total, memory_free, memory_used)
  values (${p.id}, ${p.name}, ${p.startedAt.toISOString()}, ${now.toISOString()}, ${p.cores}, ${p.load},
    ${p.memoryTotal}, ${p.memoryFree}, ${p.memoryUsed})
  on conflict (id) do update set seen_at = excluded.seen_at, load = excluded.load, memory_free = excluded.memory_free,
    memory_used = excluded.memory_used`;

export type Server = {
  /** Of the workspace's own row; a machine that was never written down has its name for one. */
  id: string;
  name: string;
  address: string;
  kind: string;
  drain: boolean;
  health: "live" | "busy" | "gone" | "unknown";
  seen_at: string | null;
  load: number | null;
  cores: number | null;
  memory_free: number | null;
  memory_total: number | null;
  /** Of this workspace, held by its processes now. */
  channels: string[];
  processes: number;
};

type Row = Omit<Server, "health" | "seen_at" | "memory_free" | "memory_total"> & {
  seen: string | null;
  free: string | null;
  total: string | null;
};

/** Busier than its cores, or nearly out of memory: it plays, but should play no more. */
const BUSY = 1;
const TIGHT = 0.08;
/** A machine that nobody wrote down is forgotten after a day of silence. */
const FORGET_MS = 86_400_000;

export async function listServers(act: Act): Promise<Server[]> {
  const rows = await rawOf(act.db)<Row[]>`
    with machine as (
      select name, max(seen_at) as seen, max(load) as load, max(cores) as cores, min(memory_free) as free,
        max(memory_total) as total, count(*) filter (where seen_at > ${since(act, HOST_AGE_MS)})::int as processes,
        array_agg(id) as ids
      from host where seen_at > ${since(act, FORGET_MS)} group by name
    ), known as (select * from server where gone_at is null)
    select coalesce(k.id::text, m.name) as id, coalesce(k.name, m.name) as name, coalesce(k.address, '') as address,
      coalesce(k.kind, 'worker') as kind, coalesce(k.drain, false) as drain, m.seen, m.load, m.cores, m.free, m.total,
      coalesce(m.processes, 0) as processes,
      array(select c.slug from channel_lease l join channel c on c.workspace_id = l.workspace_id and c.id = l.channel_id
        where l.host_id = any(m.ids) and l.until > clock_timestamp() order by c.position) as channels
    from known k full join machine m on lower(m.name) = lower(k.name) order by 2`;
  return rows.map(({ seen, free, total, ...r }) => {
    const [memory_free, memory_total] = [free === null ? null : Number(free), total === null ? null : Number(total)];
    const live = seen !== null && act.now.getTime() - new Date(seen).getTime() <= HOST_AGE_MS;
    const busy =
      (r.load !== null && r.load / (r.cores ?? 1) > BUSY) ||
      (memory_free !== null && memory_free / (memory_total ?? 1) < TIGHT);
    return {
      ...r,
      memory_free,
      memory_total,
      seen_at: seen && new Date(seen).toISOString(),
      health: live ? (busy ? "busy" : "live") : seen === null ? "unknown" : "gone",
    };
  });
}

const since = (act: Act, ms: number) => new Date(act.now.getTime() - ms).toISOString();

export type NewServer = {
  name: string;
  address: string;
  kind: "worker" | "obs" | "liquidsoap" | "azuracast" | "other";
};

export async function addServer(act: Act, { name, address, kind }: NewServer): Promise<string> {
  const id = act.newId();
  const rows = await rawOf(act.db)`
    insert into server (workspace_id, id, name, address, kind, created_at)
    values (${act.workspace.id}, ${id}, ${name}, ${address}, ${kind}, ${act.now.toISOString()})
    on conflict do nothing returning 1`;
  if (rows.length === 0) throw refuse("clash", "There is a server {name} already.", { name });
  act.changed({ what: "server", id, to: { name, address, kind } });
  return id;
}

/** Its channels of this workspace move to others, one after another as their keepers see it; or it takes some again. */
export async function drainServer(act: Act, wanted: string, drain: boolean): Promise<Server> {
  const found = (await listServers(act)).find((s) => s.id === wanted || s.name.toLowerCase() === wanted.toLowerCase());
  if (!found) throw refuse("missing", "There is no server {name}. /server list names them.", { name: wanted });
  const rows = await rawOf(act.db)<{ id: string }[]>`
    insert into server (workspace_id, id, name, drain, drain_at, created_at)
    values (${act.workspace.id}, ${act.newId()}, ${found.name}, ${drain}, ${drain ? act.now.toISOString() : null}, ${act.now.toISOString()})
    on conflict (workspace_id, lower(name)) where gone_at is null
    do update set drain = excluded.drain, drain_at = excluded.drain_at where server.drain <> excluded.drain
    returning id`;
  if (rows[0]) {
    act.changed({ what: "server", id: rows[0].id, from: { drain: found.drain }, to: { drain } });
    wake(act);
  }
  return (await listServers(act)).find((s) => s.name === found.name)!;
}
