// Stages as they stand: what one costs, aims at and asks for.
import { rawOf } from "../../db/connect.ts";
import type { Act } from "../act.ts";
import { refuse } from "../problem.ts";
import { type MoneyData, moneyData } from "./figures.ts";

export type Line = {
  slug: string;
  name: string;
  provider: string | null;
  amount: MoneyData | null;
  count: number;
  people: number | null;
  carried: boolean;
};
export type Plan = {
  kind: string;
  period: string;
  amount: MoneyData;
  high: MoneyData | null;
  stated: MoneyData | null;
  note: string | null;
  lines: Line[];
};
export type Gate = {
  id: string;
  slug: string;
  says: string;
  metric: string | null;
  scope: string;
  operator: string | null;
  value: string | null;
  currency: string | null;
  window_days: number | null;
  signed_at: string | null;
};
export type Item = { id: string; slug: string; says: string; due: "before" | "during"; done_at: string | null };
export type Risk = {
  id: string;
  slug: string;
  stage: number | null;
  kind: string;
  level: string;
  says: string;
  mitigation: string;
  backup: string;
  trigger: string;
};
export type StageHead = {
  id: string;
  number: number;
  of: number;
  name: string;
  goal: string;
  unit: "week" | "month";
  starts: number;
  ends: number | null;
  priority: string | null;
  current: boolean;
  features: string[];
  choices: { slug: string; says: string; amount?: string }[];
};
export type Aimed = {
  id: string;
  metric: string;
  scope: string;
  period: string;
  low: string;
  high: string | null;
  currency: string | null;
  stated: string | null;
  note: string | null;
};
export type Stage = StageHead & { plans: Plan[]; targets: Aimed[]; gates: Gate[]; checklist: Item[]; risks: Risk[] };

/** The stage with this number, or the one that the business is in (the first, before it is in any). */
export async function readStage(act: Act, wanted?: number): Promise<Stage> {
  const sql = rawOf(act.db);
  const [head] = await sql<(Omit<StageHead, "features" | "choices"> & { features: string; choices: string })[]>`
    select id, number, (select count(*)::int from stage) as of, name, goal, unit, starts, ends, priority, current,
      features::text, choices::text
    from stage where ${wanted === undefined ? sql`true` : sql`number = ${wanted}`}
    order by current desc, number limit 1`;
  if (!head) throw await nowhere(act, wanted);
  const { number } = head;
  const [plans, lines, targets, gates, checklist, risks] = await Promise.all([
    sql<PlanRow[]>`
      select kind, period, asset, amount, high, stated, note from stage_plan where stage = ${number} order by kind desc`,
    sql<LineRow[]>`
      select plan, slug, name, provider, asset, amount, count, people, carried from plan_line
      where stage = ${number} order by plan, position`,
    sql<Aimed[]>`
      select id, metric, scope, period, low, high, currency, stated, note from target
      where stage = ${number} and due_on is null order by position, id`,
    sql<Gate[]>`
      select id, slug, says, metric, scope, operator, value, currency, window_days, signed_at from gate
      where stage = ${number} order by position`,
    sql<Item[]>`
      select id, slug, says, due, done_at from checklist_item where stage = ${number} order by position`,
    sql<Risk[]>`
      select id, slug, stage, kind, level, says, mitigation, backup, trigger from risk
      where stage = ${number} or stage is null order by stage, position, id`,
  ]);
  return {
    ...head,
    features: JSON.parse(head.features) as string[],
    choices: JSON.parse(head.choices) as Stage["choices"],
    plans: plans.map((row) => asPlan(row, lines)),
    targets: [...targets],
    gates: [...gates],
    checklist: [...checklist],
    risks: [...risks],
  };
}

type PlanRow = Pick<Plan, "kind" | "period" | "note"> & {
  asset: string;
  amount: string;
  high: string | null;
  stated: string | null;
};
type LineRow = Omit<Line, "amount"> & { plan: string; asset: string | null; amount: string | null };

function asPlan({ asset, amount, high, stated, ...plan }: PlanRow, lines: readonly LineRow[]): Plan {
  return {
    ...plan,
    amount: moneyData(amount, asset),
    high: high === null ? null : moneyData(high, asset),
    stated: stated === null ? null : moneyData(stated, asset),
    lines: lines
      .filter((line) => line.plan === plan.kind)
      .map(({ plan: _, asset: of, amount: each, ...line }) => ({
        ...line,
        amount: of === null || each === null ? null : moneyData(each, of),
      })),
  };
}

async function nowhere(act: Act, wanted?: number) {
  const [{ count } = { count: 0 }] = await rawOf(act.db)<{ count: number }[]>`select count(*)::int from stage`;
  if (count === 0) return refuse("missing", "There is no stage yet. An owner starts with a plan: /setup");
  return refuse("missing", "There is no stage {number}. There are {count}.", { number: wanted ?? 0, count });
}

export type Step = {
  number: number;
  cost: MoneyData | null;
  low: string | null;
  high: string | null;
  currency: string;
};

/** What each stage costs a month and should bring, in the currency that the plan is made in. */
export async function staircase(act: Act): Promise<Step[]> {
  const rows = await rawOf(act.db)<
    { number: number; asset: string; amount: string | null; low: string | null; high: string | null }[]
  >`
    with plan as (
      select coalesce((select asset from stage_plan where kind = 'running' order by stage limit 1),
        (select currency from target where currency is not null and stage is not null order by stage, id limit 1)) as asset
    )
    select s.number, plan.asset, p.amount, t.low, t.high from plan, stage s
    left join lateral (
      select amount from stage_plan, plan where stage = s.number and kind = 'running' and stage_plan.asset = plan.asset
    ) p on true
    left join lateral (
      select low, high from target, plan
      where stage = s.number and metric in ('revenue_gross', 'mrr') and scope = '' and due_month is null
        and due_on is null and currency = plan.asset
      order by metric desc limit 1) t on true
    where plan.asset is not null
    order by s.number`;
  return rows.map(({ number, asset, amount, low, high }) => ({
    number,
    cost: amount === null ? null : moneyData(amount, asset),
    low,
    high,
    currency: asset,
  }));
}
