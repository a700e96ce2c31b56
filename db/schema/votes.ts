// Ballots and what is cast on them, and what listeners ask for. `vote_event` is everything that was said, `vote` is what
// counts now, `tally` is its sum, kept by the database itself (count_votes).
import { sql } from "drizzle-orm";
import {
  bigint,
  bigserial,
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
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { moment, owned } from "./base.ts";
import { person } from "./people.ts";
import { channel } from "./streams.ts";
import { work } from "./studio.ts";

type Json = Record<string, unknown>;

/** A question with two to ten answers, open until the database's clock says otherwise. */
export const ballot = pgTable(
  "ballot",
  {
    ...owned(),
    kind: text().$type<"question" | "next" | "theme">().notNull(),
    channelId: uuid(),
    question: text().notNull(),
    status: text().$type<"open" | "held" | "closed">().notNull(),
    hidden: boolean().notNull(),
    /** Fewer voters than this decide nothing. */
    quorum: integer().notNull(),
    /** What a vote of each role weighs, in hundredths; a role that is not named weighs 100. */
    weights: jsonb().$type<Record<string, number>>().notNull(),
    /** Who may vote, as it was when the ballot opened. */
    rules: jsonb().$type<Json>().notNull(),
    /** What a draw is made from: made with the ballot, so that nobody can choose it afterwards. */
    seed: text().notNull(),
    /** Opened by itself: for which track on air, so that one track opens one. */
    forItem: uuid(),
    /** Where its card is: the chat, and under which subject the outbox knows the message. */
    places: jsonb().$type<Json[]>().notNull().default([]),
    /** The tokens of its buttons, by choice: sealed once, so that a card can be edited without new ones. */
    buttons: jsonb().$type<Record<string, string>>().notNull().default({}),
    /** In which language its first card is. */
    locale: text().notNull(),
    /** How many changes of the tally the cards show. */
    shown: bigint({ mode: "number" }).notNull().default(0),
    /** Why it waits for staff. */
    hold: jsonb().$type<Json>(),
    winnerId: uuid(),
    decidedBy: text(),
    /** How it was decided, to be replayed: counts, weights, the way through the ties. */
    result: jsonb().$type<Json>(),
    openedBy: uuid(),
    closedBy: uuid(),
    runId: uuid(),
    openedAt: moment().notNull(),
    closesAt: moment().notNull(),
    closedAt: moment(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    foreignKey({
      name: "ballot_channel",
      columns: [t.workspaceId, t.channelId],
      foreignColumns: [channel.workspaceId, channel.id],
    }),
    // Never two at once about what a channel plays next, and one for each track.
    uniqueIndex("ballot_next")
      .on(t.workspaceId, t.channelId)
      .where(sql`${t.kind} = 'next' and ${t.status} <> 'closed'`),
    uniqueIndex("ballot_item").on(t.workspaceId, t.channelId, t.forItem).where(sql`${t.forItem} is not null`),
    index("ballot_open").on(t.workspaceId, t.closesAt).where(sql`${t.status} <> 'closed'`),
    check("ballot_kind", sql`${t.kind} in ('question', 'next', 'theme')`),
    check("ballot_status", sql`${t.status} in ('open', 'held', 'closed')`),
    check("ballot_decided", sql`(${t.status} = 'closed') = (${t.decidedBy} is not null)`),
    check("ballot_quorum", sql`${t.quorum} >= 0`),
  ],
);

export const choice = pgTable(
  "choice",
  {
    ...owned(),
    ballotId: uuid().notNull(),
    position: integer().notNull(),
    label: text().notNull(),
    /** What it stands for: a track, or a mood in words. */
    assetId: uuid(),
    value: text(),
    requestId: uuid(),
    /** Whose own work it is: their vote for it does not count. */
    ownPersonId: uuid(),
    /** When it was last heard on the channel, as it was when the ballot opened. */
    playedAt: moment(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    unique("choice_ballot").on(t.workspaceId, t.ballotId, t.id),
    unique("choice_position").on(t.workspaceId, t.ballotId, t.position),
    foreignKey({
      name: "choice_of",
      columns: [t.workspaceId, t.ballotId],
      foreignColumns: [ballot.workspaceId, ballot.id],
    }),
  ],
);

/** What counts: one row a person and ballot. */
export const vote = pgTable(
  "vote",
  {
    workspaceId: uuid().notNull(),
    ballotId: uuid().notNull(),
    personId: uuid().notNull(),
    choiceId: uuid().notNull(),
    role: text().notNull(),
    /** In hundredths of a vote. */
    weight: integer().notNull(),
    /** When the platform says that it was cast: an older one that comes later changes nothing. */
    at: moment().notNull(),
    seq: bigint({ mode: "number" }).notNull().default(0),
    firstAt: moment().notNull(),
    /** `held` waits for staff, `void` was taken out by them. */
    state: text().$type<"counted" | "held" | "void">().notNull().default("counted"),
    /** Cast by an account that is known here only since a short while. */
    young: boolean().notNull().default(false),
    surface: text().notNull(),
    delivery: text().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.ballotId, t.personId] }),
    foreignKey({
      name: "vote_choice",
      columns: [t.workspaceId, t.ballotId, t.choiceId],
      foreignColumns: [choice.workspaceId, choice.ballotId, choice.id],
    }),
    foreignKey({
      name: "vote_person",
      columns: [t.workspaceId, t.personId],
      foreignColumns: [person.workspaceId, person.id],
    }),
    check("vote_state", sql`${t.state} in ('counted', 'held', 'void')`),
    check("vote_weight", sql`${t.weight} between 0 and 300`),
  ],
);

