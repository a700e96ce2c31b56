// Attached files come as addresses that end soon: their bytes are kept with the message.
import type { Content, Envelope } from "../../core/inbox/index.ts";
import type { Settings } from "./api.ts";
import type { Attached } from "./decode.ts";

const MOST = 10 * 1024 * 1024;
/** Within what Discord waits for us. */
const PATIENCE_MS = 1_500;
const HOSTS = /^(cdn|media)\.discordapp\.(com|net)$/;

const isAttached = (value: unknown): value is Attached =>
  typeof value === "object" && value !== null && "attachment" in value;

export async function fetchFiles(settings: Settings, envelope: Envelope): Promise<Envelope> {
  const { content } = envelope;
  const given = content.kind === "command" ? content.options : (content.input ?? {});
  if (!Object.values(given).some(isAttached)) return envelope;
  const entries = await Promise.all(
    Object.entries(given).map(async ([name, value]) => [
      name,
      isAttached(value) ? await fetched(settings, value) : value,
    ]),
  );
  const values = Object.fromEntries(entries) as Record<string, unknown>;
  const filled: Content = content.kind === "command" ? { ...content, options: values } : { ...content, input: values };
  return { ...envelope, content: filled };
}

/** A file that cannot be had is an option that is refused in words: it has a name, and no bytes. */
async function fetched(settings: Settings, { attachment }: Attached): Promise<Record<string, unknown>> {
  const { name, type, url, size } = attachment;
  const host = URL.canParse(url) ? new URL(url).host : "";
  if (size > MOST || !(HOSTS.test(host) || host === new URL(settings.apiUrl).host)) return { name, type };
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS), redirect: "error" });
    if (!response.ok) return { name, type };
    const bytes = Buffer.from(await response.arrayBuffer());
    return bytes.length > MOST ? { name, type } : { name, type, base64: bytes.toString("base64") };
  } catch (error) {
    if (error instanceof Error) return { name, type };
    throw error;
  }
}
