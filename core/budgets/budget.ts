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

export const PERIODS = ["day", "week", "month", "year", "once"] as const;
export const EACH = ["channel", "person"] as const;
type Cap = { scope: string; each: string; period: string; asset: string; amount: bigint };

/** Moves the cap that holds now; where there is none, one for every stage begins, with what its period has seen. */
export async function setBudget(
  act: Act,
  { scope, each, period, asset, amount }: Cap,
): Promise<{ before?: Budget; budget: Budget }> {
  const sql = rawOf(act.db);
  const before = (await listBudgets(act, scope)).find(
    (b) => b.each === each && b.period === period && b.asset === asset,
  );
  const by = { id: act.person.id, at: act.now.toISOString() };
  if (before) {
    await sql`update budget set amount = ${String(amount)}, set_by = ${by.id}, set_at = ${by.at} where id = ${before.id}`;
    // Half of it is another half now.
    await sql`delete from budget_line where budget_id = ${before.id}`;
    return { before, budget: { ...before, amount: String(amount) } };
  }
  await sql`select await_tries()`;
  const [budget] = await sql<Budget[]>`
    insert into budget (workspace_id, id, scope, each, period, asset, amount, set_by, set_at)
    values (${act.workspace.id}, ${act.newId()}, ${scope}, ${each}, ${period}, ${asset}, ${String(amount)}, ${by.id}, ${by.at})
    on conflict (workspace_id, scope, each, period, asset, stage) do update
      set amount = excluded.amount, set_by = excluded.set_by, set_at = excluded.set_at
    returning id, scope, each, period, stage, asset, amount`;
  await sql`select open_budget(${budget!.id}, ${by.at}, ${act.workspace.zone})`;
  return { budget: budget! };
}
