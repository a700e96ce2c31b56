// Where the bytes of made files are: in a folder of this machine, or in a bucket. With a bucket, new files go there and
// the folder is still read, so that what was made before is there too; the nightly look moves it over.
import { createHash, randomUUID } from "node:crypto";
import { createReadStream, createWriteStream, existsSync, openAsBlob } from "node:fs";
import { type FileHandle, mkdir, open, readdir, rename, rm, stat, utimes } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Bucket, Kept, Range } from "./bucket/bucket.ts";

/** As a house and an act have it. */
export type Place = {
  /** The folder of files on this machine. */
  files: string;
  bucket?: Bucket | undefined;
};
export type Bytes = Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;
export const PART = ".part";

export const folderOf = (files: string, workspaceId: string): string => join(files, workspaceId);
/** Made of ids alone: nothing that anybody typed is in a path. */
export const fileOf = (files: string, workspaceId: string, id: string): string =>
  join(folderOf(files, workspaceId), id);
export const keyOf = (workspaceId: string, id: string): string => `${workspaceId}/${id}`;

/** Whole, or not there. */
export function putBytes(place: Place, workspaceId: string, id: string, bytes: Bytes): Promise<Kept> {
  const pieces = bytes instanceof Uint8Array ? [bytes] : bytes;
  if (place.bucket) return place.bucket.put(keyOf(workspaceId, id), pieces);
  return write(folderOf(place.files, workspaceId), fileOf(place.files, workspaceId, id), pieces);
}

/** What was put under one id is under another, in one step. Done again, it changes nothing. */
export async function moveBytes(place: Place, workspaceId: string, from: string, to: string): Promise<void> {
  const { bucket, files } = place;
  try {
    if (bucket) return await bucket.move(keyOf(workspaceId, from), keyOf(workspaceId, to));
    await rename(fileOf(files, workspaceId, from), fileOf(files, workspaceId, to));
  } catch (error) {
    const { code } = error as { code?: string };
    // It was moved before, by somebody who died before they could say so.
    const there = (code === "ENOENT" || code === "NoSuchKey") && (await sizeOf(place, workspaceId, to)) !== undefined;
    if (!there) throw error;
  }
  if (!bucket) await syncFolder(folderOf(files, workspaceId));
}

export async function dropBytes(place: Place, workspaceId: string, id: string): Promise<void> {
  await rm(fileOf(place.files, workspaceId, id), { force: true });
  await place.bucket?.remove(keyOf(workspaceId, id));
}

export type Reading = { workspaceId: string; id: string; range?: Range | undefined; sha256?: Uint8Array };

/** Undefined: its bytes are nowhere. Whoever opens it reads it or destroys it. */
export async function openBytes(place: Place, reading: Reading): Promise<Readable | undefined> {
  const { workspaceId, id, range, sha256 } = reading;
  const handle = await openFile(fileOf(place.files, workspaceId, id));
  if (handle) return handle.createReadStream({ ...range, highWaterMark: 128 * 1024 });
  const found = await place.bucket?.get(keyOf(workspaceId, id), {
    ...(range ? { range } : {}),
    ...(sha256 ? { sha256 } : {}),
  });
  return found && Readable.from(found.body, { objectMode: false });
}

async function openFile(file: string): Promise<FileHandle | undefined> {
  try {
    return await open(file, "r");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** All of it in memory: for what is known to be small. */
export async function readBytes(place: Place, workspaceId: string, id: string): Promise<Buffer | undefined> {
  const stream = await openBytes(place, { workspaceId, id });
  return stream && Buffer.concat(await stream.toArray());
}

/**
 * A path on this machine, for what reads paths: the file itself, or a copy that is fetched from the bucket once and kept
 * while it is used. Not within a transaction. Undefined: its bytes are nowhere.
 */
export async function fileHere(place: Place, workspaceId: string, id: string): Promise<string | undefined> {
  const own = fileOf(place.files, workspaceId, id);
  if (existsSync(own) || !place.bucket) return existsSync(own) ? own : undefined;
  const copy = join(copiesOf(place.files), workspaceId, id);
  const now = new Date();
  if (existsSync(copy)) {
    await utimes(copy, now, now);
    return copy;
  }
  const stream = await openBytes(place, { workspaceId, id });
  if (!stream) return undefined;
  // Two who want it at once write two, and the later one has its name: they are the same.
  const part = `${copy}.${randomUUID()}${PART}`;
  await mkdir(dirname(copy), { recursive: true, mode: FOLDER_MODE });
  try {
    await pipeline(stream, createWriteStream(part, { flags: "wx", mode: FILE_MODE }));
    await rename(part, copy);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
  return copy;
}

/** Beside the files and not among them: copies are in no backup, and none is missed. */
const copiesOf = (files: string): string => `${files}-copies`;

/** Copies that nobody used since. */
export async function dropCopies(files: string, workspaceId: string, before: Date): Promise<void> {
  const folder = join(copiesOf(files), workspaceId);
  if (!existsSync(folder)) return;
  for (const name of await readdir(folder)) {
    const file = join(folder, name);
    if ((await stat(file)).mtime < before) await rm(file, { force: true });
  }
}

/** Read when it is sent, where it is on this machine. */
export async function blobOf(place: Place, workspaceId: string, id: string): Promise<Blob | undefined> {
  const file = fileOf(place.files, workspaceId, id);
  if (existsSync(file)) return openAsBlob(file);
  const bytes = await readBytes(place, workspaceId, id);
  return bytes && new Blob([new Uint8Array(bytes)]);
}

/** Undefined: its bytes are nowhere. */
export async function sizeOf(place: Place, workspaceId: string, id: string): Promise<number | undefined> {
  const there = await stat(fileOf(place.files, workspaceId, id)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    throw error;
  });
  return there ? there.size : place.bucket?.size(keyOf(workspaceId, id));
}

/** From the folder into the bucket. `sha256`: what it must be; another one stays where it is. */
export async function moveToBucket(
  place: Place,
  workspaceId: string,
  id: string,
  sha256?: Uint8Array,
): Promise<boolean> {
  if (!place.bucket) return false;
  const file = fileOf(place.files, workspaceId, id);
  const kept = await place.bucket.put(keyOf(workspaceId, id), createReadStream(file) as AsyncIterable<Uint8Array>);
  if (sha256 && Buffer.compare(kept.sha256, sha256) !== 0) {
    await place.bucket.remove(keyOf(workspaceId, id));
    return false;
  }
  await rm(file);
  return true;
}

async function write(
  folder: string,
  file: string,
  pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<Kept> {
  await mkdir(folder, { recursive: true, mode: FOLDER_MODE });
  const part = file + PART;
  // Of a run that died in the middle: the id was promised, and nobody else writes under it.
  await rm(part, { force: true });
  const handle = await open(part, "wx", FILE_MODE);
  try {
    const written = await pour(handle, pieces);
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

async function pour(handle: FileHandle, pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<Kept> {
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
