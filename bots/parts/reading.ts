// A look into the house for somebody who has not sent anything yet: while they type, or open a page. Nothing is changed.
import type { Act } from "../../core/act.ts";
import { makeAct, readWho } from "../../core/inbox/index.ts";
import type { Visitor } from "../../core/workspace/index.ts";
import { inWorkspace, rawOf } from "../../db/connect.ts";
import type { Door } from "../surface.ts";

/** `roles` are the platform's own. */
export type Guest = { place: Visitor["place"]; account: Visitor["account"] & { roles?: string[] } };

/** `bound`: the place belongs to a workspace. The database itself stops after so many milliseconds. */
export async function reading<T>(
  { house, enter }: Door,
  { place, account }: Guest,
  most: number,
  work: (act: Act, bound: boolean) => Promise<T>,
): Promise<T> {
  const { roles: _, ...said } = account;
  const { database, caller, bound } = await enter({ place, account: said });
  return inWorkspace(database, caller.workspaceId, async (tx) => {
    await rawOf(
      tx,
    )`select set_config('statement_timeout', ${String(most)}, true), set_config('transaction_read_only', 'on', true)`;
    const [row] = await readWho(tx, caller.personId, { surface: place.surface, tenant: place.tenant, account });
    const { act } = makeAct(house, { database, tx }, caller, row, house.sources.newId(), place, account.locale);
    return work(act, bound);
  });
}
