// What is let out by rule, and what words may not be in anything that is let out.
import { sql } from "drizzle-orm";
import { check, doublePrecision, foreignKey, pgTable, primaryKey, text, unique, uuid } from "drizzle-orm/pg-core";
import { moment, owned } from "./base.ts";
import { channel } from "./streams.ts";

/** A made thing that fits is let out without a person. An empty condition fits everything; one at least is not empty. */
export const approval = pgTable(
  "approval",
  {
    ...owned(),
    kind: text(),
    channelId: uuid(),
    provider: text(),
    /** From 0 to 1, as the quality gate measures. */
    least: doublePrecision().notNull(),
    setBy: uuid(),
    setAt: moment().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    foreignKey({
      name: "approval_channel",
      columns: [t.workspaceId, t.channelId],
      foreignColumns: [channel.workspaceId, channel.id],
    }),
    check("approval_least", sql`${t.least} between 0 and 1`),
    check("approval_narrow", sql`coalesce(${t.kind}, ${t.provider}, ${t.channelId}::text) is not null`),
  ],
);

/** One rule of the brand's voice: a word or a claim that may not appear, or how links, shouting and personal data are taken. */
export const voiceRule = pgTable(
  "voice_rule",
  {
    ...owned(),
    kind: text().$type<"word" | "claim" | "link" | "shouting" | "personal">().notNull(),
    /** The word, in small letters; empty for kinds that have none. */
    value: text().notNull(),
    level: text().$type<"refuse" | "warn" | "off">().notNull(),
    setBy: uuid(),
    setAt: moment().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    unique("voice_rule_value").on(t.workspaceId, t.kind, t.value),
    check("voice_rule_kind", sql`${t.kind} in ('word', 'claim', 'link', 'shouting', 'personal')`),
    check("voice_rule_level", sql`${t.level} in ('refuse', 'warn', 'off')`),
    check("voice_rule_words", sql`(${t.kind} in ('word', 'claim')) = (${t.value} <> '')`),
  ],
);
