// Answers to an interaction at its own address: five within half an hour.
import { contentOf, show } from "./chat.ts";
import { Refusal, refuse } from "./refusal.ts";
import { isObject, type Json } from "./schema.ts";
import type { World } from "./world.ts";

/** docs.slack.dev/interactivity/handling-user-interaction: "up to 5 times within 30 minutes". */
const USES = 5;
const ALIVE_MS = 30 * 60_000;

export function respond(world: World, id: string, body: unknown): void {
  const door = world.doors.get(id);
  if (!door) throw new Refusal("invalid_url", {}, 404);
  if (world.now() - door.at > ALIVE_MS) throw new Refusal("expired_url", {}, 404);
  if (door.uses >= USES) throw new Refusal("used_url", {}, 404);
  if (!isObject(body)) refuse("invalid_payload");
  door.uses++;
  said(world, door, body);
}

/** A response, by its address or in the acknowledgement of a command. */
export function said(
  world: World,
  to: { channel: string; user: string; message?: Shown; thread?: string },
  body: Json,
): void {
  const { message } = to;
  if (body.delete_original === true) {
    if (!message) refuse("message_not_found");
    const at = world.messages.indexOf(message);
    if (at >= 0) world.messages.splice(at, 1);
    return;
  }
  const content = contentOf(world, body);
  if (body.replace_original === true && message) {
    Object.assign(message, content, { edits: message.edits + 1 });
    return;
  }
  const open = body.response_type === "in_channel";
  const thread = body.thread_ts ? String(body.thread_ts) : to.thread;
  const place = { channel: to.channel, ...(thread ? { thread } : {}), ...(open ? {} : { only: to.user }) };
  show(world, { ...content, ...place });
}
type Shown = World["messages"][number];
