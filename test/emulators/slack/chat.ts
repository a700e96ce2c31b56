// Messages: posted, edited, deleted, shown to one person, streamed. Each method refuses what Slack's page of it says.
import { BLOCKS_TOTAL, lettersIn, wrongInBlocks } from "./blocks.ts";
import { Refusal, refuse, refuseIf } from "./refusal.ts";
import { isObject, type Json, lengthOf } from "./schema.ts";
import { BOT, type Channel, cut, messageOf, type Shown, type World } from "./world.ts";

/** chat.update: the text may have 4,000 bytes, counted with & < > written out; a new message is cut at 40,000 characters. */
const EDIT_TEXT = 4_000;
const ATTACHMENTS = 100;
const MARKDOWN = 12_000;

export function listOf(value: unknown, word: string): Json[] {
  if (value === undefined || value === null || value === "") return [];
  try {
    const parsed: unknown = typeof value === "string" ? JSON.parse(value) : value;
    if (Array.isArray(parsed) && parsed.every(isObject)) return parsed as Json[];
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new Refusal(word);
}

export type Content = Pick<Shown, "text" | "blocks" | "attachments">;

export function contentOf(world: World, params: Json, edit = false): Content {
  const blocks = listOf(params.blocks, "invalid_blocks_format");
  const attachments = listOf(params.attachments, "invalid_attachments");
  const markdown = params.markdown_text === undefined ? undefined : String(params.markdown_text);
  if (markdown !== undefined && (blocks.length > 0 || params.text !== undefined)) refuse("markdown_text_conflict");
  if (markdown !== undefined && lengthOf(markdown) > MARKDOWN) refuse("msg_too_long");
  const text = markdown ?? String(params.text ?? "");
  if (text.trim() === "" && blocks.length === 0 && attachments.length === 0) refuse("no_text");
  if (attachments.length > ATTACHMENTS) refuse("too_many_attachments");
  refuseIf(wrongInBlocks(blocks, "message"), "invalid_blocks");
  for (const [n, one] of attachments.entries())
    if (one.blocks !== undefined)
      refuseIf(wrongInBlocks(one.blocks, "message", `/attachments/${n}/blocks`), "invalid_attachments");
  if (blocks.filter((b) => b.type === "table").length > 1) refuseIf(["only_one_table_allowed"], "invalid_attachments");
  if (lettersIn(blocks) > BLOCKS_TOTAL) refuse("msg_blocks_too_long");
  refuseIf(unknownFiles(world, blocks), "invalid_blocks");
  if (edit && Buffer.byteLength(text.replace(/[&<>]/g, "&amp;")) > EDIT_TEXT) refuse("msg_too_long");
  return { text: cut(text), blocks: named(world, blocks), attachments };
}

function unknownFiles(world: World, blocks: Json[]): string[] {
  return blocks.flatMap((b, n) => {
    const file = b.slack_file as { id?: string } | undefined;
    if (!file?.id || world.uploads.get(file.id)?.done) return [];
    return [`invalid slack file [json-pointer:/blocks/${n}/slack_file]`];
  });
}

/** What comes without a name gets one, as at Slack. */
export function named(world: World, blocks: Json[]): Json[] {
  const withAction = (element: unknown): unknown =>
    isObject(element) && ACTS.test(String(element.type)) && element.action_id === undefined
      ? { ...element, action_id: world.nextId("a") }
      : element;
  return blocks.map((b) => ({
    block_id: world.nextId("b"),
    ...b,
    ...(b.type === "actions" ? { elements: (b.elements as unknown[]).map(withAction) } : {}),
    ...(b.accessory ? { accessory: withAction(b.accessory) } : {}),
    ...(b.element ? { element: withAction(b.element) } : {}),
  }));
}
const ACTS = /button|select|picker|checkboxes|overflow|input|buttons$/;

/** Where our bot wants to speak, if it may. */
export function placeOf(world: World, params: Json): Channel {
  const id = String(params.channel ?? "");
  if (id === "") refuse("channel_not_found");
  // A person's id stands for the direct messages with them.
  if (world.users.has(id) && id !== BOT.user) return open(world, world.direct(id));
  const channel = world.channels.get(id) ?? [...world.channels.values()].find((c) => `#${c.name}` === id);
  if (!channel) refuse("channel_not_found");
  if (channel.archived) refuse("is_archived");
  if (channel.members.has(BOT.user)) return open(world, channel);
  if (channel.kind !== "public") refuse("channel_not_found");
  return world.scopes.has("chat:write.public") ? channel : refuse("not_in_channel");
}

const open = (world: World, channel: Channel): Channel =>
  channel.user && world.refusing.has(channel.user) ? refuse("messages_tab_disabled") : channel;

function threadOf(world: World, channel: string, params: Json): { thread?: string } {
  if (params.thread_ts === undefined) return {};
  const ts = String(params.thread_ts);
  const parent = world.messages.find((m) => m.channel === channel && m.ts === ts && !m.only);
  if (!parent) refuse("thread_not_found");
  return { thread: parent.thread ?? ts };
}

export function show(world: World, message: Partial<Shown> & Pick<Shown, "channel">): Shown {
  const made: Shown = {
    ts: world.nextTs(),
    user: BOT.user,
    text: "",
    blocks: [],
    attachments: [],
    files: [],
    edits: 0,
    reactions: [],
    ...message,
  };
  world.messages.push(made);
  return made;
}

function own(world: World, params: Json, word: string): Shown {
  const channel = world.channels.get(String(params.channel ?? ""));
  if (!channel) refuse("channel_not_found");
  const found = world.messages.find((m) => m.channel === channel.id && m.ts === String(params.ts) && !m.only);
  if (!found) refuse("message_not_found");
  if (found.user !== BOT.user) refuse(word);
  if (channel.archived) refuse("is_archived");
  return found;
}

function metadataOf(params: Json): { metadata?: Json } {
  if (params.metadata === undefined) return {};
  const metadata =
    typeof params.metadata === "string" ? (JSON.parse(params.metadata) as Json) : (params.metadata as Json);
  if (JSON.stringify(metadata).length > 8_000) refuse("metadata_too_large");
  return { metadata };
}

/** Chunks of a stream as text and blocks; the bytes of a streamed message have an end that no page names. */
function chunksOf(params: Json): { text: string; blocks: Json[] } {
  const chunks = listOf(params.chunks, "invalid_chunks");
  const text = String(params.markdown_text ?? "");
  if (lengthOf(text) > MARKDOWN) refuse("msg_too_long");
  const blocks: Json[] = [];
  let more = "";
  for (const chunk of chunks) {
    if (chunk.type === "markdown_text") more += String(chunk.text ?? "");
    else if (chunk.type === "blocks") blocks.push(...listOf(chunk.blocks, "invalid_chunks"));
    else if (chunk.type === "plan_update" || chunk.type === "task_update") more += `${String(chunk.title ?? "")}\n`;
    else refuse("invalid_chunks");
  }
  return { text: text + more, blocks };
}
/** Observed: 10.6 to 11.3 kB. */
const STREAM_BYTES = 10_600;

function grow(message: Shown, { text, blocks }: { text: string; blocks: Json[] }): void {
  if (Buffer.byteLength(message.text + text) > STREAM_BYTES) refuse("msg_too_long");
  refuseIf(wrongInBlocks([...message.blocks, ...blocks], "message"), "invalid_blocks");
  message.text += text;
  message.blocks.push(...blocks);
}

const streamed = (world: World, params: Json): Shown => {
  const message = own(world, params, "message_not_owned_by_app");
  return message.streaming ? message : refuse("message_not_in_streaming_state");
};

type Method = (world: World, params: Json) => Json;
export const CHAT: Record<string, Method> = {
  "chat.postMessage": (world, params) => {
    const channel = placeOf(world, params);
    const place = { channel: channel.id, ...threadOf(world, channel.id, params), ...metadataOf(params) };
    const message = show(world, { ...contentOf(world, params), ...place });
    world.done.push({ what: "said", message });
    return { channel: channel.id, ts: message.ts, message: messageOf(message) };
  },
  "chat.postEphemeral": (world, params) => {
    const channel = placeOf(world, params);
    const user = String(params.user ?? "");
    if (!world.users.has(user)) refuse("user_not_found");
    if (!channel.members.has(user)) refuse("user_not_in_channel");
    const place = { channel: channel.id, ...threadOf(world, channel.id, params), only: user };
    return { message_ts: show(world, { ...contentOf(world, params), ...place }).ts };
  },
  "chat.update": (world, params) => {
    const message = own(world, params, "cant_update_message");
    if (message.streaming) refuse("streaming_state_conflict");
    const before = messageOf(message);
    Object.assign(message, contentOf(world, params, true), { edits: message.edits + 1 });
    world.done.push({ what: "changed", message, before });
    return { channel: message.channel, ts: message.ts, text: message.text, message: messageOf(message) };
  },
  "chat.delete": (world, params) => {
    const message = own(world, params, "cant_delete_message");
    world.messages.splice(world.messages.indexOf(message), 1);
    world.done.push({ what: "deleted", message });
    return { channel: message.channel, ts: message.ts };
  },
  "chat.getPermalink": (world, params) => {
    const message = world.messages.find((m) => m.channel === params.channel && m.ts === String(params.message_ts));
    if (!message) refuse("message_not_found");
    return {
      channel: message.channel,
      permalink: `${world.url}/archives/${message.channel}/p${message.ts.replace(".", "")}`,
    };
  },
  "chat.startStream": (world, params) => {
    const channel = placeOf(world, params);
    if (params.thread_ts === undefined) refuse("invalid_arguments");
    const outside = channel.kind !== "im";
    if (outside && !params.recipient_user_id) refuse("missing_recipient_user_id");
    if (outside && !params.recipient_team_id) refuse("missing_recipient_team_id");
    const message = show(world, { channel: channel.id, ...threadOf(world, channel.id, params), streaming: true });
    grow(message, chunksOf(params));
    return { channel: channel.id, ts: message.ts };
  },
  "chat.appendStream": (world, params) => {
    const message = streamed(world, params);
    if (params.markdown_text === undefined && params.chunks === undefined) refuse("no_text");
    grow(message, chunksOf(params));
    return { channel: message.channel, ts: message.ts };
  },
  "chat.stopStream": (world, params) => {
    const message = streamed(world, params);
    grow(message, chunksOf(params));
    const blocks = listOf(params.blocks, "invalid_blocks_format");
    refuseIf(wrongInBlocks([...message.blocks, ...blocks], "message"), "invalid_blocks");
    message.blocks.push(...named(world, blocks));
    message.streaming = false;
    return { channel: message.channel, ts: message.ts, message: messageOf(message) };
  },
  "reactions.add": (world, params) => {
    const message = world.messages.find((m) => m.channel === params.channel && m.ts === String(params.timestamp));
    if (!message) refuse("message_not_found");
    const name = String(params.name ?? "");
    if (!/^[a-z0-9_+'-]+(::skin-tone-[2-6])?$/.test(name)) refuse("invalid_name");
    if (message.reactions.some((r) => r.name === name && r.user === BOT.user)) refuse("already_reacted");
    message.reactions.push({ name, user: BOT.user });
    return {};
  },
  "reactions.remove": (world, params) => {
    const message = world.messages.find((m) => m.channel === params.channel && m.ts === String(params.timestamp));
    const at = message?.reactions.findIndex((r) => r.name === params.name && r.user === BOT.user) ?? -1;
    if (at < 0) refuse("no_reaction");
    message!.reactions.splice(at, 1);
    return {};
  },
};
