// Whether a webhook is Telegram's: it brings the secret that we gave it.
import { createHash, timingSafeEqual } from "node:crypto";

const HEADER = "x-telegram-bot-api-secret-token";
const digest = (text: string) => createHash("sha256").update(text).digest();

export function knowing(secret: string): (headers: Headers) => boolean {
  if (secret === "") throw new Error("A webhook without a secret would believe everybody.");
  const right = digest(secret);
  return (headers) => timingSafeEqual(digest(headers.get(HEADER) ?? ""), right);
}
