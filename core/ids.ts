// UUIDv7: time first, so that rows of one time lie together; random after, so that nobody can guess the next.
import { createHash, randomBytes } from "node:crypto";

const pool = { bytes: randomBytes(4096), at: 0 };

function take(count: number): Buffer {
  if (pool.at + count > pool.bytes.length) {
    pool.bytes = randomBytes(4096);
    pool.at = 0;
  }
  const part = pool.bytes.subarray(pool.at, pool.at + count);
  pool.at += count;
  return part;
}

export function uuidv7(now: number = Date.now()): string {
  const b = Buffer.allocUnsafe(16);
  b.writeUIntBE(now, 0, 6);
  take(10).copy(b, 6);
  return asUuid(b);
}

function asUuid(b: Buffer): string {
  b[6] = (b[6]! & 0x0f) | 0x70;
  b[8] = (b[8]! & 0x3f) | 0x80;
  const hex = b.toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** What somebody typed may be asked of the database as an id: of anything else it makes an error. */
export const isId = (text: string): boolean => UUID.test(text);

/** The id of what a run makes elsewhere: the same run, tried again, finds it instead of making another. */
export function idFrom(run: string, what: string): string {
  const b = Buffer.from(run.replaceAll("-", ""), "hex");
  createHash("sha256").update(`${run} ${what}`).digest().copy(b, 6, 0, 10);
  return asUuid(b);
}

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
/** No 0 and O, no 1 and I: people read these aloud. */
export const READABLE = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/** Letters of an alphabet of at most 256, each equally likely. */
export function randomLetters(count: number, alphabet = LETTERS): string {
  const limit = 256 - (256 % alphabet.length);
  let out = "";
  while (out.length < count) {
    for (const byte of take(count)) if (byte < limit && out.length < count) out += alphabet[byte % alphabet.length];
  }
  return out;
}

/** The least id that can be made at a moment: ids from there on are not older. */
export function firstIdAt(moment: number): string {
  const hex = Math.max(0, moment).toString(16).padStart(12, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7000-8000-000000000000`;
}
