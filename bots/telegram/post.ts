// A new message: one of Telegram's after the other, and from where the last try ended.
import type { Sent } from "../../core/outbox/index.ts";
import { isEmpty, written } from "./ids.ts";
import { bodyOf, call, drawn, editOf, type Letter, replyTo, type TextPart } from "./letter.ts";
import { sendMedia } from "./media.ts";
import type { Part } from "./render.ts";
import { says } from "./trouble.ts";

export const sentOf = ({ ids, lost }: Letter): Sent => ({ external: written({ ...ids, done: 0 }), lost });

/** Into one chat: all of it, or what is still missing. */
export async function post(letter: Letter, chat: string): Promise<Sent> {
  if (isEmpty(letter.ids)) letter.ids.chat = chat;
  await finish(letter, drawn(letter).parts, replyTo(chat, letter.message.hints));
  return sentOf(letter);
}

export async function finish(letter: Letter, parts: readonly Part[], reply: object): Promise<void> {
  const { ids, api, signal } = letter;
  const texts = parts.filter((part) => part.kind === "text");
  for (const part of texts.slice(ids.texts.length)) {
    const to = ids.texts.length === 0 || part.ask !== undefined ? reply : {};
    const sent = await call(letter, ids.chat, (there) =>
      api.raw.sendMessage({ ...there, ...bodyOf(part), ...to }, signal),
    );
    ids.texts.push(sent.message_id);
  }
  await sendMedia(letter, parts);
}

/** A step on the way to a command takes the place of the one before, where buttons are all that it needs. */
export async function replaced(letter: Letter): Promise<boolean> {
  const { place, hints } = letter.message;
  if (typeof hints.replace !== "number") return false;
  const { parts } = drawn(letter);
  const [part, ...others] = parts;
  if (part?.kind !== "text" || part.ask !== undefined || others.length > 0) return false;
  const done = await editText(letter, place, hints.replace, part);
  if (done) letter.ids.texts.push(hints.replace);
  return done;
}

/** False: it is gone, or was never ours to change. */
export async function editText(letter: Letter, chat: string, id: number, part: TextPart): Promise<boolean> {
  const { api, signal } = letter;
  const edit = () => api.raw.editMessageText({ chat_id: chat, message_id: id, ...editOf(part) }, signal);
  try {
    // A message stays in its topic.
    await call(letter, chat, edit);
    return true;
  } catch (error) {
    // The same words again: it shows already what it should.
    if (says(error, /message is not modified/i)) return true;
    if (says(error, /message to edit not found|message can't be edited|MESSAGE_ID_INVALID/i)) return false;
    throw error;
  }
}
