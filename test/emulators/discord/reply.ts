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

/** A channel's messages share a bucket (observed: five in five seconds); a bot has fifty requests a second in all. */
const EACH = { limit: 5, per: 5_000 };
const ALL = { limit: 50, per: 1_000 };

/** Discord's own pace: what an interaction's token answers does not count ("Interaction endpoints are not bound"). */
export function openPace() {
  const windows = new Map<string, { left: number; until: number }>();
  const windowOf = (name: string, { limit, per }: typeof ALL, at: number) => {
    const known = windows.get(name);
    const open = known && known.until > at ? known : { left: limit, until: at + per };
    windows.set(name, open);
    return open;
  };
  return (path: string, at: number): { wait: number; global: boolean; headers: Record<string, string> } => {
    const channel = /^\/channels\/(\d+)\/messages/.exec(path)?.[1];
    const all = windowOf("all", ALL, at);
    if (all.left < 1) return { wait: all.until - at, global: true, headers: {} };
    all.left--;
    if (!channel) return { wait: 0, global: false, headers: {} };
    const each = windowOf(channel, EACH, at);
    const wait = each.left < 1 ? each.until - at : 0;
    if (wait === 0) each.left--;
    const headers = {
      "x-ratelimit-bucket": `messages ${channel}`,
      "x-ratelimit-limit": String(EACH.limit),
      "x-ratelimit-remaining": String(each.left),
      "x-ratelimit-reset-after": String((each.until - at) / 1000),
    };
    return { wait, global: false, headers };
  };
}
