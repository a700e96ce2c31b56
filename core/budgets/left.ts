// What is left of the money caps, for whoever watches from outside: of each scope the least over all workspaces.
import { type Database, inWorkspace, rawOf } from "../../db/connect.ts";

export type LeftOver = { scope: string; dollars: number };

export async function budgetsLeft(databases: readonly Database[], now: Date): Promise<LeftOver[]> {
  const least = new Map<string, number>();
  for (const database of databases) {
    const workspaces = await database.client<{ id: string }[]>`select workspace_id as id from list_workspaces()`;
    for (const { id } of workspaces) {
      const rows = await inWorkspace(
        database,
        id,
        async (tx) => rawOf(tx)<{ scope: string; left: number }[]>`
          with stage_now as (select coalesce(max(number) filter (where current), 1) as number from stage),
          held as (
            select distinct on (b.scope, b.each, b.period) b.* from budget b, stage_now s
            where (b.stage is null or b.stage <= s.number) and b.asset = 'USD/6'
            order by b.scope, b.each, b.period, b.stage desc nulls last)
          select h.scope, min(h.amount - coalesce(u.held + u.spent, 0))::float8 as "left"
          from held h cross join (select max(zone) as zone from workspace) w left join budget_use u on u.budget_id = h.id
            and (h.period = 'once' or right(u.bucket, 10) =
              to_char(date_trunc(h.period, ${now.toISOString()}::timestamptz at time zone w.zone), 'YYYY-MM-DD'))
          group by h.scope`,
      );
      for (const { scope, left } of rows)
        least.set(scope, Math.min(left / 1_000_000, least.get(scope) ?? Number.POSITIVE_INFINITY));
    }
  }
  return [...least].map(([scope, dollars]) => ({ scope, dollars }));
}
