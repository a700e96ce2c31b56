// Made files: a row that says whose it is, and the bytes under the row's id. A file is whole or it is not there.
import { createHash } from "node:crypto";
import { type FileHandle, mkdir, open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { rawOf } from "../../db/connect.ts";
import { asset } from "../../db/schema/index.ts";
import { type Act, mayActAs } from "../act.ts";
import { safeName } from "../command/index.ts";
import { refuse } from "../problem.ts";
import { storable } from "../text.ts";

export type NewAsset = {
  /** Its id, when it was promised before it was made. */
  id?: string;
  /** What it is to the business: song, export, chart. */
  kind: string;
  /** Its media type. */
  type: string;
  name: string;
  /** All of it, or piece by piece for what does not fit in memory. */
  bytes: Uint8Array | AsyncIterable<Uint8Array>;
  /** Only this person may read it. */
  forPerson?: string;
  /** The work that it is a part of. */
  partOf?: string;
  expiresAt?: Date;
};

export type Asset = {
  id: string;
  kind: string;
  type: string;
  name: string;
  bytes: number;
  sha256: Buffer;
  createdAt: Date;
  /** Where its bytes are on this machine. */
  file: string;
};

const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;
export const PART = ".part";

export const folderOf = (files: string, workspaceId: string): string => join(files, workspaceId);
/** Made of ids alone: nothing that anybody typed is in a path. */
export const fileOf = (files: string, workspaceId: string, id: string): string =>
  join(folderOf(files, workspaceId), id);

/** The bytes first, then the row: a row never points at nothing. A file whose run was undone is tidied up later. */
export async function saveAsset(act: Act, given: NewAsset): Promise<Asset> {
  const id = given.id ?? act.newId();
  const file = fileOf(act.files, act.workspace.id, id);
  const { bytes, sha256 } = await write(folderOf(act.files, act.workspace.id), file, given.bytes);
  const row = {
    id,
    kind: given.kind,
    type: storable(given.type),
    name: safeName(storable(given.name)),
    bytes,
    sha256,
    createdAt: act.now,
  };
  try {
    await act.db.insert(asset).values({
      ...row,
      workspaceId: act.workspace.id,
      path: `${act.workspace.id}/${id}`,
      forPerson: given.forPerson ?? null,
      partOf: given.partOf ?? null,
      runId: act.run,
      expiresAt: given.expiresAt ?? null,
    });
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  }
  return { ...row, file };
}

async function write(
  folder: string,
  file: string,
  bytes: NewAsset["bytes"],
): Promise<{ bytes: number; sha256: Buffer }> {
  await mkdir(folder, { recursive: true, mode: FOLDER_MODE });
  const part = file + PART;
  // Of a run that died in the middle: the id was promised, and nobody else writes under it.
  await rm(part, { force: true });
  const handle = await open(part, "wx", FILE_MODE);
  try {
    const written = await pour(handle, bytes instanceof Uint8Array ? [bytes] : bytes);
    await handle.sync();
    await handle.close();
    await rename(part, file);
    await syncFolder(folder);
    return written;
  } catch (error) {
    await handle.close();
    await rm(part, { force: true });
    throw error;
  }
}

async function pour(handle: FileHandle, pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>) {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const piece of pieces) {
    await handle.writeFile(piece);
    hash.update(piece);
    bytes += piece.byteLength;
  }
  return { bytes, sha256: hash.digest() };
}

/** The new name is safe from a power cut too. Windows cannot open a folder, and needs not. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

type Row = Omit<Asset, "file" | "createdAt" | "bytes"> & { bytes: string; createdAt: string; forPerson: string | null };
const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** What a person may read. What is somebody else's, expired, another workspace's or not let out is as if not there. */
export async function openAsset(act: Act, id: string): Promise<Asset> {
  const rows = ID.test(id)
    ? await rawOf(act.db)<Row[]>`
        select id, kind, type, name, bytes, sha256, for_person as "forPerson", created_at as "createdAt" from asset
        where id = ${id} and (expires_at is null or expires_at > ${act.now.toISOString()})
          and (${mayActAs(act.role, "staff")}::boolean or not exists (
            select from work w where w.id = coalesce(asset.part_of, asset.id) and w.status <> 'approved'))`
    : [];
  const [row] = rows;
  if (!row || (row.forPerson !== null && row.forPerson !== act.person.id))
    throw refuse("missing", "There is no such file here, or it has expired.");
  const { forPerson: _, ...rest } = row;
  return {
    ...rest,
    bytes: Number(row.bytes),
    createdAt: new Date(row.createdAt),
    file: fileOf(act.files, act.workspace.id, row.id),
  };
}
