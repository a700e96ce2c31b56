// What Telegram calls a message of ours, as one word that the outbox keeps: a view may be several messages there.

export type Ids = {
  chat: string;
  texts: number[];
  /** One list for each time media were sent: an album has several. */
  media: number[][];
  /** Seen by one person only; it has no number among the others. */
  whisper?: { id: number; to: string };
};

export const fresh = (chat: string): Ids => ({ chat, texts: [], media: [] });
export const isEmpty = ({ texts, media, whisper }: Ids): boolean =>
  texts.length === 0 && media.length === 0 && whisper === undefined;

export function written({ chat, texts, media, whisper }: Ids): string {
  const alone = whisper ? `~${whisper.id}@${whisper.to}` : "";
  return `${chat}:${texts.join(",")}|${media.map((album) => album.join("+")).join(",")}${alone}`;
}

const SHAPE = /^(-?\d+):([\d,]*)\|([\d,+]*)(?:~(\d+)@(\d+))?$/;

export function read(external: string): Ids {
  const [, chat = "", texts = "", media = "", id, to] = SHAPE.exec(external) ?? [];
  const list = (words: string, sign: string) => (words === "" ? [] : words.split(sign));
  return {
    chat,
    texts: list(texts, ",").map(Number),
    media: list(media, ",").map((album) => list(album, "+").map(Number)),
    ...(id && to ? { whisper: { id: Number(id), to } } : {}),
  };
}
