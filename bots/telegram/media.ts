// Pictures, sounds, videos and files: one alone, or several as an album. What cannot be sent becomes a link.
import { stat } from "node:fs/promises";
import type { InputFile } from "grammy";
import { fileOf } from "../../core/assets/index.ts";
import { PHOTO_BYTES, UPLOAD_BYTES } from "./limits.ts";
import { escaped } from "./markup.ts";
import type { MediaItem } from "./render.ts";
import type { Letter } from "./send.ts";
import { says } from "./trouble.ts";

type Ready = Omit<MediaItem, "source"> & { file: InputFile | string };

export async function sendMedia(
  letter: Letter,
  chat: string,
  items: readonly MediaItem[],
  lost: string[],
): Promise<number[]> {
  const ready: Ready[] = [];
  const ids: number[] = [];
  for (const item of items) {
    const one = await prepare(letter, item, lost);
    if (one) ready.push(one);
    else ids.push(await link(letter, chat, item));
  }
  // What became a file on the way cannot stand beside pictures.
  const album = ready.filter((one) => one.as === ready[0]!.as || (seen(one) && seen(ready[0]!)));
  const alone = ready.filter((one) => !album.includes(one));
  if (album.length > 1) ids.push(...(await group(letter, chat, album)));
  else alone.unshift(...album);
  for (const one of alone) {
    const source = items.find((item) => item.caption === one.caption)!;
    try {
      ids.push(await single(letter, chat, one));
    } catch (error) {
      if (
        !says(
          error,
          /failed to get HTTP URL content|wrong (file identifier|type of the web page)|IMAGE_PROCESS|PHOTO_INVALID/i,
        )
      )
        throw error;
      lost.push(`${one.as}: Telegram could not fetch it`);
      ids.push(await link(letter, chat, source));
    }
  }
  return ids;
}

const seen = ({ as }: Ready) => as === "photo" || as === "video";

async function prepare(letter: Letter, item: MediaItem, lost: string[]): Promise<Ready | undefined> {
  const { source, ...rest } = item;
  const { File, house, message, more } = letter;
  if ("chart" in source) {
    const locale = String(message.hints.locale ?? "en");
    const png = await more.painter!.render(source.chart, { theme: "light", locale });
    return { ...rest, file: new File(png, "chart.png") };
  }
  if (!("asset" in source)) return { ...rest, file: source.url };
  const file = fileOf(house.files, message.workspaceId, source.asset);
  const bytes = await stat(file).then(
    ({ size }) => size,
    () => undefined,
  );
  if (bytes === undefined || bytes > UPLOAD_BYTES) {
    lost.push(`${item.as}: ${bytes === undefined ? "its file is gone" : "it is too large"}`);
    return undefined;
  }
  const as = item.as === "photo" && bytes > PHOTO_BYTES ? "document" : item.as;
  return { ...rest, as, file: new File(file, NAMES[as]) };
}

/** Clients tell by the ending how to play it. */
const NAMES = { photo: "picture.png", audio: "sound.mp3", video: "video.mp4", document: "file" } as const;

const where = ({ message }: Letter, chat: string) => ({
  chat_id: chat,
  ...(chat === message.place && typeof message.hints.thread === "number"
    ? { message_thread_id: message.hints.thread }
    : {}),
});

async function single(letter: Letter, chat: string, { as, file, caption, title, seconds }: Ready): Promise<number> {
  letter.turn(chat);
  const { raw } = letter.api;
  const signal = letter.signal as unknown as Parameters<typeof raw.getMe>[0];
  const base = { ...where(letter, chat), ...(caption ? { caption, parse_mode: "HTML" as const } : {}) };
  const length = seconds === undefined ? {} : { duration: seconds };
  switch (as) {
    case "photo":
      return (await raw.sendPhoto({ ...base, photo: file }, signal)).message_id;
    case "video":
      return (await raw.sendVideo({ ...base, ...length, video: file, supports_streaming: true }, signal)).message_id;
    case "audio":
      return (await raw.sendAudio({ ...base, ...length, ...(title ? { title } : {}), audio: file }, signal)).message_id;
    case "document":
      return (await raw.sendDocument({ ...base, document: file }, signal)).message_id;
  }
}

async function group(letter: Letter, chat: string, album: readonly Ready[]): Promise<number[]> {
  letter.turn(chat);
  const { raw } = letter.api;
  const signal = letter.signal as unknown as Parameters<typeof raw.getMe>[0];
  const media = album.map(({ as, file, caption }) => ({
    type: as,
    media: file,
    ...(caption ? { caption, parse_mode: "HTML" as const } : {}),
  }));
  const payload = { ...where(letter, chat), media } as Parameters<typeof raw.sendMediaGroup>[0];
  return (await raw.sendMediaGroup(payload, signal)).map((m) => m.message_id);
}

async function link(letter: Letter, chat: string, { caption, source, as }: MediaItem): Promise<number> {
  letter.turn(chat);
  const url = "url" in source ? source.url : "";
  const words = caption || as;
  const text = url ? `<a href="${escaped(url)}">${words}</a>` : words;
  const { raw } = letter.api;
  const signal = letter.signal as unknown as Parameters<typeof raw.getMe>[0];
  return (await raw.sendMessage({ ...where(letter, chat), text, parse_mode: "HTML" }, signal)).message_id;
}
