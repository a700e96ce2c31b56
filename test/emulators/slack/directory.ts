// Who and what there is: people, channels, groups, files, the app and its manifest.

import { wrongInBlocks } from "./blocks.ts";
import { contentOf, listOf, placeOf, show } from "./chat.ts";
import { wrongInManifest } from "./manifest.ts";
import { Refusal, refuse } from "./refusal.ts";
import { isObject, type Json } from "./schema.ts";
import { viewOf } from "./views.ts";
import { APP, BOT, type Channel, channelOf, messageOf, TEAM, userOf, type World } from "./world.ts";

type Method = (world: World, params: Json) => Json;

function page(all: Json[], name: string, params: Json): Json {
  const limit = Number(params.limit ?? 100);
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000) refuse("invalid_limit");
  const start = params.cursor ? Number(Buffer.from(String(params.cursor), "base64").toString()) : 0;
  if (!Number.isInteger(start)) refuse("invalid_cursor");
  const next = start + limit < all.length ? Buffer.from(String(start + limit)).toString("base64") : "";
  return { [name]: all.slice(start, start + limit), response_metadata: { next_cursor: next } };
}

function seen(world: World, params: Json): Channel {
  const channel = world.channels.get(String(params.channel ?? ""));
  if (!channel || (channel.kind !== "public" && !channel.members.has(BOT.user))) refuse("channel_not_found");
  return channel;
}
function joined(world: World, params: Json): Channel {
  const channel = seen(world, params);
  return channel.members.has(BOT.user) ? channel : refuse("not_in_channel");
}
const KINDS = { public_channel: "public", private_channel: "private", im: "im", mpim: "mpim" } as Record<
  string,
  string
>;

