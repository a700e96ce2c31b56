// Facts, written in the transaction that made them true. Jobs, live pages, alerts and webhooks read them.
import { event } from "../../db/schema/index.ts";
import { type Act, eventKind } from "../act.ts";

export type EventRow = {
  name: string;
  payload: Record<string, unknown>;
  subject: string;
};

export const writeEvent = (act: Pick<Act, "db" | "workspace" | "person" | "run" | "now" | "newId">, row: EventRow) =>
  act.db.insert(event).values({
    workspaceId: act.workspace.id,
    id: act.newId(),
    name: row.name,
    at: act.now,
    personId: act.person.id,
    runId: act.run,
    subject: row.subject,
    payload: row.payload,
  });

/** A run has another status, view or progress than before. Live pages and messages follow it. */
export const runChanged = eventKind<{ run: string; status: string }>("run.changed");
