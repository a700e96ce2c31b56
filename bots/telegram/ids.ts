// What Telegram calls a message of ours, as one word that the outbox keeps: a view may be several messages there.

export type Ids = {
  chat: string;
  texts: number[];
  /** One list for each time media were sent: an album has several. */
  media: number[][];
  /** Seen by one person only; it has no number among the others. */
  whisper?: { id: number; to: string };
  /** How often in a row the line was too slow for the media that come next. */
  slow: number;
  /** How many of the texts this very change has put in place. */
  done: number;
};

export const fresh = (chat: string): Ids => ({ chat, texts: [], media: [], slow: 0, done: 0 });
/** Nothing is known of it. */
export const isEmpty = ({ texts, media, whisper, slow }: Ids): boolean =>
  texts.length === 0 && media.length === 0 && whisper === undefined && slow === 0;

export function written({ chat, texts, media, whisper, slow, done }: Ids): string {
  const alone = whisper ? `~${whisper.id}@${whisper.to}` : "";
  return `${chat}:${texts.join(",")}|${media.map((album) => album.join("+")).join(",")}${alone}${slow > 0 ? `!${slow}` : ""}${done > 0 ? `=${done}` : ""}`;
}

const SHAPE = /^(-?\d+):([\d,]*)\|([\d,+]*)(?:~(\d+)@(\d+))?(?:!(\d+))?(?:=(\d+))?$/;

export function read(external: string): Ids {
  const [, chat = "", texts = "", media = "", id, to, slow = "0", done = "0"] = SHAPE.exec(external) ?? [];
  const list = (words: string, sign: string) => (words === "" ? [] : words.split(sign));
  return {
    chat,
    texts: list(texts, ",").map(Number),
    media: list(media, ",").map((album) => list(album, "+").map(Number)),
    slow: Number(slow),
    done: Number(done),
    ...(id && to ? { whisper: { id: Number(id), to } } : {}),
  };
}
