// What people write: told over the gateway, kept in the channel's history. Its text is there only when it is meant for us.
import type { Body } from "./body.ts";
import { snowflake } from "./interactions.ts";

export type Saying = {
  guild?: string;
  channel?: string;
  user?: string;
  roles?: string[];
  direct?: boolean;
  bot?: boolean;
  webhook?: boolean;
  files?: { name: string; type?: string; url: string; size: number }[];
};
type Told = Body & { id: string; channel_id: string; guild_id?: string; member?: unknown };

const BOT = "900";

export function openSaid(now: () => Date) {
  const all: Told[] = [];
  const roles = new Map<string, string[]>();
  return {
    /** Answers it as the gateway tells it. */
    add(text: string, from: Saying = {}): Told {
      const { guild = "500", channel = "600", user = "42", direct = false, bot = false, files = [] } = from;
      const named = [...text.matchAll(/<@!?(\d+)>/g)].map((m) => ({ id: m[1]!, username: `user${m[1]}` }));
      const open = direct || named.some((n) => n.id === BOT);
      const author = { id: user, username: `user${user}`, discriminator: "0", global_name: null, avatar: null };
      roles.set(user, from.roles ?? []);
      const attachments = files.map(({ name, type, url, size }, n) => ({
        id: String(n),
        filename: name,
        content_type: type,
        url,
        proxy_url: url,
        size,
      }));
      const told: Told = {
        id: snowflake(now()),
        channel_id: channel,
        type: 0,
        content: open ? text : "",
        mentions: named,
        mention_roles: [],
        mention_everyone: false,
        attachments: open ? attachments : [],
        embeds: [],
        components: [],
        timestamp: now().toISOString(),
        edited_timestamp: null,
        flags: 0,
        pinned: false,
        tts: false,
        author: { ...author, ...(bot ? { bot: true } : {}) },
        ...(from.webhook ? { webhook_id: "77" } : {}),
        ...(direct ? {} : { guild_id: guild, member: { roles: from.roles ?? [], nick: null } }),
      };
      all.push(told);
      return told;
    },
    /** A page after an id, newest first, without what only the gateway tells. */
    history(channel: string, query: URLSearchParams): Body[] {
      const after = BigInt(query.get("after") ?? "0");
      return all
        .filter((m) => m.channel_id === channel && BigInt(m.id) > after)
        .slice(0, Number(query.get("limit") ?? "50"))
        .toReversed()
        .map(({ guild_id: _, member: __, ...message }) => message);
    },
    member: (user: string): Body => ({ user: { id: user }, roles: roles.get(user) ?? [], nick: null }),
  };
}
