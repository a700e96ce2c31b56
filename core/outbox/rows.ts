// The rows of the outbox as the sender sees them: the head of a place, and what became of it. One transaction a step.
// Leases and waits are measured by the database's own clock: all processes agree on it, and a test's clock stops nothing.
import { type Database, inWorkspace, rawOf, type Tx } from "../../db/connect.ts";
import { placeGone, placeMoved } from "./events.ts";
import type { Outgoing } from "./sender.ts";
import type { PlaceKey } from "./write.ts";

/**
 * What became of a message that was tried. `external`: the platform's id of it, also of the part that was sent before
 * a trouble; `edited`: the message that an edit changed, when it has another id now.
 */
export type Ending = { id: string; external?: string | null; edited?: string } & (
  | { kind: "sent"; external: string | null; lost: string[] | null; now: Date }
  | { kind: "again"; after: number; counts: boolean; error: string }
  | { kind: "failed"; error: string }
);

/** `moved`: the place has another id by now, and so has the message to change. */
export type Due = { message: Outgoing; since: Date; gone: boolean; moved?: string };
/** The one that is next in its line, or some that stand in none. */
export type Head = { due: Due[] } | { wait: number } | undefined;

/** Of those that stand in no line: sent at once, and written down together. */
const MOST_APART = 40;

/** Writes what became of the last message of a place, and takes the next: recorded as tried before it is sent. */
export function step(
  database: Database,
  place: PlaceKey,
  lease: number,
  ending: Ending | readonly Ending[] | undefined,
  more?: (tx: Tx) => Promise<unknown>,
): Promise<Head> {
  return inWorkspace(database, place.workspaceId, async (tx) => {
    // Sent at once, before the rest: both travel in one packet, in this order.
    const ended = ending && (isMany(ending) ? endAll(tx, ending) : end(tx, ending));
    if (more) await more(tx);
    const [, head] = await Promise.all([ended, place.apart ? takeApart(tx, place, lease) : take(tx, place, lease)]);
    return head;
  });
}

const isMany = (ending: Ending | readonly Ending[]): ending is readonly Ending[] => Array.isArray(ending);

/** What became of many, without taking the next. */
export const finishAll = (
  database: Database,
  { workspaceId }: PlaceKey,
  endings: readonly Ending[],
): Promise<unknown> => inWorkspace(database, workspaceId, (tx) => endAll(tx, endings));

/** Without taking the next. */
export const finish = (
  database: Database,
  { workspaceId }: PlaceKey,
  ending: Ending,
  more: (tx: Tx) => Promise<unknown>,
): Promise<unknown> => inWorkspace(database, workspaceId, (tx) => Promise.all([end(tx, ending), more(tx)]));

function end(tx: Tx, ending: Ending): Promise<unknown> {
  const { external = null, edited } = ending;
  const ended = statusOf(tx, ending).execute();
  return edited
    ? Promise.all([ended, rawOf(tx)`update outbox set external = ${external} where id = ${edited}`])
    : ended;
}

/** Those that were sent go in one statement. */
function endAll(tx: Tx, endings: readonly Ending[]): Promise<unknown> {
  const sent = endings.filter((ending) => ending.kind === "sent");
  const others = endings.filter((ending) => ending.kind !== "sent").map((ending) => end(tx, ending));
  const written = rawOf(tx)`
    update outbox o set status = 'sent', external = g.external, error = null, lease_until = null, lost = g.lost::jsonb,
      sent_at = g.at::timestamptz, view = case when o.hints ? 'once' then null else o.view end
    from unnest(${sent.map(({ id }) => id)}::uuid[], ${sent.map(({ external }) => external)}::text[],
      ${sent.map(({ lost }) => lost && JSON.stringify(lost))}::text[], ${sent.map(({ now }) => now.toISOString())}::text[])
      as g (id, external, lost, at)
    where o.id = g.id and o.id = any(${sent.map(({ id }) => id)}::uuid[]) and o.status = 'sending'`.execute();
  return Promise.all([written, ...others]);
}

