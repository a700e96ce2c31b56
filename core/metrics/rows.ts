// A blueprint as rows of the plan's tables.
import type { Act } from "../act.ts";
import { currencyOf, minorOf } from "../amount.ts";
import type { Blueprint, BudgetData, StageData, TargetData } from "../blueprints/index.ts";
import { unitOf } from "./slugs.ts";

export type Filling = Pick<Act, "db" | "workspace" | "now" | "newId">;

const own = ({ workspace, newId }: Filling) => ({ workspaceId: workspace.id, id: newId() });

export const stageRows = (at: Filling, stages: readonly StageData[]) =>
  stages.map(({ plans, targets, gates, checklist, choices, ...stage }) => ({
    ...own(at),
    ...stage,
    choices: choices.map(({ text, ...choice }) => ({ ...choice, says: text })),
    current: stage.number === 1,
    startedAt: stage.number === 1 ? at.now : null,
    createdAt: at.now,
  }));

export const planRows = (at: Filling, stages: readonly StageData[]) =>
  stages.flatMap(({ number, plans }) =>
    plans.map((plan) => ({
      ...own(at),
      stage: number,
      kind: plan.kind,
      period: plan.period,
      asset: currencyOf(plan.amount),
      amount: minorOf(plan.amount),
      high: plan.high ? minorOf(plan.high) : null,
      stated: plan.stated ? minorOf(plan.stated) : null,
      note: plan.note ?? null,
    })),
  );

export const lineRows = (at: Filling, stages: readonly StageData[]) =>
  stages.flatMap(({ number, plans }) =>
    plans.flatMap(({ kind, lines }) =>
      lines.map(({ amount, ...line }, position) => ({
        ...own(at),
        ...line,
        stage: number,
        plan: kind,
        position,
        asset: amount ? currencyOf(amount) : null,
        amount: amount ? minorOf(amount) : null,
      })),
    ),
  );

const currencyFor = (metric: string, currency: string) => (unitOf(metric) === "money" ? currency : null);

export const gateRows = (at: Filling, { stages, currency }: Blueprint) =>
  stages.flatMap(({ number, gates }) =>
    gates.map((gate, position) => ({
      ...own(at),
      stage: number,
      slug: gate.slug,
      position,
      says: gate.text,
      ...("signed" in gate
        ? {}
        : {
            metric: gate.metric,
            scope: gate.scope ?? "",
            operator: gate.operator,
            value: gate.value,
            currency: currencyFor(gate.metric, currency),
            windowDays: gate.days,
          }),
    })),
  );

export const itemRows = (at: Filling, stages: readonly StageData[]) =>
  stages.flatMap(({ number, checklist: { due, items } }) =>
    Object.entries(items).map(([slug, says], position) => ({ ...own(at), stage: number, slug, position, due, says })),
  );

export const riskRows = (at: Filling, { risks }: Blueprint) =>
  risks.map(({ text, ...risk }, position) => ({ ...own(at), ...risk, says: text, position, createdAt: at.now }));

/** The business's own targets, and those of each stage. */
export const targetRows = (at: Filling, { currency, targets, stages }: Blueprint) => {
  const row = ({ due, ...target }: TargetData, stage: number | null, position: number) => ({
    ...own(at),
    ...target,
    stage,
    position,
    dueMonth: due ?? null,
    currency: currencyFor(target.metric, target.currency ?? currency),
    setAt: at.now,
  });
  return [
    ...targets.map((t, position) => row(t, null, position)),
    ...stages.flatMap((s) => s.targets.map((t, position) => row(t, s.number, position))),
  ];
};

/** What is spent is counted in millionths: one song costs less than a cent. */
const MILLIONTHS = 6;

export const budgetRows = (at: Filling, budgets: readonly BudgetData[]) =>
  budgets.map((budget) => ({
    ...own(at),
    scope: budget.scope,
    each: budget.each ?? ("" as const),
    period: budget.period,
    stage: budget.stage ?? null,
    ...("amount" in budget
      ? { asset: `${currencyOf(budget.amount)}/${MILLIONTHS}`, amount: minorOf(budget.amount, MILLIONTHS) }
      : { asset: budget.of, amount: BigInt(budget.count) }),
    setAt: at.now,
  }));

export const termRows = (at: Filling, { terms }: Blueprint) =>
  terms.map(({ amount, high, from, ...term }) => ({
    ...own(at),
    ...term,
    from: from === undefined ? null : BigInt(from),
    asset: amount ? currencyOf(amount) : null,
    amount: amount ? minorOf(amount) : null,
    high: high ? minorOf(high) : null,
    since: at.now,
  }));

export const ruleRows = (at: Filling, { rules, currency }: Blueprint) =>
  rules.map(({ seconds, ...rule }) => ({
    ...own(at),
    ...rule,
    currency: currencyFor(rule.metric, currency),
    windowSeconds: seconds,
    setAt: at.now,
  }));
