// Pictures, sounds, videos and files: one alone, or several as an album. What cannot be sent becomes a link.
import type { InputFile } from "grammy";
import { openBytes, sizeOf } from "../../core/assets/index.ts";
import { call, type Letter, type There } from "./letter.ts";
import { CAPTION, PHOTO_BYTES, TEXT, UPLOAD_BYTES } from "./limits.ts";
import { escaped } from "./markup.ts";
import { cut, type MediaItem } from "./page.ts";
import type { Part } from "./render.ts";
import { NotYet, says } from "./trouble.ts";

/** What one call of the Bot API sends. */
type Unit = { kind: "album" | "links"; items: MediaItem[] };

/** Sends what was not sent yet, unit by unit. The units of a view are the same at every try. */
export async function sendMedia(letter: Letter, parts: readonly Part[]): Promise<void> {
  const { ids } = letter;
  const units: Unit[] = [];
  for (const part of parts) if (part.kind === "media") units.push(...(await unitsOf(letter, part.items)));
  for (const unit of units.slice(ids.media.length)) {
    try {
      ids.media.push(await sent(letter, unit));
      ids.slow = 0;
    } catch (error) {
      if (letter.signal?.aborted && !(error instanceof NotYet)) ids.slow++;
      throw error;
    }
  }
}

/** Media that the line was too slow for so often in a row become links: what comes after them waits no longer. */
const TOO_SLOW = 2;

async function unitsOf(letter: Letter, items: readonly MediaItem[]): Promise<Unit[]> {
  const units: Unit[] = [];
  for (const item of items) {
    const sized = await withinSize(letter, item);
    const unit: Unit = sized ? { kind: "album", items: [sized] } : { kind: "links", items: [item] };
    const last = units.at(-1);
    if (last && goTogether(last, unit)) last.items.push(...unit.items);
    else units.push(unit);
  }
  return units;
}

const sort = ({ as }: MediaItem) => (as === "photo" || as === "video" ? "seen" : as);
const goTogether = (one: Unit, other: Unit) =>
  one.kind === other.kind && (one.kind === "links" || sort(one.items[0]!) === sort(other.items[0]!));

/** A large picture goes as a file, and what is larger than all that Telegram takes goes as a link. */
async function withinSize({ kit, message, lost }: Letter, item: MediaItem): Promise<MediaItem | undefined> {
  if (!("asset" in item.source)) return item;
  const bytes = await sizeOf(kit, message.workspaceId, item.source.asset).catch(() => undefined);
  if (bytes === undefined || bytes > UPLOAD_BYTES) {
    lost.push(`${item.as}: ${bytes === undefined ? "its file is gone" : "it is too large"}`);
    return undefined;
  }
  return item.as === "photo" && bytes > PHOTO_BYTES ? { ...item, as: "document" } : item;
}

const UNFETCHED =
  /failed to get HTTP URL content|wrong (remote )?file identifier|wrong type of the web page|WEBPAGE_(CURL_FAILED|MEDIA_EMPTY)|IMAGE_PROCESS|PHOTO_INVALID/i;

async function sent(letter: Letter, { kind, items }: Unit): Promise<number[]> {
  if (kind === "links") return links(letter, items);
  if (letter.ids.slow >= TOO_SLOW) {
    letter.lost.push(`${kinds(items)}: too large for a line this slow`);
    return links(letter, items);
  }
  try {
    return await (items.length === 1 ? single(letter, items[0]!) : album(letter, items));
  } catch (error) {
    if (!says(error, UNFETCHED)) throw error;
    letter.lost.push(`${kinds(items)}: Telegram could not fetch it`);
    return links(letter, items);
  }
}

const kinds = (items: readonly MediaItem[]): string => items.map(({ as }) => as).join(", ");

async function fileFor(letter: Letter, { source, name }: MediaItem): Promise<InputFile | string> {
  const { File, kit, message, more } = letter;
  if ("chart" in source) {
    const locale = String(message.hints.locale ?? message.target?.hints.locale ?? "en");
    return new File(await more.painter!.render(source.chart, { theme: "light", locale }), name);
  }
  if ("url" in source && !("asset" in source)) return source.url;
  const { asset } = source;
  // Opened anew at every try: a stream is read once.
  return new File(async () => {
    const stream = await openBytes(kit, { workspaceId: message.workspaceId, id: asset });
    if (!stream) throw new Error("the bytes of a file are gone");
    return stream as AsyncIterable<Uint8Array>;
  }, name);
}

const captionOf = (caption: string) => (caption ? { caption: escaped(caption), parse_mode: "HTML" as const } : {});
const detailsOf = ({ as, seconds, title }: MediaItem) => ({
  ...(seconds !== undefined && (as === "audio" || as === "video") ? { duration: seconds } : {}),
  ...(as === "audio" && title ? { title } : {}),
  ...(as === "video" ? { supports_streaming: true } : {}),
});

async function single(letter: Letter, item: MediaItem): Promise<number[]> {
  const file = await fileFor(letter, item);
  const message = await call(letter, letter.ids.chat, (there) => one(letter, there, item, file));
  return [message.message_id];
}

function one(
  { api: { raw }, signal }: Letter,
  there: There,
  item: MediaItem,
  file: InputFile | string,
): Promise<{ message_id: number }> {
  const base = { ...there, ...captionOf(item.caption), ...detailsOf(item) };
  switch (item.as) {
    case "photo":
      return raw.sendPhoto({ ...base, photo: file }, signal);
    case "video":
      return raw.sendVideo({ ...base, video: file }, signal);
    case "audio":
      return raw.sendAudio({ ...base, audio: file }, signal);
    case "document":
      return raw.sendDocument({ ...base, document: file }, signal);
  }
}

async function album(letter: Letter, items: readonly MediaItem[]): Promise<number[]> {
  const { api, ids, signal } = letter;
  const media = await Promise.all(
    items.map(async (item) => ({
      type: item.as,
      media: await fileFor(letter, item),
      ...captionOf(item.caption),
      ...detailsOf(item),
    })),
  );
  const messages = await call(letter, ids.chat, (there) =>
    api.raw.sendMediaGroup({ ...there, media } as Parameters<typeof api.raw.sendMediaGroup>[0], signal),
  );
  return messages.map((m) => m.message_id);
}

async function links(letter: Letter, items: readonly MediaItem[]): Promise<number[]> {
  const { api, ids, lost, signal } = letter;
  // All of them in one message: what stands under each has its share of it.
  const room = Math.min(CAPTION, Math.floor(TEXT / items.length) - 1);
  const text = items
    .map(({ caption, source, as }) => {
      const url = "url" in source ? source.url : "";
      const label = escaped(cut(caption || as, room));
      if (caption.length > room) lost.push(`${as}: the end of what stands under it`);
      return url ? `<a href="${escaped(url)}">${label}</a>` : label;
    })
    .join("\n");
  const message = await call(letter, ids.chat, (there) =>
    api.raw.sendMessage({ ...there, text, parse_mode: "HTML" }, signal),
  );
  return [message.message_id];
}
