// Files that were handed over come as addresses that only our token opens: their bytes are kept with the message.
import type { Content, Envelope } from "../../core/inbox/index.ts";
import type { Api } from "./api.ts";
import { type Json, str } from "./json.ts";
import { FILE_BYTES } from "./limits.ts";

/** Only where it is. Whoever connects us fetches it. */
export type Attached = { attachment: { name: string; type: string; url: string; size: number } };

/** Within what Slack waits for us. */
const PATIENCE_MS = 1_200;

export function attachedOf(file: Json): Attached | undefined {
  const url = str(file.url_private_download) || str(file.url_private);
  if (!url) return undefined;
  const size = typeof file.size === "number" ? file.size : 0;
  return { attachment: { name: str(file.name), type: str(file.mimetype), url, size } };
}

const isAttached = (value: unknown): value is Attached =>
  typeof value === "object" && value !== null && "attachment" in value;

export async function fetchFiles(api: Api, envelope: Envelope): Promise<Envelope> {
  const { content } = envelope;
  const given = content.kind === "command" ? content.options : (content.input ?? {});
  if (!Object.values(given).some(isAttached)) return envelope;
  const entries = await Promise.all(
    Object.entries(given).map(async ([name, value]) => [name, isAttached(value) ? await fetched(api, value) : value]),
  );
  const values = Object.fromEntries(entries) as Record<string, unknown>;
  const filled: Content = content.kind === "command" ? { ...content, options: values } : { ...content, input: values };
  return { ...envelope, content: filled };
}

/** A file that cannot be had is an option that is refused in words: it has a name, and no bytes. */
async function fetched(api: Api, { attachment }: Attached): Promise<Record<string, unknown>> {
  const { name, type, url, size } = attachment;
  if (size > FILE_BYTES.in) return { name, type };
  const bytes = await api.download(url, AbortSignal.timeout(PATIENCE_MS));
  return bytes && bytes.length <= FILE_BYTES.in ? { name, type, base64: bytes.toString("base64") } : { name, type };
}
