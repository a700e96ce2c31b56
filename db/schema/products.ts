// What is sold, and where it can be bought.
import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  check,
  foreignKey,
  integer,
  pgTable,
  primaryKey,
  text,
  unique,
  uuid,
} from "drizzle-orm/pg-core";
import { moment, owned } from "./base.ts";
import { channel } from "./streams.ts";

export const product = pgTable(
  "product",
  {
    ...owned(),
    slug: text().notNull(),
    name: text().notNull(),
    kind: text().notNull(),
    description: text().notNull(),
    amount: bigint({ mode: "bigint" }).notNull(),
    currency: text().notNull(),
    /** Paid again each so often; null: once. */
    every: text().$type<"week" | "month" | "year">(),
    channelId: uuid(),
    active: boolean().notNull().default(true),
    /** Rises with each change of what is sold. */
    version: integer().notNull().default(1),
    /** The link that was made last, where, and of which version. */
    source: text(),
    link: text(),
    url: text(),
    offeredVersion: integer(),
    madeBy: uuid().notNull(),
    madeAt: moment().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    unique("product_slug").on(t.workspaceId, t.slug),
    foreignKey({
      name: "product_channel",
      columns: [t.workspaceId, t.channelId],
      foreignColumns: [channel.workspaceId, channel.id],
    }),
    check("product_price", sql`${t.amount} > 0 and ${t.currency} ~ '^[A-Z]{3}$'`),
    check("product_every", sql`${t.every} in ('week', 'month', 'year')`),
    check("product_offer", sql`num_nulls(${t.source}, ${t.link}, ${t.url}, ${t.offeredVersion}) in (0, 4)`),
  ],
);
