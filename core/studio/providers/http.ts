// How providers are asked over HTTP. What matters is what is known when it goes wrong: a call that never left may be
// sent again; one that may have arrived is unknown, and is looked for instead.
import { ProviderError, Unknown } from "../provider.ts";

export type Ask = {
  url: string | URL;
  method?: "GET" | "POST" | "DELETE" | "PUT";
  headers?: Record<string, string>;
  json?: unknown;
  form?: FormData;
  body?: string | Uint8Array;
  /** It begins something that costs: a broken line leaves it unknown. */
  begins?: boolean;
  /** The longest wait for the whole answer. */
  seconds?: number;
  signal: AbortSignal;
};

export type Heard = { status: number; headers: Headers; bytes: Buffer; json: Json };
/** Somebody else's JSON: nothing in it is taken for granted. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json } | undefined;

const SECONDS = 60;
const MOST_BYTES = 200 * 1024 * 1024;

/** Never left this machine: nobody was there, or the name is unknown. */
const NOT_SENT = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
  "CERT_HAS_EXPIRED",
]);

const GATEWAY_LATE = new Set([504, 524]);

export async function ask({
  url,
  method,
  headers,
  json,
  form,
  body,
  begins,
  seconds = SECONDS,
  signal,
}: Ask): Promise<Heard> {
  const until = AbortSignal.any([signal, AbortSignal.timeout(seconds * 1000)]);
  const sent = json !== undefined ? JSON.stringify(json) : (form ?? body);
  try {
    const answer = await fetch(url, {
      method: method ?? (sent === undefined ? "GET" : "POST"),
      headers: { ...(json !== undefined ? { "content-type": "application/json" } : {}), ...headers },
      redirect: "error",
      signal: until,
      ...(sent === undefined ? {} : { body: sent as BodyInit }),
    });
    const bytes = await bytesOf(answer);
    // A gateway that gave up waiting had passed it on.
    if (begins && GATEWAY_LATE.has(answer.status)) throw new Unknown(`HTTP ${answer.status}`);
    return { status: answer.status, headers: answer.headers, bytes, json: jsonOf(answer, bytes) };
  } catch (error) {
    if (error instanceof ProviderError || error instanceof Unknown) throw error;
    if (signal.aborted) throw error;
    const cause = (error as { cause?: { code?: string } }).cause;
    const late = error instanceof DOMException && error.name === "TimeoutError";
    const words = late ? `no answer in ${seconds} s` : (cause?.code ?? (error as Error).message);
    if (!late && NOT_SENT.has(cause?.code ?? "")) throw new ProviderError("broken", words);
    if (begins) throw new Unknown(words);
    throw new ProviderError(late ? "timeout" : "broken", words);
  }
}

async function bytesOf(answer: Response): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of (answer.body ?? []) as AsyncIterable<Uint8Array>) {
    size += piece.byteLength;
    if (size > MOST_BYTES) throw new ProviderError("download", "The answer is larger than 200 MB.", { billed: true });
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

function jsonOf(answer: Response, bytes: Buffer): Json {
  if (!/json/.test(answer.headers.get("content-type") ?? "")) return undefined;
  try {
    return JSON.parse(bytes.toString("utf8")) as Json;
  } catch {
    return undefined;
  }
}

/** A value deep in somebody else's JSON, or undefined. */
export function at(json: Json, ...path: (string | number)[]): Json {
  let here = json;
  for (const part of path) {
    if (here === null || typeof here !== "object") return undefined;
    here = Array.isArray(here) ? here[Number(part)] : Object.hasOwn(here, part) ? here[part] : undefined;
  }
  return here;
}
export const textAt = (json: Json, ...path: (string | number)[]): string | undefined => {
  const found = at(json, ...path);
  return typeof found === "string" ? found : typeof found === "number" ? String(found) : undefined;
};
export const numberAt = (json: Json, ...path: (string | number)[]): number | undefined => {
  const found = at(json, ...path);
  return typeof found === "number" && Number.isFinite(found) ? found : undefined;
};

/** "Retry-After: 3", a date, or milliseconds where a provider says them; in milliseconds, at most an hour. */
export function retryAfter(headers: Headers, now = Date.now()): number | undefined {
  const ms = Number(headers.get("retry-after-ms"));
  if (ms > 0) return Math.min(ms, 3_600_000);
  const said = headers.get("retry-after");
  if (!said) return undefined;
  const seconds = Number(said);
  const wait = Number.isFinite(seconds) ? seconds * 1000 : new Date(said).getTime() - now;
  return Number.isFinite(wait) ? Math.min(Math.max(wait, 0), 3_600_000) : undefined;
}

/** What a status means where the provider says nothing better. `words` are the provider's own. */
export function failureOf({ status, headers }: Heard, words: string): ProviderError {
  const after = retryAfter(headers);
  if (status === 401 || status === 403) return new ProviderError("auth", words);
  if (status === 402) return new ProviderError("money", words);
  if (status === 408 || status === 504) return new ProviderError("timeout", words);
  if (status === 429) return new ProviderError("rate", words, { after });
  if (status === 503 || status === 529) return new ProviderError("capacity", words, { after });
  if (status >= 500) return new ProviderError("broken", words, { after });
  return new ProviderError("invalid", words);
}
