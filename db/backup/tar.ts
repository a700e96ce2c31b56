// The archive's envelope: plain ustar inside gzip, so that `tar tzf` shows a person what is in it. Streams both ways.
import { once } from "node:events";
import type { Writable } from "node:stream";

const BLOCK = 512;

export function header(name: string, size: number): Buffer {
  if (Buffer.byteLength(name) > 100) throw new Error(`The name ${name} is too long for the archive.`);
  const h = Buffer.alloc(BLOCK);
  const octal = (value: number, at: number, length: number) =>
    h.write(value.toString(8).padStart(length - 1, "0"), at, "latin1");
  h.write(name, 0, "utf8");
  octal(0o600, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(size, 124, 12);
  octal(0, 136, 12);
  h.write("        ", 148, "latin1");
  h.write("0", 156, "latin1");
  h.write("ustar\u000000", 257, "latin1");
  octal(
    h.reduce((sum, byte) => sum + byte, 0),
    148,
    7,
  );
  h[155] = 0x20;
  return h;
}

export type TarWriter = {
  add(name: string, body: Buffer | AsyncIterable<Uint8Array>, size?: number): Promise<void>;
  end(): Promise<void>;
};

export function tarWriter(out: Writable): TarWriter {
  const write = async (part: Uint8Array) => {
    if (!out.write(part)) await once(out, "drain");
  };
  return {
    async add(name, body, size = Buffer.isBuffer(body) ? body.length : -1) {
      await write(header(name, size));
      let sent = 0;
      for await (const part of Buffer.isBuffer(body) ? [body] : body) {
        sent += part.length;
        await write(part);
      }
      if (sent !== size) throw new Error(`${name} changed while it was copied (${sent} of ${size} bytes). Try again.`);
      await write(Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK));
    },
    async end() {
      await write(Buffer.alloc(2 * BLOCK));
      out.end();
      await once(out, "close");
    },
  };
}

export type TarEntry = { name: string; size: number; body: AsyncGenerator<Buffer> };

/** Entries one after another. What a reader leaves of a body is passed over. */
export async function* tarReader(input: AsyncIterable<Buffer>): AsyncGenerator<TarEntry> {
  const source = input[Symbol.asyncIterator]();
  let held: Buffer = Buffer.alloc(0);
  async function take(most: number): Promise<Buffer> {
    if (held.length === 0) {
      const next = await source.next();
      if (next.done) throw new Error("The archive is cut off.");
      held = next.value;
    }
    const part = held.subarray(0, most);
    held = held.subarray(part.length);
    return part;
  }
  async function exactly(count: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    for (let left = count; left > 0; ) {
      const part = await take(left);
      parts.push(part);
      left -= part.length;
    }
    return Buffer.concat(parts);
  }
  for (;;) {
    const head = await exactly(BLOCK);
    if (head.every((byte) => byte === 0)) return;
    const name = head.subarray(0, 100).toString("utf8").replace(/\0.*$/s, "");
    const size = Number.parseInt(head.subarray(124, 136).toString("latin1"), 8);
    if (!Number.isSafeInteger(size) || head.subarray(257, 262).toString("latin1") !== "ustar") {
      throw new Error("This is not one of our archives, or it is damaged.");
    }
    let left = size;
    const body = (async function* () {
      while (left > 0) {
        const part = await take(left);
        left -= part.length;
        yield part;
      }
    })();
    yield { name, size, body };
    while (left > 0) left -= (await take(left)).length;
    await exactly((BLOCK - (size % BLOCK)) % BLOCK);
  }
}
