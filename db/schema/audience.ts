// How many listened and watched, minute by minute, from where; and who of them on which channels in a day.
import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  check,
  date,
  foreignKey,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { bytea, moment, owned } from "./base.ts";
import { channel } from "./streams.ts";

/** What one who counts has seen in one minute. Our own listeners are counted by every web process for itself. */
export const audienceMinute = pgTable(
  "audience_minute",
  {
    workspaceId: uuid().notNull(),
    channelId: uuid().notNull(),
    minute: moment().notNull(),
    source: text().$type<"own" | "icecast" | "youtube" | "twitch">().notNull(),
    /** The process, or the account that was asked. */
    counter: text().notNull(),
    viewers: integer().notNull(),
    seconds: bigint({ mode: "number" }).notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.channelId, t.minute, t.source, t.counter] }),
    index("audience_minute_time").on(t.workspaceId, t.minute),
    foreignKey({
      name: "audience_minute_channel",
      columns: [t.workspaceId, t.channelId],
      foreignColumns: [channel.workspaceId, channel.id],
    }),
    check("audience_minute_counts", sql`${t.viewers} >= 0 and ${t.seconds} >= 0`),
  ],
);

/** A listener of a day, as a number that stands for a person or a browser and cannot be turned back. */
export const listener = pgTable(
  "listener",
  {
    workspaceId: uuid().notNull(),
    day: date().notNull(),
    channelId: uuid().notNull(),
    who: bytea().notNull(),
    known: boolean().notNull(),
    seconds: integer().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.day, t.channelId, t.who] }),
    foreignKey({
      name: "listener_channel",
      columns: [t.workspaceId, t.channelId],
      foreignColumns: [channel.workspaceId, channel.id],
    }),
    check("listener_seconds", sql`${t.seconds} >= 0`),
  ],
);

/** Where else a channel is watched, and what the last look there said. */
export const audienceSource = pgTable(
  "audience_source",
  {
    ...owned(),
    channelId: uuid().notNull(),
    kind: text().$type<"icecast" | "youtube" | "twitch">().notNull(),
    /** An address with its mount, the id of a video, a login. */
    target: text().notNull(),
    state: text().$type<"new" | "live" | "offline" | "failed">().notNull().default("new"),
    note: text().notNull().default(""),
    checkedAt: moment(),
    createdAt: moment().notNull(),
    goneAt: moment(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    uniqueIndex("audience_source_target")
      .on(t.workspaceId, t.channelId, t.kind, t.target)
      .where(sql`${t.goneAt} is null`),
    foreignKey({
      name: "audience_source_channel",
      columns: [t.workspaceId, t.channelId],
      foreignColumns: [channel.workspaceId, channel.id],
    }),
    check("audience_source_kind", sql`${t.kind} in ('icecast', 'youtube', 'twitch')`),
    check("audience_source_state", sql`${t.state} in ('new', 'live', 'offline', 'failed')`),
    check("audience_source_target_length", sql`length(${t.target}) between 1 and 500`),
  ],
);
