// The keys of a deployment, each for one use, all made from SECRET_KEY.
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from "node:crypto";
import { canonical } from "./hash.ts";

export type Keys = { audit: Buffer; callback: Buffer; sealing: Buffer };

export function deriveKeys(secret: Buffer): Keys {
  const key = (use: string) => Buffer.from(hkdfSync("sha256", secret, "impresario", use, 32));
  return { audit: key("audit 1"), callback: key("callback 1"), sealing: key("sealing 1") };
}

export const signed = (key: Buffer, content: unknown): Buffer =>
  createHmac("sha256", key).update(canonical(content)).digest();

// AES-256-GCM: twelve bytes that are used once, the text, sixteen bytes that prove it.
const NONCE = 12;
const PROOF = 16;

/** A secret as it may be stored. It opens only for the very same `about`: a row's secret is of no use in another row. */
export function sealed(key: Buffer, text: string, about: unknown): Buffer {
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(canonical(about)));
  return Buffer.concat([nonce, cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]);
}

/** Undefined: it was sealed under another key, for something else, or was changed since. */
export function unsealed(key: Buffer, seal: Buffer, about: unknown): string | undefined {
  if (seal.length < NONCE + PROOF) return undefined;
  const cipher = createDecipheriv("aes-256-gcm", key, seal.subarray(0, NONCE), { authTagLength: PROOF });
  cipher.setAAD(Buffer.from(canonical(about))).setAuthTag(seal.subarray(-PROOF));
  const text = cipher.update(seal.subarray(NONCE, -PROOF));
  try {
    return Buffer.concat([text, cipher.final()]).toString("utf8");
  } catch {
    return undefined;
  }
}