/** Everything that was cast, with what became of it. Append-only; a delivery that comes again is not here twice. */
export const voteEvent = pgTable(
  "vote_event",
  {
    workspaceId: uuid().notNull(),
    surface: text().notNull(),
    delivery: text().notNull(),
    no: bigserial({ mode: "bigint" }).notNull(),
    ballotId: uuid().notNull(),
    choiceId: uuid().notNull(),
    /** Who cast it then, and through which account: who that is may change. */
    personId: uuid().notNull(),
    accountId: uuid(),
    role: text().notNull(),
    weight: integer().notNull(),
    young: boolean().notNull(),
    at: moment().notNull(),
    seq: bigint({ mode: "number" }).notNull(),
    outcome: text().notNull(),
    takenAt: moment().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.surface, t.delivery] }),
    // The hot path writes it: no key that is checked row by row (the statement looked the ballot up), and of indexes the
    // one that costs nothing, for what was cast a moment ago.
    index("vote_event_time").using("brin", t.takenAt),
  ],
);

/** The sum of `vote` by ballot, choice and role. */
export const tally = pgTable(
  "tally",
  {
    workspaceId: uuid().notNull(),
    ballotId: uuid().notNull(),
    choiceId: uuid().notNull(),
    role: text().notNull(),
    votes: integer().notNull(),
    weight: bigint({ mode: "number" }).notNull(),
    /** Grows with each statement that changed it: a card knows whether it shows the newest. */
    changes: bigint({ mode: "number" }).notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.ballotId, t.choiceId, t.role] }),
    foreignKey({
      name: "tally_choice",
      columns: [t.workspaceId, t.ballotId, t.choiceId],
      foreignColumns: [choice.workspaceId, choice.ballotId, choice.id],
    }),
  ],
);

/**
 * The words of songs that may be asked for, and their groups of three letters; kept by the database itself (keep_grams).
 * B-trees of plain equality: what looks at a value otherwise may not be used before a row is known to be ours.
 */
export const titleGram = pgTable(
  "title_gram",
  {
    workspaceId: uuid().notNull(),
    gram: text().notNull(),
    /** Only on this channel; nothing but zeros: on every one. */
    channelId: uuid().notNull(),
    workId: uuid().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.gram, t.channelId, t.workId] }),
    index("title_gram_work").on(t.workspaceId, t.workId),
    foreignKey({
      name: "title_gram_of",
      columns: [t.workspaceId, t.workId],
      foreignColumns: [work.workspaceId, work.id],
    }).onDelete("cascade"),
  ],
);

/** A track that somebody wants to hear on a channel. */
export const request = pgTable(
  "request",
  {
    ...owned(),
    channelId: uuid().notNull(),
    assetId: uuid().notNull(),
    personId: uuid().notNull(),
    /** What was typed. */
    words: text().notNull(),
    /** `queued`: it is in the channel's queue, or was chosen by a ballot. */
    state: text().$type<"waiting" | "queued" | "played" | "gone">().notNull().default("waiting"),
    createdAt: moment().notNull(),
    queuedAt: moment(),
    endedAt: moment(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    // The same track is asked for once; whoever wants it too raises it.
    uniqueIndex("request_track")
      .on(t.workspaceId, t.channelId, t.assetId)
      .where(sql`${t.state} in ('waiting', 'queued')`),
    index("request_person").on(t.workspaceId, t.channelId, t.personId, t.createdAt),
    foreignKey({
      name: "request_channel",
      columns: [t.workspaceId, t.channelId],
      foreignColumns: [channel.workspaceId, channel.id],
    }),
    foreignKey({
      name: "request_person",
      columns: [t.workspaceId, t.personId],
      foreignColumns: [person.workspaceId, person.id],
    }),
    check("request_state", sql`${t.state} in ('waiting', 'queued', 'played', 'gone')`),
  ],
);

/** Who else wants it. */
export const requestVote = pgTable(
  "request_vote",
  { workspaceId: uuid().notNull(), requestId: uuid().notNull(), personId: uuid().notNull(), at: moment().notNull() },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.requestId, t.personId] }),
    foreignKey({
      name: "request_vote_of",
      columns: [t.workspaceId, t.requestId],
      foreignColumns: [request.workspaceId, request.id],
    }),
  ],
);

/** Whose votes and requests are not taken, until when. */
export const mute = pgTable(
  "mute",
  {
    workspaceId: uuid().notNull(),
    personId: uuid().notNull(),
    until: moment().notNull(),
    reason: text().notNull().default(""),
    mutedBy: uuid().notNull(),
    createdAt: moment().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.personId] }),
    foreignKey({
      name: "mute_person",
      columns: [t.workspaceId, t.personId],
      foreignColumns: [person.workspaceId, person.id],
    }),
  ],
);
