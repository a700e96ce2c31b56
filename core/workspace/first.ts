// The first start: the default workspace, and the lobby where places wait that belong to nobody yet.
import { type Database, rawOf, type Tx, within } from "../../db/connect.ts";
import { LOCKS } from "../../db/locks.ts";
import { LOBBY, type Sources } from "../act.ts";
import { listWorkspaces, writeWorkspace } from "./create.ts";

/** The slug of the workspace that a deployment starts with. */
export const MAIN = "main";

export type First = { mainId: string; lobbyId: string };

/** Runs `work` in the default workspace, made if it is not there, alone among all processes that start. */
export async function inFirst<T>(
  database: Database,
  { now, newId }: Sources,
  work: (tx: Tx, first: First) => Promise<T>,
): Promise<T> {
  return database.orm.transaction(async (tx) => {
    await rawOf(tx)`select pg_advisory_xact_lock(${LOCKS.firstStart})`;
    const there = await listWorkspaces(tx);
    const ensure = async (slug: string, name: string, personId: string | null) => {
      const known = there.find((w) => w.slug === slug);
      if (known) return known.workspaceId;
      const workspaceId = newId();
      await within(tx, workspaceId, () => writeWorkspace(tx, now(), { workspaceId, personId }, { slug, name }));
      return workspaceId;
    };
    const first = { mainId: await ensure(MAIN, "Main", newId()), lobbyId: await ensure(LOBBY, "Lobby", null) };
    return within(tx, first.mainId, () => work(tx, first));
  });
}
