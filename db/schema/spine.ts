// The spine: what came in, what goes out, the buttons between them, and what happened.
import { sql } from "drizzle-orm";
import {
  bigint,
  bigserial,
  boolean,
  check,
  customType,
  index,
  integer,
  json,
  jsonb,
  pgTable,
  primaryKey,
  text,
  unique,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { bytea, moment, owned } from "./base.ts";

const xid8 = customType<{ data: string }>({ dataType: () => "xid8" });

/**
 * Every message that reached us and the answer it got. Its id is the run. `delivery` is the platform's own id of the
 * message, so that a second delivery finds the first one's answer.
 */
export const inbox = pgTable(
  "inbox",
  {
    ...owned(),
    /** The order of arrival: a lane is worked off by it. */
    seq: bigserial({ mode: "bigint" }).notNull(),
    surface: text().notNull(),
    tenant: text().notNull(),
    delivery: text().notNull(),
    /** Hash of what was asked: the same delivery id with another body is a clash. */
    asked: bytea().notNull(),
    /** One serial lane a place. */
    lane: text().notNull(),
    envelope: jsonb().$type<Record<string, unknown>>().notNull(),
    personId: uuid(),
    command: text(),
    status: text().$type<"received" | "done" | "running" | "confirm" | "refused" | "failed" | "cancelled">().notNull(),
    answer: json().$type<Record<string, unknown>>(),
    leaseUntil: moment(),
    leaseBy: text(),
    attempts: integer().notNull().default(0),
    receivedAt: moment().notNull(),
    doneAt: moment(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    unique("inbox_delivery").on(t.workspaceId, t.surface, t.tenant, t.delivery),
    index("inbox_waiting").on(t.workspaceId, t.lane, t.seq).where(sql`${t.status} = 'received'`),
    index("inbox_job").on(t.workspaceId, sql`(${t.answer}->>'job')`).where(sql`${t.answer}->>'job' is not null`),
    // What a person did at the console, newest first.
    index("inbox_console").on(t.workspaceId, t.personId, t.id).where(sql`${t.surface} = 'web'`),
  ],
);

/** A button, select or form that was shown. The token is all that the platform carries. */
export const action = pgTable(
  "action",
  {
    ...owned(),
    token: text().notNull().unique(),
    /** Empty: the button only dismisses its message. */
    command: text().notNull(),
    options: jsonb().$type<Record<string, unknown>>().notNull(),
    /** The press is the person's word: no further confirmation. */
    confirmed: boolean().notNull(),
    forPerson: uuid(),
    forRole: text(),
    uses: text().$type<"once" | "person" | "many">().notNull(),
    /** Buttons that exclude each other (confirm, cancel) share a group: one press uses all of it. */
    groupId: uuid().notNull(),
    /** The run that showed it. */
    runId: uuid(),
    createdAt: moment().notNull(),
    expiresAt: moment().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    index("action_run").on(t.workspaceId, t.runId),
    index("action_expiry").on(t.expiresAt),
  ],
);

/** A press that counted. `who` is the person, or the group itself where one press is all there is. */
export const actionUse = pgTable(
  "action_use",
  {
    workspaceId: uuid().notNull(),
    groupId: uuid().notNull(),
    who: uuid().notNull(),
    runId: uuid().notNull(),
    usedAt: moment().notNull(),
  },
  (t) => [primaryKey({ columns: [t.workspaceId, t.groupId, t.who] })],
);

/** A message that leaves: a row first, sent at least once, in order per place. */
export const outbox = pgTable(
  "outbox",
  {
    ...owned(),
    seq: bigserial({ mode: "bigint" }).notNull(),
    surface: text().notNull(),
    tenant: text().notNull(),
    place: text().notNull(),
    /** What the message is about (a run, a ballot): edits of one subject replace each other. */
    subject: text().notNull(),
    kind: text().$type<"post" | "edit" | "answer" | "delete">().notNull(),
    view: jsonb().$type<Record<string, unknown>>(),
    hints: jsonb().$type<Record<string, unknown>>().notNull().default({}),
    status: text().$type<"waiting" | "sending" | "sent" | "replaced" | "failed">().notNull(),
    attempts: integer().notNull().default(0),
    /** For one person, by a way of its own: it stands in no line. */
    apart: boolean().notNull().default(false),
    notBefore: moment().notNull(),
    leaseUntil: moment(),
    /** The platform's id of the message, once known. */
    external: text(),
    lost: jsonb().$type<string[]>(),
    error: text(),
    createdAt: moment().notNull(),
    sentAt: moment(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    index("outbox_waiting")
      .on(t.workspaceId, t.surface, t.tenant, t.place, t.apart, t.seq)
      .where(sql`${t.status} in ('waiting', 'sending')`),
    index("outbox_subject").on(t.workspaceId, t.subject),
  ],
);

/** A fact that others may react to. Append-only. `tx` lets a reader see each row exactly once and in order. */
export const event = pgTable(
  "event",
  {
    ...owned(),
    seq: bigserial({ mode: "bigint" }).notNull(),
    tx: xid8().notNull().default(sql`pg_current_xact_id()`),
    name: text().notNull(),
    at: moment().notNull(),
    personId: uuid(),
    runId: uuid(),
    subject: text().notNull().default(""),
    payload: jsonb().$type<Record<string, unknown>>().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    index("event_tail").on(t.workspaceId, t.tx, t.seq),
    index("event_name").on(t.workspaceId, t.name, t.at),
  ],
);

/** Who did what, where, and what changed. Append-only; `hash` covers the row, blocks cover the hashes. */
export const audit = pgTable(
  "audit",
  {
    ...owned(),
    at: moment().notNull(),
    runId: uuid(),
    personId: uuid(),
    surface: text().notNull(),
    place: text().notNull(),
    command: text().notNull(),
    outcome: text().notNull(),
    changes: jsonb().$type<Record<string, unknown>[]>().notNull(),
    hash: bytea().notNull(),
  },
  (t) => [primaryKey({ columns: [t.workspaceId, t.id] }), index("audit_person").on(t.workspaceId, t.personId, t.id)],
);

export const auditBlock = pgTable(
  "audit_block",
  {
    workspaceId: uuid().notNull(),
    number: integer().notNull(),
    at: moment().notNull(),
    /** The rows it covers are these and no range: one that commits late is in the next block. */
    rows: uuid().array().notNull(),
    hashes: bytea().array().notNull(),
    /** The least and the greatest of `rows`, to find the blocks that a row may be in. */
    low: uuid().notNull(),
    high: uuid().notNull(),
    before: bytea().notNull(),
    hash: bytea().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.number] }),
    index("audit_block_span").on(t.workspaceId, t.high, t.low),
  ],
);

