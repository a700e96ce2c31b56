// The studio: what was asked for, each try at a provider, what it may cost, and what came of it.
import { sql } from "drizzle-orm";
import {
  bigint,
  check,
  doublePrecision,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  unique,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { budget } from "./aims.ts";
import { bytea, moment, owned } from "./base.ts";
import { minor } from "./plan.ts";
import { asset, job } from "./spine.ts";
import { channel } from "./streams.ts";

type Json = Record<string, unknown>;

/** One request of a person, of 1 to 1,000 things. Its job is the message that shows how far it is. */
export const batch = pgTable(
  "batch",
  {
    ...owned(),
    jobId: uuid().notNull(),
    kind: text().notNull(),
    wanted: integer().notNull(),
    channelId: uuid(),
    profile: text().$type<"cost" | "speed" | "quality" | "balanced">().notNull(),
    /** Only this provider, when the person named one. */
    provider: text(),
    /** The film that its things are parts of: they go into it, and not into the library by themselves. */
    partOf: uuid(),
    personId: uuid(),
    runId: uuid(),
    /** Not ended yet: counted down in the transaction that ends an item, so that one of them sees the last. */
    open: integer().notNull(),
    createdAt: moment().notNull(),
    endedAt: moment(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    foreignKey({ name: "batch_job", columns: [t.workspaceId, t.jobId], foreignColumns: [job.workspaceId, job.id] }),
    foreignKey({
      name: "batch_channel",
      columns: [t.workspaceId, t.channelId],
      foreignColumns: [channel.workspaceId, channel.id],
    }),
    index("batch_time").on(t.workspaceId, t.createdAt),
    check("batch_wanted", sql`${t.wanted} between 1 and 1000 and ${t.open} between 0 and ${t.wanted}`),
    check("batch_profile", sql`${t.profile} in ('cost', 'speed', 'quality', 'balanced')`),
  ],
);

/** One thing to make. Its id is the id of the asset that it becomes. */
export const item = pgTable(
  "item",
  {
    ...owned(),
    batchId: uuid().notNull(),
    number: integer().notNull(),
    jobId: uuid().notNull(),
    kind: text().notNull(),
    /** What is wanted, whole: the same order makes the same thing at a provider that can repeat itself. */
    wish: jsonb().$type<Json>().notNull(),
    status: text().$type<"waiting" | "making" | "made" | "failed" | "cancelled">().notNull(),
    /** Why it failed, in words for a person. */
    error: text(),
    /** Of a part of a film: what was made, and all that is known of its making. */
    made: jsonb().$type<Json>(),
    createdAt: moment().notNull(),
    endedAt: moment(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    unique("item_number").on(t.workspaceId, t.batchId, t.number),
    foreignKey({
      name: "item_batch",
      columns: [t.workspaceId, t.batchId],
      foreignColumns: [batch.workspaceId, batch.id],
    }),
    foreignKey({ name: "item_job", columns: [t.workspaceId, t.jobId], foreignColumns: [job.workspaceId, job.id] }),
    // Who is woken when a seat is free: the one that has waited longest.
    index("item_waiting").on(t.workspaceId, t.kind, t.jobId).where(sql`${t.status} = 'waiting'`),
    check("item_status", sql`${t.status} in ('waiting', 'making', 'made', 'failed', 'cancelled')`),
  ],
);

/** One try at one provider. It is a row before anything is sent, so that what was sent is never forgotten. */
export const attempt = pgTable(
  "attempt",
  {
    ...owned(),
    itemId: uuid().notNull(),
    /** To make the thing, or to have a model judge what was made. */
    purpose: text().$type<"make" | "check">().notNull().default("make"),
    number: integer().notNull(),
    provider: text().notNull(),
    model: text().notNull(),
    status: text()
      .$type<"submitting" | "unknown" | "accepted" | "fetching" | "done" | "failed" | "cancelled" | "lost">()
      .notNull(),
    /** The provider's own id of it. */
    task: text(),
    /** Why this one, and why not the others; with `seed` the same decision again. */
    decision: jsonb().$type<Json>().notNull(),
    /** In `USD/6`. */
    estimate: minor().notNull(),
    cost: minor(),
    failure: text(),
    error: text(),
    /** What was made and is in the store, and has no row of its own yet: of a provider that gives it only once. */
    kept: jsonb().$type<Json>(),
    /** How many times it was asked after, and when next. */
    asked: integer().notNull().default(0),
    startedAt: moment().notNull(),
    deadline: moment().notNull(),
    endedAt: moment(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    unique("attempt_number").on(t.workspaceId, t.itemId, t.purpose, t.number),
    // One at a time: a second try begins when the first has ended.
    uniqueIndex("attempt_open")
      .on(t.workspaceId, t.itemId, t.purpose)
      .where(sql`${t.status} in ('submitting', 'unknown', 'accepted', 'fetching')`),
    index("attempt_task").on(t.workspaceId, t.provider, t.task),
    // What was spent in a period, for a cap that is made in the middle of it.
    index("attempt_begun").on(t.workspaceId, t.startedAt),
    foreignKey({
      name: "attempt_item",
      columns: [t.workspaceId, t.itemId],
      foreignColumns: [item.workspaceId, item.id],
    }),
    check("attempt_purpose", sql`${t.purpose} in ('make', 'check')`),
    check("attempt_amounts", sql`${t.estimate} >= 0 and coalesce(${t.cost}, 0) >= 0`),
    check(
      "attempt_status",
      sql`${t.status} in ('submitting', 'unknown', 'accepted', 'fetching', 'done', 'failed', 'cancelled', 'lost')`,
    ),
  ],
);

/** What a model said of words, by everything that it was asked: the same words are judged once. */
export const verdict = pgTable(
  "verdict",
  {
    workspaceId: uuid().notNull(),
    hash: bytea().notNull(),
    check: text().notNull(),
    provider: text().notNull(),
    model: text().notNull(),
    verdict: text().$type<"pass" | "look" | "block">().notNull(),
    reasons: jsonb().$type<string[]>().notNull(),
    at: moment().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.hash] }),
    check("verdict_known", sql`${t.verdict} in ('pass', 'look', 'block')`),
  ],
);

/** What is used of a budget in one of its periods, for one channel or person where each has its own. */
export const budgetUse = pgTable(
  "budget_use",
  {
    workspaceId: uuid().notNull(),
    budgetId: uuid().notNull(),
    bucket: text().notNull(),
    /** Reserved by attempts that go on. */
    held: minor().notNull(),
    spent: minor().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.budgetId, t.bucket] }),
    foreignKey({
      name: "budget_use_budget",
      columns: [t.workspaceId, t.budgetId],
      foreignColumns: [budget.workspaceId, budget.id],
    }),
    check("budget_use_amounts", sql`${t.held} >= 0 and ${t.spent} >= 0`),
  ],
);

