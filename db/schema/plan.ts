// What the business means to do: stages with their plans, gates, checklists and risks. A blueprint fills these; people
// change them. Rows of a stage name it by its number.
import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  check,
  foreignKey,
  integer,
  jsonb,
  numeric,
  pgTable,
  primaryKey,
  text,
  unique,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { moment, owned } from "./base.ts";
import { person } from "./people.ts";

/** An amount in the smallest unit of its asset: `USD` has two decimals, `USD/6` six, `song` none. */
export const minor = () => bigint({ mode: "bigint" });
/** A metric's value, exact: ratios as plain numbers (0.05), money in whole units of its currency. */
export const figure = () => numeric();

export const stage = pgTable(
  "stage",
  {
    ...owned(),
    number: integer().notNull(),
    name: text().notNull(),
    goal: text().notNull().default(""),
    /** Weeks or months of the business, first and last; no last: it goes on. */
    unit: text().$type<"week" | "month">().notNull(),
    starts: integer().notNull(),
    ends: integer(),
    priority: text(),
    features: jsonb().$type<readonly string[]>().notNull().default([]),
    choices: jsonb().$type<readonly { slug: string; says: string; amount?: string }[]>().notNull().default([]),
    current: boolean().notNull().default(false),
    startedAt: moment(),
    endedAt: moment(),
    createdAt: moment().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    unique("stage_number").on(t.workspaceId, t.number),
    uniqueIndex("stage_current").on(t.workspaceId).where(sql`${t.current}`),
    check("stage_span", sql`${t.number} > 0 and ${t.starts} >= 0 and (${t.ends} is null or ${t.ends} >= ${t.starts})`),
  ],
);

/** What a stage costs: running, infrastructure, team, investment. `stated` is what its author said, where the lines say otherwise. */
export const stagePlan = pgTable(
  "stage_plan",
  {
    ...owned(),
    stage: integer().notNull(),
    kind: text().notNull(),
    period: text().$type<"month" | "once">().notNull(),
    asset: text().notNull(),
    amount: minor().notNull(),
    high: minor(),
    stated: minor(),
    note: text(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    unique("stage_plan_kind").on(t.workspaceId, t.stage, t.kind),
    foreignKey({
      name: "stage_plan_stage",
      columns: [t.workspaceId, t.stage],
      foreignColumns: [stage.workspaceId, stage.number],
    }),
    check("stage_plan_amounts", sql`${t.amount} >= 0 and (${t.high} is null or ${t.high} >= ${t.amount})`),
  ],
);

export const planLine = pgTable(
  "plan_line",
  {
    ...owned(),
    stage: integer().notNull(),
    plan: text().notNull(),
    slug: text().notNull(),
    position: integer().notNull(),
    name: text().notNull(),
    provider: text(),
    /** Of one; empty where only people are planned. May be another currency than its plan's. */
    asset: text(),
    amount: minor(),
    count: integer().notNull().default(1),
    people: integer(),
    /** Goes on from the stage before. */
    carried: boolean().notNull().default(false),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    unique("plan_line_slug").on(t.workspaceId, t.stage, t.plan, t.slug),
    foreignKey({
      name: "plan_line_plan",
      columns: [t.workspaceId, t.stage, t.plan],
      foreignColumns: [stagePlan.workspaceId, stagePlan.stage, stagePlan.kind],
    }),
    check(
      "plan_line_amount",
      sql`(${t.asset} is null) = (${t.amount} is null) and (${t.amount} is null or ${t.amount} >= 0) and ${t.count} > 0`,
    ),
  ],
);

/** What must be true before the next stage: a metric over a window, or a person's signature. */
export const gate = pgTable(
  "gate",
  {
    ...owned(),
    stage: integer().notNull(),
    slug: text().notNull(),
    position: integer().notNull(),
    says: text().notNull(),
    metric: text(),
    /** Empty: the whole business. `source:stores`; `each:channel`: every one of them. */
    scope: text().notNull().default(""),
    operator: text().$type<">" | ">=" | "<" | "<=">(),
    value: figure(),
    /** Of a money metric. */
    currency: text(),
    windowDays: integer(),
    signedBy: uuid(),
    signedAt: moment(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    unique("gate_slug").on(t.workspaceId, t.stage, t.slug),
    foreignKey({
      name: "gate_stage",
      columns: [t.workspaceId, t.stage],
      foreignColumns: [stage.workspaceId, stage.number],
    }),
    foreignKey({
      name: "gate_signer",
      columns: [t.workspaceId, t.signedBy],
      foreignColumns: [person.workspaceId, person.id],
    }),
    check("gate_operator", sql`${t.operator} in ('>', '>=', '<', '<=')`),
    // Measured or signed, never half of each.
    check(
      "gate_kind",
      sql`num_nulls(${t.metric}, ${t.operator}, ${t.value}, ${t.windowDays}) in (0, 4)
        and num_nulls(${t.signedBy}, ${t.signedAt}) in (0, 2) and (${t.metric} is null or ${t.signedBy} is null)`,
    ),
  ],
);

export const checklistItem = pgTable(
  "checklist_item",
  {
    ...owned(),
    stage: integer().notNull(),
    slug: text().notNull(),
    position: integer().notNull(),
    /** Before the stage begins, or while it runs. */
    due: text().$type<"before" | "during">().notNull(),
    says: text().notNull(),
    doneBy: uuid(),
    doneAt: moment(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    unique("checklist_item_slug").on(t.workspaceId, t.stage, t.slug),
    foreignKey({
      name: "checklist_item_stage",
      columns: [t.workspaceId, t.stage],
      foreignColumns: [stage.workspaceId, stage.number],
    }),
    foreignKey({
      name: "checklist_item_doer",
      columns: [t.workspaceId, t.doneBy],
      foreignColumns: [person.workspaceId, person.id],
    }),
    check(
      "checklist_item_done",
      sql`${t.due} in ('before', 'during') and num_nulls(${t.doneBy}, ${t.doneAt}) in (0, 2)`,
    ),
  ],
);

export const risk = pgTable(
  "risk",
  {
    ...owned(),
    slug: text().notNull(),
    /** Empty: a risk of the whole business. */
    stage: integer(),
    position: integer().notNull().default(0),
    kind: text().notNull(),
    level: text().$type<"low" | "medium" | "medium-high" | "high">().notNull(),
    says: text().notNull(),
    mitigation: text().notNull(),
    backup: text().notNull(),
    trigger: text().notNull(),
    createdAt: moment().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    unique("risk_slug").on(t.workspaceId, t.slug),
    foreignKey({
      name: "risk_stage",
      columns: [t.workspaceId, t.stage],
      foreignColumns: [stage.workspaceId, stage.number],
    }),
    check("risk_level", sql`${t.level} in ('low', 'medium', 'medium-high', 'high')`),
  ],
);
