// One signed request to the bucket, asked again where asking again helps. The signature is the library's; what to do
// with each answer is ours.
import { AwsV4Signer } from "aws4fetch";
import type { BucketSettings } from "./settings.ts";
import { textIn } from "./xml.ts";

/** What a bucket needs of the world: the real time (signatures live by it), chance, and to wait. */
export type World = { now(): number; random(): number; wait?(milliseconds: number): Promise<void> };

export type Sending = {
  method: "GET" | "HEAD" | "PUT" | "POST" | "DELETE";
  /** Without: the bucket itself. */
  key?: string;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  body?: Uint8Array;
  /** SHA-256 of the body, in hex: it is signed, so that the store refuses what was damaged on the way. */
  sum?: string;
  signal?: AbortSignal | undefined;
};

/** What the store said, by its own code: NoSuchKey, AccessDenied, SlowDown. */
export class BucketError extends Error {
  readonly code: string;
  readonly status: number;
  /** The region that the bucket is in, where it says so. */
  readonly region: string | undefined;
  constructor(code: string, status: number, words: string, region?: string) {
    super(`${code}: ${words}`);
    this.name = "BucketError";
    this.code = code;
    this.status = status;
    this.region = region;
  }
}

export type Line = { settings: BucketSettings; world: World; skew: number };

const TRIES = 6;
const FIRST_WAIT = 200;
const LONGEST_WAIT = 5_000;
/** For the head of an answer; a part of 8 MB goes up in it at half a megabit. */
const PATIENCE = 120_000;
const NOTHING = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
/** The store's own fault, or damage on the way: the same may well go through the next time. */
const PASSING = new Set([
  "InternalError",
  "ServiceUnavailable",
  "SlowDown",
  "RequestTimeout",
  "BadDigest",
  "XAmzContentSHA256Mismatch",
  "IncompleteBody",
]);

export function urlOf({ name, endpoint, prefix, address }: BucketSettings, key?: string): URL {
  const url = new URL(endpoint);
  const path = key === undefined ? "" : prefix + key;
  if (address === "host") url.host = `${name}.${endpoint.host}`;
  url.pathname = address === "host" ? `/${path}` : `/${name}/${path}`;
  return url;
}

export const stamp = (time: number): string => new Date(time).toISOString().replace(/[:-]|\.\d{3}/g, "");

export function signer({ settings, world, skew }: Line, url: URL, more: object) {
  const { keyId, secret, session, region } = settings;
  return new AwsV4Signer({
    url: url.href,
    accessKeyId: keyId,
    secretAccessKey: secret,
    ...(session ? { sessionToken: session } : {}),
    service: "s3",
    region,
    datetime: stamp(world.now() + skew),
    ...more,
  });
}

const pause = (milliseconds: number) => new Promise<void>((done) => setTimeout(done, milliseconds));

/** Full jitter, so that many who were refused at once do not come back at once. */
export const backoff = ({ world }: Line, attempt: number, least = 0): Promise<void> =>
  (world.wait ?? pause)(Math.max(least, world.random() * Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** attempt)));

/** Answers with what is good (its body unread), or throws what the store said at last. */
export async function send(line: Line, sending: Sending): Promise<Response> {
  let turned = false;
  for (let attempt = 0; ; attempt++) {
    const last = attempt >= TRIES - 1;
    let answer: Response;
    try {
      answer = await once(line, sending);
    } catch (error) {
      if (sending.signal?.aborted || last) throw asBucketError(error);
      await backoff(line, attempt);
      continue;
    }
    if (answer.ok) return answer;
    const error = await errorOf(answer, sending);
    if (error.code === "RequestTimeTooSkewed" && !turned && turn(line, answer)) {
      turned = true;
      continue;
    }
    if (last || !(PASSING.has(error.code) || answer.status >= 500 || answer.status === 429)) throw error;
    await backoff(line, attempt, waitOf(answer));
  }
}

async function once(line: Line, { method, key, query = {}, headers = {}, body, sum, signal }: Sending) {
  const url = urlOf(line.settings, key);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  const signed = await signer(line, url, {
    method,
    headers: { ...headers, "x-amz-content-sha256": sum ?? NOTHING },
  }).sign();
  // The wait is for the head alone: a body may take as long as it takes, while it goes on coming.
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new Error("no answer")), PATIENCE);
  try {
    return await fetch(signed.url, {
      method,
      headers: signed.headers,
      redirect: "manual",
      signal: signal ? AbortSignal.any([signal, late.signal]) : late.signal,
      ...(body === undefined ? {} : { body: body as BodyInit }),
    });
  } finally {
    clearTimeout(timer);
  }
}

/** An answer to HEAD has no body: its status says what it can. */
const BARE: Record<number, string> = {
  301: "PermanentRedirect",
  400: "BadRequest",
  403: "AccessDenied",
  404: "NoSuchKey",
};

export async function errorOf(answer: Response, { method }: Pick<Sending, "method">): Promise<BucketError> {
  const text = method === "HEAD" ? "" : (await answer.text().catch(() => "")).slice(0, 10_000);
  const code = textIn(text, "Code") ?? BARE[answer.status] ?? "Unknown";
  const region = textIn(text, "Region") ?? answer.headers.get("x-amz-bucket-region") ?? undefined;
  return new BucketError(code, answer.status, textIn(text, "Message") ?? `HTTP ${answer.status}`, region);
}

function asBucketError(error: unknown): unknown {
  if (error instanceof BucketError) return error;
  const cause = (error as { cause?: { code?: string; message?: string } }).cause;
  return new BucketError("Unreachable", 0, cause?.code ?? cause?.message ?? (error as Error).message);
}

/** Our clock is wrong, or theirs: what counts is theirs. */
function turn(line: Line, answer: Response): boolean {
  const theirs = Date.parse(answer.headers.get("date") ?? "");
  if (Number.isNaN(theirs)) return false;
  line.skew = theirs - line.world.now();
  return true;
}

function waitOf(answer: Response): number {
  const seconds = Number(answer.headers.get("retry-after") ?? 0);
  return Number.isFinite(seconds) ? Math.min(Math.max(seconds, 0) * 1000, LONGEST_WAIT) : 0;
}