function statusOf(tx: Tx, ending: Ending) {
  const raw = rawOf(tx);
  if (ending.kind === "sent") {
    return raw`update outbox set status = 'sent', external = ${ending.external}, error = null, lease_until = null,
      lost = ${ending.lost && JSON.stringify(ending.lost)}::text::jsonb, sent_at = ${ending.now.toISOString()},
      view = case when hints ? 'once' then null else view end
      where id = ${ending.id} and status = 'sending'`;
  }
  if (ending.kind === "failed") {
    return raw`update outbox set status = 'failed', error = ${ending.error}, lease_until = null,
      external = coalesce(${ending.external ?? null}, external),
      view = case when hints ? 'once' then null else view end
      where id = ${ending.id} and status = 'sending'`;
  }
  return raw`update outbox set status = 'waiting', error = ${ending.error}, lease_until = null,
      external = coalesce(${ending.external ?? null}, external),
      attempts = greatest(0, attempts - ${ending.counts ? 0 : 1}),
      not_before = clock_timestamp() + ${`${Math.round(ending.after)} milliseconds`}::interval
    where id = ${ending.id} and status = 'sending'`;
}

type Taken = Omit<Outgoing, "workspaceId" | "target"> & {
  taken: boolean;
  wait: number | null;
  created_at: string;
  gone: boolean;
  target: string | null;
  known: string | null;
  their: Record<string, unknown> | null;
};

async function take(tx: Tx, { workspaceId, surface, tenant, place }: PlaceKey, lease: number): Promise<Head> {
  const [row] = await rawOf(tx)<Taken[]>`
    with head as (
      select id, seq, not_before, lease_until, status from outbox
      where surface = ${surface} and tenant = ${tenant} and place = ${place} and not apart
        and status in ('waiting', 'sending')
      order by seq, created_at limit 1),
    free as (
      select o.id from outbox o where o.id = (select id from head)
        and ((o.status = 'waiting' and o.not_before <= clock_timestamp())
          or (o.status = 'sending' and o.lease_until < clock_timestamp()))
        -- What it changes stands in no line, and has not left yet.
        and not (o.kind in ('edit', 'delete') and exists (select from outbox a where a.subject = o.subject
          and a.surface = o.surface and a.tenant = o.tenant and a.place = o.place and a.apart
          and a.status in ('waiting', 'sending')))
      for update of o skip locked),
    taken as (
      update outbox o set status = 'sending', attempts = o.attempts + 1,
        lease_until = clock_timestamp() + ${`${lease} milliseconds`}::interval
      where o.id = (select id from free)
      returning o.id, o.seq, o.subject, o.kind, o.view, o.hints, o.attempts, o.created_at,
        o.external)
    select taken.*, taken.id is not null as taken, t.id as target, t.external as known, t.hints as their,
      greatest(0, extract(epoch from
        case when head.status = 'sending' then head.lease_until else head.not_before end - clock_timestamp()) * 1000
      )::float8 as wait,
      exists (select from place p where p.surface = ${surface} and p.tenant = ${tenant} and p.external = ${place}
        and p.gone_at is not null) as gone
    from head left join taken on true
    left join lateral (
      select s.id, s.external, s.hints from outbox s
      where taken.kind in ('edit', 'delete') and s.subject = taken.subject and s.surface = ${surface}
        and s.tenant = ${tenant} and s.place = ${place} and s.kind in ('post', 'answer') and s.external is not null
      order by s.seq desc limit 1) t on true`;
  if (!row) return undefined;
  if (!row.taken) return { wait: row.wait ?? 0 };
  const { kind, known, their } = row;
  const target = known === null || row.target === null ? null : { id: row.target, external: known, hints: their ?? {} };
  const head = dueOf({ workspaceId, tenant, place }, row, target);
  if (target || kind === "post" || kind === "answer") return { due: [head] };
  // It was written just before the place moved, for a message that went along.
  const [moved] = await rawOf(tx)<{ to: string }[]>`
    select payload->>'to' as to from event where name = ${placeMoved.name}
      and payload @> ${JSON.stringify({ surface, tenant, from: place })}::text::jsonb order by at desc limit 1`;
  return { due: [moved ? { ...head, moved: moved.to } : head] };
}

