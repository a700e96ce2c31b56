// Puts a blueprint's plan into a workspace: one statement a table, each of which leaves alone what is there already.
import {
  budget,
  checklistItem,
  gate,
  planLine,
  risk,
  rule,
  stage,
  stagePlan,
  target,
  term,
} from "../../db/schema/index.ts";
import type { Blueprint } from "../blueprints/index.ts";
import {
  budgetRows,
  type Filling,
  gateRows,
  itemRows,
  lineRows,
  planRows,
  riskRows,
  ruleRows,
  stageRows,
  targetRows,
  termRows,
} from "./rows.ts";

/** Inserts, unless there is nothing to insert; answers how many were new. */
async function put<Row>(rows: Row[], insert: (rows: Row[]) => Promise<{ id: string }[]>): Promise<number> {
  return rows.length === 0 ? 0 : (await insert(rows)).length;
}

/** How many rows of each kind were new. A stage is there before what names it, a plan before its lines. */
export async function fillPlan(at: Filling, blueprint: Blueprint) {
  const { db } = at;
  const { stages } = blueprint;
  return {
    stages: await put(stageRows(at, stages), (rows) =>
      db.insert(stage).values(rows).onConflictDoNothing().returning({ id: stage.id }),
    ),
    plans: await put(planRows(at, stages), (rows) =>
      db.insert(stagePlan).values(rows).onConflictDoNothing().returning({ id: stagePlan.id }),
    ),
    lines: await put(lineRows(at, stages), (rows) =>
      db.insert(planLine).values(rows).onConflictDoNothing().returning({ id: planLine.id }),
    ),
    gates: await put(gateRows(at, blueprint), (rows) =>
      db.insert(gate).values(rows).onConflictDoNothing().returning({ id: gate.id }),
    ),
    checklist: await put(itemRows(at, stages), (rows) =>
      db.insert(checklistItem).values(rows).onConflictDoNothing().returning({ id: checklistItem.id }),
    ),
    risks: await put(riskRows(at, blueprint), (rows) =>
      db.insert(risk).values(rows).onConflictDoNothing().returning({ id: risk.id }),
    ),
    targets: await put(targetRows(at, blueprint), (rows) =>
      db.insert(target).values(rows).onConflictDoNothing().returning({ id: target.id }),
    ),
    budgets: await put(budgetRows(at, blueprint.budgets), (rows) =>
      db.insert(budget).values(rows).onConflictDoNothing().returning({ id: budget.id }),
    ),
    terms: await put(termRows(at, blueprint), (rows) =>
      db.insert(term).values(rows).onConflictDoNothing().returning({ id: term.id }),
    ),
    rules: await put(ruleRows(at, blueprint), (rows) =>
      db.insert(rule).values(rows).onConflictDoNothing().returning({ id: rule.id }),
    ),
  };
}
