// Made files: a row that says whose it is, and the bytes under the row's id. A file is whole or it is not there.
import { rawOf } from "../../db/connect.ts";
import { asset } from "../../db/schema/index.ts";
import { type Act, mayActAs } from "../act.ts";
import { safeName } from "../command/index.ts";
import type { House } from "../house.ts";
import { refuse } from "../problem.ts";
import { storable } from "../text.ts";
import { BucketError } from "./bucket/send.ts";
import { type Bytes, dropBytes, moveBytes, putBytes } from "./place.ts";

export type NewAsset = {
  /** Its id, when it was promised before it was made. */
  id?: string;
  /** What it is to the business: song, export, chart. */
  kind: string;
  /** Its media type. */
  type: string;
  name: string;
  /** All of it, piece by piece for what does not fit in memory, or what was brought before (`bringBytes`). */
  bytes: Bytes | Brought;
  /** Only this person may read it. */
  forPerson?: string;
  /** The work that it is a part of. */
  partOf?: string;
  expiresAt?: Date;
};

export type Asset = {
  id: string;
  workspaceId: string;
  kind: string;
  type: string;
  name: string;
  bytes: number;
  sha256: Buffer;
  createdAt: Date;
};

/** Bytes that are in the store already, under a name that nobody reads; `here`: in the folder, and not in the bucket. */
export type Brought = { brought: string; bytes: number; sha256: Buffer; here: boolean };

/**
 * Before a transaction that may wait for nothing: large files take their time. `saveAsset` gives them their name; what
 * never gets one is tidied up. What was paid for is not lost because a bucket is away: it stays in the folder, is read
 * from there, and moves over at night.
 */
export async function bringBytes(
  { files, bucket, sources, log }: Pick<House, "files" | "bucket" | "sources" | "log">,
  workspaceId: string,
  bytes: () => Bytes,
): Promise<Brought> {
  const brought = sources.newId();
  try {
    return { brought, here: !bucket, ...(await putBytes({ files, bucket }, workspaceId, brought, bytes())) };
  } catch (err) {
    if (!(err instanceof BucketError)) throw err;
    log.error({ err }, "the bucket takes no files: a made file stays on this machine until it does");
    return { brought, here: true, ...(await putBytes({ files }, workspaceId, brought, bytes())) };
  }
}

/** What was brought is under this id from here on, and so is what is said of it. May be done again. */
export async function nameBytes(
  place: Pick<House, "files" | "bucket">,
  workspaceId: string,
  brought: Brought,
  id: string,
): Promise<Brought> {
  if (brought.brought === id) return brought;
  await moveBytes(brought.here ? { files: place.files } : place, workspaceId, brought.brought, id);
  return { ...brought, brought: id };
}

const keep = (act: Act, id: string, bytes: Bytes | Brought): Promise<{ bytes: number; sha256: Buffer }> =>
  "brought" in bytes ? nameBytes(act, act.workspace.id, bytes, id) : putBytes(act, act.workspace.id, id, bytes);

/** The bytes first, then the row: a row never points at nothing. A file whose run was undone is tidied up later. */
export async function saveAsset(act: Act, given: NewAsset): Promise<Asset> {
  // What has no id that was promised keeps the one under which it was brought.
  const id = given.id ?? ("brought" in given.bytes ? given.bytes.brought : act.newId());
  const workspaceId = act.workspace.id;
  const { bytes, sha256 } = await keep(act, id, given.bytes);
  const row = {
    id,
    workspaceId,
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
      path: `${workspaceId}/${id}`,
      forPerson: given.forPerson ?? null,
      partOf: given.partOf ?? null,
      runId: act.run,
      expiresAt: given.expiresAt ?? null,
    });
  } catch (error) {
    await dropBytes(act, workspaceId, id);
    throw error;
  }
  return row;
}

type Row = Omit<Asset, "workspaceId" | "createdAt" | "bytes"> & {
  bytes: string;
  createdAt: string;
  forPerson: string | null;
};
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
    workspaceId: act.workspace.id,
    bytes: Number(row.bytes),
    createdAt: new Date(row.createdAt),
  };
}