type Row = Pick<Taken, "id" | "subject" | "kind" | "view" | "hints" | "external" | "attempts" | "created_at" | "gone">;
function dueOf(at: Pick<Outgoing, "workspaceId" | "tenant" | "place">, row: Row, target: Outgoing["target"]): Due {
  const { id, subject, kind, view, hints, external } = row;
  const message = { ...at, id, subject, kind, view, hints, attempts: row.attempts - 1, external, target };
  return { message, since: new Date(row.created_at), gone: row.gone };
}

/** Answers only: nothing that changes another message stands apart. */
async function takeApart(tx: Tx, { workspaceId, surface, tenant, place }: PlaceKey, lease: number): Promise<Head> {
  const rows = await rawOf(tx)<(Row & { seq: string })[]>`
    with free as (
      select id from outbox
      where surface = ${surface} and tenant = ${tenant} and place = ${place} and apart
        and ((status = 'waiting' and not_before <= clock_timestamp())
          or (status = 'sending' and lease_until < clock_timestamp()))
      order by seq limit ${MOST_APART} for update skip locked)
    update outbox o set status = 'sending', attempts = o.attempts + 1,
      lease_until = clock_timestamp() + ${`${lease} milliseconds`}::interval
    where o.id in (select id from free)
    returning o.id, o.seq, o.subject, o.kind, o.view, o.hints, o.attempts, o.created_at, o.external,
      exists (select from place p where p.surface = ${surface} and p.tenant = ${tenant} and p.external = ${place}
        and p.gone_at is not null) as gone`;
  const inOrder = rows.toSorted((a, b) => Number(BigInt(a.seq) - BigInt(b.seq)));
  if (inOrder.length > 0) return { due: inOrder.map((row) => dueOf({ workspaceId, tenant, place }, row, null)) };
  const [next] = await rawOf(tx)<{ wait: number | null }[]>`
    select extract(epoch from min(case when status = 'sending' then lease_until else not_before end) - clock_timestamp())::float8
      * 1000 as wait from outbox
    where surface = ${surface} and tenant = ${tenant} and place = ${place} and apart and status in ('waiting', 'sending')`;
  return next?.wait === null || !next ? undefined : { wait: Math.max(0, next.wait) };
}

/** Places of a surface where something waits. */
export async function waitingPlaces(database: Database, workspaceId: string, surfaces: string[]): Promise<PlaceKey[]> {
  const rows = await inWorkspace(
    database,
    workspaceId,
    (tx) => rawOf(tx)<Omit<PlaceKey, "workspaceId">[]>`
      select distinct surface, tenant, place, apart from outbox
      where surface = any(${surfaces}) and status in ('waiting', 'sending') limit 1000`,
  );
  return rows.map((row) => ({ ...row, workspaceId }));
}

/** A channel of a server that is connected as a whole has no row that could be marked: it is told once a day at most. */
const TOLD_AGAIN = "1 day";

/** The place is closed to us: it is marked, and what waits for it will never leave. */
export async function markGone(
  tx: Tx,
  { surface, tenant, place }: PlaceKey,
  now: Date,
): Promise<{ news: boolean; failed: number }> {
  const raw = rawOf(tx);
  const [marked, failed] = await Promise.all([
    raw<{ news: boolean }[]>`
      with own as (select id, gone_at from place where surface = ${surface} and tenant = ${tenant} and external = ${place}),
      marked as (update place p set gone_at = ${now.toISOString()} from own where p.id = own.id and own.gone_at is null)
      select case when exists (select from own) then exists (select from own where gone_at is null)
        else not exists (select from event e where e.name = ${placeGone.name} and e.subject = ${place}
          and e.at > ${now.toISOString()}::timestamptz - ${TOLD_AGAIN}::interval
          and e.payload->>'surface' = ${surface} and e.payload->>'tenant' = ${tenant}) end as news`,
    raw`update outbox set status = 'failed', error = 'The place is gone.', lease_until = null,
        view = case when hints ? 'once' then null else view end
      where surface = ${surface} and tenant = ${tenant} and place = ${place} and status in ('waiting', 'sending')`,
  ]);
  return { news: marked[0]!.news, failed: failed.count };
}
