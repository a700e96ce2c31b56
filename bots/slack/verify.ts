// Whether a webhook is Slack's: HMAC over the moment and the very bytes. Bolt looks only for what is too old; a request
// from the future is somebody's recording too.
import { createHmac, timingSafeEqual } from "node:crypto";
import { FRESH_SECONDS } from "./limits.ts";

export type Signed = { headers: Headers; body: Buffer };

export const signature = (secret: string, timestamp: string, body: Buffer): string =>
  `v0=${createHmac("sha256", secret).update(`v0:${timestamp}:`).update(body).digest("hex")}`;

export function isGenuine(secret: string, { headers, body }: Signed, now: Date): boolean {
  if (secret === "") return false;
  const timestamp = headers.get("x-slack-request-timestamp") ?? "";
  const given = Buffer.from(headers.get("x-slack-signature") ?? "");
  if (!/^\d{1,12}$/.test(timestamp)) return false;
  if (Math.abs(Number(timestamp) - now.getTime() / 1000) > FRESH_SECONDS) return false;
  const right = Buffer.from(signature(secret, timestamp, body));
  return given.length === right.length && timingSafeEqual(given, right);
}
