// The keys of a deployment, each for one use, all made from SECRET_KEY.
import { createHmac, hkdfSync } from "node:crypto";
import { canonical } from "./hash.ts";

export type Keys = { audit: Buffer; callback: Buffer };

export function deriveKeys(secret: Buffer): Keys {
  const key = (use: string) => Buffer.from(hkdfSync("sha256", secret, "impresario", use, 32));
  return { audit: key("audit 1"), callback: key("callback 1") };
}

export const signed = (key: Buffer, content: unknown): Buffer =>
  createHmac("sha256", key).update(canonical(content)).digest();
