// The team that this Slack is for: people, channels, messages, modals, and what our app may do there.
import { type Json, lengthOf } from "./schema.ts";

export type User = {
  id: string;
  name: string;
  real_name: string;
  locale: string;
  is_bot?: boolean;
  is_admin?: boolean;
  deleted?: boolean;
};
export type Channel = {
  id: string;
  name: string;
  kind: "public" | "private" | "im" | "mpim";
  members: Set<string>;
  archived: boolean;
  /** Of a direct message: with whom. */
  user?: string;
};
export type Shown = {
  ts: string;
  channel: string;
  /** Who wrote it. */
  user: string;
  text: string;
  blocks: Json[];
  attachments: Json[];
  files: Json[];
  thread?: string;
  /** Only this person sees it. */
  only?: string;
  edits: number;
  reactions: { name: string; user: string }[];
  metadata?: Json;
  streaming?: boolean;
};
export type Modal = { id: string; hash: string; user: string; view: Json; previous?: Modal; external?: string };
export type Call = { method: string; params: Json; token: string; status: number; answer: Json };
export type Values = Record<string, Record<string, Json>>;
export type Upload = {
  id: string;
  name: string;
  length: number;
  bytes?: Buffer;
  done: boolean;
  alt?: string;
  where?: string;
};
/** Where answers to one interaction go. */
export type Door = { channel: string; user: string; at: number; uses: number; message?: Shown; thread?: string };

export const TEAM = { id: "T0TEAM", name: "Test Radio", domain: "test-radio" };
export const APP = "A0IMPRESARIO";
export const BOT = { id: "B0BOT", user: "U0BOT" };
export const TOKENS = {
  bot: "xoxb-emulated-bot-token",
  app: "xapp-1-emulated-app-token",
  config: "xoxe.xoxp-emulated",
};
export const SIGNING_SECRET = "8f742231b10e8888abcd99yyyzzz85a5";
export const VERIFICATION = "verification-token";

/** What an app like ours asks for. */
export const SCOPES =
  "app_mentions:read,channels:history,channels:join,channels:read,chat:write,chat:write.public,commands,files:read,files:write,groups:history,groups:read,im:history,im:read,im:write,mpim:history,mpim:read,reactions:read,reactions:write,team:read,usergroups:read,users:read".split(
    ",",
  );
/** The events an app like ours subscribes to. */
export const EVENTS =
  "app_home_opened,app_mention,app_uninstalled,channel_archive,member_joined_channel,message.channels,message.groups,message.im,message.mpim,tokens_revoked".split(
    ",",
  );

export type World = ReturnType<typeof makeWorld>;

export function makeWorld(now: () => number) {
  let lastTs = 0;
  // Ids go on where an earlier run ended: an app may remember them.
  let count = Math.floor(now());
  const world = {
    now,
    url: "",
    users: new Map<string, User>(),
    channels: new Map<string, Channel>(),
    messages: [] as Shown[],
    groups: new Map<string, { id: string; handle: string; name: string; users: string[] }>(),
    /** The top of each person's pile of modals. */
    modals: new Map<string, Modal>(),
    homes: new Map<string, Modal>(),
    uploads: new Map<string, Upload>(),
    /** Who takes no messages from our app. */
    refusing: new Set<string>(),
    triggers: new Map<string, { user: string; at: number; used: boolean }>(),
    doors: new Map<string, Door>(),
    /** What was chosen or typed in a message or a modal and not sent yet. */
    values: new Map<string, Values>(),
    manifests: new Map<string, Json>(),
    /** What our app did with messages, which it is told like anybody's. */
    done: [] as { what: "said" | "changed" | "deleted"; message: Shown; before?: Json }[],
    /** What Slack itself says to one person: that a command failed, that it did not answer in time. */
    notices: [] as { user: string; text: string }[],
    calls: [] as Call[],
    /** What went wrong that the app is not told about. */
    wrong: [] as string[],
    scopes: new Set(SCOPES),
    events: new Set(EVENTS),
    nextId: (letter: string) => `${letter}${(++count).toString(36).toUpperCase().padStart(8, "0")}`,
    /** Each message has a moment of its own. */
    nextTs(): string {
      lastTs = Math.max(lastTs + 1, Math.floor(now() * 1000));
      return `${Math.floor(lastTs / 1e6)}.${String(lastTs % 1e6).padStart(6, "0")}`;
    },
    trigger(user: string): string {
      const id = `${++count}.${Math.floor(now())}.${TEAM.id}`;
      world.triggers.set(id, { user, at: now(), used: false });
      return id;
    },
    door(of: Omit<Door, "at" | "uses">): string {
      const id = `${TEAM.id}/${++count}/${Math.floor(now())}`;
      world.doors.set(id, { ...of, at: now(), uses: 0 });
      return `${world.url}/response/${id}`;
    },
    addUser(id: string, name: string, more: Partial<User> = {}): User {
      const user = { id, name: name.toLowerCase().replaceAll(" ", "."), real_name: name, locale: "en-US", ...more };
      world.users.set(id, user);
      return user;
    },
    addChannel(id: string, name: string, members: string[], kind: Channel["kind"] = "public"): Channel {
      const channel: Channel = { id, name, kind, members: new Set(members), archived: false };
      world.channels.set(id, channel);
      return channel;
    },
    /** The direct messages of a person with our bot. */
    direct(user: string): Channel {
      const there = [...world.channels.values()].find((c) => c.kind === "im" && c.user === user);
      const id = `D${user.slice(1)}`;
      return there ?? Object.assign(world.addChannel(id, "directmessage", [user, BOT.user], "im"), { user });
    },
    inChannel: (channel: string) => world.messages.filter((m) => m.channel === channel),
  };
  world.addUser(BOT.user, "Impresario", { is_bot: true });
  world.addUser("U0ANNA", "Anna Ahlers", { is_admin: true });
  world.addUser("U0BEN", "Ben Brandt", { locale: "de-DE" });
  world.addChannel("C0RADIO", "radio", ["U0ANNA", "U0BEN", BOT.user]);
  return world;
}

