// Where a caller is. X-Forwarded-For is believed only as far as proxies of ours wrote it: from the right.
import type { Ctx } from "./web.ts";

const LOOPBACK = new Set(["127.0.0.1", "::1", "::ffff:127.0.0.1"]);

export function addressOf(c: Ctx, trustProxy: number): string {
  const peer = c.env?.incoming?.socket?.remoteAddress ?? "";
  return forwarded(peer, c.req.header("x-forwarded-for"), trustProxy);
}

export function forwarded(peer: string, header: string | undefined, trustProxy: number): string {
  // A proxy on this machine is ours: nobody else can be there.
  const hops = trustProxy > 0 ? trustProxy : LOOPBACK.has(peer) ? 1 : 0;
  if (hops === 0 || !header) return network(peer);
  const chain = header.split(",").map((part) => part.trim());
  return network((chain[Math.max(0, chain.length - hops)] ?? peer).slice(0, 64));
}

/** One household has 2^64 IPv6 addresses: it counts as one. */
function network(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/, "");
  if (!plain.includes(":")) return plain;
  const [head = "", tail] = plain.split("::");
  const groups = head.split(":").filter(Boolean);
  if (tail === undefined) return groups.slice(0, 4).join(":");
  const after = tail.split(":").filter(Boolean);
  const zeros = Array.from({ length: Math.max(0, 8 - groups.length - after.length) }, () => "0");
  return [...groups, ...zeros, ...after].slice(0, 4).join(":");
}
