// Targets: which one holds for a metric now, and setting one.
import { rawOf } from "../../db/connect.ts";
import type { Act } from "../act.ts";

export type Target = {
  id: string;
  metric: string;
  scope: string;
  period: string;
  stage: number | null;
  due_month: number | null;
  due_on: string | null;
  low: string;
  high: string | null;
  currency: string | null;
  stated: string | null;
  note: string | null;
  set_by: string | null;
};

const columns = (act: Act) => rawOf(act.db)`
  id, metric, scope, period, stage, due_month, due_on, low, high, currency, stated, note, set_by`;

/**
 * The target that holds for each metric, scope and period: the stage's that the business is in; else its own; else that
 * of the latest stage before; else of the next one to come. Those with a date stand beside it.
 */
export async function listTargets(
  act: Act,
  { metric, stage }: { metric?: string | undefined; stage?: number | undefined },
): Promise<Target[]> {
  const sql = rawOf(act.db);
  const one = metric === undefined ? sql`true` : sql`metric = ${metric}`;
  if (stage !== undefined)
    return sql<Target[]>`select ${columns(act)} from target where ${one} and stage = ${stage} order by position, id`;
  return sql<Target[]>`
    select ${columns(act)} from (
      select distinct on (t.metric, t.scope, t.period, t.due_month, t.due_on) t.*
      from target t, (select coalesce(max(number) filter (where current), 0) as number from stage) s
      where ${one} and t.due_month is distinct from 0
      order by t.metric, t.scope, t.period, t.due_month, t.due_on,
        t.stage is not distinct from s.number desc, t.stage is null desc, t.stage <= s.number desc,
        abs(t.stage - s.number)) held
    order by stage nulls last, position, metric, scope, period, due_month nulls first, due_on nulls first`;
}

export type Wanted = {
  metric: string;
  scope: string;
  period: string | undefined;
  /** A day of the workspace's calendar. */
  day: string | null;
  value: string;
  currency: string | null;
};

/**
 * Changes the target that holds now, or makes one for the whole business. A stage's own target is changed only while the
 * business is in it: what later stages aim at stays.
 */
export async function setTarget(act: Act, wanted: Wanted): Promise<{ before: Target | undefined; target: Target }> {
  const sql = rawOf(act.db);
  const { metric, scope, period, day, value, currency } = wanted;
  const at = act.now.toISOString();
  const [before] = await sql<Target[]>`
    select ${columns(act)} from target
    where metric = ${metric} and scope = ${scope} and due_month is null and due_on is not distinct from ${day}
      and (${period ?? null}::text is null or period = ${period ?? null})
      and (stage is null or stage = (select number from stage where current))
    order by stage nulls last, period limit 1 for update`;
  const [target] = before
    ? await sql<Target[]>`
        update target set low = ${value}, high = null, currency = ${currency}, set_by = ${act.person.id}, set_at = ${at}
        where id = ${before.id} returning ${columns(act)}`
    : await sql<Target[]>`
        insert into target (workspace_id, id, metric, scope, period, due_on, low, currency, set_by, set_at)
        values (${act.workspace.id}, ${act.newId()}, ${metric}, ${scope}, ${period ?? ""}, ${day}, ${value},
          ${currency}, ${act.person.id}, ${at})
        on conflict on constraint target_of do update set low = excluded.low, high = null, currency = excluded.currency,
          set_by = excluded.set_by, set_at = excluded.set_at
        returning ${columns(act)}`;
  if (!target) throw new Error("A target was neither changed nor made.");
  act.changed({
    what: "target",
    id: target.id,
    ...(before ? { from: { low: before.low, high: before.high } } : {}),
    to: { metric, low: target.low, ...(day ? { by: day } : {}) },
  });
  return { before, target };
}
