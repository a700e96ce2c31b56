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

/** `fresh`: only its key. `at`: in milliseconds; `since`: of the vote that was there, whose choice is `before`. */
type Row = { kind: "judged" | "fresh"; n: number; outcome: CastOutcome } & Pick<CastAnswer, "before" | "wait"> & {
    person: string | null;
    state: string | null;
    since: number | null;
    after: number | null;
    key: string | null;
  };

const keyOf = ({ surface, delivery }: Pick<Cast, "surface" | "delivery">) => `${surface}\n${delivery}`;
const UNSEEN: ReadonlySet<CastOutcome> = new Set<CastOutcome>(["no ballot", "no choice", "nobody"]);

/** In the order of `casts`. Call it in a transaction that does little else: it holds the ballots until its end. */
export async function castAll(
  tx: Tx,
  workspaceId: string,
  casts: readonly Cast[],
  clock: Clock,
): Promise<CastAnswer[]> {
  const sql = rawOf(tx);
  // Twice in one breath is once, as twice in a row is.
  const first = new Map<string, number>();
  for (const [n, cast] of casts.entries()) if (!first.has(keyOf(cast))) first.set(keyOf(cast), n);
  const once = [...first.values()].map((n) => casts[n]!);
  // Sent at once with what follows, and before it: what follows sees everything that was cast before the lock was had.
  const held = sql`
    select 1 from ballot where workspace_id = ${workspaceId} and id = any(${[...new Set(once.map((c) => c.ballot))]}::uuid[])
    order by id for no key update`.execute();
  held.catch(() => {});
  const rows = await write(sql, workspaceId, once, clock);
  await held;
  return answers(casts, first, rows);
}

/** No part of it is joined with another: the planner knows nothing of their sizes, and would go through them row by row. */
const write = (sql: Raw, workspaceId: string, casts: readonly Cast[], clock: Clock) => sql<Row[]>`
  with given as (
    select * from unnest(${casts.map((c) => c.ballot)}::uuid[], ${casts.map((c) => c.choice)}::uuid[],
      ${casts.map((c) => c.person)}::uuid[], ${casts.map((c) => c.surface)}::text[], ${casts.map((c) => c.delivery)}::text[],
      ${casts.map((c) => c.tenant ?? "")}::text[], ${casts.map((c) => c.account ?? "")}::text[],
      ${times(casts, (c) => c.at)}::text[]::timestamptz[], ${casts.map((c) => c.seq ?? 0)}::bigint[],
      ${times(casts, (c) => c.heard)}::text[]::timestamptz[], ${casts.map((c) => c.role ?? null)}::text[]) with ordinality
      as g (ballot, choice, person, surface, delivery, tenant, account, at, seq, heard, role, n)),
  clock as materialized (select ${clockOf(sql, clock)} as now),
  judged as materialized (${judged(sql, workspaceId)}),
  fresh as (
    insert into vote_event (workspace_id, surface, delivery, ballot_id, choice_id, person_id, account_id, role, weight,
      young, at, seq, outcome, taken_at)
    select ${workspaceId}, surface, delivery, ballot, choice, person, account_id, role, weight, young, at, seq, outcome, now
    from judged where outcome not in ('no ballot', 'no choice', 'nobody')
    order by n
    on conflict do nothing
    returning surface, delivery, ballot_id, choice_id, person_id, role, weight, young, at, seq, no, outcome),
  latest as (
    select distinct on (ballot_id, person_id) * from fresh where outcome = 'counted'
    order by ballot_id, person_id, at desc, seq desc, no desc),
  put as (
    insert into vote as v (workspace_id, ballot_id, person_id, choice_id, role, weight, at, seq, first_at, young, surface, delivery)
    select ${workspaceId}, ballot_id, person_id, choice_id, role, weight, at, seq, at, young, surface, delivery from latest
    order by ballot_id, person_id
    on conflict (workspace_id, ballot_id, person_id) do update set choice_id = excluded.choice_id, role = excluded.role,
      weight = excluded.weight, at = excluded.at, seq = excluded.seq, young = excluded.young, surface = excluded.surface,
      delivery = excluded.delivery,
      first_at = case when v.choice_id = excluded.choice_id then least(v.first_at, excluded.at) else excluded.at end
    where (v.at, v.seq) <= (excluded.at, excluded.seq) and v.state <> 'void')
  select 'judged' as kind, j.n::int, j.outcome, j.wait::float8, j.person, v.choice_id as before, v.state,
    (extract(epoch from v.at) * 1000)::float8 as since, v.seq::float8 as after, null as key
  from judged j left join vote v on v.workspace_id = ${workspaceId} and v.ballot_id = j.ballot and v.person_id = j.person
  union all select 'fresh', 0, '', null, null, null, null, null, null, surface || chr(10) || delivery from fresh`;

