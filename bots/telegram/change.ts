// A message that was sent, shown anew or taken back.
import type { Sent } from "../../core/outbox/index.ts";
import { fresh } from "./ids.ts";
import { call, drawn, type Letter } from "./letter.ts";
import { isGroup } from "./pace.ts";
import { editText, finish, sentOf } from "./post.ts";
import { says } from "./trouble.ts";
import { rewhisper, unwhisper } from "./whisper.ts";

export async function change(letter: Letter): Promise<Sent> {
  const { message, ids } = letter;
  if (ids.whisper) return rewhisper(letter);
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

export async function takeBack(letter: Letter): Promise<Sent> {
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
