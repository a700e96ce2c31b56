// How often each method may be asked (docs.slack.dev/apis/web-api/rate-limits), and which scope it needs.
import { tooFast } from "./refusal.ts";

/** Tiers: at least so many a minute, per method and team. */
const TIERS = { 1: 1, 2: 20, 3: 50, 4: 100 } as const;
type Tier = keyof typeof TIERS;

/** Method: its tier (0: a rule of its own) and the scopes of which it needs one. */
export const METHODS: Record<string, { tier: Tier | 0; scopes?: string[] }> = {
  "api.test": { tier: 4 },
  "auth.test": { tier: 0 },
  "apps.connections.open": { tier: 1 },
  "apps.manifest.validate": { tier: 3 },
  "apps.manifest.create": { tier: 1 },
  "apps.manifest.update": { tier: 1 },
  "apps.manifest.export": { tier: 3 },
  "blocks.validate": { tier: 3 },
  "bots.info": { tier: 3, scopes: ["users:read"] },
  "chat.postMessage": { tier: 0, scopes: ["chat:write"] },
  "chat.postEphemeral": { tier: 4, scopes: ["chat:write"] },
  "chat.update": { tier: 3, scopes: ["chat:write"] },
  "chat.delete": { tier: 3, scopes: ["chat:write"] },
  "chat.getPermalink": { tier: 0 },
  "chat.startStream": { tier: 2, scopes: ["chat:write"] },
  "chat.appendStream": { tier: 4, scopes: ["chat:write"] },
  "chat.stopStream": { tier: 2, scopes: ["chat:write"] },
  "conversations.info": { tier: 3, scopes: ["channels:read", "groups:read", "im:read", "mpim:read"] },
  "conversations.list": { tier: 2, scopes: ["channels:read", "groups:read", "im:read", "mpim:read"] },
  "conversations.members": { tier: 4, scopes: ["channels:read", "groups:read", "im:read", "mpim:read"] },
  "conversations.open": { tier: 3, scopes: ["im:write", "mpim:write"] },
  "conversations.join": { tier: 3, scopes: ["channels:join"] },
  "conversations.history": { tier: 3, scopes: ["channels:history", "groups:history", "im:history"] },
  "conversations.replies": { tier: 3, scopes: ["channels:history", "groups:history", "im:history"] },
  "files.getUploadURLExternal": { tier: 4, scopes: ["files:write"] },
  "files.completeUploadExternal": { tier: 4, scopes: ["files:write"] },
  "files.delete": { tier: 3, scopes: ["files:write"] },
  "files.info": { tier: 4, scopes: ["files:read"] },
  "reactions.add": { tier: 3, scopes: ["reactions:write"] },
  "reactions.remove": { tier: 2, scopes: ["reactions:write"] },
  "team.info": { tier: 3, scopes: ["team:read"] },
  "usergroups.list": { tier: 2, scopes: ["usergroups:read"] },
  "usergroups.users.list": { tier: 2, scopes: ["usergroups:read"] },
  "users.info": { tier: 4, scopes: ["users:read"] },
  "users.list": { tier: 2, scopes: ["users:read"] },
  "views.open": { tier: 4 },
  "views.push": { tier: 4 },
  "views.update": { tier: 4 },
  "views.publish": { tier: 4 },
};

export type Pace = {
  /** Turned off, nothing is too fast; tests of other things want that. */
  on: boolean;
  /** "1 per second per channel; short bursts are allowed": how short, Slack does not say. */
  burst: number;
  /** Never too fast: a test that restarts often opens more sockets than one a minute. */
  free?: readonly string[];
};

/** Real time counts here, whatever clock a test has. */
export function makePace(rules: Pace) {
  const asked = new Map<string, number[]>();
  const channels = new Map<string, { left: number; at: number }>();

  function perMinute(method: string, most: number): void {
    const now = performance.now();
    const recent = (asked.get(method) ?? []).filter((at) => now - at < 60_000);
    asked.set(method, recent);
    if (recent.length >= most) tooFast((60_000 - (now - recent[0]!)) / 1000);
    recent.push(now);
  }

  function perChannel(channel: string): void {
    const now = performance.now();
    const known = channels.get(channel) ?? { left: rules.burst, at: now };
    const left = Math.min(rules.burst, known.left + (now - known.at) / 1000);
    channels.set(channel, { left, at: now });
    if (left < 1) tooFast(1 - left);
    channels.set(channel, { left: left - 1, at: now });
  }

  return (method: string, channel: string): void => {
    if (!rules.on || rules.free?.includes(method)) return;
    const tier = METHODS[method]?.tier ?? 3;
    if (tier > 0) perMinute(method, TIERS[tier as Tier]);
    if (method === "chat.postMessage") perChannel(channel);
  };
}
