// Reservations that nobody settled in time are given back.
import { type Database, inWorkspace, rawOf } from "../../db/connect.ts";
import type { House } from "../house.ts";
import { putAll } from "./door.ts";

/** In one transaction. */
const MOST = 500;

/** Answers how many. Twice at once gives each back once. */
export async function expireHolds(
  { sources }: Pick<House, "sources">,
  database: Database,
  workspaceId: string,
): Promise<number> {
  const now = sources.now();
  return inWorkspace(database, workspaceId, async (tx) => {
    const due = await rawOf(tx)<{ id: string }[]>`
      select t.id from ledger_transfer t
      where t.expires_at <= ${now.toISOString()} and not exists (
        select from ledger_transfer c where c.of_id = t.id and c.mode in ('settle', 'void'))
      order by t.expires_at limit ${MOST}`;
    if (due.length === 0) return 0;
    const asked = due.map(({ id }) => ({
      order: { scope: "expiry", key: id, kind: "expiry", mode: "void" as const, of: id },
      id: sources.newId(),
      at: now,
      personId: null,
      runId: null,
    }));
    const outcomes = await putAll(tx, asked, { now, newId: () => sources.newId() });
    return outcomes.filter(({ outcome }) => outcome === "posted").length;
  });
}
