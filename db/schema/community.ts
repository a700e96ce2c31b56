// What listeners say on a channel, and who took part in which hour.
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
import { moment, owned } from "./base.ts";
import { person } from "./people.ts";
import { channel } from "./streams.ts";

/** A shout is told in the channel's places too; chat is on the live page alone. Both are forgotten after a while. */
export const remark = pgTable(
  "remark",
  {
    ...owned(),
    channelId: uuid().notNull(),
    personId: uuid().notNull(),
    kind: text().$type<"shout" | "chat">().notNull(),
    words: text().notNull(),
    at: moment().notNull(),
    /** Where a shout's card is, so that it can be taken back. */
    places: jsonb().$type<Record<string, unknown>[]>().notNull().default([]),
    hiddenAt: moment(),
    hiddenBy: uuid(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    index("remark_channel").on(t.workspaceId, t.channelId, t.kind, t.id),
    index("remark_person").on(t.workspaceId, t.personId, t.at),
    foreignKey({
      name: "remark_channel_key",
      columns: [t.workspaceId, t.channelId],
      foreignColumns: [channel.workspaceId, channel.id],
    }),
    foreignKey({
      name: "remark_person_key",
      columns: [t.workspaceId, t.personId],
      foreignColumns: [person.workspaceId, person.id],
    }),
    check("remark_kind", sql`${t.kind} in ('shout', 'chat')`),
    check("remark_words", sql`length(${t.words}) between 1 and 300`),
  ],
);

/** How often a person did what, hour by hour: what daily and monthly users and interactions an hour are counted from. */
export const activity = pgTable(
  "activity",
  {
    workspaceId: uuid().notNull(),
    hour: moment().notNull(),
    personId: uuid().notNull(),
    kind: text().$type<"command" | "vote" | "reaction">().notNull(),
    count: integer().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.hour, t.personId, t.kind] }),
    check("activity_kind", sql`${t.kind} in ('command', 'vote', 'reaction')`),
    check("activity_count", sql`${t.count} > 0`),
  ],
);

/** What a key of ours has asked of a platform today, by all workspaces and processes: a platform counts the key. */
export const watchQuota = pgTable("watch_quota", {
  /** The platform, and what its key hashes to. */
  account: text().primaryKey(),
  /** As the platform's own days begin. */
  day: text().notNull(),
  units: integer().notNull(),
  /** The platform says that there is no more today. */
  rests: boolean().notNull().default(false),
});