/** Work that happens later, as people see it. The engine carries only its id. */
export const job = pgTable(
  "job",
  {
    ...owned(),
    name: text().notNull(),
    input: jsonb().$type<Record<string, unknown>>().notNull(),
    /** The same key is the same job while it waits or runs. */
    key: text(),
    /** One of many that another job stands for: lists show that one. */
    part: boolean().notNull().default(false),
    status: text().$type<"waiting" | "running" | "done" | "failed" | "cancelled">().notNull(),
    progress: jsonb().$type<{ done: number; total: number; now: string }>(),
    result: jsonb().$type<Record<string, unknown>>(),
    error: text(),
    /** How often it was started. Also the fence: only the newest start may write. */
    attempts: integer().notNull().default(0),
    /** Failures since a person last asked for it. */
    spent: integer().notNull().default(0),
    /** The engine's message that may start it; empty: the one with the job's own id. Any other is stale. */
    message: uuid(),
    /** What its finished steps gave, by key: a later attempt does not do them again. */
    steps: jsonb().$type<Record<string, unknown>>().notNull().default({}),
    runId: uuid(),
    personId: uuid(),
    createdAt: moment().notNull(),
    dueAt: moment().notNull(),
    startedAt: moment(),
    endedAt: moment(),
    /** When somebody asked for it again: what failed before that is tried again. */
    retriedAt: moment(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    uniqueIndex("job_key").on(t.workspaceId, t.name, t.key).where(sql`${t.status} in ('waiting', 'running')`),
    index("job_status").on(t.workspaceId, t.status, t.id),
    index("job_run").on(t.workspaceId, t.runId),
    check("job_status_known", sql`${t.status} in ('waiting', 'running', 'done', 'failed', 'cancelled')`),
  ],
);

/** A made file. Its bytes are in the store under `path`. */
export const asset = pgTable(
  "asset",
  {
    ...owned(),
    kind: text().notNull(),
    type: text().notNull(),
    name: text().notNull(),
    bytes: bigint({ mode: "number" }).notNull(),
    sha256: bytea().notNull(),
    path: text().notNull(),
    /** Only this person may read it; empty: everyone of the workspace. */
    forPerson: uuid(),
    /** The work that it is a part of: a stem, a cover. Who may not see the work, may not see this. */
    partOf: uuid(),
    runId: uuid(),
    createdAt: moment().notNull(),
    expiresAt: moment(),
  },
  (t) => [primaryKey({ columns: [t.workspaceId, t.id] })],
);

/** What a schedule fired for last in a workspace: the guard that it fires once, and what a pause is caught up from. */
export const fired = pgTable(
  "fired",
  { workspaceId: uuid().notNull(), name: text().notNull(), at: moment().notNull() },
  (t) => [primaryKey({ columns: [t.workspaceId, t.name] })],
);

/** One tick of the clock in the whole cluster. No workspace: it holds only a schedule's name and its minute. */
export const tick = pgTable("tick", { key: text().primaryKey(), at: moment().notNull() });
