// Facts, written in the transaction that made them true. Jobs, live pages, alerts and webhooks read them.
import { event } from "../../db/schema/index.ts";
import { type Act, eventKind } from "../act.ts";

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
};

export const writeEvent = (act: Writer, row: EventRow) =>
  act.db.insert(event).values({
    workspaceId: act.workspace.id,
    id: act.newId(),
    name: row.name,
    at: act.now,
    personId: act.person?.id ?? null,
    runId: act.run,
    subject: row.subject,
    payload: row.payload,
  });

/** A run has another status, view or progress than before. Live pages and messages follow it. */
export const runChanged = eventKind<{ run: string; status: string }>("run.changed");
