// Charts and made files go with a message: announced, uploaded, then shared. What cannot be sent becomes a link.
import { blobOf, sizeOf } from "../../core/assets/index.ts";
import { localeOf } from "../../core/words/say.ts";
import { saysOneOf } from "./api.ts";
import { list, str } from "./json.ts";
import type { Letter } from "./letter.ts";
import { FILE_BYTES } from "./limits.ts";
import { escaped, short } from "./plain.ts";
import type { File } from "./render.ts";

type Ready = { name: string; title: string; alt: string; bytes: Blob };

// It cannot go there as a file; a link can.
const NO_FILES = new Set([
  "not_in_channel",
  "channel_not_found",
  "missing_scope",
  "file_upload_size_restricted",
  "file_uploads_disabled",
  "file_uploads_except_images_disabled",
  "storage_limit_reached",
]);

/** Answers with the ids of the files. */
export async function sendFiles(
  letter: Letter,
  channel: string,
  files: readonly File[],
  lost: string[],
): Promise<string[]> {
  const sent: { id: string; title: string }[] = [];
  const links: File[] = [];
  for (const file of files) {
    const ready = await prepare(letter, file, lost);
    if (ready) sent.push({ id: await upload(letter, ready), title: ready.title });
    else links.push(file);
  }
  if (sent.length > 0 && !(await share(letter, channel, sent, lost)))
    links.push(...files.filter((f) => !links.includes(f)));
  await tellLinks(letter, channel, links);
  return sent.map((file) => file.id);
}

/** Clients tell by the ending how to show it. */
const NAMES = { picture: "picture.png", audio: "sound.mp3", video: "video.mp4", file: "file" } as const;

async function prepare({ kit, more, message, hints }: Letter, file: File, lost: string[]): Promise<Ready | undefined> {
  const words = { title: short(file.title, 250), alt: short(file.alt, 1_000) };
  const { source } = file;
  if ("chart" in source) {
    const locale = localeOf(typeof hints.locale === "string" ? hints.locale : "en");
    const png = await more.painter!.render(source.chart, { theme: "light", locale });
    return { ...words, name: "chart.png", bytes: new Blob([new Uint8Array(png)]) };
  }
  const size = (await sizeOf(kit, message.workspaceId, source.asset).catch(() => 0)) ?? 0;
  const bytes = size > 0 && size <= FILE_BYTES.out ? await blobOf(kit, message.workspaceId, source.asset) : undefined;
  if (bytes) return { ...words, name: NAMES[source.as], bytes };
  lost.push(`${source.as}: ${size === 0 ? "its file is gone" : "it is too large"}`);
  return undefined;
}

async function upload({ api, signal }: Letter, { name, alt, bytes }: Ready): Promise<string> {
  const { upload_url, file_id } = await api.call("files.getUploadURLExternal", {
    filename: name,
    length: bytes.size,
    alt_text: alt,
  });
  await api.upload(str(upload_url), bytes, signal);
  return str(file_id);
}

/** False: the files cannot be seen there. */
async function share(
  { api, hints }: Letter,
  channel: string,
  files: { id: string; title: string }[],
  lost: string[],
): Promise<boolean> {
  try {
    const { files: shared } = await api.call("files.completeUploadExternal", {
      files,
      channel_id: channel,
      ...(hints.thread ? { thread_ts: hints.thread } : {}),
    });
    return list(shared).length > 0;
  } catch (error) {
    if (!saysOneOf(error, NO_FILES)) throw error;
    lost.push(`${files.length} files: ${(error as Error).message}`);
    return false;
  }
}

async function tellLinks({ api, more, hints }: Letter, channel: string, files: readonly File[]): Promise<void> {
  const lines = files.flatMap(({ title, source }) => {
    if ("chart" in source) return [escaped(title)];
    const url = URL.canParse(source.url, more.baseUrl?.href) ? new URL(source.url, more.baseUrl?.href).href : "";
    return [escaped(url ? `${title}: ${url}` : title)];
  });
  if (lines.length === 0) return;
  await api.call("chat.postMessage", {
    channel,
    text: lines.join("\n").slice(0, 3_000),
    mrkdwn: false,
    parse: "none",
    unfurl_links: false,
    unfurl_media: false,
    ...(hints.thread ? { thread_ts: hints.thread } : {}),
  });
}
