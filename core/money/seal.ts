// The ledger's blocks under the deployment's key: whoever can write to the database can make a chain anew, but not these.
import { type Database, inWorkspace, rawOf } from "../../db/connect.ts";
import { type Act, eventKind } from "../act.ts";
import { writeEvent } from "../event/index.ts";
import type { House } from "../house.ts";
import { signed } from "../keys.ts";

export type Head = { number: bigint; hash: Buffer };

export const ledgerSealed = eventKind<{ block: string; hash: string }>("ledger.sealed");

export const contentOf = (workspaceId: string, { number, hash }: Head): unknown => ({
  ledger: workspaceId,
  block: String(number),
  hash: hash.toString("hex"),
});

/** The newest block, if there is one. */
export async function headOf(act: Pick<Act, "db">): Promise<Head | undefined> {
  const [head] = await rawOf(act.db)<{ number: string; hash: Buffer }[]>`
    select number, hash from ledger_block order by number desc limit 1`;
  return head && { number: BigInt(head.number), hash: head.hash };
}

/** Seals the newest block, where that is not done. Twice at once is once. */
export async function sealLedger(
  house: Pick<House, "sources" | "keys" | "log">,
  database: Database,
  workspaceId: string,
): Promise<Head | undefined> {
  const now = house.sources.now();
  const sealed = await inWorkspace(database, workspaceId, async (db) => {
    const head = await headOf({ db });
    if (!head) return undefined;
    const made = await rawOf(db)`
      insert into ledger_seal (workspace_id, block, at, hash, seal)
      values (${workspaceId}, ${String(head.number)}, ${now.toISOString()}, ${head.hash},
        ${signed(house.keys.audit, contentOf(workspaceId, head))})
      on conflict do nothing returning block`;
    if (made.length === 0) return undefined;
    const writer = { db, workspace: { id: workspaceId }, now, newId: house.sources.newId, person: null, run: null };
    const payload = { block: String(head.number), hash: head.hash.toString("hex") };
    await writeEvent(writer, { name: ledgerSealed.name, payload, subject: "" });
    return head;
  });
  // The log is a second place: who cuts the end off must reach it too.
  if (sealed)
    house.log.info(
      { workspace: workspaceId, block: String(sealed.number), hash: sealed.hash.toString("hex") },
      "ledger sealed",
    );
  return sealed;
}
