// From the outbox to the Bot API: a message may be several of Telegram's. What arrived of it is kept with its row, so
// that another try, and another process, goes on from there.
import { Half, type Outgoing, type Sender, type Sent } from "../../core/outbox/index.ts";
import { SURFACE } from "./decode.ts";
import { fresh, isEmpty, read, written } from "./ids.ts";
import { bodyOf, call, type Desk, drawn, editOf, type Letter, replyTo, type TextPart } from "./letter.ts";
import { sendMedia } from "./media.ts";
import { isGroup, openPace } from "./pace.ts";
import type { Part } from "./render.ts";
import { says, troubleOf } from "./trouble.ts";
import { isQuiet, rewhisper, unwhisper, whisper } from "./whisper.ts";

export function makeSender(desk: Desk): Sender {
  const pace = openPace(() => performance.now());
  return {
    surface: SURFACE,
    classify: troubleOf,
    async send(message, signal) {
      const { thread } = message.target?.hints ?? message.hints;
      const letter: Letter = {
        ...desk,
        message,
        pace,
        signal: signal as unknown as Letter["signal"],
        ids: idsOf(message),
        lost: [],
        thread: typeof thread === "number" ? thread : undefined,
      };
      try {
        return await deliver(letter);
      } catch (error) {
        throw isEmpty(letter.ids) ? error : new Half(written(letter.ids), error);
      }
    },
  };
}

/** What an earlier try has sent; of an edit, what there is to change. */
function idsOf({ external, target, place }: Outgoing) {
  if (external !== null) return read(external);
  // How far another change came says nothing of this one.
  return target ? { ...read(target.external), slow: 0, done: 0 } : fresh(place);
}

async function deliver(letter: Letter): Promise<Sent> {
  const { kind } = letter.message;
  if (kind === "delete") return takeBack(letter);
  if (kind === "edit") return change(letter);
  if (isQuiet(letter)) return whisper(letter, write);
  if (isEmpty(letter.ids) && (await replaced(letter))) return sentOf(letter);
  return write(letter, letter.message.place);
}

const sentOf = ({ ids, lost }: Letter): Sent => ({ external: written({ ...ids, done: 0 }), lost });

/** Into one chat: all of it, or what is still missing. */
async function write(letter: Letter, chat: string): Promise<Sent> {
  if (isEmpty(letter.ids)) letter.ids.chat = chat;
  await finish(letter, drawn(letter).parts, replyTo(chat, letter.message.hints));
  return sentOf(letter);
}

async function finish(letter: Letter, parts: readonly Part[], reply: object): Promise<void> {
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
async function replaced(letter: Letter): Promise<boolean> {
  const { place, hints } = letter.message;
  if (typeof hints.replace !== "number") return false;
  const { parts } = drawn(letter);
  const [part, ...others] = parts;
  if (part?.kind !== "text" || part.ask !== undefined || others.length > 0) return false;
  const done = await editText(letter, place, hints.replace, part);
  if (done) letter.ids.texts.push(hints.replace);
  return done;
}

async function change(letter: Letter): Promise<Sent> {
  const { message, ids } = letter;
  if (ids.whisper) return rewhisper(letter, write);
  // The group became a supergroup: what was said before cannot be changed there, so it is said again.
  if (hasMoved(letter)) Object.assign(ids, fresh(message.place));
  const { parts } = drawn(letter);
  const texts = parts.filter((part) => part.kind === "text");
  for (const [at, part] of texts.slice(0, ids.texts.length).entries()) {
    if (at < ids.done) continue;
    if (!(await editText(letter, ids.chat, ids.texts[at]!, part)))
      letter.lost.push("a part of it that cannot be changed any more");
    ids.done++;
  }
  while (ids.texts.length > texts.length) {
    await remove(letter, ids.texts.at(-1)!);
    ids.texts.pop();
  }
  await finish(letter, parts, {});
  return sentOf(letter);
}

/** What was said is in the group as it was before it became a supergroup. */
const hasMoved = ({ ids, message }: Letter): boolean => isGroup(ids.chat) && ids.chat !== message.place;

/** False: it is gone, or was never ours to change. */
async function editText(letter: Letter, chat: string, id: number, part: TextPart): Promise<boolean> {
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

async function takeBack(letter: Letter): Promise<Sent> {
  const { ids } = letter;
  if (ids.whisper) return unwhisper(letter);
  if (hasMoved(letter)) return { lost: ["what was said before the group moved: it cannot be taken back there"] };
  for (const id of [...ids.texts, ...ids.media.flat()]) await remove(letter, id);
  return {};
}

/** It is gone already: that was the wish. After two days it stays. */
async function remove(letter: Letter, id: number): Promise<void> {
  const { api, ids, signal } = letter;
  try {
    await call(letter, ids.chat, () => api.raw.deleteMessage({ chat_id: ids.chat, message_id: id }, signal));
  } catch (error) {
    if (!says(error, /message to (delete|edit) not found|message can't be deleted/i)) throw error;
  }
}
