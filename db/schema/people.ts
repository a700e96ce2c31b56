import { sql } from "drizzle-orm";
import {
  boolean,
  check,
  foreignKey,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  unique,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { bytea, moment, owned } from "./base.ts";

export const person = pgTable(
  "person",
  {
    ...owned(),
    name: text().notNull(),
    role: text().$type<"owner" | "staff" | "partner" | "member">().notNull(),
    locale: text(),
    zone: text(),
    createdAt: moment().notNull(),
    /** Two persons that turned out to be one: this row is kept for history and points at the one that goes on. */
    mergedInto: uuid(),
    /** The one that it was itself linked with, and when: `mergedInto` moves on when that one is linked in its turn. */
    mergedFirst: uuid(),
    mergedAt: moment(),
    erasedAt: moment(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    foreignKey({
      name: "person_merged",
      columns: [t.workspaceId, t.mergedInto],
      foreignColumns: [t.workspaceId, t.id],
    }),
    foreignKey({
      name: "person_merged_first",
      columns: [t.workspaceId, t.mergedFirst],
      foreignColumns: [t.workspaceId, t.id],
    }),
    check("person_role", sql`${t.role} in ('owner', 'staff', 'partner', 'member')`),
  ],
);

/** How a person is known on one surface. Slack ids are `team:user`, so `tenant` is part of the name. */
export const account = pgTable(
  "account",
  {
    ...owned(),
    personId: uuid().notNull(),
    surface: text().notNull(),
    tenant: text().notNull(),
    external: text().notNull(),
    name: text().notNull().default(""),
    /** The language that the platform says this account reads. */
    locale: text(),
    /** Whose it was when it was first seen: unlinking gives it back to that person. */
    firstPersonId: uuid().notNull(),
    createdAt: moment().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    unique("account_external").on(t.workspaceId, t.surface, t.tenant, t.external),
    index("account_person").on(t.workspaceId, t.personId),
    foreignKey({
      name: "account_person",
      columns: [t.workspaceId, t.personId],
      foreignColumns: [person.workspaceId, person.id],
    }),
    foreignKey({
      name: "account_first_person",
      columns: [t.workspaceId, t.firstPersonId],
      foreignColumns: [person.workspaceId, person.id],
    }),
  ],
);

/** A bearer token. Only its hash is kept; it acts as one person. */
export const token = pgTable(
  "token",
  {
    ...owned(),
    personId: uuid().notNull(),
    /** Whose it was before a link moved it: unlinking gives it back. Empty: it was never moved. */
    firstPersonId: uuid(),
    name: text().notNull(),
    hash: bytea().notNull().unique(),
    /** Made by a person's command, by the first start, or taken from the environment. */
    source: text().$type<"command" | "start" | "environment">().notNull(),
    createdBy: uuid(),
    createdAt: moment().notNull(),
    revokedAt: moment(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    foreignKey({
      name: "token_person",
      columns: [t.workspaceId, t.personId],
      foreignColumns: [person.workspaceId, person.id],
    }),
    foreignKey({
      name: "token_first_person",
      columns: [t.workspaceId, t.firstPersonId],
      foreignColumns: [person.workspaceId, person.id],
    }),
  ],
);

/** A one-time code that links an account to a person, or a place to a workspace. */
export const code = pgTable(
  "code",
  {
    ...owned(),
    kind: text().$type<"link" | "connect">().notNull(),
    hash: bytea().notNull().unique(),
    issuedBy: uuid().notNull(),
    /** The run that showed the code: it is confirmed there again. */
    runId: uuid().notNull(),
    issuedAt: moment().notNull(),
    expiresAt: moment().notNull(),
    /** Who or what redeemed it, as JSON, waiting for the issuer's word. */
    redeemed: text(),
    redeemedAt: moment(),
    endedAt: moment(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    foreignKey({
      name: "code_person",
      columns: [t.workspaceId, t.issuedBy],
      foreignColumns: [person.workspaceId, person.id],
    }),
    uniqueIndex("code_open").on(t.workspaceId, t.issuedBy, t.kind).where(sql`${t.endedAt} is null`),
  ],
);

/** What a person said to being asked, word for word. A later decision ends the one before; all stay as proof. */
export const consent = pgTable(
  "consent",
  {
    ...owned(),
    personId: uuid().notNull(),
    purpose: text().notNull(),
    /** Which version of the words, the language and the words themselves, as they were shown. */
    version: integer().notNull(),
    locale: text().notNull(),
    words: text().notNull(),
    agreed: boolean().notNull(),
    at: moment().notNull(),
    surface: text().notNull(),
    /** The tenant and the place there. Emptied when the person is erased. */
    place: text().notNull(),
    runId: uuid().notNull(),
    endedAt: moment(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    foreignKey({
      name: "consent_person",
      columns: [t.workspaceId, t.personId],
      foreignColumns: [person.workspaceId, person.id],
    }),
    uniqueIndex("consent_open").on(t.workspaceId, t.personId, t.purpose).where(sql`${t.endedAt} is null`),
  ],
);

/** How many codes a person tried since when: a code is not to be guessed. */
export const guess = pgTable(
  "guess",
  { workspaceId: uuid().notNull(), personId: uuid().notNull(), since: moment().notNull(), tries: integer().notNull() },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.personId] }),
    foreignKey({
      name: "guess_person",
      columns: [t.workspaceId, t.personId],
      foreignColumns: [person.workspaceId, person.id],
    }),
  ],
);

/** A platform's own role (a Discord role, a Slack user group) that stands for one of ours. */
export const roleMap = pgTable(
  "role_map",
  {
    ...owned(),
    surface: text().notNull(),
    tenant: text().notNull(),
    external: text().notNull(),
    role: text().$type<"staff" | "partner" | "member">().notNull(),
    createdAt: moment().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    unique("role_map_external").on(t.workspaceId, t.surface, t.tenant, t.external),
    check("role_map_role", sql`${t.role} in ('staff', 'partner', 'member')`),
  ],
);

/** When a person may do a thing again. One statement reads and writes it. */
export const cooldown = pgTable(
  "cooldown",
  { workspaceId: uuid().notNull(), key: text().notNull(), until: moment().notNull() },
  (t) => [primaryKey({ columns: [t.workspaceId, t.key] })],
);
