// Whose books a source fills: the account of a payment service is one business's.
import type { Database } from "../../../db/connect.ts";
import { refuse } from "../../problem.ts";
import { listWorkspaces } from "../../workspace/index.ts";
import type { MoneySource } from "./source.ts";

export type MoneyHome = { database: Database; workspaceId: string };

/** Undefined: no workspace has that name (yet). */
export async function moneyHome(
  databases: readonly Database[],
  { workspace }: Pick<MoneySource, "workspace">,
): Promise<MoneyHome | undefined> {
  for (const database of databases) {
    const found = (await listWorkspaces(database)).find(({ slug }) => slug === workspace);
    if (found) return { database, workspaceId: found.workspaceId };
  }
  return undefined;
}

/** The source that may take money for this workspace, or why there is none. */
export function sellerFor(money: readonly MoneySource[], { slug }: { slug: string }): MoneySource {
  const ready = money.filter((source) => source.ready);
  if (ready.length === 0)
    throw refuse(
      "rule",
      "Nobody takes payments here yet. Set STRIPE_SECRET_KEY (from dashboard.stripe.com/apikeys) and start again; npm run doctor checks it.",
    );
  const own = ready.find(({ workspace }) => workspace === slug);
  if (own) return own;
  throw refuse(
    "rule",
    "The Stripe account here belongs to the workspace {workspace}. STRIPE_WORKSPACE says whose it is.",
    { workspace: ready[0]!.workspace },
  );
}