type Mine = { choice: string | null; at: number; seq: number };

/** As if they had been cast one after the other: what is written is the last, and each is told what it did. */
function answers(casts: readonly Cast[], first: ReadonlyMap<string, number>, rows: readonly Row[]): CastAnswer[] {
  const fresh = new Set(rows.filter((r) => r.kind === "fresh").map((r) => r.key));
  const judged = new Map(rows.filter((r) => r.kind === "judged").map((r) => [r.n, r]));
  const numbers = new Map([...first.keys()].map((key, at) => [key, at + 1]));
  const votes = new Map<string, Mine>();
  return casts.map((cast, n) => {
    const key = keyOf(cast);
    const row = judged.get(numbers.get(key)!)!;
    const whose = `${cast.ballot} ${row.person}`;
    const mine = votes.get(whose) ?? {
      choice: row.before,
      at: row.since ?? Number.NEGATIVE_INFINITY,
      seq: row.after ?? 0,
    };
    votes.set(whose, mine);
    const outcome = outcomeOf(row, mine, cast, first.get(key) === n && fresh.has(key));
    const answer = { outcome, before: mine.choice, wait: row.wait };
    if (outcome === "counted") Object.assign(mine, { choice: cast.choice, at: cast.at.getTime(), seq: cast.seq ?? 0 });
    return answer;
  });
}

function outcomeOf(row: Row, mine: Mine, { at, seq = 0 }: Cast, fresh: boolean): CastOutcome {
  if (UNSEEN.has(row.outcome)) return row.outcome;
  if (!fresh) return "repeated";
  if (row.outcome !== "counted") return row.outcome;
  if (row.state === "void") return "void";
  const moment = at.getTime();
  return mine.at < moment || (mine.at === moment && mine.seq <= seq) ? "counted" : "older";
}

/** Each with what it would weigh and, if it may not be, why. */
const judged = (sql: Raw, workspaceId: string) => sql`
  select g.n, g.ballot, g.choice, p.id as person, g.surface, g.delivery, g.at, g.seq, a.id as account_id, clock.now,
    coalesce(g.role, p.role) as role, s.young,
    (coalesce((b.weights->>coalesce(g.role, p.role))::int, 100)
      * case when s.young then coalesce((b.rules->>'youngWeight')::int, 100) else 100 end / 100) as weight,
    case when m.person_id is not null then extract(epoch from m.until - clock.now)
      when s.age < nullif((b.rules->>'minMinutes')::int, 0) * 60 then nullif((b.rules->>'minMinutes')::int, 0) * 60 - s.age end as wait,
    case when b.id is null then 'no ballot'
      when p.id is null or p.erased_at is not null then 'nobody'
      when c.id is null then 'no choice'
      when b.status = 'closed' or (clock.now >= b.closes_at and coalesce(g.heard >= b.closes_at, true)) then 'late'
      when m.person_id is not null then 'muted'
      when s.age < nullif((b.rules->>'minMinutes')::int, 0) * 60 then 'young'
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
