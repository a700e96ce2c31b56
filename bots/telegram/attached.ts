// A file that a person sent: only where it is. Its bytes are fetched before the message is kept; the question that goes
// on with it carries where it is as a word.
import type { Message } from "@grammyjs/types";
import type { Envelope } from "../../core/inbox/index.ts";
import { DOWNLOAD_BYTES } from "./limits.ts";

/** `most`: more of it is of no use to the option it is for. */
export type Attached = { attachment: { id: string; name: string; type: string; size?: number; most: number } };

export const isAttached = (value: unknown): value is Attached =>
  typeof value === "object" && value !== null && "attachment" in value;

export const givenIn = ({ content }: Pick<Envelope, "content">): Record<string, unknown> =>
  content.kind === "command" ? content.options : (content.input ?? {});
export const namesFiles = (envelope: Pick<Envelope, "content">): boolean =>
  Object.values(givenIn(envelope)).some(isAttached);

type Sent = { file_id: string; file_name?: string; mime_type?: string; file_size?: number };

/** The one file of a message, under the name that its sender gave it, or one that tells what it is. */
export function attachedTo(message: Partial<Message> | undefined): Attached | undefined {
  if (!message) return undefined;
  // The last one is the largest. An animation also comes as a document, with its name.
  const photo = message.photo?.at(-1);
  if (photo) return attached(photo, "photo.jpg", "image/jpeg");
  if (message.document) return attached(message.document, "file", "");
  if (message.audio) return attached(message.audio, "audio.mp3", "audio/mpeg");
  if (message.video) return attached(message.video, "video.mp4", "video/mp4");
  if (message.voice) return attached(message.voice, "voice.ogg", "audio/ogg");
  if (message.video_note) return attached(message.video_note, "video.mp4", "video/mp4");
  return undefined;
}

function attached({ file_id: id, file_name, mime_type, file_size }: Sent, name: string, type: string): Attached {
  const size = file_size === undefined ? {} : { size: file_size };
  return { attachment: { id, name: file_name || name, type: mime_type || type, ...size, most: DOWNLOAD_BYTES } };
}

export const bounded = ({ attachment }: Attached, max = DOWNLOAD_BYTES): Attached => ({
  attachment: { ...attachment, most: Math.min(max, DOWNLOAD_BYTES) },
});

/** "@id/name": what stands for a file in the line under a question. */
export const wordOf = ({ attachment: { id, name } }: Attached): string =>
  `@${id}/${name.replace(/[\n\r]/g, " ").slice(-NAME)}`;
const NAME = 80;

export function fromWord(word: string): Attached | undefined {
  const found = /^@([A-Za-z0-9_-]{1,200})\/(.{1,80})$/u.exec(word);
  return found ? { attachment: { id: found[1]!, name: found[2]!, type: "", most: DOWNLOAD_BYTES } } : undefined;
}