export const DIRECTORY: Record<string, Method> = {
  "api.test": (_world, params) => ({ args: params }),
  "auth.test": (world) => ({
    url: `https://${TEAM.domain}.slack.com/`,
    team: TEAM.name,
    user: world.users.get(BOT.user)!.name,
    team_id: TEAM.id,
    user_id: BOT.user,
    bot_id: BOT.id,
    is_enterprise_install: false,
  }),
  "team.info": () => ({ team: { ...TEAM, email_domain: "", icon: {} } }),
  "bots.info": () => ({ bot: { id: BOT.id, app_id: APP, user_id: BOT.user, name: "impresario", deleted: false } }),
  "users.info": (world, params) => {
    const user = world.users.get(String(params.user ?? ""));
    return user ? { user: userOf(user) } : refuse("user_not_found");
  },
  "users.list": (world, params) => page([...world.users.values()].map(userOf), "members", params),
  "usergroups.list": (world) => ({ usergroups: [...world.groups.values()].map((g) => ({ ...g, team_id: TEAM.id })) }),
  "usergroups.users.list": (world, params) => {
    const group = world.groups.get(String(params.usergroup ?? ""));
    return group ? { users: group.users } : refuse("no_such_subteam");
  },
  "conversations.info": (world, params) => ({ channel: channelOf(seen(world, params)) }),
  "conversations.list": (world, params) => {
    const types = String(params.types ?? "public_channel").split(",");
    if (types.some((t) => !KINDS[t.trim()])) refuse("invalid_types");
    const wanted = types.map((t) => KINDS[t.trim()]);
    const all = [...world.channels.values()].filter(
      (c) =>
        wanted.includes(c.kind) &&
        (c.kind === "public" || c.members.has(BOT.user)) &&
        !(String(params.exclude_archived) === "true" && c.archived),
    );
    return page(all.map(channelOf), "channels", params);
  },
  "conversations.members": (world, params) => {
    const channel = seen(world, params);
    return page([...channel.members] as unknown as Json[], "members", params);
  },
  "conversations.join": (world, params) => {
    const channel = seen(world, params);
    if (channel.archived) refuse("is_archived");
    if (channel.kind !== "public") refuse("method_not_supported_for_channel_type");
    channel.members.add(BOT.user);
    return { channel: channelOf(channel) };
  },
  "conversations.open": (world, params) => {
    const users = String(params.users ?? "")
      .split(",")
      .filter(Boolean);
    if (users.length === 0) refuse("users_list_not_supplied");
    if (users.some((u) => !world.users.has(u))) refuse("user_not_found");
    if (users.includes(BOT.user)) refuse("cannot_dm_bot");
    if (users.length === 1) return { channel: channelOf(world.direct(users[0]!)) };
    const group = world.addChannel(world.nextId("G"), "mpdm", [...users, BOT.user], "mpim");
    return { channel: channelOf(group) };
  },
  "conversations.history": (world, params) => {
    const channel = joined(world, params);
    const all = world.messages.filter((m) => m.channel === channel.id && !m.only && (!m.thread || m.thread === m.ts));
    return page(all.map(messageOf).reverse(), "messages", params);
  },
  "conversations.replies": (world, params) => {
    const channel = joined(world, params);
    const ts = String(params.ts ?? "");
    const all = world.messages.filter((m) => m.channel === channel.id && !m.only && (m.ts === ts || m.thread === ts));
    return all.length > 0 ? page(all.map(messageOf), "messages", params) : refuse("thread_not_found");
  },
  "blocks.validate": (world, params) => {
    const wrong = params.blocks ? wrongInBlocks(listOf(params.blocks, "invalid_blocks_format"), "message") : [];
    if (params.view) viewOf(world, params.view, String(params.view).includes('"home"') ? "home" : "modal");
    return wrong.length > 0 ? refuse("invalid_blocks", { errors: wrong }) : {};
  },
  "files.getUploadURLExternal": (world, params) => {
    const length = Number(params.length);
    const name = String(params.filename ?? "");
    if (!name || !Number.isInteger(length) || length <= 0) refuse("invalid_arguments");
    if (length > 1_000_000_000) refuse("file_upload_size_restricted");
    const id = world.nextId("F");
    world.uploads.set(id, {
      id,
      name,
      length,
      done: false,
      ...(params.alt_text ? { alt: String(params.alt_text) } : {}),
    });
    return { upload_url: `${world.url}/upload/v1/${id}`, file_id: id };
  },
  "files.completeUploadExternal": (world, params) => {
    const wanted = listOf(params.files, "invalid_arguments");
    if (wanted.length === 0) refuse("invalid_arguments");
    const uploads = wanted.map(({ id }) => world.uploads.get(String(id)) ?? refuse("file_not_found"));
    if (uploads.some((u) => !u.bytes || u.done)) refuse("file_update_failed");
    const files = uploads.map((upload, n) => fileOf(world, upload, String(wanted[n]!.title ?? upload.name)));
    if (params.channel_id !== undefined) {
      const channel = placeOf(world, { channel: params.channel_id });
      if (!channel.members.has(BOT.user)) refuse("not_in_channel");
      const said = params.initial_comment ?? params.blocks;
      const content = said
        ? contentOf(world, {
            text: params.initial_comment ?? "",
            blocks: params.initial_comment ? undefined : params.blocks,
          })
        : {};
      const thread = params.thread_ts ? { thread: String(params.thread_ts) } : {};
      show(world, { channel: channel.id, ...content, ...thread, files });
    }
    for (const upload of uploads) Object.assign(upload, { done: true, where: params.channel_id });
    return { files };
  },
  "files.info": (world, params) => {
    const upload = world.uploads.get(String(params.file ?? ""));
    if (!upload?.done) refuse("file_not_found");
    return { file: { ...fileOf(world, upload, upload.name), channels: upload.where ? [upload.where] : [] } };
  },
  "files.delete": (world, params) => {
    const id = String(params.file ?? "");
    if (!world.uploads.get(id)?.done) refuse("file_not_found");
    world.uploads.delete(id);
    for (const message of world.messages) message.files = message.files.filter((file) => file.id !== id);
    world.messages.splice(0, Infinity, ...world.messages.filter((m) => m.text || m.blocks.length || m.files.length));
    return {};
  },
  "apps.manifest.validate": (_world, params) => {
    judged(params);
    return { errors: [] };
  },
  "apps.manifest.create": (world, params) => {
    const id = world.nextId("A");
    world.manifests.set(id, judged(params));
    return { app_id: id, credentials: { client_id: "1.2", signing_secret: "" }, oauth_authorize_url: "" };
  },
  "apps.manifest.update": (world, params) => {
    const id = String(params.app_id ?? "");
    const before = world.manifests.get(id) ?? (id === APP ? {} : refuse("app_not_found"));
    const after = judged(params);
    world.manifests.set(id, after);
    return { app_id: id, permissions_updated: scopesOf(before) !== scopesOf(after) };
  },
  "apps.manifest.export": (world, params) => {
    const manifest = world.manifests.get(String(params.app_id ?? ""));
    return manifest ? { manifest } : refuse("app_not_found");
  },
};

const scopesOf = (manifest: Json) =>
  JSON.stringify(((manifest.oauth_config as Json | undefined)?.scopes as Json | undefined)?.bot ?? []);

function judged(params: Json): Json {
  let manifest: unknown = params.manifest;
  if (typeof manifest === "string") {
    try {
      manifest = JSON.parse(manifest);
    } catch (error) {
      if (error instanceof SyntaxError)
        refuse("invalid_manifest", { errors: [{ message: "invalid JSON", pointer: "/" }] });
      throw error;
    }
  }
  const errors = wrongInManifest(manifest);
  if (errors.length > 0 || !isObject(manifest)) throw new Refusal("invalid_manifest", { errors });
  return manifest;
}

function fileOf(
  world: World,
  { id, name, length, alt }: { id: string; name: string; length: number; alt?: string },
  title: string,
): Json {
  const ending = /\.(\w+)$/.exec(name)?.[1] ?? "";
  return {
    id,
    name,
    title,
    size: length,
    filetype: ending,
    mimetype: TYPES[ending] ?? "application/octet-stream",
    user: BOT.user,
    url_private: `${world.url}/files/${id}`,
    permalink: `${world.url}/files/${id}`,
    ...(alt ? { alt_txt: alt } : {}),
  };
}
const TYPES: Record<string, string> = {
  png: "image/png",
  jpg: "image/jpeg",
  mp3: "audio/mpeg",
  mp4: "video/mp4",
  csv: "text/csv",
  txt: "text/plain",
  json: "application/json",
};
