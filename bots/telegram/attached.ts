// A file that a person sent, by its id. The question that goes on with it carries the id as a word.
import type { Message } from "@grammyjs/types";
import type { Attached } from "../parts/attached.ts";
import { DOWNLOAD_BYTES } from "./limits.ts";

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

function attached({ file_id: where, file_name, mime_type, file_size }: Sent, name: string, type: string): Attached {
  const size = file_size === undefined ? {} : { size: file_size };
  return { attachment: { where, name: file_name || name, type: mime_type || type, ...size } };
}

export const bounded = ({ attachment }: Attached, max = DOWNLOAD_BYTES): Attached => ({
  attachment: { ...attachment, most: Math.min(max, DOWNLOAD_BYTES) },
});

/** "@id/name": what stands for a file in the line under a question. */
export const wordOf = ({ attachment: { where, name } }: Attached): string =>
  `@${where}/${name.replace(/[\n\r]/g, " ").slice(-NAME)}`;
const NAME = 80;

export function fromWord(word: string): Attached | undefined {
  const found = /^@([A-Za-z0-9_-]{1,200})\/(.{1,80})$/u.exec(word);
  return found ? { attachment: { where: found[1]!, name: found[2]!, type: "" } } : undefined;
}
