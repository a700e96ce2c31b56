// What the business aims at, what it may spend, on which terms it shares, and what is watched. A blueprint fills these;
// people change them.
import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  check,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  unique,
  uuid,
} from "drizzle-orm/pg-core";
import { moment, owned } from "./base.ts";
import { person } from "./people.ts";
import { figure, minor, stage } from "./plan.ts";

/** What a metric should reach: for the business, for one stage, or by a month of the plan (0: where it started). */
export const target = pgTable(
  "target",
  {
    ...owned(),
    metric: text().notNull(),
    scope: text().notNull().default(""),
    period: text().notNull().default(""),
    stage: integer(),
    dueMonth: integer(),
    dueOn: text(),
    position: integer().notNull().default(0),
    low: figure().notNull(),
    high: figure(),
    /** Of a money metric. */
    currency: text(),
    /** What else its author said of it. */
    stated: figure(),
    note: text(),
    setBy: uuid(),
    setAt: moment().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    unique("target_of").on(t.workspaceId, t.metric, t.scope, t.period, t.stage, t.dueMonth, t.dueOn).nullsNotDistinct(),
    foreignKey({
      name: "target_stage",
      columns: [t.workspaceId, t.stage],
      foreignColumns: [stage.workspaceId, stage.number],
    }),
    foreignKey({
      name: "target_setter",
      columns: [t.workspaceId, t.setBy],
      foreignColumns: [person.workspaceId, person.id],
    }),
    check(
      "target_range",
      sql`(${t.high} is null or ${t.high} >= ${t.low}) and (${t.dueOn} is null or ${t.dueOn} ~ '^\\d{4}-\\d{2}-\\d{2}$')
        and ${t.period} in ('', 'hour', 'day', 'week', 'month', 'year', 'once')`,
    ),
  ],
);

/** A cap. It holds from its stage on, until a later stage's takes its place; no stage: always. */
export const budget = pgTable(
  "budget",
  {
    ...owned(),
    /** `workspace`, `providers` (all of them), `provider:suno`, `kind:video`, `pool:…`. */
    scope: text().notNull(),
    /** One cap for each `channel` or `person`; empty: one for all. */
    each: text().$type<"" | "channel" | "person">().notNull().default(""),
    period: text().$type<"day" | "week" | "month" | "year" | "once">().notNull(),
    stage: integer(),
    /** `USD/6` for money, else what is counted: `song`. */
    asset: text().notNull(),
    amount: minor().notNull(),
    setBy: uuid(),
    setAt: moment().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    unique("budget_of").on(t.workspaceId, t.scope, t.each, t.period, t.asset, t.stage).nullsNotDistinct(),
    foreignKey({
      name: "budget_stage",
      columns: [t.workspaceId, t.stage],
      foreignColumns: [stage.workspaceId, stage.number],
    }),
    foreignKey({
      name: "budget_setter",
      columns: [t.workspaceId, t.setBy],
      foreignColumns: [person.workspaceId, person.id],
    }),
    check("budget_amount", sql`${t.amount} >= 0`),
    check("budget_each", sql`${t.each} in ('', 'channel', 'person')`),
    check("budget_period", sql`${t.period} in ('day', 'week', 'month', 'year', 'once')`),
  ],
);

/**
 * On which terms the business shares: fees, commissions, bonuses at a count, pools, price tiers. A change is a new
 * version, so that what was earned keeps the terms it was earned on.
 */
export const term = pgTable(
  "term",
  {
    ...owned(),
    slug: text().notNull(),
    version: integer().notNull().default(1),
    kind: text().$type<"fee" | "commission" | "bonus" | "pool" | "price" | "spend">().notNull(),
    /** The term it belongs to: a bonus of the referral program. */
    program: text(),
    name: text().notNull(),
    /** What the rate is of: `revenue`, `platform_fee`, `prize_pool`, `session`. */
    base: text(),
    rateBp: integer(),
    lowBp: integer(),
    highBp: integer(),
    /** From how many of what: 25 `referrals`, 5000 `USD/month`. */
    from: bigint({ mode: "bigint" }),
    fromUnit: text(),
    asset: text(),
    amount: minor(),
    high: minor(),
    period: text(),
    /** Empty: for life. */
    months: integer(),
    conditions: jsonb().$type<Record<string, string | number | boolean>>().notNull().default({}),
    setBy: uuid(),
    since: moment().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    unique("term_version").on(t.workspaceId, t.slug, t.version),
    index("term_program").on(t.workspaceId, t.program),
    foreignKey({
      name: "term_setter",
      columns: [t.workspaceId, t.setBy],
      foreignColumns: [person.workspaceId, person.id],
    }),
    check(
      "term_rates",
      sql`coalesce(${t.rateBp}, 0) between 0 and 10000 and coalesce(${t.lowBp}, 0) between 0 and 10000
        and coalesce(${t.highBp}, 10000) between coalesce(${t.lowBp}, 0) and 10000`,
    ),
    check("term_amount", sql`(${t.asset} is null) = (${t.amount} is null) and coalesce(${t.amount}, 0) >= 0`),
  ],
);

/** What is watched, and when it is told. */
export const rule = pgTable(
  "rule",
  {
    ...owned(),
    slug: text().notNull(),
    name: text().notNull(),
    metric: text().notNull(),
    scope: text().notNull().default(""),
    operator: text().$type<">" | ">=" | "<" | "<=">().notNull(),
    threshold: figure().notNull(),
    /** Of a money metric. */
    currency: text(),
    windowSeconds: integer().notNull(),
    severity: text().$type<"notice" | "warning" | "critical">().notNull(),
    /** Where it is told; empty: where staff are. */
    place: text().notNull().default(""),
    /** What to do about it. */
    advice: text().notNull().default(""),
    enabled: boolean().notNull().default(true),
    setBy: uuid(),
    setAt: moment().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    unique("rule_slug").on(t.workspaceId, t.slug),
    foreignKey({
      name: "rule_setter",
      columns: [t.workspaceId, t.setBy],
      foreignColumns: [person.workspaceId, person.id],
    }),
    check("rule_operator", sql`${t.operator} in ('>', '>=', '<', '<=')`),
    check("rule_severity", sql`${t.severity} in ('notice', 'warning', 'critical')`),
    check("rule_window", sql`${t.windowSeconds} > 0`),
  ],
);
