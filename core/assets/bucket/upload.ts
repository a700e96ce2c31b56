// A file goes up in one piece, or in parts when it is larger than one. Each part is held until the store has it, so it can be
// sent again; its sum is signed, so the store refuses a damaged one. Nothing is there before the last step.
import { createHash } from "node:crypto";
import type { Kept } from "./bucket.ts";
import { BucketError, type Line, send } from "./send.ts";
import { textIn } from "./xml.ts";

/** Parts on their way at once: with the one that fills, 24 MB are held. */
const AT_ONCE = 2;
const MOST_PARTS = 10_000;
/** What comes back is handed over as a file, whatever somebody says that it is. */
const TYPE = { "content-type": "application/octet-stream" };

const sumOf = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

/** What a small file begins with. */
const FIRST = 64 * 1024;

/**
 * In blocks of one size; the last may be smaller, and is there even when nothing is. `spare`: blocks that are done with, to
 * be filled again. The source may use the memory of a piece for its next.
 */
async function* blocks(
  pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  size: number,
  spare: Buffer[],
): AsyncGenerator<Buffer> {
  let block: Buffer = Buffer.allocUnsafeSlow(Math.min(size, FIRST));
  let length = 0;
  for await (const piece of pieces) {
    for (let rest = piece; rest.byteLength > 0; ) {
      if (length === size) {
        yield block;
        block = spare.pop() ?? Buffer.allocUnsafeSlow(size);
        length = 0;
      }
      if (length === block.length) {
        const larger = Buffer.allocUnsafeSlow(Math.min(size, 2 * length));
        larger.set(block);
        block = larger;
      }
      const part = rest.subarray(0, block.length - length);
      block.set(part, length);
      length += part.byteLength;
      rest = rest.subarray(part.byteLength);
    }
  }
  yield block.subarray(0, length);
}

export async function upload(
  line: Line,
  key: string,
  pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  partBytes: number,
): Promise<Kept> {
  const whole = createHash("sha256");
  const spare: Buffer[] = [];
  const all = blocks(pieces, partBytes, spare);
  try {
    const first = (await all.next()).value as Buffer;
    whole.update(first);
    const second = await all.next();
    if (second.done) {
      const answer = await send(line, { method: "PUT", key, headers: TYPE, body: first, sum: sumOf(first) });
      await answer.body?.cancel();
      return { bytes: first.byteLength, sha256: whole.digest() };
    }
    whole.update(second.value);
    const taking = { seen: (part: Buffer) => void whole.update(part), done: (part: Buffer) => void spare.push(part) };
    const bytes = await inParts(line, key, [first, second.value], all, taking);
    return { bytes, sha256: whole.digest() };
  } finally {
    // The source ends with us, also when we break.
    await all.return(undefined);
  }
}

async function inParts(
  line: Line,
  key: string,
  first: readonly Buffer[],
  rest: AsyncGenerator<Buffer>,
  { seen, done }: { seen(part: Buffer): void; done(part: Buffer): void },
): Promise<number> {
  const begun = await send(line, { method: "POST", key, query: { uploads: "" }, headers: TYPE });
  const id = textIn(await begun.text(), "UploadId");
  if (!id) throw new BucketError("Unknown", begun.status, "no id for an upload in parts");
  try {
    const tags: string[] = [];
    const going = new Map<number, Promise<number>>();
    let bytes = 0;
    const start = async (part: Buffer) => {
      if (tags.length >= MOST_PARTS) throw new BucketError("EntityTooLarge", 0, "it has more parts than a store takes");
      const number = tags.push("");
      bytes += part.byteLength;
      const sent = sendPart(line, key, id, number, part).then((tag) => {
        tags[number - 1] = tag;
        if (part.length === first[0]!.length) done(part);
        return number;
      });
      // Looked at below; until then a failure is nobody's.
      sent.catch(() => {});
      going.set(number, sent);
      if (going.size >= AT_ONCE) going.delete(await Promise.race(going.values()));
    };
    for (const part of first) await start(part);
    for await (const part of rest) {
      seen(part);
      await start(part);
    }
    await Promise.all(going.values());
    await complete(line, key, id, tags, bytes);
    return bytes;
  } catch (error) {
    // What cannot be taken back now is found and dropped by the nightly look.
    await send(line, { method: "DELETE", key, query: { uploadId: id } }).then(
      (answer) => answer.body?.cancel(),
      () => undefined,
    );
    throw error;
  }
}

async function sendPart(line: Line, key: string, id: string, number: number, part: Buffer): Promise<string> {
  const query = { partNumber: String(number), uploadId: id };
  const answer = await send(line, { method: "PUT", key, query, body: part, sum: sumOf(part) });
  await answer.body?.cancel();
  const tag = answer.headers.get("etag");
  if (!tag) throw new BucketError("Unknown", answer.status, "no tag for a part");
  return tag;
}

async function complete(line: Line, key: string, id: string, tags: readonly string[], bytes: number): Promise<void> {
  const parts = tags.map(
    (tag, n) => `<Part><PartNumber>${n + 1}</PartNumber><ETag>${tag.replace(/"/g, "&quot;")}</ETag></Part>`,
  );
  const xml = Buffer.from(`<CompleteMultipartUpload>${parts.join("")}</CompleteMultipartUpload>`);
  const sending = { method: "POST", key, query: { uploadId: id }, body: xml, sum: sumOf(xml) } as const;
  let text: string;
  try {
    text = await (await send(line, sending)).text();
  } catch (error) {
    // The answer to the first asking was lost, and the second finds it done.
    if (!(error instanceof BucketError) || error.code !== "NoSuchUpload") throw error;
    text = "";
  }
  // It answers 200 at once, and says in the body how it went.
  const code = textIn(text, "Code");
  if (code && text.includes("<Error>"))
    throw new BucketError(code, 200, textIn(text, "Message") ?? "it was not put together");
  const there = await send(line, { method: "HEAD", key });
  if (Number(there.headers.get("content-length")) !== bytes)
    throw new BucketError("IncompleteBody", 200, "what is there is not as long as what was sent");
}