/** A message as the API and events tell it. */
export const messageOf = (m: Shown): Json => ({
  type: "message",
  ...(m.user === BOT.user ? { bot_id: BOT.id, app_id: APP } : {}),
  user: m.user,
  text: m.text,
  ts: m.ts,
  team: TEAM.id,
  ...(m.blocks.length > 0 ? { blocks: m.blocks } : {}),
  ...(m.attachments.length > 0 ? { attachments: m.attachments } : {}),
  ...(m.files.length > 0 ? { files: m.files } : {}),
  ...(m.thread ? { thread_ts: m.thread } : {}),
  ...(m.edits > 0 ? { edited: { user: m.user, ts: m.ts } } : {}),
  ...(m.metadata ? { metadata: m.metadata } : {}),
});

export const channelOf = (c: Channel): Json => ({
  id: c.id,
  ...(c.kind === "im" ? { user: c.user } : { name: c.name, name_normalized: c.name }),
  is_channel: c.kind === "public",
  is_group: c.kind === "private",
  is_im: c.kind === "im",
  is_mpim: c.kind === "mpim",
  is_private: c.kind !== "public",
  is_archived: c.archived,
  is_member: c.members.has(BOT.user),
  num_members: c.members.size,
  context_team_id: TEAM.id,
});

export const userOf = (u: User): Json => ({
  id: u.id,
  team_id: TEAM.id,
  name: u.name,
  real_name: u.real_name,
  deleted: u.deleted ?? false,
  is_bot: u.is_bot ?? false,
  is_admin: u.is_admin ?? false,
  is_app_user: false,
  tz: "Europe/Amsterdam",
  tz_offset: 3600,
  locale: u.locale,
  profile: { real_name: u.real_name, display_name: u.name, team: TEAM.id },
});

/** Texts that are shown as they are: rich text has people and groups as elements of their own. */
const LITERAL = new Set(["plain_text", "raw_text", "button", "text", "link"]);

/** Whom a text would call: what stands between < and > and begins with @ or !. */
export function pings(value: unknown): string[] {
  const found: string[] = [];
  const look = (inside: unknown): void => {
    if (typeof inside !== "object" || inside === null) return;
    if (Array.isArray(inside)) {
      for (const one of inside) look(one);
      return;
    }
    const { type, text } = inside as Json;
    if (typeof text === "string" && !LITERAL.has(String(type))) add(text);
    if (type === "broadcast" || type === "user" || type === "usergroup") found.push(String(type));
    for (const one of Object.values(inside)) look(one);
  };
  const add = (text: string) =>
    found.push(...[...text.matchAll(/<(!(?:here|channel|everyone|subteam\^\w+)|@\w+)[^>]*>/g)].map((m) => m[1]!));
  look(value);
  return found;
}

/** chat.postMessage: "truncated at 40,000 characters". */
export const cut = (text: string): string => (lengthOf(text) > 40_000 ? [...text].slice(0, 40_000).join("") : text);
