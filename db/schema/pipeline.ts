// Films that are made in steps: what each step is, and what came of it. A step that is done is never done again.
import { sql } from "drizzle-orm";
import {
  boolean,
  check,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uuid,
} from "drizzle-orm/pg-core";
import { moment } from "./base.ts";
import { batch, item } from "./studio.ts";

type Json = Record<string, unknown>;

export const filmStep = pgTable(
  "film_step",
  {
    workspaceId: uuid().notNull(),
    /** The film: an item of the studio, and the asset that it becomes. */
    itemId: uuid().notNull(),
    name: text().notNull(),
    number: integer().notNull(),
    kind: text().notNull(),
    needs: jsonb().$type<string[]>().notNull(),
    options: jsonb().$type<Json>().notNull(),
    /** The film goes on without it, and says so. */
    optional: boolean().notNull(),
    status: text().$type<"waiting" | "working" | "done" | "skipped" | "failed">().notNull(),
    /** What providers make for it. */
    batchId: uuid(),
    /** What this house does for it. */
    jobId: uuid(),
    result: jsonb().$type<Json>(),
    error: text(),
    startedAt: moment(),
    endedAt: moment(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.itemId, t.name] }),
    foreignKey({
      name: "film_step_item",
      columns: [t.workspaceId, t.itemId],
      foreignColumns: [item.workspaceId, item.id],
    }),
    foreignKey({
      name: "film_step_batch",
      columns: [t.workspaceId, t.batchId],
      foreignColumns: [batch.workspaceId, batch.id],
    }),
    index("film_step_job").on(t.workspaceId, t.jobId),
    check("film_step_status", sql`${t.status} in ('waiting', 'working', 'done', 'skipped', 'failed')`),
    check("film_step_done", sql`(${t.status} = 'done') = (${t.result} is not null)`),
  ],
);
