// The boxes of an MP4 file (ISO 14496-12): read where they are, written from parts.

export type Part = Uint8Array | readonly Part[];

export function flat(part: Part, into: Uint8Array[] = []): Uint8Array[] {
  if (part instanceof Uint8Array) into.push(part);
  else for (const p of part) flat(p, into);
  return into;
}
export const sizeOf = (part: Part): number =>
  part instanceof Uint8Array ? part.length : part.reduce((sum, p) => sum + sizeOf(p), 0);

export function joined(part: Part): Uint8Array {
  const out = new Uint8Array(sizeOf(part));
  let at = 0;
  for (const bytes of flat(part)) {
    out.set(bytes, at);
    at += bytes.length;
  }
  return out;
}

export const u8 = (...values: number[]): Uint8Array => Uint8Array.from(values);
export const u16 = (...values: number[]): Uint8Array =>
  Uint8Array.from(values.flatMap((v) => [(v >> 8) & 255, v & 255]));
export const u32 = (...values: number[]): Uint8Array =>
  Uint8Array.from(values.flatMap((v) => [(v >>> 24) & 255, (v >>> 16) & 255, (v >>> 8) & 255, v & 255]));
export const text = (word: string): Uint8Array => Uint8Array.from(word, (c) => c.charCodeAt(0));

export const box = (name: string, ...parts: Part[]): Part => [u32(8 + sizeOf(parts)), text(name), parts];
/** A box with a version and flags. */
export const full = (name: string, version: number, flags: number, ...parts: Part[]): Part =>
  box(name, u32((version << 24) | flags), ...parts);

export type Found = { name: string; from: number; to: number };

/** What lies side by side between two places; a size that leads outside ends the list. */
export function boxesIn(bytes: Uint8Array, from = 0, to = bytes.length): Found[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const found: Found[] = [];
  for (let at = from; at + 8 <= to; ) {
    let [size, head] = [view.getUint32(at), 8];
    if (size === 1 && at + 16 <= to) [size, head] = [Number(view.getBigUint64(at + 8)), 16];
    if (size === 0) size = to - at;
    if (size < head || at + size > to) break;
    found.push({ name: String.fromCharCode(...bytes.subarray(at + 4, at + 8)), from: at + head, to: at + size });
    at += size;
  }
  return found;
}

/** The first box along a path of names: "moov", "trak", "mdia". */
export function find(bytes: Uint8Array, ...path: string[]): Found | undefined {
  let here: Found | undefined = { name: "", from: 0, to: bytes.length };
  for (const name of path) here = here && boxesIn(bytes, here.from, here.to).find((b) => b.name === name);
  return here;
}
