// Casting, for many at once: one pass of the database over all that came together, with an answer for each. Who may, and
// whether it is in time, is decided there and by its clock; the ballots are locked first, so that closing waits.
import { type Raw, rawOf, type Tx } from "../../db/connect.ts";
import type { Role } from "../act.ts";

export type Cast = {
  ballot: string;
  choice: string;
  person: string;
  /** The platform's own id of it: the same again has no effect. */
  surface: string;
  delivery: string;
  /** Through which account, where it has one. */
  tenant?: string;
  account?: string;
  /** When the platform says it was cast, and its place in line within that moment. */
  at: Date;
  seq?: number;
  /** When it was durably taken in: what was in time then is in time. */
  heard?: Date;
  /** What the person may here at this moment, where the platform's roles say more than ours. */
  role?: Role;
};

/** `counted` is what changed or confirmed the person's vote. All others changed nothing. */
export type CastOutcome =
  | "counted"
  | "repeated"
  | "older"
  | "void"
  | "late"
  | "muted"
  | "young"
  | "unlinked"
  | "own"
  | "no ballot"
  | "no choice"
  | "nobody";

export type CastAnswer = {
  outcome: CastOutcome;
  /** What the person had chosen before. */
  before: string | null;
  /** In seconds: when it would be taken, where time is what is missing. */
  wait: number | null;
};

type Clock = { ahead: number };

/** The database's clock, moved as far as a test moved the house's. */
export const clockOf = (sql: Raw, { ahead }: Clock) => sql`(clock_timestamp() + ${`${ahead} milliseconds`}::interval)`;

const times = (all: readonly Cast[], of: (cast: Cast) => Date | undefined) =>
  all.map((cast) => of(cast)?.toISOString() ?? null);

/** In the order of `casts`. Call it in a transaction that does little else: it holds the ballots until its end. */
export async function castAll(
  tx: Tx,
  workspaceId: string,
  casts: readonly Cast[],
  clock: Clock,
): Promise<CastAnswer[]> {
  const sql = rawOf(tx);
  // Sent at once with what follows, and before it: what follows sees everything that was cast before the lock was had.
  const held = sql`
    select 1 from ballot where workspace_id = ${workspaceId} and id = any(${[...new Set(casts.map((c) => c.ballot))]}::uuid[])
    order by id for no key update`.execute();
  held.catch(() => {});
  const rows = await sql<(CastAnswer & { n: number })[]>`
    with given as (
      select * from unnest(${casts.map((c) => c.ballot)}::uuid[], ${casts.map((c) => c.choice)}::uuid[],
        ${casts.map((c) => c.person)}::uuid[], ${casts.map((c) => c.surface)}::text[], ${casts.map((c) => c.delivery)}::text[],
        ${casts.map((c) => c.tenant ?? "")}::text[], ${casts.map((c) => c.account ?? "")}::text[],
        ${times(casts, (c) => c.at)}::text[]::timestamptz[], ${casts.map((c) => c.seq ?? 0)}::bigint[],
        ${times(casts, (c) => c.heard)}::text[]::timestamptz[],
        ${casts.map((c) => c.role ?? null)}::text[]) with ordinality
        as g (ballot, choice, person, surface, delivery, tenant, account, at, seq, heard, role, n)),
    clock as materialized (select ${clockOf(sql, clock)} as now),
    judged as (${judged(sql, workspaceId)}),
    first as (select distinct on (surface, delivery) * from judged order by surface, delivery, n),
    fresh as (
      insert into vote_event (workspace_id, surface, delivery, ballot_id, choice_id, person_id, account_id, role, weight,
        young, at, seq, outcome, taken_at)
      select ${workspaceId}, surface, delivery, ballot, choice, person, account_id, role, weight, young, at, seq, outcome, now
      from first where outcome not in ('no ballot', 'no choice', 'nobody')
      on conflict do nothing
      returning surface, delivery),
    news as (select f.* from first f join fresh using (surface, delivery) where f.outcome = 'counted'),
    latest as (
      select distinct on (ballot, person) * from news order by ballot, person, at desc, seq desc, n desc),
    put as (
      insert into vote as v (workspace_id, ballot_id, person_id, choice_id, role, weight, at, seq, first_at, young, surface, delivery)
      select ${workspaceId}, ballot, person, choice, role, weight, at, seq, at, young, surface, delivery from latest
      order by ballot, person
      on conflict (workspace_id, ballot_id, person_id) do update set choice_id = excluded.choice_id, role = excluded.role,
        weight = excluded.weight, at = excluded.at, seq = excluded.seq, young = excluded.young, surface = excluded.surface, delivery = excluded.delivery,
        first_at = case when v.choice_id = excluded.choice_id then least(v.first_at, excluded.at) else excluded.at end
      where (v.at, v.seq) <= (excluded.at, excluded.seq) and v.state <> 'void'
      returning v.surface, v.delivery)
    select j.n::int, j.wait::float8, v.choice_id as before,
      case when j.outcome in ('no ballot', 'no choice', 'nobody') then j.outcome
        when not exists (select from fresh x where (x.surface, x.delivery) = (j.surface, j.delivery)) or f.n <> j.n then 'repeated'
        when j.outcome <> 'counted' then j.outcome
        when v.state = 'void' then 'void'
        when exists (select from put p where (p.surface, p.delivery) = (j.surface, j.delivery)) then 'counted'
        else 'older' end as outcome
    from judged j
    left join first f on (f.surface, f.delivery) = (j.surface, j.delivery)
    left join vote v on v.workspace_id = ${workspaceId} and v.ballot_id = j.ballot and v.person_id = j.person
    order by j.n`;
  await held;
  return rows;
}

