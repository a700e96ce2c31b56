// Charts and made files go with a message: announced, uploaded, then shared. What cannot be sent becomes a link.
import { blobOf, sizeOf } from "../../core/assets/index.ts";
import { localeOf } from "../../core/words/say.ts";
import { SlackSays, Slower, saysOneOf } from "./api.ts";
import { list, obj, str } from "./json.ts";
import { type Letter, threaded } from "./letter.ts";
import { FILE_BYTES } from "./limits.ts";
import { escaped, short } from "./plain.ts";
import type { File } from "./render.ts";

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

/** Files that the line was too slow for so often become links: what comes after them waits no longer. */
const TOO_SLOW = 2;

/** Sends what was not sent yet. Files that are there already stay. */
export async function sendFiles(letter: Letter, files: readonly File[], lost: string[]): Promise<void> {
  const { ids, message } = letter;
  const begun = message.external !== null || ids.unshared || (ids.files.length === 0 && ids.links.length === 0);
  if (files.length === 0 || ids.links.length > 0 || !begun) return;
  const links: File[] = [];
  const ready: File[] = [];
  for (const file of files) (await isHere(letter, file, lost)) ? ready.push(file) : links.push(file);
  if (ready.length > 0 && !(await share(letter, ready, lost))) links.push(...ready);
  await tellLinks(letter, links);
}

/** Clients tell by the ending how to show it. */
const NAMES = { picture: "picture.png", audio: "sound.mp3", video: "video.mp4", file: "file" } as const;

/** What is gone, or larger than Slack takes, is a link. */
async function isHere({ kit, message }: Letter, { source }: File, lost: string[]): Promise<boolean> {
  if ("chart" in source) return true;
  const size = (await sizeOf(kit, message.workspaceId, source.asset).catch(() => 0)) ?? 0;
  if (size > 0 && size <= FILE_BYTES.out) return true;
  lost.push(`${source.as}: ${size === 0 ? "its file is gone" : "it is too large"}`);
  return false;
}

async function read({ kit, more, message, hints }: Letter, { source }: File): Promise<{ name: string; bytes: Blob }> {
  if ("chart" in source) {
    const locale = localeOf(typeof hints.locale === "string" ? hints.locale : "en");
    const png = await more.painter!.render(source.chart, { theme: "light", locale });
    return { name: "chart.png", bytes: new Blob([new Uint8Array(png)]) };
  }
  const bytes = await blobOf(kit, message.workspaceId, source.asset);
  if (!bytes) throw new Error("the bytes of a file are gone");
  return { name: NAMES[source.as], bytes };
}

/** False: the files cannot be seen there, and are told as links. */
async function share(letter: Letter, files: readonly File[], lost: string[]): Promise<boolean> {
  const { ids } = letter;
  if (ids.files.length > 0 && (!ids.unshared || (await isShared(letter)))) return true;
  if (ids.slow >= TOO_SLOW) {
    lost.push(`${files.length} files: too large for a line this slow`);
    return false;
  }
  if (ids.files.length === 0) await upload(letter, files);
  if (await complete(letter, files, lost)) return true;
  Object.assign(ids, { files: [], unshared: false });
  return false;
}

/** All or none of them are kept: what was uploaded and is not shared, nobody sees, and Slack forgets. */
async function upload(letter: Letter, files: readonly File[]): Promise<void> {
  const { api, ids, signal } = letter;
  const sent: string[] = [];
  try {
    for (const file of files) {
      const { name, bytes } = await read(letter, file);
      const about = { filename: name, length: bytes.size, alt_text: short(file.alt, 1_000) };
      const { upload_url, file_id } = await api.call("files.getUploadURLExternal", about);
      await api.upload(str(upload_url), bytes, signal);
      sent.push(str(file_id));
    }
  } catch (error) {
    if (signal.aborted) ids.slow++;
    throw error;
  }
  Object.assign(ids, { files: sent, unshared: true, slow: 0 });
}

// Their time is over, or somebody took them away: they are uploaded anew.
const FORGOTTEN = new Set(["file_not_found", "file_update_failed", "file_deleted"]);

/** What an earlier try shared, and was not told so. */
async function isShared({ api, ids }: Letter): Promise<boolean> {
  try {
    const { file } = await api.call("files.info", { file: ids.files[0] });
    const { channels, groups, ims } = obj(file);
    const shared = [channels, groups, ims].some((where) => Array.isArray(where) && where.length > 0);
    if (shared) ids.unshared = false;
    return shared;
  } catch (error) {
    if (!(error instanceof SlackSays)) throw error;
    return false;
  }
}

async function complete(letter: Letter, files: readonly File[], lost: string[]): Promise<boolean> {
  const { api, ids, hints } = letter;
  const named = ids.files.map((id, n) => ({ id, title: short(files[n]?.title ?? "", 250) }));
  const about = { files: named, channel_id: ids.channel, ...threaded(hints) };
  try {
    const { files: shared } = await api.call("files.completeUploadExternal", about);
    ids.unshared = false;
    return list(shared).length > 0;
  } catch (error) {
    if (saysOneOf(error, FORGOTTEN)) {
      Object.assign(ids, { files: [], unshared: false });
      throw new Slower(1_000);
    }
    if (!saysOneOf(error, NO_FILES)) throw error;
    lost.push(`${files.length} files: ${(error as Error).message}`);
    return false;
  }
}

async function tellLinks({ api, ids, more, hints }: Letter, files: readonly File[]): Promise<void> {
  const lines = files.flatMap(({ title, source }) => {
    if ("chart" in source) return [escaped(title)];
    const url = URL.canParse(source.url, more.baseUrl?.href) ? new URL(source.url, more.baseUrl?.href).href : "";
    return [escaped(url ? `${title}: ${url}` : title)];
  });
  if (lines.length === 0) return;
  const { ts } = await api.call("chat.postMessage", {
    channel: ids.channel,
    text: lines.join("\n").slice(0, 3_000),
    mrkdwn: false,
    parse: "none",
    unfurl_links: false,
    unfurl_media: false,
    ...threaded(hints),
  });
  ids.links.push(str(ts));
}
