// Calls to Slack through Bolt's client. It never waits or tries again there: the outbox keeps the pace, from what Slack
// answers.
import type { Trouble } from "../../core/outbox/index.ts";
import type { Kit } from "../surface.ts";
import { type Json, parsed, str } from "./json.ts";

export type Settings = {
  token: string;
  appToken: string | undefined;
  signingSecret: string | undefined;
  /** For the manifest only: Slack ends it after twelve hours. */
  configToken: string | undefined;
  apiUrl: string;
  /** Where requests come in, when there is a public address. */
  hook: string | undefined;
};

export type Api = {
  call(method: string, params?: Json, token?: string): Promise<Json>;
  /** To a `response_url`. */
  respond(url: string, body: Json, signal?: AbortSignal): Promise<void>;
  /** The bytes of a file, to the address that Slack gave for it. */
  upload(url: string, bytes: Blob, signal?: AbortSignal): Promise<void>;
  download(url: string, signal: AbortSignal): Promise<Buffer | undefined>;
  classify(error: unknown): Trouble;
};

/** Slack's own word for what is wrong. */
export class SlackSays extends Error {
  readonly word: string;
  /** What it says besides. */
  readonly data: unknown;
  constructor(word: string, data?: unknown) {
    super(`Slack: ${word}`);
    this.word = word;
    this.data = data;
  }
}
/** Nothing that we will send. */
export class Refused extends Error {}
/** Not yet: Slack asked for a pause, or would. */
export class Slower extends Error {
  readonly after: number;
  constructor(after: number) {
    super("Slack asks for a pause.");
    this.after = after;
  }
}
class Away extends Error {}

export const saysOneOf = (error: unknown, words: ReadonlySet<string>): boolean =>
  error instanceof SlackSays && words.has(error.word);

/** Longer than a good answer takes, shorter than the outbox waits. */
const TIMEOUT_MS = 12_000;

export function quiet(log: Kit["log"]) {
  const words = (parts: unknown[]) => parts.map(String).join(" ").slice(0, 500);
  return {
    debug: () => {},
    info: () => {},
    warn: (...parts: unknown[]) => log.debug({}, words(parts)),
    error: (...parts: unknown[]) => log.warn({}, words(parts)),
    setLevel: () => {},
    getLevel: () => "warn" as never,
    setName: () => {},
  };
}

/** What Bolt's clients are made with: where Slack is, and no waiting. */
export const clientOptions = ({ apiUrl }: Settings) => ({
  slackApiUrl: `${apiUrl}/`,
  retryConfig: { retries: 0 },
  rejectRateLimitedCalls: true,
  timeout: TIMEOUT_MS,
});

/** The library is read when the first bot opens, not before. */
export async function openApi(settings: Settings, log: Kit["log"]): Promise<Api> {
  const { webApi } = await import("@slack/bolt");
  const client = new webApi.WebClient(settings.token, { ...clientOptions(settings), logger: quiet(log) });
  return {
    async call(method, params = {}, token) {
      try {
        return (await client.apiCall(method, { ...params, ...(token ? { token } : {}) })) as unknown as Json;
      } catch (error) {
        throw meant(error);
      }
    },
    async respond(url, body, signal) {
      if (!isSlacks(settings, url)) throw new SlackSays("invalid_url");
      const response = await reach(() =>
        fetch(url, {
          method: "POST",
          headers: { "content-type": "application/json; charset=utf-8" },
          body: JSON.stringify(body),
          redirect: "error",
          signal: timely(signal),
        }),
      );
      const text = await reach(() => response.text());
      if (response.status === 429) throw new Slower(Number(response.headers.get("retry-after") ?? 1) * 1000);
      if (response.status >= 500) throw new Away(`Slack answered ${response.status}.`);
      if (!response.ok) throw new SlackSays(str(parsed(text)?.error) || `http_${response.status}`);
    },
    async upload(url, bytes, signal) {
      if (!isSlacks(settings, url)) throw new SlackSays("invalid_url");
      const response = await reach(() =>
        fetch(url, { method: "POST", body: bytes, redirect: "error", signal: signal ?? timely(signal) }),
      );
      if (response.status >= 500) throw new Away(`Slack answered ${response.status}.`);
      if (!response.ok) throw new SlackSays(`upload_${response.status}`);
    },
    async download(url, signal) {
      if (!isSlacks(settings, url)) return undefined;
      try {
        const response = await fetch(url, {
          headers: { authorization: `Bearer ${settings.token}` },
          redirect: "error",
          signal,
        });
        return response.ok ? Buffer.from(await response.arrayBuffer()) : undefined;
      } catch (err) {
        log.warn({ err }, "a file could not be fetched from Slack");
        return undefined;
      }
    },
    classify,
  };
}

const timely = (signal: AbortSignal | undefined): AbortSignal =>
  AbortSignal.any([AbortSignal.timeout(TIMEOUT_MS), ...(signal ? [signal] : [])]);

async function reach<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new Away((error as Error).message, { cause: error });
  }
}

/** Our token and our words go to Slack alone, whatever a payload says. */
function isSlacks({ apiUrl }: Settings, url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname, host } = new URL(url);
  return (
    host === new URL(apiUrl).host || (protocol === "https:" && /(^|\.)slack(-gov|-edge|-files)?\.com$/.test(hostname))
  );
}

/** The library's errors, as ours: all of them carry what they mean in their own fields. */
function meant(error: unknown): Error {
  const { data, retryAfter, statusCode } = error as {
    data?: { error?: unknown };
    retryAfter?: unknown;
    statusCode?: unknown;
  };
  if (typeof data?.error === "string") return new SlackSays(data.error, data);
  if (typeof retryAfter === "number") return new Slower(retryAfter * 1000);
  if (typeof statusCode === "number" && statusCode < 500) return new SlackSays(`http_${statusCode}`);
  return new Away((error as Error).message, { cause: error });
}

/** The place is closed to us: archived, or we are not in it, or who it was for is gone. */
export const GONE = new Set([
  "is_archived",
  "channel_not_found",
  "not_in_channel",
  "account_inactive",
  "user_not_found",
  "user_disabled",
  "cannot_dm_bot",
  "messages_tab_disabled",
  "restricted_action",
  "restricted_action_read_only_channel",
  "team_access_not_granted",
]);
const BUSY = new Set(["internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org"]);
/** A token that was changed is mended by a person; until then nothing is lost. */
const TOKEN = new Set(["invalid_auth", "not_authed", "token_revoked", "token_expired", "ekm_access_denied"]);

function classify(error: unknown): Trouble {
  if (error instanceof Slower) return { kind: "retry", after: error.after };
  if (error instanceof Away) return { kind: "retry" };
  if (error instanceof Refused) return { kind: "refused", why: error.message };
  if (!(error instanceof SlackSays)) return { kind: "unknown" };
  if (error.word === "ratelimited" || error.word === "rate_limited") return { kind: "retry", after: 1_000 };
  if (GONE.has(error.word)) return { kind: "gone" };
  if (BUSY.has(error.word)) return { kind: "retry" };
  if (TOKEN.has(error.word)) return { kind: "retry", after: 30_000 };
  return { kind: "refused", why: error.message };
}
