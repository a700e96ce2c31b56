// Files that nothing points at any more: expired ones, and those whose run was undone or killed in the middle.
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { type Database, inWorkspace, rawOf } from "../../db/connect.ts";
import type { House } from "../house.ts";
import { firstIdAt } from "../ids.ts";
import { fileOf, folderOf, PART } from "./store.ts";

/** No transaction lives this long: a file of before without a row has none to come. */
const YOUNG = 86_400_000;
const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export async function tidyAssets(
  { files, sources }: Pick<House, "files" | "sources">,
  database: Database,
  workspaceId: string,
): Promise<number> {
  const now = sources.now();
  const expired = await inWorkspace(
    database,
    workspaceId,
    (tx) => rawOf(tx)<{ id: string }[]>`delete from asset where expires_at < ${now.toISOString()} returning id`,
  );
  for (const { id } of expired) await rm(fileOf(files, workspaceId, id), { force: true });
  return expired.length + (await dropOrphans(files, database, workspaceId, now));
}

async function dropOrphans(files: string, database: Database, workspaceId: string, now: Date): Promise<number> {
  const folder = folderOf(files, workspaceId);
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  const before = firstIdAt(now.getTime() - YOUNG);
  // An id begins with its time, so age is read from the name.
  const old = names.filter((name) => ID.test(idOf(name)) && idOf(name) < before);
  if (old.length === 0) return 0;
  const rows = await inWorkspace(
    database,
    workspaceId,
    (tx) => rawOf(tx)<{ id: string }[]>`select id from asset where id = any(${old.map(idOf)}::uuid[])`,
  );
  const owned = new Set(rows.map((r) => r.id));
  const orphans = old.filter((name) => name.endsWith(PART) || !owned.has(name));
  for (const name of orphans) await rm(join(folder, name), { force: true });
  return orphans.length;
}

const idOf = (name: string): string => (name.endsWith(PART) ? name.slice(0, -PART.length) : name);
