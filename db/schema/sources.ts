// What pays us, as it was heard and asked: hints taken once for ever, what has a life there, and which of its movements
// are booked. The money itself is in the ledger.
import { sql } from "drizzle-orm";
import {
  bigint,
  check,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  unique,
  uuid,
} from "drizzle-orm/pg-core";
import { bytea, moment, owned } from "./base.ts";

/** A call of a source, kept before it is answered. Only what it hints at: the rest is asked for, and has people in it. */
export const sourceHint = pgTable(
  "source_hint",
  {
    ...owned(),
    source: text().notNull(),
    /** The source's own id of it. Never forgotten: it may come again after years. */
    external: text().notNull(),
    kind: text().notNull(),
    object: text().notNull(),
    sort: text().notNull(),
    /** When it happened there. */
    at: moment().notNull(),
    receivedAt: moment().notNull(),
    /** `gone`: what it is about is not there, so it was nobody's or was taken away. */
    status: text().$type<"waiting" | "done" | "gone" | "failed">().notNull(),
    attempts: integer().notNull().default(0),
    notBefore: moment().notNull(),
    error: text(),
    doneAt: moment(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    unique("source_hint_once").on(t.workspaceId, t.source, t.external),
    index("source_hint_waiting").on(t.workspaceId, t.source, t.at).where(sql`${t.status} = 'waiting'`),
    check("source_hint_status", sql`${t.status} in ('waiting', 'done', 'gone', 'failed')`),
  ],
);

/** A dispute, a payout, a subscription: how far along it was known to be, and when that was asked. */
export const sourceThing = pgTable(
  "source_thing",
  {
    workspaceId: uuid().notNull(),
    source: text().notNull(),
    external: text().notNull(),
    sort: text().notNull(),
    status: text().notNull(),
    /** An earlier status never takes the place of a later. */
    rank: integer().notNull(),
    facts: jsonb().$type<Record<string, string>>().notNull(),
    askedAt: moment().notNull(),
    changedAt: moment().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.source, t.external] }),
    index("source_thing_sort").on(t.workspaceId, t.source, t.sort, t.status),
  ],
);

/** A movement that is booked, with all its steps. Append-only. */
export const sourceEntry = pgTable(
  "source_entry",
  {
    workspaceId: uuid().notNull(),
    source: text().notNull(),
    external: text().notNull(),
    object: text().notNull(),
    kind: text().notNull(),
    at: moment().notNull(),
    bookedAt: moment().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.source, t.external] }),
    index("source_entry_object").on(t.workspaceId, t.source, t.object),
  ],
);

/** Until when all that a source has is known to be booked. */
export const sourceMark = pgTable(
  "source_mark",
  {
    workspaceId: uuid().notNull(),
    source: text().notNull(),
    through: moment().notNull(),
    lookedAt: moment().notNull(),
  },
  (t) => [primaryKey({ columns: [t.workspaceId, t.source] })],
);

/** A file of money that somebody handed over, and what came of it. */
export const importFile = pgTable(
  "import_file",
  {
    ...owned(),
    name: text().notNull(),
    sha256: bytea().notNull(),
    family: text().$type<"revenue" | "cost" | "rate">().notNull(),
    /** Whose report it is; null: our own columns. */
    report: text(),
    rows: integer().notNull(),
    added: integer().notNull(),
    repeated: integer().notNull(),
    amended: integer().notNull(),
    waiting: integer().notNull(),
    wrong: integer().notNull(),
    personId: uuid().notNull(),
    runId: uuid().notNull(),
    at: moment().notNull(),
  },
  (t) => [primaryKey({ columns: [t.workspaceId, t.id] })],
);

/** A row of such a file, known for ever by where it is from: the same row again changes nothing. */
export const importLine = pgTable(
  "import_line",
  {
    workspaceId: uuid().notNull(),
    /** As the ledger has it: "revenue:cj", "cost". */
    scope: text().notNull(),
    kind: text().notNull(),
    reference: text().notNull(),
    currency: text().notNull(),
    /** What it says; `booked` is what of it is in the books. They differ while a commission is pending, or declined. */
    amount: bigint({ mode: "bigint" }).notNull(),
    booked: bigint({ mode: "bigint" }).notNull(),
    status: text().$type<"pending" | "approved" | "declined" | "paid" | "reversed">().notNull(),
    /** How often it was booked: each change has a key of its own. */
    postings: integer().notNull(),
    importId: uuid().notNull(),
    changedAt: moment().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.scope, t.kind, t.reference] }),
    foreignKey({
      name: "import_line_file",
      columns: [t.workspaceId, t.importId],
      foreignColumns: [importFile.workspaceId, importFile.id],
    }),
    check("import_line_status", sql`${t.status} in ('pending', 'approved', 'declined', 'paid', 'reversed')`),
  ],
);

/** Which columns of somebody's report mean what, as an owner said. It is known again by its header. */
export const importMap = pgTable(
  "import_map",
  {
    ...owned(),
    name: text().notNull(),
    source: text().notNull(),
    columns: jsonb().$type<Record<string, string>>().notNull(),
    madeBy: uuid().notNull(),
    madeAt: moment().notNull(),
  },
  (t) => [primaryKey({ columns: [t.workspaceId, t.id] }), unique("import_map_name").on(t.workspaceId, t.name)],
);
