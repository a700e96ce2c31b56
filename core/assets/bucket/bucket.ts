// Files in a bucket that speaks S3: whole or not there, summed on the way in and on the way out, read in ranges.

import { readFrom } from "./read.ts";
import { type Line, send, signer, urlOf, type World } from "./send.ts";
import type { BucketSettings } from "./settings.ts";
import { upload } from "./upload.ts";
import { elements, textIn } from "./xml.ts";

export type Kept = { bytes: number; sha256: Buffer };
export type Range = { start: number; end: number };
export type Opened = { bytes: number; body: AsyncIterable<Uint8Array> };
export type Presigned = { seconds: number; type: string; disposition: string };

export type Bucket = {
  settings: BucketSettings;
  put(key: string, pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<Kept>;
  /** Undefined: it is not there. `sha256` is held against the whole, at its end. */
  get(key: string, how?: { range?: Range; sha256?: Uint8Array }): Promise<Opened | undefined>;
  size(key: string): Promise<number | undefined>;
  /** Within the store, in one step: the new name is whole or not there. */
  move(from: string, to: string): Promise<void>;
  remove(key: string): Promise<void>;
  list(prefix: string): AsyncIterable<{ key: string; bytes: number }>;
  /** Uploads that somebody began and did not end: they are no files, and cost money. */
  dropUnfinished(prefix: string, before: Date): Promise<number>;
  /** An address that anybody may fetch this one file from, until it ends. */
  link(key: string, how: Presigned): Promise<string>;
};

/** Amazon's least for a part but the last is 5 MiB; a file of 2 GB is 256 of these. */
export const PART_BYTES = 8 * 1024 * 1024;

export function openBucket(settings: BucketSettings, world: World, { partBytes = PART_BYTES } = {}): Bucket {
  const line: Line = { settings, world, skew: 0 };
  return {
    settings,
    put: (key, pieces) => upload(line, key, pieces, partBytes),
    get: (key, how = {}) => readFrom(line, key, how),
    size: (key) => sizeOf(line, key),
    move: (from, to) => move(line, from, to),
    async remove(key) {
      await (await send(line, { method: "DELETE", key })).body?.cancel();
    },
    list: (prefix) => list(line, prefix),
    dropUnfinished: (prefix, before) => dropUnfinished(line, prefix, before),
    link: (key, how) => link(line, key, how),
  };
}

async function sizeOf(line: Line, key: string): Promise<number | undefined> {
  try {
    const answer = await send(line, { method: "HEAD", key });
    return Number(answer.headers.get("content-length"));
  } catch (error) {
    if ((error as { status?: number }).status === 404) return undefined;
    throw error;
  }
}

async function move(line: Line, from: string, to: string): Promise<void> {
  const { name, prefix } = line.settings;
  const source = `/${name}/${prefix}${from}`.split("/").map(encodeURIComponent).join("/");
  const answer = await send(line, { method: "PUT", key: to, headers: { "x-amz-copy-source": source } });
  // It answers 200 before it has copied, and says in the body how it went.
  const text = await answer.text();
  if (!text.includes("<CopyObjectResult"))
    throw new Error(`the copy within the bucket failed: ${textIn(text, "Code") ?? "no reason given"}`);
  await (await send(line, { method: "DELETE", key: from })).body?.cancel();
}

async function* list(line: Line, prefix: string): AsyncIterable<{ key: string; bytes: number }> {
  const own = line.settings.prefix;
  let next: string | undefined;
  do {
    const answer = await send(line, {
      method: "GET",
      query: { "list-type": "2", prefix: own + prefix, ...(next ? { "continuation-token": next } : {}) },
    });
    const xml = await answer.text();
    for (const one of elements(xml, "Contents"))
      yield { key: (textIn(one, "Key") ?? "").slice(own.length), bytes: Number(textIn(one, "Size")) };
    next = textIn(xml, "IsTruncated") === "true" ? textIn(xml, "NextContinuationToken") : undefined;
  } while (next);
}

async function dropUnfinished(line: Line, prefix: string, before: Date): Promise<number> {
  const own = line.settings.prefix;
  const answer = await send(line, { method: "GET", query: { uploads: "", prefix: own + prefix } });
  let dropped = 0;
  for (const one of elements(await answer.text(), "Upload")) {
    const [key, id, at] = ["Key", "UploadId", "Initiated"].map((name) => textIn(one, name) ?? "") as [
      string,
      string,
      string,
    ];
    if (!(new Date(at) < before) || !key.startsWith(own)) continue;
    const gone = { method: "DELETE", key: key.slice(own.length), query: { uploadId: id } } as const;
    await (await send(line, gone)).body?.cancel();
    dropped++;
  }
  return dropped;
}

async function link(line: Line, key: string, { seconds, type, disposition }: Presigned): Promise<string> {
  const url = urlOf(line.settings, key);
  url.searchParams.set("X-Amz-Expires", String(seconds));
  url.searchParams.set("response-content-type", type);
  url.searchParams.set("response-content-disposition", disposition);
  return (await signer(line, url, { method: "GET", signQuery: true }).sign()).url.href;
}
