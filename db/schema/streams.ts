// The channels of a stream: what they are, what is wanted of them, where they go to, and how they did.
import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
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
import { bytea, moment, owned } from "./base.ts";

/** Ballots that open by themselves: "next on this channel". */
export type VoteSettings = {
  on: boolean;
  /** 3 to 5. */
  candidates: number;
  /** A ballot closes so many seconds before the next track is handed over. */
  leadSeconds: number;
  /** With fewer voters than this the rotation decides. */
  quorum: number;
  /** Nobody sees the tally before it closes. */
  hidden: boolean;
};

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
    createdAt: moment().notNull(),
    // What people want of it. Commands write these, and the keeper reads them.
    wanted: text().$type<"off" | "on">().notNull().default("off"),
    wantedAt: moment(),
    wantedBy: uuid(),
    /** Its engine is to be started anew when it was started before this. */
    restartAt: moment(),
    /** Emergency content plays since then, until somebody ends it. */
    emergencyAt: moment(),
    engine: text().$type<"mixer" | "liquidsoap" | "obs" | "azuracast">().notNull().default("mixer"),
    crossfadeMs: integer().notNull().default(4000),
    beatMatch: boolean().notNull().default(true),
    /** The same track not again within so many minutes, nor the same artist. */
    trackGap: integer().notNull().default(120),
    artistGap: integer().notNull().default(20),
    votes: jsonb()
      .$type<VoteSettings>()
      .notNull()
      .default({ on: true, candidates: 4, leadSeconds: 20, quorum: 1, hidden: false }),
    visual: text().$type<"none" | "loop" | "card">().notNull().default("none"),
    // What its keeper reported last. Nobody else writes these.
    status: text().$type<"off" | "starting" | "on" | "stopping" | "failed">().notNull().default("off"),
    statusNote: text().notNull().default(""),
    statusAt: moment(),
    /** When it was heard last. */
    soundAt: moment(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    unique("channel_slug").on(t.workspaceId, t.slug),
    index("channel_order").on(t.workspaceId, t.position, t.slug),
    check("channel_slug_form", sql`${t.slug} ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(${t.slug}) <= 60`),
    check("channel_hue_form", sql`${t.hue} ~ '^#[0-9a-f]{6}$'`),
    check("channel_status", sql`${t.status} in ('off', 'starting', 'on', 'stopping', 'failed')`),
    check("channel_wanted", sql`${t.wanted} in ('off', 'on') and (${t.wanted} = 'off' or ${t.wantedAt} is not null)`),
    check("channel_engine", sql`${t.engine} in ('mixer', 'liquidsoap', 'obs', 'azuracast')`),
    check("channel_visual", sql`${t.visual} in ('none', 'loop', 'card')`),
    check("channel_crossfade", sql`${t.crossfadeMs} between 0 and 15000`),
    check("channel_gaps", sql`${t.trackGap} between 0 and 10080 and ${t.artistGap} between 0 and 10080`),
  ],
);

/** A chat where a channel is told of: what plays, its ballots. As the outbox names places. */
export const channelPlace = pgTable(
  "channel_place",
  {
    workspaceId: uuid().notNull(),
    channelId: uuid().notNull(),
    surface: text().notNull(),
    tenant: text().notNull(),
    external: text().notNull(),
    boundBy: uuid(),
    createdAt: moment().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.channelId, t.surface, t.tenant, t.external] }),
    foreignKey({
      name: "channel_place_channel",
      columns: [t.workspaceId, t.channelId],
      foreignColumns: [channel.workspaceId, channel.id],
    }),
  ],
);

/**
 * Who may play a channel now. The token grows with every new holder, and all that a keeper writes is refused under an
 * older one: a host that was thought dead can do no harm when it wakes.
 */
export const channelLease = pgTable(
  "channel_lease",
  {
    workspaceId: uuid().notNull(),
    channelId: uuid().notNull(),
    hostId: text().notNull(),
    token: bigint({ mode: "number" }).notNull(),
    /** By the database's clock. */
    until: moment().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.channelId] }),
    index("channel_lease_host").on(t.hostId),
    foreignKey({
      name: "channel_lease_channel",
      columns: [t.workspaceId, t.channelId],
      foreignColumns: [channel.workspaceId, channel.id],
    }),
    check("channel_lease_token", sql`${t.token} > 0`),
  ],
);