/** A budget is half, four fifths or wholly used in this period: whoever looks after money is told once. */
export const budgetLine = pgTable(
  "budget_line",
  {
    workspaceId: uuid().notNull(),
    budgetId: uuid().notNull(),
    bucket: text().notNull(),
    /** In hundredths of the cap. */
    part: integer().notNull(),
    at: moment().notNull(),
    toldAt: moment(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.budgetId, t.bucket, t.part] }),
    foreignKey({
      name: "budget_line_budget",
      columns: [t.workspaceId, t.budgetId],
      foreignColumns: [budget.workspaceId, budget.id],
    }),
    check("budget_line_part", sql`${t.part} in (50, 80, 100)`),
    index("budget_line_untold").on(t.workspaceId).where(sql`${t.toldAt} is null`),
  ],
);

/** What one attempt holds of one budget, until it is settled or given back. */
export const hold = pgTable(
  "hold",
  {
    workspaceId: uuid().notNull(),
    attemptId: uuid().notNull(),
    budgetId: uuid().notNull(),
    bucket: text().notNull(),
    asset: text().notNull(),
    amount: minor().notNull(),
    status: text().$type<"held" | "settled" | "released">().notNull(),
    /** What it really was. */
    actual: minor(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.attemptId, t.budgetId] }),
    foreignKey({
      name: "hold_attempt",
      columns: [t.workspaceId, t.attemptId],
      foreignColumns: [attempt.workspaceId, attempt.id],
    }),
    foreignKey({
      name: "hold_use",
      columns: [t.workspaceId, t.budgetId, t.bucket],
      foreignColumns: [budgetUse.workspaceId, budgetUse.budgetId, budgetUse.bucket],
    }),
    check("hold_status", sql`${t.status} in ('held', 'settled', 'released')`),
    check("hold_amounts", sql`${t.amount} >= 0 and (${t.status} = 'settled') = (${t.actual} is not null)`),
  ],
);

/** A thing in the library: an asset and where it comes from. */
export const work = pgTable(
  "work",
  {
    ...owned(),
    kind: text().notNull(),
    title: text().notNull(),
    channelId: uuid(),
    status: text().$type<"draft" | "approved" | "rejected">().notNull(),
    provider: text().notNull(),
    model: text().notNull(),
    /** The words that were sent, the template they came from and its version. */
    prompt: text().notNull(),
    promptName: text(),
    promptVersion: integer(),
    seed: bigint({ mode: "number" }),
    /** In `USD/6`. */
    cost: minor().notNull(),
    rights: jsonb().$type<Json>().notNull(),
    seconds: doublePrecision(),
    /** What was measured and what is known by construction: tempo, key, loudness, size. */
    facts: jsonb().$type<Json>().notNull().default({}),
    /** Other files of the same work, by role: stems, midi, cover. */
    parts: jsonb().$type<Record<string, string>>().notNull().default({}),
    batchId: uuid(),
    reviewedBy: uuid(),
    reviewedAt: moment(),
    reason: text(),
    /** Its place in an order that means nothing: some of a large library are drawn by it without reading all of it. */
    lot: integer().notNull().default(sql`floor(random() * 2147483647)::integer`),
    createdAt: moment().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    foreignKey({ name: "work_asset", columns: [t.workspaceId, t.id], foreignColumns: [asset.workspaceId, asset.id] }),
    foreignKey({
      name: "work_channel",
      columns: [t.workspaceId, t.channelId],
      foreignColumns: [channel.workspaceId, channel.id],
    }),
    index("work_lot").on(t.workspaceId, t.lot).where(sql`${t.status} = 'approved'`),
    index("work_newest").on(t.workspaceId, t.kind, t.createdAt),
    // Words that were written for the very same prompt before.
    index("work_same").on(t.workspaceId, t.provider, t.model, sql`md5(${t.prompt})`),
    index("work_waiting").on(t.workspaceId, t.createdAt).where(sql`${t.status} = 'draft'`),
    check("work_status", sql`${t.status} in ('draft', 'approved', 'rejected')`),
    check("work_cost", sql`${t.cost} >= 0`),
  ],
);
