// Whether a webhook is Discord's: Ed25519 over the moment and the very bytes, with a key that is read once.
import { createPublicKey, type KeyObject, verify } from "node:crypto";
import { FRESH_MS } from "./limits.ts";

export const KEY = /^[0-9a-f]{64}$/i;

export const publicKey = (hex: string): KeyObject =>
  createPublicKey({
    key: { kty: "OKP", crv: "Ed25519", x: Buffer.from(hex, "hex").toString("base64url") },
    format: "jwk",
  });

export type Signed = { headers: Headers; body: Buffer };

/** True only for what was signed by this key, within five minutes of now. */
export function isGenuine(key: KeyObject, { headers, body }: Signed, now: Date): boolean {
  const signature = headers.get("x-signature-ed25519") ?? "";
  const timestamp = headers.get("x-signature-timestamp") ?? "";
  if (!/^[0-9a-f]{128}$/i.test(signature) || !/^\d{1,12}$/.test(timestamp)) return false;
  if (Math.abs(Number(timestamp) * 1000 - now.getTime()) > FRESH_MS) return false;
  return verify(null, Buffer.concat([Buffer.from(timestamp), body]), key, Buffer.from(signature, "hex"));
}
