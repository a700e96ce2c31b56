// Facts, written in the transaction that made them true. Jobs, live pages, alerts and webhooks read them.
import { event } from "../../db/schema/index.ts";
import { type Act, eventKind, type Role } from "../act.ts";

export type EventRow = {
  name: string;
  payload: Record<string, unknown>;
  subject: string;
};

/** Who writes a fact: a run, or the house itself, which is nobody. */
export type Writer = Pick<Act, "db" | "now" | "newId"> & {
  workspace: { id: string };
  person: { id: string } | null;
  run: string | null;
  /** Told while an event is being written: live pages look for it as soon as it commits. */
  stirred?(workspaceId: string): void;
};

export async function writeEvent(act: Writer, row: EventRow): Promise<void> {
  await act.db.insert(event).values({
    workspaceId: act.workspace.id,
    id: act.newId(),
    name: row.name,
    at: act.now,
    personId: act.person?.id ?? null,
    runId: act.run,
    subject: row.subject,
    payload: row.payload,
  });
  act.stirred?.(act.workspace.id);
}

/** A run has another status, view or progress than before. Live pages and messages follow it. */
export const runChanged = eventKind<{ run: string; status: string }>("run.changed");

/** Who may hear of an event on a live page: everyone of the workspace, those of a role, or only whose doing it was. */
export type Audience = "everyone" | "own" | Role;

/**
 * Names of events and who hears of them; the longest name that fits counts ("channel" is all of "channel.…"). Whoever
 * caused an event always does. What is not named here is for staff.
 */
const AUDIENCES: Record<string, Audience> = {
  "run.changed": "own",
  token: "owner",
  role: "owner",
  person: "owner",
  audit: "owner",
  ledger: "owner",
  payout: "owner",
  channel: "everyone",
  queue: "everyone",
  ballot: "everyone",
  vote: "everyone",
  now: "everyone",
  community: "everyone",
};

export function audienceOf(name: string): Audience {
  for (let part = name; part !== ""; part = part.slice(0, Math.max(0, part.lastIndexOf(".")))) {
    const found = Object.hasOwn(AUDIENCES, part) ? AUDIENCES[part] : undefined;
    if (found) return found;
  }
  return "staff";
}
