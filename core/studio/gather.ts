// Brings a made thing to this machine: into a file of ours, whole, within bounds, from nowhere it should not come from.
import { lookup } from "node:dns/promises";
import { createReadStream } from "node:fs";
import { open, rm } from "node:fs/promises";
import { isIP } from "node:net";
import { join } from "node:path";
import { workFolder } from "../workfolder.ts";
import { type Made, ProviderError } from "./provider.ts";

export type Gathered = {
  role: string;
  type: string;
  name: string;
  file: string;
  bytes: number;
  facts: Record<string, unknown>;
};

/** An hour of film in good quality. */
const MOST_BYTES = 2 * 1024 ** 3;
const FETCH_MS = 5 * 60_000;
const REDIRECTS = 3;

export type Gathering = { files: Gathered[]; done(): Promise<void> };

/** All of it, or none: what was begun is taken away again on a failure. */
export async function gather(
  made: readonly Made[],
  more: { signal: AbortSignal; hosts?: readonly string[] },
): Promise<Gathering> {
  const folder = await workFolder("made");
  const done = () => rm(folder, { recursive: true, force: true });
  try {
    const files: Gathered[] = [];
    for (const [n, one] of made.entries()) files.push(await bring(one, join(folder, String(n)), more));
    return { files, done };
  } catch (error) {
    await done();
    throw error;
  }
}

async function bring(
  made: Made,
  file: string,
  more: { signal: AbortSignal; hosts?: readonly string[] },
): Promise<Gathered> {
  const { from, role, type, name, facts = {} } = made;
  if ("file" in from) return { role, type, name, file: from.file, bytes: await sizeOf(from.file), facts };
  const handle = await open(file, "wx", 0o600);
  try {
    let bytes = 0;
    const pieces = "url" in from ? fetched(from, more) : ["text" in from ? Buffer.from(from.text) : from.bytes];
    for await (const piece of pieces) {
      bytes += piece.byteLength;
      if (bytes > MOST_BYTES) throw new ProviderError("download", "It is larger than 2 GB.", { billed: true });
      await handle.writeFile(piece);
    }
    return { role, type, name, file, bytes, facts: "text" in from ? { ...facts, text: from.text } : facts };
  } finally {
    await handle.close();
  }
}

async function sizeOf(file: string): Promise<number> {
  const handle = await open(file, "r");
  try {
    return (await handle.stat()).size;
  } finally {
    await handle.close();
  }
}

async function* fetched(
  { url, headers }: { url: string; headers?: Record<string, string> },
  { signal, hosts = [] }: { signal: AbortSignal; hosts?: readonly string[] },
): AsyncIterable<Uint8Array> {
  const until = AbortSignal.any([signal, AbortSignal.timeout(FETCH_MS)]);
  let at = new URL(url);
  for (let n = 0; n <= REDIRECTS; n++) {
    await allow(at, hosts);
    const answer = await fetch(at, {
      redirect: "manual",
      signal: until,
      ...(n === 0 && headers ? { headers } : {}),
    }).catch((error: Error) => {
      throw new ProviderError("download", (error.cause as Error | undefined)?.message ?? error.message, {
        billed: true,
      });
    });
    const next = answer.headers.get("location");
    if (answer.status >= 300 && answer.status < 400 && next) {
      await answer.body?.cancel();
      at = new URL(next, at);
      continue;
    }
    if (!answer.ok || !answer.body) {
      await answer.body?.cancel();
      throw new ProviderError("download", `HTTP ${answer.status}`, { billed: true });
    }
    yield* answer.body as unknown as AsyncIterable<Uint8Array>;
    return;
  }
  throw new ProviderError("download", "It was sent from one address to the next, and never arrived.", { billed: true });
}

/** A provider's answer never leads into our own network. `hosts` are its own: a twin of it may stand on this machine. */
export async function allow(url: URL, hosts: readonly string[] = []): Promise<void> {
  if (url.protocol !== "https:" && url.protocol !== "http:")
    throw new ProviderError("download", "It is at no web address.", { billed: true });
  if (hosts.includes(url.host)) return;
  const name = url.hostname.replace(/^\[|\]$/g, "");
  const found = isIP(name) ? [{ address: name }] : await lookup(name, { all: true }).catch(() => []);
  if (found.length === 0 || found.some(({ address }) => isPrivate(address)))
    throw new ProviderError("download", "Its address is not a public one.", { billed: true });
}

const PRIVATE_4: readonly (readonly [string, number])[] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["224.0.0.0", 3],
];
const number4 = (address: string) => address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);

export function isPrivate(address: string): boolean {
  if (isIP(address) === 4) {
    const n = number4(address);
    return PRIVATE_4.some(
      ([net, bits]) => Math.floor(n / 2 ** (32 - bits)) === Math.floor(number4(net) / 2 ** (32 - bits)),
    );
  }
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped) return isPrivate(mapped[1]!);
  // Global unicast is 2000::/3, without the ranges that carry an IPv4 address within.
  const first = Number.parseInt(address.split(":")[0] || "0", 16);
  return first < 0x2000 || first > 0x3fff || first === 0x2002 || /^2001:0*:/i.test(address);
}

/** For the store: from the file, a piece at a time. */
export const piecesOf = (file: string): AsyncIterable<Uint8Array> =>
  createReadStream(file) as AsyncIterable<Uint8Array>;
