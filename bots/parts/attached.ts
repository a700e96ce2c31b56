// A file that somebody handed over. A message only says where it is; its bytes are fetched when it is the message's turn,
// so that a slow file delays its own place alone, and neither an acknowledgement nor what others say.
import type { Log } from "../../core/house.ts";
import type { Content, Envelope } from "../../core/inbox/index.ts";

/** `where`: an address, or the platform's own id. `most`: more of it is of no use to the option it is for. */
export type Attached = { attachment: { name: string; type: string; where: string; size?: number; most?: number } };

/** How a platform gives files out. */
export type Store = {
  /** In bytes: what we take from there at most. */
  most: number;
  /** Undefined: there is more of it than `most`. It throws `Refused` when it is of no use to ask again. */
  get(where: string, most: number, signal: AbortSignal): Promise<Buffer | undefined>;
  log: Log;
};

/** It is not there, or nowhere that we would go to. */
export class Refused extends Error {}

/** All of it, with one more try: less than the lease of the message. */
const PATIENCE_MS = 20_000;
const TRIES = 2;

export const isAttached = (value: unknown): value is Attached =>
  typeof value === "object" && value !== null && "attachment" in value;

export const givenIn = ({ content }: Pick<Envelope, "content">): Record<string, unknown> =>
  content.kind === "command" ? content.options : (content.input ?? {});

export const namesFiles = (envelope: Pick<Envelope, "content">): boolean =>
  Object.values(givenIn(envelope)).some(isAttached);

/** The same message with the bytes of its files. Undefined: it names none. It never fails. */
export function fetchAttached(store: Store, envelope: Envelope, patience = PATIENCE_MS): Promise<Envelope> | undefined {
  return namesFiles(envelope) ? filled(store, envelope, patience) : undefined;
}

async function filled(store: Store, envelope: Envelope, patience: number): Promise<Envelope> {
  const { content } = envelope;
  const entries = Object.entries(givenIn(envelope)).map(async ([name, value]) => [
    name,
    isAttached(value) ? await fetched(store, value, patience) : value,
  ]);
  const values = Object.fromEntries(await Promise.all(entries)) as Record<string, unknown>;
  const whole: Content = content.kind === "command" ? { ...content, options: values } : { ...content, input: values };
  return { ...envelope, content: whole };
}

/** A file that cannot be had is refused in words: its size is known, and its bytes are not. */
async function fetched(store: Store, { attachment }: Attached, patience: number): Promise<Record<string, unknown>> {
  const { name, type, where, size } = attachment;
  const most = Math.min(attachment.most ?? store.most, store.most);
  const tooMuch = { name, type, size: Math.max(size ?? 0, most + 1), most };
  if (size !== undefined && size > most) return tooMuch;
  const signal = AbortSignal.timeout(patience);
  for (let tries = 1; ; tries++) {
    try {
      const bytes = await store.get(where, most, signal);
      return bytes ? { name, type, base64: bytes.toString("base64") } : tooMuch;
    } catch (err) {
      if (!(err instanceof Refused) && tries < TRIES && !signal.aborted) continue;
      store.log.warn({ err }, "a file that somebody attached could not be fetched");
      return { name, type, size: size ?? 0, most };
    }
  }
}

/** What a server answers, as far as anybody wants it. */
export async function bodyOf(response: Response, most: number): Promise<Buffer | undefined> {
  const { ok, status, body } = response;
  if (!ok && status >= 400 && status < 500 && status !== 429)
    throw new Refused(`The file's server answered ${status}.`);
  if (!ok || !body) throw new Error(`The file's server answered ${status}.`);
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of body) {
    length += piece.length;
    if (length > most) return undefined;
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}
