// Money as facts. A posting is a signed number of the smallest unit: above zero a debit, below zero a credit; those of a
// transfer add up to zero in each currency. Nothing here is edited: the app may read, and `post_transfers` alone writes.
import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  check,
  date,
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

const minor = () => bigint({ mode: "bigint" });

/**
 * A pot of one currency, opened by its first posting. The counters are the sums of its postings and move with them, by
 * the trigger on `ledger_posting` and by nothing else: a balance is one row.
 */
export const ledgerAccount = pgTable(
  "ledger_account",
  {
    ...owned(),
    /** "payable:" and a person's id: what the first word means stands in core/money/accounts.ts. */
    code: text().notNull(),
    /** An ISO code, or one counted finer: "USD/6". */
    currency: text().notNull(),
    /** On which side its balance grows. */
    side: text().$type<"debit" | "credit">().notNull(),
    /** What may be spent never makes the balance less than this; null: it may be anything. */
    floor: minor(),
    /** Its days and months are summed up in `ledger_rollup`. */
    tracked: boolean().notNull(),
    debits: minor().notNull().default(sql`0`),
    credits: minor().notNull().default(sql`0`),
    debitsPending: minor().notNull().default(sql`0`),
    creditsPending: minor().notNull().default(sql`0`),
    /** How many postings it has had. */
    version: minor().notNull().default(sql`0`),
    openedAt: moment().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    unique("ledger_account_code").on(t.workspaceId, t.code, t.currency),
    check("ledger_account_side", sql`${t.side} in ('debit', 'credit')`),
    check("ledger_account_currency", sql`${t.currency} ~ '^[A-Z]{3}(/[0-9])?$'`),
    check("ledger_account_code_short", sql`length(${t.code}) between 1 and 200`),
    check("ledger_account_counts", sql`least(${t.debits}, ${t.credits}, ${t.debitsPending}, ${t.creditsPending}) >= 0`),
    check(
      "ledger_account_floor",
      sql`${t.floor} is null or ${t.floor} <= case ${t.side} when 'credit'
        then ${t.credits} - ${t.debits} - ${t.debitsPending} else ${t.debits} - ${t.credits} - ${t.creditsPending} end`,
    ),
  ],
);

/** Why money moved. The key stands for its input for ever; `of_id` is the transfer that it settles, voids or reverses. */
export const ledgerTransfer = pgTable(
  "ledger_transfer",
  {
    ...owned(),
    /** 1, 2, 3 … in a workspace, without gaps. */
    number: minor().notNull(),
    scope: text().notNull(),
    key: text().notNull(),
    /** Over what was asked for: the same key with another input is refused. */
    inputHash: bytea().notNull(),
    mode: text().$type<"post" | "hold" | "settle" | "void" | "reverse">().notNull(),
    kind: text().notNull(),
    ofId: uuid(),
    /** Of `event_at` in the workspace's zone as it was when this was written. */
    day: date({ mode: "string" }).notNull(),
    /** When it happened; `recorded_at` is when we were told. */
    eventAt: moment().notNull(),
    recordedAt: moment().notNull(),
    /** A hold that nobody settled until then is void. */
    expiresAt: moment(),
    /** Of what it is: channel, product, person, customer, reference … */
    about: jsonb().$type<Record<string, string>>().notNull(),
    personId: uuid(),
    runId: uuid(),
    /** Its postings have the numbers from here on, so many. */
    firstPosting: minor().notNull(),
    postings: integer().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    unique("ledger_transfer_number").on(t.workspaceId, t.number),
    unique("ledger_transfer_key").on(t.workspaceId, t.scope, t.key),
    uniqueIndex("ledger_transfer_closed").on(t.workspaceId, t.ofId).where(sql`${t.mode} in ('settle', 'void')`),
    index("ledger_transfer_of").on(t.workspaceId, t.ofId).where(sql`${t.mode} = 'reverse'`),
    index("ledger_transfer_expiry").on(t.workspaceId, t.expiresAt).where(sql`${t.expiresAt} is not null`),
    check("ledger_transfer_mode", sql`${t.mode} in ('post', 'hold', 'settle', 'void', 'reverse')`),
    check("ledger_transfer_of_one", sql`(${t.ofId} is not null) = (${t.mode} in ('settle', 'void', 'reverse'))`),
    check("ledger_transfer_expires", sql`${t.expiresAt} is null or ${t.mode} = 'hold'`),
    check("ledger_transfer_postings", sql`${t.postings} between 2 and 400`),
    check(
      "ledger_transfer_key_given",
      sql`length(${t.scope}) between 1 and 100 and length(${t.key}) between 1 and 300`,
    ),
    check("ledger_transfer_hash", sql`length(${t.inputHash}) = 32`),
  ],
);

