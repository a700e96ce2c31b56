// What a channel plays: rotations and their hours, the queue, and what was heard.
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
  smallint,
  text,
  unique,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { moment, owned } from "./base.ts";
import { channel } from "./streams.ts";
import { work } from "./studio.ts";

/** Which works of the library a rotation draws from, besides those put into it one by one. All that is given must fit. */
export type RotationQuery = {
  /** Made for this channel. */
  channel?: string;
  /** Made from the prompt of this genre. */
  genre?: string;
  /** Each of these words in its title or prompt. */
  words?: string;
};

/** Songs that take turns. Without a channel it is everybody's: emergency content shared by all. */
export const rotation = pgTable(
  "rotation",
  {
    ...owned(),
    channelId: uuid(),
    name: text().notNull(),
    kind: text().$type<"standard" | "jingle" | "emergency">().notNull(),
    weight: integer().notNull().default(3),
    /** Any of these; empty: only what was put into it. */
    queries: jsonb().$type<RotationQuery[]>().notNull().default([]),
    // Empty: whenever its weight wins. Otherwise once in so many songs, or minutes, or after this minute of the hour.
    everySongs: integer(),
    everyMinutes: integer(),
    atMinute: integer(),
    enabled: boolean().notNull().default(true),
    createdAt: moment().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    unique("rotation_name").on(t.workspaceId, t.channelId, t.name).nullsNotDistinct(),
    foreignKey({
      name: "rotation_channel",
      columns: [t.workspaceId, t.channelId],
      foreignColumns: [channel.workspaceId, channel.id],
    }),
    check("rotation_kind", sql`${t.kind} in ('standard', 'jingle', 'emergency')`),
    check("rotation_weight", sql`${t.weight} between 1 and 100`),
    check(
      "rotation_pace",
      sql`num_nonnulls(${t.everySongs}, ${t.everyMinutes}, ${t.atMinute}) <= 1 and ${t.everySongs} between 1 and 1000
        and ${t.everyMinutes} between 1 and 10080 and ${t.atMinute} between 0 and 59`,
    ),
    check("rotation_shared", sql`${t.channelId} is not null or ${t.kind} <> 'standard'`),
  ],
);

/** A work that somebody put into a rotation. */
export const rotationWork = pgTable(
  "rotation_work",
  {
    workspaceId: uuid().notNull(),
    rotationId: uuid().notNull(),
    workId: uuid().notNull(),
    addedBy: uuid(),
    addedAt: moment().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.rotationId, t.workId] }),
    foreignKey({
      name: "rotation_work_rotation",
      columns: [t.workspaceId, t.rotationId],
      foreignColumns: [rotation.workspaceId, rotation.id],
    }).onDelete("cascade"),
    foreignKey({
      name: "rotation_work_work",
      columns: [t.workspaceId, t.workId],
      foreignColumns: [work.workspaceId, work.id],
    }),
  ],
);

/** Hours of the week, in the workspace's zone, in which a rotation plays. One without any plays always. */
export const daypart = pgTable(
  "daypart",
  {
    ...owned(),
    rotationId: uuid().notNull(),
    /** A bit for each day, Monday the lowest. */
    days: smallint().notNull(),
    /** Minutes since midnight. `ends` is the first minute after it; one that ends before it begins goes on into the next day. */
    begins: smallint().notNull(),
    ends: smallint().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    unique("daypart_same").on(t.workspaceId, t.rotationId, t.days, t.begins, t.ends),
    foreignKey({
      name: "daypart_rotation",
      columns: [t.workspaceId, t.rotationId],
      foreignColumns: [rotation.workspaceId, rotation.id],
    }).onDelete("cascade"),
    check("daypart_days", sql`${t.days} between 1 and 127`),
    check("daypart_hours", sql`${t.begins} between 0 and 1439 and ${t.ends} between 1 and 1440`),
  ],
);

export const SOURCES = ["emergency", "jingle", "vote", "operator", "request", "rotation"] as const;
export type Source = (typeof SOURCES)[number];
export type ItemState = "waiting" | "handed" | "on_air" | "played" | "skipped" | "failed";

