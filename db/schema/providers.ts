// Who makes things: what a workspace decided about providers and prompts, and how a provider does for everybody.
import { sql } from "drizzle-orm";
import { boolean, check, doublePrecision, index, integer, pgTable, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { moment } from "./base.ts";

/** A provider that a workspace switched off, or on where it is asked for by name only. */
export const providerSwitch = pgTable(
  "provider_switch",
  {
    workspaceId: uuid().notNull(),
    provider: text().notNull(),
    enabled: boolean().notNull(),
    setBy: uuid(),
    setAt: moment().notNull(),
  },
  (t) => [primaryKey({ columns: [t.workspaceId, t.provider] })],
);

/**
 * How a provider does at one kind of work: its breaker, what it succeeded in, how long it took. It belongs to the key
 * and so to every workspace that uses it.
 */
export const providerHealth = pgTable(
  "provider_health",
  {
    provider: text().notNull(),
    kind: text().notNull(),
    state: text().$type<"closed" | "open">().notNull(),
    /** Failures one after another. */
    row: integer().notNull(),
    /** The last twenty, newest in the lowest bit, 1 a failure; and how many there are. */
    recent: integer().notNull(),
    seen: integer().notNull(),
    /** How often it opened without a success between. */
    opened: integer().notNull(),
    /** No date while open: it waits for a person. */
    openUntil: moment(),
    reason: text(),
    /** Not before this, by the provider's own word. */
    restUntil: moment(),
    probe: uuid(),
    probeUntil: moment(),
    wins: doublePrecision().notNull(),
    losses: doublePrecision().notNull(),
    quality: doublePrecision().notNull(),
    seconds: doublePrecision().notNull(),
    at: moment().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.provider, t.kind] }),
    check("provider_health_state", sql`${t.state} in ('closed', 'open')`),
  ],
);

/** The places at a provider's counter: as many as its key allows at once. */
export const providerSeat = pgTable(
  "provider_seat",
  {
    provider: text().notNull(),
    seat: integer().notNull(),
    attempt: uuid(),
    workspace: uuid(),
    until: moment().notNull(),
  },
  (t) => [primaryKey({ columns: [t.provider, t.seat] }), index("provider_seat_attempt").on(t.attempt)],
);

/** Which attempt a provider's task belongs to: of those with the same words each attempt takes one, and no two the same. */
export const providerTask = pgTable(
  "provider_task",
  { provider: text().notNull(), task: text().notNull(), attempt: uuid().notNull(), at: moment().notNull() },
  (t) => [primaryKey({ columns: [t.provider, t.task] })],
);

/** What a provider's key may still be asked in this minute: calls come back to it little by little. */
export const providerPace = pgTable("provider_pace", {
  provider: text().primaryKey(),
  left: doublePrecision().notNull(),
  at: moment().notNull(),
  /** It said that so many at once are too many: fewer for a while. */
  atOnce: integer(),
  atOnceUntil: moment(),
});

/** Workspaces that found no seat a moment ago: those who have many let them in. */
export const providerQueue = pgTable(
  "provider_queue",
  { provider: text().notNull(), workspace: uuid().notNull(), since: moment().notNull(), until: moment().notNull() },
  (t) => [primaryKey({ columns: [t.provider, t.workspace] })],
);

/**
 * A version of a prompt that this workspace wrote over the file of that name. Of the versions with a weight, chance
 * takes one for each thing that is made. Append-only but for the weight.
 */
export const promptVersion = pgTable(
  "prompt_version",
  {
    workspaceId: uuid().notNull(),
    name: text().notNull(),
    version: integer().notNull(),
    body: text().notNull(),
    weight: integer().notNull(),
    setBy: uuid(),
    setAt: moment().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.name, t.version] }),
    check("prompt_version_weight", sql`${t.weight} between 0 and 100`),
    check("prompt_version_number", sql`${t.version} > 0`),
  ],
);
