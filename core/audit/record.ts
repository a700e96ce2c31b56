// One row of the audit: who, where, which command, what changed. `hash` covers all of it.
import { audit } from "../../db/schema/index.ts";
import type { Act, Change } from "../act.ts";
import { hashOf } from "../hash.ts";

export type Entry = { command: string; outcome: string; changes: Change[] };

export async function record(act: Act, entry: Entry): Promise<void> {
  const row = {
    workspaceId: act.workspace.id,
    id: act.newId(),
    at: act.now,
    runId: act.run,
    personId: act.person.id,
    surface: act.surface,
    place: act.place.external,
    command: entry.command,
    outcome: entry.outcome,
    changes: entry.changes as unknown as Record<string, unknown>[],
  };
  await act.db.insert(audit).values({ ...row, hash: hashOf({ ...row, at: row.at.toISOString() }) });
}
