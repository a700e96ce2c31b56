// A file comes back as a stream. A line that breaks in the middle is taken up again where it broke, of the very same
// file; and what was read whole is held against its sum.
import { createHash } from "node:crypto";
import type { Opened, Range } from "./bucket.ts";
import { BucketError, backoff, type Line, send } from "./send.ts";

/** Taken up so often without a single byte between; then it is given up. */
const RESUMES = 5;

export async function readFrom(
  line: Line,
  key: string,
  { range, sha256 }: { range?: Range; sha256?: Uint8Array },
): Promise<Opened | undefined> {
  let answer: Response;
  try {
    answer = await get(line, key, range);
  } catch (error) {
    if (error instanceof BucketError && error.status === 404) return undefined;
    throw error;
  }
  const bytes = Number(answer.headers.get("content-length"));
  const tag = answer.headers.get("etag") ?? undefined;
  if (range && answer.status !== 206) {
    await answer.body?.cancel();
    throw new BucketError("Unknown", answer.status, "the store answers a range with the whole");
  }
  const start = range?.start ?? 0;
  const body = pieces(line, { key, start, bytes, tag, sum: range ? undefined : sha256 }, answer);
  return { bytes, body };
}

const get = (line: Line, key: string, range?: Range, tag?: string): Promise<Response> =>
  send(line, {
    method: "GET",
    key,
    headers: {
      // Bytes as they are: a length that is not the file's would be of something else. To a range `fetch` adds it itself.
      ...(range ? { range: `bytes=${range.start}-${range.end}` } : { "accept-encoding": "identity" }),
      ...(tag ? { "if-match": tag } : {}),
    },
  });

type Reading = { key: string; start: number; bytes: number; tag: string | undefined; sum: Uint8Array | undefined };

async function* pieces(
  line: Line,
  { key, start, bytes, tag, sum }: Reading,
  first: Response,
): AsyncIterable<Uint8Array> {
  const hash = sum && createHash("sha256");
  const end = start + bytes - 1;
  let at = start;
  let answer: Response = first;
  for (let broken = 0; at <= end; broken++) {
    const before = at;
    try {
      for await (const piece of (answer.body ?? []) as AsyncIterable<Uint8Array>) {
        at += piece.byteLength;
        hash?.update(piece);
        yield piece;
      }
      if (at > end) break;
      throw new BucketError("IncompleteBody", 0, "the line ended early");
    } catch (error) {
      if (at > before) broken = 0;
      if (broken >= RESUMES) throw error;
    }
    await backoff(line, broken);
    answer = await get(line, key, { start: at, end }, tag);
  }
  if (hash && Buffer.compare(hash.digest(), sum) !== 0)
    throw new BucketError("BadDigest", 0, "what came is not what was kept");
}
