// Files that nothing points at any more: expired ones, and those whose run was undone or killed in the middle. And files
// from before there was a bucket: they move over.
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { type Database, inWorkspace, rawOf } from "../../db/connect.ts";
import type { House } from "../house.ts";
import { firstIdAt } from "../ids.ts";
import { dropBytes, dropCopies, folderOf, keyOf, moveToBucket, PART } from "./place.ts";

/** No transaction lives this long: a file of before without a row has none to come. */
const YOUNG = 86_400_000;
const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

type Tidying = Pick<House, "files" | "sources" | "log"> & Pick<House, "bucket">;

export async function tidyAssets(house: Tidying, database: Database, workspaceId: string): Promise<number> {
  const now = house.sources.now();
  const expired = await inWorkspace(
    database,
    workspaceId,
    (tx) => rawOf(tx)<{ id: string }[]>`delete from asset where expires_at < ${now.toISOString()} returning id`,
  );
  for (const { id } of expired) await dropBytes(house, workspaceId, id);
  // By the real time: that is how the system counts when a file was used.
  await dropCopies(house.files, workspaceId, new Date(Date.now() - YOUNG));
  const before = firstIdAt(now.getTime() - YOUNG);
  const orphans = await dropOrphans(house, database, workspaceId, before);
  const strays = await dropStrays(house, database, workspaceId, before);
  return expired.length + orphans + strays;
}

type Known = { id: string; sha256: Buffer };
const rowsOf = (database: Database, workspaceId: string, ids: readonly string[]): Promise<Known[]> =>
  inWorkspace(
    database,
    workspaceId,
    (tx) => rawOf(tx)<Known[]>`select id, sha256 from asset where id = any(${[...ids]}::uuid[])`,
  );

/** In the folder. With a bucket, what is not an orphan moves there. */
async function dropOrphans(house: Tidying, database: Database, workspaceId: string, before: string): Promise<number> {
  const folder = folderOf(house.files, workspaceId);
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  const ours = names.filter((name) => ID.test(idOf(name)));
  // An id begins with its time, so age is read from the name.
  const looked = house.bucket ? ours : ours.filter((name) => idOf(name) < before);
  if (looked.length === 0) return 0;
  const rows = new Map((await rowsOf(database, workspaceId, looked.map(idOf))).map((r) => [r.id, r.sha256]));
  let dropped = 0;
  for (const name of looked) {
    const sha256 = rows.get(name);
    if (!sha256 && idOf(name) < before) {
      await rm(join(folder, name), { force: true });
      dropped++;
    } else if (sha256 && house.bucket && !(await moveToBucket(house, workspaceId, name, sha256)))
      house.log.error({ asset: name, workspace: workspaceId }, "a file is not what its row says, and was not moved");
  }
  return dropped;
}

/** In the bucket. */
async function dropStrays(house: Tidying, database: Database, workspaceId: string, before: string): Promise<number> {
  const { bucket } = house;
  if (!bucket) return 0;
  let dropped = await bucket.dropUnfinished(keyOf(workspaceId, ""), new Date(house.sources.now().getTime() - YOUNG));
  let page: string[] = [];
  const look = async () => {
    const known = new Set((await rowsOf(database, workspaceId, page)).map((r) => r.id));
    for (const id of page.filter((one) => !known.has(one))) {
      await bucket.remove(keyOf(workspaceId, id));
      dropped++;
    }
    page = [];
  };
  for await (const { key } of bucket.list(keyOf(workspaceId, ""))) {
    const id = key.slice(keyOf(workspaceId, "").length);
    if (ID.test(id) && id < before) page.push(id);
    if (page.length === PAGE) await look();
  }
  if (page.length > 0) await look();
  return dropped;
}

const PAGE = 1000;

const idOf = (name: string): string => (name.endsWith(PART) ? name.slice(0, -PART.length) : name);