/** One side of a transfer. Whose transfer, account and currency it names is checked where it is written. */
export const ledgerPosting = pgTable(
  "ledger_posting",
  {
    workspaceId: uuid().notNull(),
    /** 1, 2, 3 … in a workspace, without gaps. */
    number: minor().notNull(),
    /** The number of its transfer. */
    transfer: minor().notNull(),
    accountId: uuid().notNull(),
    currency: text().notNull(),
    amount: minor().notNull(),
    /** `held` is reserved and `freed` is so no more; only `posted` is in the balance. */
    phase: text().$type<"posted" | "held" | "freed">().notNull(),
    /** The account's balance with this in it, on its own side. */
    balanceAfter: minor().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.number] }),
    index("ledger_posting_account").on(t.workspaceId, t.accountId, t.number),
    check("ledger_posting_amount", sql`${t.amount} <> 0`),
    check("ledger_posting_phase", sql`${t.phase} in ('posted', 'held', 'freed')`),
  ],
);

/**
 * Days and months of tracked accounts, kept with the postings. `dimension` '' is all of it; else `thing` is which
 * channel, product … it was about.
 */
export const ledgerRollup = pgTable(
  "ledger_rollup",
  {
    workspaceId: uuid().notNull(),
    dimension: text().notNull(),
    grain: text().$type<"day" | "month">().notNull(),
    start: date({ mode: "string" }).notNull(),
    accountId: uuid().notNull(),
    thing: text().notNull(),
    debits: minor().notNull(),
    credits: minor().notNull(),
    postings: minor().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.dimension, t.grain, t.start, t.accountId, t.thing] }),
    check("ledger_rollup_grain", sql`${t.grain} in ('day', 'month')`),
    check("ledger_rollup_month", sql`${t.grain} = 'day' or extract(day from ${t.start}) = 1`),
    check("ledger_rollup_counts", sql`least(${t.debits}, ${t.credits}) >= 0 and ${t.postings} > 0`),
  ],
);

/** What was written together, chained to what was written before it. */
export const ledgerBlock = pgTable(
  "ledger_block",
  {
    workspaceId: uuid().notNull(),
    number: minor().notNull(),
    at: moment().notNull(),
    /** The last of its transfers and of its postings; its first are the next after the block before. */
    transfers: minor().notNull(),
    postings: minor().notNull(),
    before: bytea().notNull(),
    hash: bytea().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.number] }),
    check("ledger_block_hashes", sql`length(${t.before}) = 32 and length(${t.hash}) = 32`),
  ],
);

/** The chain's newest block under the deployment's own key: whoever makes the chain anew cannot make these. */
export const ledgerSeal = pgTable(
  "ledger_seal",
  {
    workspaceId: uuid().notNull(),
    block: minor().notNull(),
    at: moment().notNull(),
    hash: bytea().notNull(),
    seal: bytea().notNull(),
  },
  (t) => [primaryKey({ columns: [t.workspaceId, t.block] })],
);

/** One of `base` is `numerator / denominator` of `quote`, in whole units of both. */
export const rate = pgTable(
  "rate",
  {
    ...owned(),
    base: text().notNull(),
    quote: text().notNull(),
    numerator: minor().notNull(),
    denominator: minor().notNull(),
    source: text().notNull(),
    /** From when on it holds. */
    asOf: moment().notNull(),
    recordedAt: moment().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    unique("rate_once").on(t.workspaceId, t.base, t.quote, t.asOf, t.source),
    index("rate_latest").on(t.workspaceId, t.base, t.quote, t.asOf),
    check("rate_ratio", sql`${t.numerator} > 0 and ${t.denominator} > 0`),
    check("rate_pair", sql`${t.base} ~ '^[A-Z]{3}$' and ${t.quote} ~ '^[A-Z]{3}$' and ${t.base} <> ${t.quote}`),
  ],
);
