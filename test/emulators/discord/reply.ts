// How the emulator replies: JSON, with the headers that tell the pace.
import type { ServerResponse } from "node:http";
import type { Fault } from "./server.ts";

export function send(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}

export const paceAt = (now: Date): Record<string, string> => ({
  "x-ratelimit-bucket": "abcd",
  "x-ratelimit-limit": "5",
  "x-ratelimit-remaining": "4",
  "x-ratelimit-reset-after": "0.2",
  "x-ratelimit-reset": String(now.getTime() / 1000 + 1),
});

export function slowDown(response: ServerResponse, fault: Extract<Fault, { kind: "slow down" }>): void {
  const seconds = fault.after / 1000;
  const global = fault.global ?? false;
  const headers = {
    "retry-after": String(seconds),
    "x-ratelimit-scope": global ? "global" : "user",
    ...(global ? { "x-ratelimit-global": "true" } : {}),
  };
  send(response, 429, { message: "You are being rate limited.", retry_after: seconds, global }, headers);
}
