// An album comes as one message for each of its files, and one of them has the words: they are said with every file. The
// parts may come to several processes, so the words are asked of the inbox.
import type { Update } from "@grammyjs/types";
import { pause } from "../../core/within.ts";
import type { Door } from "../surface.ts";
import { type Me, speakerOf } from "./decode.ts";

/** The parts of an album come within moments, in any order: how long we wait for the words, look by look. */
const LOOKS_MS = [50, 100, 150, 200, 250, 300, 450];

/** The same update; of a part without words, with those of its album, when there are any. */
export async function worded(
  door: Pick<Door, "saidWith">,
  me: Me,
  update: Update,
): Promise<{ update: Update; borrowed: boolean }> {
  const alone = { update, borrowed: false };
  const { message } = update;
  if (!message) return alone;
  // A reply is to a question of ours: every file is an answer to it.
  const { media_group_id: album } = message;
  if (typeof album !== "string" || message.caption || message.reply_to_message) return alone;
  const speaker = speakerOf(message, me);
  if (!speaker) return alone;
  for (const wait of LOOKS_MS) {
    const caption = await door.saidWith(speaker, album);
    if (caption !== undefined) return { update: { ...update, message: { ...message, caption } }, borrowed: true };
    await pause(wait);
  }
  return alone;
}
