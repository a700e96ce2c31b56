// The plan's rules live in the database: whatever code comes later cannot break them.
import { afterAll, beforeAll, expect, test } from "vitest";
import { see } from "../../test/answers.ts";
import { type TestHouse, testHouse } from "../../test/house.ts";

let house: TestHouse;
beforeAll(async () => {
  house = await testHouse();
  await house.ask("setup", { blueprint: "streams" });
});
afterAll(() => house.close());

const REFUSED: [what: string, statement: string, constraint: string][] = [
  ["two current stages", "update stage set current = true where number = 2", "stage_current"],
  ["a stage that ends before it starts", "update stage set ends = 0 where number = 2", "stage_span"],
  ["two stages of one number", "update stage set number = 1 where number = 2", "stage_number"],
  ["a stage that others stand on, gone", "delete from stage where number = 1", "budget_stage"],
  ["a plan below nothing", "update stage_plan set amount = -1", "stage_plan_amounts"],
  ["a line of a plan that is not there", "update plan_line set plan = 'dreams'", "plan_line_plan"],
  ["a line with an amount of nothing", "update plan_line set asset = null", "plan_line_amount"],
  ["half a gate", "update gate set metric = null where slug = 'viewers'", "gate_kind"],
  ["a gate by an unknown comparison", "update gate set operator = '<>' where slug = 'viewers'", "gate_operator"],
  ["a tick by nobody", "update checklist_item set done_at = now()", "checklist_item_done"],
  [
    "a tick by a stranger",
    "update checklist_item set done_at = now(), done_by = gen_random_uuid()",
    "checklist_item_doer",
  ],
  ["a risk of no known level", "update risk set level = 'mild'", "risk_level"],
  ["a range upside down", "update target set high = low - 1", "target_range"],
  ["one target twice", "update target set metric = 'viewers', scope = '', period = ''", "target_of"],
  ["a target of a stage that is not there", "update target set stage = 9 where stage = 1", "target_stage"],
  ["a budget below nothing", "update budget set amount = -1", "budget_amount"],
  [
    "one budget twice",
    "update budget set scope = 'workspace', each = '', period = 'month', asset = 'x', stage = null",
    "budget_of",
  ],
  ["a rule that watches no time", "update rule set window_seconds = 0", "rule_window"],
  ["a rule of no known severity", "update rule set severity = 'loud'", "rule_severity"],
];

test.each(REFUSED)("%s: refused", async (_what, statement, constraint) => {
  await expect(see(house, (sql) => sql.unsafe(statement))).rejects.toThrow(constraint);
});

test("a share of more than the whole, or a range upside down, is no term", async () => {
  const put = (rates: string) =>
    see(house, (sql) =>
      sql.unsafe(`insert into term (workspace_id, id, slug, kind, name, since, rate_bp, low_bp, high_bp)
        values ('${house.owner.workspaceId}', gen_random_uuid(), 'x', 'fee', 'X', now(), ${rates})`),
    );
  for (const rates of ["10001, null, null", "-1, null, null", "100, 6500, 1500"])
    await expect(put(rates)).rejects.toThrow("term_rates");
});
