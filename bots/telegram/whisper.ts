// What is for one person in a group: seen by them alone where Telegram takes it, else in their own chat with us.
import type { Sent } from "../../core/outbox/index.ts";
import { textOf } from "../../core/view/index.ts";
import { fresh, isEmpty, written } from "./ids.ts";
import { bodyOf, call, drawn, editOf, type Letter, readerOf, replyTo, type TextPart } from "./letter.ts";
import { isGroup } from "./pace.ts";
import { post } from "./post.ts";
import { isRefused, isTheirs, Unreached } from "./trouble.ts";

/** Asked in a group, and not for the group to read. */
export function isQuiet({ kit, message: { place, hints, kind } }: Letter): boolean {
  if (kind !== "answer" || !isGroup(place)) return false;
  const command = typeof hints.command === "string" ? kit.commands.find(hints.command) : undefined;
  return hints.quiet === true || hints.once === true || command?.reply === "private";
}

/** answerCallbackQuery, `text`: "0-200 characters". */
const TOAST = 200;

/**
 * A few words are said by the answer to the press itself: it costs the group nothing. Telegram counts no such answers, and
 * takes one for each press within some seconds.
 */
async function toast(letter: Letter): Promise<"told" | "late" | "long"> {
  const { api, message, signal, spins } = letter;
  const { query, status, brief } = message.hints;
  if (brief !== true || typeof query !== "string" || !message.view) return "long";
  const fits = message.view.blocks.every(({ kind }) => kind === "text") && message.hints.once !== true;
  const text = fits ? textOf(message.view, readerOf(letter)).replaceAll("\n\n", "\n") : "";
  const words = fits && text.length <= TOAST ? { text, ...(status === "done" ? {} : { show_alert: true }) } : {};
  const late = "text" in words ? "late" : "long";
  if (!spins.end(query)) return late;
  try {
    await api.raw.answerCallbackQuery({ callback_query_id: query, ...words }, signal);
    return "text" in words ? "told" : "long";
  } catch (error) {
    // Too late, or answered by another process: it is told in another way.
    if (!isTheirs(error)) throw error;
    return late;
  }
}

export async function whisper(letter: Letter): Promise<Sent> {
  const { ids, lost, message } = letter;
  const said = ids.texts.length === 0 && !ids.whisper ? await toast(letter) : "long";
  if (said === "told") return { lost };
  // A crowd's would be written into the group for hours, at the pace that a group allows.
  if (said === "late")
    return { lost: [...lost, "a few words about a press: Telegram takes them for some seconds only"] };
  const person = String(message.hints.account);
  if (ids.texts.length === 0 && !ids.whisper) {
    const part = onlyText(letter);
    const id = part && (await murmur(letter, person, part));
    if (id !== undefined) ids.whisper = { id, to: person };
  }
  if (ids.whisper) return { external: written(ids), lost };
  const { say } = readerOf(letter);
  try {
    const sent = await post(letter, person);
    await note(letter, say("I answered you in our own chat."));
    return sent;
  } catch (error) {
    if (!isEmpty(ids) || !(error instanceof Unreached)) throw error;
    // We may write to nobody who has not written to us first.
    const words = say("My answer is only for you. Open a chat with me, press Start, and ask there.");
    await note(letter, words, `https://t.me/${letter.username}?start=hello`);
    return { lost: [...lost, "the answer: the person has no chat with us"] };
  }
}

/** One message without an answer to it: what replies to an unseen message does not say to what it replies. */
function onlyText(letter: Letter): TextPart | undefined {
  const { parts } = drawn(letter);
  const [part] = parts;
  return parts.length === 1 && part?.kind === "text" && part.ask === undefined ? part : undefined;
}

/** The id of a message for one person; only within 15 seconds of what is answered: undefined in all other cases. */
async function murmur(letter: Letter, person: string, part: TextPart): Promise<number | undefined> {
  const { api, message, signal } = letter;
  const { query, ephemeral, replace } = message.hints;
  if (typeof query !== "string" && typeof ephemeral !== "number") return undefined;
  if (!(await knowsWhispers(letter, person))) return undefined;
  const parameters = {
    receiver_user_id: Number(person),
    ...(typeof query === "string" ? { callback_query_id: query } : {}),
    ...(replace === true ? { replace_callback_query_message: true } : {}),
  };
  const reply = typeof ephemeral === "number" ? { reply_parameters: { ephemeral_message_id: ephemeral } } : {};
  try {
    const sent = await call(letter, message.place, (there) =>
      api.raw.sendMessage({ ...there, ...bodyOf(part), ...reply, ephemeral_message_parameters: parameters }, signal),
    );
    return sent.ephemeral_message_id ?? 0;
  } catch (error) {
    if (!isTheirs(error)) throw error;
    return undefined;
  }
}

/** No message has it: what is asked about it is refused by servers that know such messages. */
const NOBODYS = 2_147_483_647;

/** A server of before Bot API 10.2 passes over what it does not know, and would show everybody what is for one person. */
async function knowsWhispers({ api, message, server, signal }: Letter, person: string): Promise<boolean> {
  if (typeof message.hints.ephemeral === "number") server.whispers = true;
  if (server.whispers !== undefined) return server.whispers;
  const nobodys = { chat_id: message.place, receiver_user_id: Number(person), ephemeral_message_id: NOBODYS };
  try {
    await api.raw.deleteEphemeralMessage(nobodys, signal);
    server.whispers = true;
  } catch (error) {
    if (!isRefused(error) || (error.error_code !== 400 && error.error_code !== 404)) throw error;
    server.whispers = error.error_code === 400;
  }
  return server.whispers;
}

/** Work that goes on is followed there too; what outgrows such a message goes to the person's own chat. */
export async function rewhisper(letter: Letter): Promise<Sent> {
  const { api, ids, lost, message, signal } = letter;
  const { id, to } = ids.whisper!;
  const part = onlyText(letter);
  try {
    if (part) {
      await call(letter, ids.chat, () =>
        api.raw.editEphemeralMessageText(
          { chat_id: ids.chat, receiver_user_id: Number(to), ephemeral_message_id: id, ...editOf(part) },
          signal,
        ),
      );
      return { external: written(ids), lost };
    }
  } catch (error) {
    if (!isTheirs(error)) throw error;
    if (/message is not modified/i.test(error.description)) return { external: written(ids), lost };
  }
  letter.ids = fresh(to);
  letter.message = { ...message, hints: message.target?.hints ?? message.hints };
  return post(letter, to);
}

export async function unwhisper(letter: Letter): Promise<Sent> {
  const { api, ids, signal } = letter;
  const { id, to } = ids.whisper!;
  try {
    await call(letter, ids.chat, () =>
      api.raw.deleteEphemeralMessage(
        { chat_id: ids.chat, receiver_user_id: Number(to), ephemeral_message_id: id },
        signal,
      ),
    );
  } catch (error) {
    // Such messages end by themselves.
    if (!isTheirs(error)) throw error;
  }
  return {};
}

/** Where the answer is; told to the person alone where that is possible. */
async function note(letter: Letter, text: string, url?: string): Promise<void> {
  const { api, message, username, signal } = letter;
  const keyboard = url ? [[{ text: `@${username}`, url }]] : undefined;
  const part: TextPart = { kind: "text", html: text, ...(keyboard ? { keyboard } : {}) };
  if ((await murmur(letter, String(message.hints.account), part)) !== undefined) return;
  await call(letter, message.place, (there) =>
    api.raw.sendMessage({ ...there, ...bodyOf(part), ...replyTo(message.place, message.hints) }, signal),
  );
}