/** Where a channel is sent to besides its own page. The address holds a key: it is sealed and never shown again. */
export const destination = pgTable(
  "destination",
  {
    ...owned(),
    channelId: uuid().notNull(),
    kind: text().$type<"rtmp" | "icecast" | "hls">().notNull(),
    name: text().notNull(),
    /** What may be shown of the address: its host. */
    host: text().notNull(),
    sealed: bytea().notNull(),
    state: text().$type<"unknown" | "connecting" | "live" | "failed">().notNull().default("unknown"),
    stateNote: text().notNull().default(""),
    checkedAt: moment(),
    createdAt: moment().notNull(),
    /** Taken away: the keeper closes it. */
    goneAt: moment(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    uniqueIndex("destination_name")
      .on(t.workspaceId, t.channelId, sql`lower(${t.name})`)
      .where(sql`${t.goneAt} is null`),
    foreignKey({
      name: "destination_channel",
      columns: [t.workspaceId, t.channelId],
      foreignColumns: [channel.workspaceId, channel.id],
    }),
    check("destination_kind", sql`${t.kind} in ('rtmp', 'icecast', 'hls')`),
    check("destination_state", sql`${t.state} in ('unknown', 'connecting', 'live', 'failed')`),
  ],
);

/** While a channel was wanted on the air. What uptime is a share of. */
export const wantedSpan = pgTable(
  "wanted_span",
  { ...owned(), channelId: uuid().notNull(), fromAt: moment().notNull(), toAt: moment() },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    index("wanted_span_channel").on(t.workspaceId, t.channelId, t.fromAt),
    uniqueIndex("wanted_span_open").on(t.workspaceId, t.channelId).where(sql`${t.toAt} is null`),
    foreignKey({
      name: "wanted_span_channel_key",
      columns: [t.workspaceId, t.channelId],
      foreignColumns: [channel.workspaceId, channel.id],
    }),
    check("wanted_span_order", sql`${t.toAt} >= ${t.fromAt}`),
  ],
);

/** Dead air that was heard, or that nobody was there to end. */
export const silence = pgTable(
  "silence",
  {
    ...owned(),
    channelId: uuid().notNull(),
    fromAt: moment().notNull(),
    toAt: moment(),
    why: text().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    index("silence_channel").on(t.workspaceId, t.channelId, t.fromAt),
    uniqueIndex("silence_open").on(t.workspaceId, t.channelId).where(sql`${t.toAt} is null`),
    foreignKey({
      name: "silence_channel_key",
      columns: [t.workspaceId, t.channelId],
      foreignColumns: [channel.workspaceId, channel.id],
    }),
    check("silence_order", sql`${t.toAt} >= ${t.fromAt}`),
  ],
);

/** A time in which a channel was not well. Soon after one has ended, it goes on in the same row, and the same message. */
export const channelTrouble = pgTable(
  "channel_trouble",
  {
    ...owned(),
    channelId: uuid().notNull(),
    fromAt: moment().notNull(),
    toAt: moment(),
    kind: text().$type<"failed" | "silent" | "unplayed">().notNull(),
    why: text().notNull(),
    times: integer().notNull().default(1),
    /** Where staff were told of it: that message follows it. */
    place: jsonb().$type<{ surface: string; tenant: string; external: string }>(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    index("channel_trouble_channel").on(t.workspaceId, t.channelId, t.fromAt),
    uniqueIndex("channel_trouble_open").on(t.workspaceId, t.channelId).where(sql`${t.toAt} is null`),
    foreignKey({
      name: "channel_trouble_channel_key",
      columns: [t.workspaceId, t.channelId],
      foreignColumns: [channel.workspaceId, channel.id],
    }),
    check("channel_trouble_order", sql`${t.toAt} >= ${t.fromAt}`),
    check("channel_trouble_kind", sql`${t.kind} in ('failed', 'silent', 'unplayed')`),
  ],
);

/** A worker process of the cluster and how it does. Its id is the `host_id` of the leases that it holds. */
export const host = pgTable("host", {
  id: text().primaryKey(),
  name: text().notNull(),
  startedAt: moment().notNull(),
  seenAt: moment().notNull(),
  cores: integer().notNull(),
  /** The machine's load of the last minute; 1 for each core that is busy. */
  load: doublePrecision().notNull(),
  memoryTotal: bigint({ mode: "number" }).notNull(),
  memoryFree: bigint({ mode: "number" }).notNull(),
  /** Of the process itself. */
  memoryUsed: bigint({ mode: "number" }).notNull(),
});

/** A machine as a workspace knows it. One that runs a worker has that worker's name. */
export const server = pgTable(
  "server",
  {
    ...owned(),
    name: text().notNull(),
    address: text().notNull().default(""),
    kind: text().$type<"worker" | "obs" | "liquidsoap" | "azuracast" | "other">().notNull().default("worker"),
    /** Its channels move to others, and it takes no new ones. Only those of this workspace. */
    drain: boolean().notNull().default(false),
    drainAt: moment(),
    createdAt: moment().notNull(),
    goneAt: moment(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    uniqueIndex("server_name").on(t.workspaceId, sql`lower(${t.name})`).where(sql`${t.goneAt} is null`),
    check("server_kind", sql`${t.kind} in ('worker', 'obs', 'liquidsoap', 'azuracast', 'other')`),
  ],
);
