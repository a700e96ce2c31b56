// The channels of a stream: what they are. What they play comes beside this.
import { sql } from "drizzle-orm";
import { check, index, integer, jsonb, pgTable, primaryKey, text, unique } from "drizzle-orm/pg-core";
import { moment, owned } from "./base.ts";

export const channel = pgTable(
  "channel",
  {
    ...owned(),
    slug: text().notNull(),
    name: text().notNull(),
    genre: text().notNull(),
    /** Its own colour, on its cover, its live page and its line in a chart. */
    hue: text().notNull(),
    /** The stage of the plan that opens it; empty: from the start. */
    stage: integer(),
    position: integer().notNull().default(0),
    audience: text().notNull().default(""),
    brand: jsonb().$type<{ tagline?: string; style?: string; words?: readonly string[] }>().notNull().default({}),
    status: text().$type<"off" | "starting" | "on" | "stopping" | "failed">().notNull().default("off"),
    createdAt: moment().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    unique("channel_slug").on(t.workspaceId, t.slug),
    index("channel_order").on(t.workspaceId, t.position, t.slug),
    check("channel_slug_form", sql`${t.slug} ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(${t.slug}) <= 60`),
    check("channel_hue_form", sql`${t.hue} ~ '^#[0-9a-f]{6}$'`),
    check("channel_status", sql`${t.status} in ('off', 'starting', 'on', 'stopping', 'failed')`),
  ],
);