/** Each with what it would weigh and, if it may not be, why. */
const judged = (sql: Raw, workspaceId: string) => sql`
  select g.n, g.ballot, g.choice, p.id as person, g.surface, g.delivery, g.at, g.seq, a.id as account_id, clock.now,
    coalesce(g.role, p.role) as role, s.young,
    (coalesce((b.weights->>coalesce(g.role, p.role))::int, 100)
      * case when s.young then coalesce((b.rules->>'youngWeight')::int, 100) else 100 end / 100) as weight,
    case when m.person_id is not null then extract(epoch from m.until - clock.now)
      when s.age < (b.rules->>'minMinutes')::int * 60 then (b.rules->>'minMinutes')::int * 60 - s.age end as wait,
    case when b.id is null then 'no ballot'
      when p.id is null or p.erased_at is not null then 'nobody'
      when c.id is null then 'no choice'
      when b.status = 'closed' or (clock.now >= b.closes_at and coalesce(g.heard >= b.closes_at, true)) then 'late'
      when m.person_id is not null then 'muted'
      when s.age < (b.rules->>'minMinutes')::int * 60 then 'young'
      when (b.rules->>'linked')::boolean and (
        select count(*) from account o where o.workspace_id = ${workspaceId} and o.person_id = p.id) < 2 then 'unlinked'
      when c.own_person_id = p.id then 'own'
      else 'counted' end as outcome
  from given g cross join clock
  left join ballot b on b.workspace_id = ${workspaceId} and b.id = g.ballot
  left join choice c on c.workspace_id = ${workspaceId} and c.ballot_id = g.ballot and c.id = g.choice
  left join person q on q.workspace_id = ${workspaceId} and q.id = g.person
  left join person p on p.workspace_id = ${workspaceId} and p.id = coalesce(q.merged_into, q.id)
  left join account a on a.workspace_id = ${workspaceId} and a.surface = g.surface and a.tenant = g.tenant
    and a.external = g.account and a.person_id = p.id
  left join mute m on m.workspace_id = ${workspaceId} and m.person_id = p.id and m.until > clock.now
  left join lateral (
    select extract(epoch from clock.now - coalesce(a.created_at, p.created_at)) as age,
      coalesce(extract(epoch from clock.now - coalesce(a.created_at, p.created_at)) < (b.rules->>'youngHours')::int * 3600, false) as young
  ) s on true`;
