// Caps as they hold now: of several stages', the latest that has begun.
import { rawOf } from "../../db/connect.ts";
import type { Act } from "../act.ts";

export type Budget = {
  id: string;
  scope: string;
  each: string;
  period: string;
  stage: number | null;
  asset: string;
  amount: string;
};

export async function listBudgets(act: Act, scope?: string): Promise<Budget[]> {
  const sql = rawOf(act.db);
  return sql<Budget[]>`
    select id, scope, each, period, stage, asset, amount from (
      select distinct on (b.scope, b.each, b.period, b.asset) b.*
      from budget b, (select coalesce(max(number) filter (where current), 1) as number from stage) s
      where (b.stage is null or b.stage <= s.number) and ${scope === undefined ? sql`true` : sql`b.scope = ${scope}`}
      order by b.scope, b.each, b.period, b.asset, b.stage desc nulls last) held
    order by scope <> 'workspace', scope <> 'providers', scope, each, asset, period`;
}

/** Money caps of the whole business, stage by stage. */
export async function capsByStage(act: Act, scope: string) {
  return rawOf(act.db)<{ stage: number; asset: string; amount: string }[]>`
    select stage, asset, amount from budget
    where scope = ${scope} and each = '' and period = 'month' and stage is not null and asset like '___/6'
    order by stage`;
}
