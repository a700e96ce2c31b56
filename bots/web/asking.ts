// The act of a caller who only looks: one transaction in which nothing can be written.
import type { Act } from "../../core/act.ts";
import { makeAct, readWho } from "../../core/inbox/index.ts";
import { inWorkspace, rawOf } from "../../db/connect.ts";
import { senderOf } from "./commands.ts";
import type { Ctx, Web, Who } from "./web.ts";

/** The database gives up after so many milliseconds: whoever waits has left by then. */
export function looking<T>(
  web: Web,
  c: Ctx,
  who: Who,
  milliseconds: number,
  look: (act: Act) => Promise<T>,
): Promise<T> {
  const { surface, tenant, place } = senderOf(c, who);
  const { database, workspaceId, personId } = who;
  return inWorkspace(database, workspaceId, async (tx) => {
    await rawOf(tx)`
      select set_config('statement_timeout', ${String(milliseconds)}, true),
        set_config('transaction_read_only', 'on', true)`;
    const [row] = await readWho(tx, personId);
    const at = { surface, tenant, external: place };
    const run = web.house.sources.newId();
    const { act } = makeAct(web.house, { database, tx }, { workspaceId, personId }, row, run, at, c.var.locale);
    return look(act);
  });
}
