import { sql } from "drizzle-orm";
import { jsonb, pgTable, primaryKey, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { moment, owned } from "./base.ts";

/** One brand. Its id is its own `workspace_id`, so the policy that guards everything else guards it too. */
export const workspace = pgTable("workspace", {
  workspaceId: uuid().primaryKey(),
  slug: text().notNull().unique(),
  name: text().notNull(),
  locale: text().notNull(),
  currency: text().notNull(),
  zone: text().notNull(),
  blueprint: text(),
  brand: jsonb().$type<{ accent?: string; logo?: string }>().notNull().default({}),
  createdAt: moment().notNull(),
});

/** A Discord server or channel, Slack channel, Telegram chat or web page that belongs to a workspace. */
export const place = pgTable(
  "place",
  {
    ...owned(),
    surface: text().notNull(),
    tenant: text().notNull(),
    external: text().notNull(),
    name: text().notNull().default(""),
    boundBy: uuid(),
    createdAt: moment().notNull(),
    goneAt: moment(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    // One workspace a place, over all workspaces. An empty `external` is the whole tenant: a server, a team.
    uniqueIndex("place_owned").on(t.surface, t.tenant, t.external).where(sql`${t.goneAt} is null`),
  ],
);

/** A choice of the workspace that is one value: small, named, typed where it is read. */
export const setting = pgTable(
  "setting",
  { workspaceId: uuid().notNull(), key: text().notNull(), value: jsonb().notNull(), updatedAt: moment().notNull() },
  (t) => [primaryKey({ columns: [t.workspaceId, t.key] })],
);
