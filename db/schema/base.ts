// What every table of a workspace shares. Its key begins with the workspace, so that indexes, foreign keys and
// row-level security all agree on whose row it is.
import { customType, timestamp, uuid } from "drizzle-orm/pg-core";

export const bytea = customType<{ data: Buffer }>({ dataType: () => "bytea" });

/** A moment: `Date` in code, `timestamptz` in the database. */
export const moment = () => timestamp({ withTimezone: true, mode: "date", precision: 3 });

/** The two columns that name a row. Follow with `ownedKey`. */
export const owned = () => ({ workspaceId: uuid().notNull(), id: uuid().notNull() });
