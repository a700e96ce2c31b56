// The bytes of a file that a person sent: fetched from Telegram when it is the message's turn.
import type { Content, Envelope } from "../../core/inbox/index.ts";
import type { Kit } from "../surface.ts";
import { type Attached, givenIn, isAttached, namesFiles } from "./attached.ts";
import type { Ear } from "./hear.ts";
import { isRefused } from "./trouble.ts";

/** Where files lie: the address holds the token, so it is never told to anybody. */
export type Store = { ear: () => Promise<Ear>; log: Kit["log"] };

/** All of it, with one more try: less than the lease of the message. Its chat waits for it, and nobody else. */
const PATIENCE_MS = 20_000;
const TRIES = 2;

/** Undefined: it names none. */
export function fetchFiles(store: Store, envelope: Envelope): Promise<Envelope> | undefined {
  return namesFiles(envelope) ? filled(store, envelope, givenIn(envelope)) : undefined;
}

async function filled(store: Store, envelope: Envelope, given: Record<string, unknown>): Promise<Envelope> {
  const { content } = envelope;
  const entries = Object.entries(given).map(async ([name, value]) => [
    name,
    isAttached(value) ? await fetched(store, value) : value,
  ]);
  const values = Object.fromEntries(await Promise.all(entries)) as Record<string, unknown>;
  const whole: Content = content.kind === "command" ? { ...content, options: values } : { ...content, input: values };
  return { ...envelope, content: whole };
}

/** A file that cannot be had is refused in words: its size is known, and its bytes are not. */
async function fetched(store: Store, { attachment }: Attached): Promise<Record<string, unknown>> {
  const { id, name, type, size, most } = attachment;
  if (size !== undefined && size > most) return { name, type, size, most };
  const signal = AbortSignal.timeout(PATIENCE_MS);
  for (let tries = 1; ; tries++) {
    try {
      const bytes = await download(await store.ear(), id, most, signal);
      return bytes ? { name, type, base64: bytes.toString("base64") } : { name, type, size: most + 1, most };
    } catch (err) {
      if (isRefused(err) && /file is too big/i.test(err.description)) return { name, type, size: most + 1, most };
      const final = isRefused(err) && err.error_code === 400;
      if (!final && tries < TRIES && !signal.aborted) continue;
      store.log.warn({ err }, "a file could not be fetched from Telegram");
      return { name, type, size: size ?? 0, most };
    }
  }
}

/** Undefined: there is more of it than anybody wants. */
async function download(
  { api, root, token }: Ear,
  id: string,
  most: number,
  signal: AbortSignal,
): Promise<Buffer | undefined> {
  const { file_path: path, file_size: size = 0 } = await api.raw.getFile(
    { file_id: id },
    signal as unknown as Parameters<typeof api.getMe>[0],
  );
  // A server of one's own may answer with a path on its disk, which is nothing to us.
  if (!path || path.startsWith("/") || path.includes("..")) throw new Error("Telegram gave no path for the file.");
  if (size > most) return undefined;
  const response = await fetch(`${root}/file/bot${token}/${path}`, { signal, redirect: "error" });
  if (!response.ok || !response.body) throw new Error(`The file's server answered ${response.status}.`);
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of response.body) {
    length += piece.length;
    if (length > most) return undefined;
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}