/** One playing of one track: waiting, handed to the engine, heard, over. */
export const queueItem = pgTable(
  "queue_item",
  {
    ...owned(),
    channelId: uuid().notNull(),
    assetId: uuid().notNull(),
    source: text().$type<Source>().notNull(),
    /** The order of sources: what a lower one wants goes first. Then by rank, then by id. */
    tier: smallint().notNull(),
    rank: bigint({ mode: "number" }).notNull(),
    state: text().$type<ItemState>().notNull(),
    rotationId: uuid(),
    personId: uuid(),
    ballotId: uuid(),
    requestId: uuid(),
    /** Who or what chose it: vote, quorum-fallback, draw, operator, request, rotation, schedule, emergency. */
    decidedBy: text().notNull(),
    createdAt: moment().notNull(),
    /** The lease under which it was handed over last. */
    handedToken: bigint({ mode: "number" }),
    handedAt: moment(),
    heardAt: moment(),
    endedAt: moment(),
    heardMs: integer(),
    /** Somebody wants it cut short: the keeper does it. */
    skipAt: moment(),
    skipBy: uuid(),
    /** Why it was skipped, or failed. */
    reason: text(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    index("queue_item_waiting").on(t.workspaceId, t.channelId, t.tier, t.rank, t.id).where(sql`${t.state} = 'waiting'`),
    // One is heard and one is ready behind it, whatever two hosts believe.
    uniqueIndex("queue_item_on_air").on(t.workspaceId, t.channelId).where(sql`${t.state} = 'on_air'`),
    uniqueIndex("queue_item_handed").on(t.workspaceId, t.channelId).where(sql`${t.state} = 'handed'`),
    uniqueIndex("queue_item_ballot").on(t.workspaceId, t.ballotId).where(sql`${t.ballotId} is not null`),
    uniqueIndex("queue_item_request").on(t.workspaceId, t.requestId).where(sql`${t.requestId} is not null`),
    index("queue_item_open").on(t.workspaceId, t.channelId).where(sql`${t.state} in ('waiting', 'handed', 'on_air')`),
    index("queue_item_failed").on(t.workspaceId, t.channelId, t.endedAt).where(sql`${t.state} = 'failed'`),
    index("queue_item_heard_at").on(t.workspaceId, t.channelId, t.heardAt),
    index("queue_item_rotation").on(t.workspaceId, t.channelId, t.rotationId, t.handedAt),
    foreignKey({
      name: "queue_item_channel",
      columns: [t.workspaceId, t.channelId],
      foreignColumns: [channel.workspaceId, channel.id],
    }),
    foreignKey({
      name: "queue_item_work",
      columns: [t.workspaceId, t.assetId],
      foreignColumns: [work.workspaceId, work.id],
    }),
    check("queue_item_state", sql`${t.state} in ('waiting', 'handed', 'on_air', 'played', 'skipped', 'failed')`),
    check("queue_item_source", sql`${t.source} in ('emergency', 'jingle', 'vote', 'operator', 'request', 'rotation')`),
    check("queue_item_token", sql`${t.state} not in ('handed', 'on_air') or ${t.handedToken} is not null`),
    check("queue_item_heard", sql`${t.state} not in ('on_air', 'played') or ${t.heardAt} is not null`),
    check("queue_item_over", sql`(${t.state} in ('played', 'skipped', 'failed')) = (${t.endedAt} is not null)`),
  ],
);

/** What was heard, from when to when. A fact: the source of repeats, of reports and of what is owed to whom. */
export const air = pgTable(
  "air",
  {
    ...owned(),
    channelId: uuid().notNull(),
    itemId: uuid().notNull(),
    assetId: uuid().notNull(),
    source: text().$type<Source>().notNull(),
    decidedBy: text().notNull(),
    fromAt: moment().notNull(),
    toAt: moment().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    unique("air_item").on(t.workspaceId, t.itemId),
    index("air_channel").on(t.workspaceId, t.channelId, t.fromAt),
    foreignKey({
      name: "air_channel_key",
      columns: [t.workspaceId, t.channelId],
      foreignColumns: [channel.workspaceId, channel.id],
    }),
    foreignKey({
      name: "air_work",
      columns: [t.workspaceId, t.assetId],
      foreignColumns: [work.workspaceId, work.id],
    }),
    check("air_order", sql`${t.toAt} >= ${t.fromAt}`),
  ],
);
