// An album comes as one message for each of its files, and one of them has the words: they are said with every file.
import type { Message, Update } from "@grammyjs/types";

/** The parts of an album come within moments, in any order. */
const WAIT_MS = 1_000;
const KEPT_MS = 60_000;
const MOST = 1_000;

export type Albums = {
  /** The same update; of a part without words, with those of its album, when there are any. */
  worded(update: Update): Promise<{ update: Update; borrowed: boolean }>;
};

type Words = Pick<Message, "caption" | "caption_entities">;
type Album = { said: Promise<Words | undefined>; say(words: Words | undefined): void };

export function openAlbums(): Albums {
  const albums = new Map<string, Album>();

  function albumOf(key: string): Album {
    const known = albums.get(key);
    if (known) return known;
    const { promise: said, resolve: say } = Promise.withResolvers<Words | undefined>();
    const album = { said, say };
    if (albums.size >= MOST) albums.delete(albums.keys().next().value!);
    albums.set(key, album);
    setTimeout(() => say(undefined), WAIT_MS).unref();
    setTimeout(() => albums.delete(key), KEPT_MS).unref();
    return album;
  }

  return {
    async worded(update) {
      const { message } = update;
      // A reply is to a question of ours: every file is an answer to it.
      if (!message?.media_group_id || message.reply_to_message) return { update, borrowed: false };
      const album = albumOf(`${message.chat?.id}:${message.media_group_id}`);
      const { caption, caption_entities } = message;
      if (caption) {
        album.say({ caption, ...(caption_entities ? { caption_entities } : {}) });
        return { update, borrowed: false };
      }
      const words = await album.said;
      return words
        ? { update: { ...update, message: { ...message, ...words } }, borrowed: true }
        : { update, borrowed: false };
    },
  };
}
