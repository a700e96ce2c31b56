import { foreignKey, index, pgTable, primaryKey, unique, uuid } from "drizzle-orm/pg-core";
import { bytea, moment, owned } from "./base.ts";
import { person, token } from "./people.ts";

/**
 * A signed-in browser. Rows and not a sealed cookie, so that signing out, revoking a token or erasing a person ends
 * it at once everywhere. Only the hash of the cookie's secret is kept.
 */
export const session = pgTable(
  "session",
  {
    ...owned(),
    personId: uuid().notNull(),
    /** Whose it was before a link moved it: unlinking gives it back. Empty: it was never moved. */
    firstPersonId: uuid(),
    /** The token it was signed in with: it ends with it. Empty: signed in by a one-time link. */
    tokenId: uuid(),
    hash: bytea().notNull(),
    createdAt: moment().notNull(),
    expiresAt: moment().notNull(),
    endedAt: moment(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    unique("session_hash").on(t.workspaceId, t.hash),
    index("session_person").on(t.workspaceId, t.personId),
    foreignKey({
      name: "session_person",
      columns: [t.workspaceId, t.personId],
      foreignColumns: [person.workspaceId, person.id],
    }),
    foreignKey({
      name: "session_first_person",
      columns: [t.workspaceId, t.firstPersonId],
      foreignColumns: [person.workspaceId, person.id],
    }),
    foreignKey({
      name: "session_token",
      columns: [t.workspaceId, t.tokenId],
      foreignColumns: [token.workspaceId, token.id],
    }),
  ],
);

/** A one-time way in, shown once: a link in the terminal or in a private answer. */
export const entry = pgTable(
  "entry",
  {
    ...owned(),
    personId: uuid().notNull(),
    hash: bytea().notNull(),
    createdAt: moment().notNull(),
    expiresAt: moment().notNull(),
    usedAt: moment(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    unique("entry_hash").on(t.workspaceId, t.hash),
    foreignKey({
      name: "entry_person",
      columns: [t.workspaceId, t.personId],
      foreignColumns: [person.workspaceId, person.id],
    }),
  ],
);
