// Calls to Discord through its library. It never waits there for the pace: the outbox keeps that, from what replies say.
import type { REST, RequestMethod } from "discord.js";
import type { Trouble } from "../../core/outbox/index.ts";
import { type Guard, openGuard } from "./guard.ts";

export type Settings = {
  token: string | undefined;
  appId: string | undefined;
  publicKey: string | undefined;
  apiUrl: string;
};

type Learned = { bucket?: string; limit?: number; remaining?: number; resetAfter?: number };
export type Answer = { data: unknown; learned: Learned };
export type Call = {
  method: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
  route: `/${string}`;
  body?: unknown;
  files?: { name: string; data: Buffer }[];
  /** Interactions carry their own proof; everything else is the bot's. */
  bot?: boolean;
  /** Somebody waits for it right now. */
  urgent?: boolean;
  signal?: AbortSignal;
};
export type Api = {
  call(call: Call): Promise<Answer>;
  classify(error: unknown): Trouble;
  codeOf(error: unknown): number | undefined;
  /** What was sent along was more than the server takes. */
  isTooLarge(error: unknown): boolean;
  hasToken: boolean;
};

/** The library is read when the first bot opens, not before. */
export async function openApi(settings: Settings, guard: Guard = openGuard(() => performance.now())): Promise<Api> {
  const { DefaultRestOptions, REST, DiscordAPIError, HTTPError, RateLimitError } = await import("discord.js");
  const { token } = settings;
  const rest: REST = new REST({
    version: "10",
    api: settings.apiUrl,
    retries: 0,
    timeout: 12_000,
    // It would count the answers to interactions too, which Discord does not.
    globalRequestsPerSecond: Number.POSITIVE_INFINITY,
    rejectOnRateLimit: () => true,
    async makeRequest(url, init) {
      const response = await DefaultRestOptions.makeRequest(url, init);
      guard.count(response.status, response.headers.get("x-ratelimit-scope"));
      return response;
    },
  });
  const codeOf = (error: unknown) => (error instanceof DiscordAPIError ? Number(error.code) : undefined);
  return {
    hasToken: token !== undefined,
    codeOf,
    isTooLarge: (error) => error instanceof DiscordAPIError && (error.status === 413 || Number(error.code) === 40005),
    async call({ method, route, body, files, bot = false, urgent = false, signal }) {
      const wait = guard.wait(urgent);
      if (wait > 0) throw new TooMany(wait);
      // The library forgets a token that was refused once; a proxy may have been the one that refused it.
      if (bot && token) rest.setToken(token);
      const response = await rest.queueRequest({
        method: method as RequestMethod,
        fullRoute: route,
        auth: bot,
        ...(body === undefined ? {} : { body }),
        ...(files && files.length > 0 ? { files } : {}),
        ...(signal ? { signal } : {}),
      });
      const text = await response.text();
      return { data: text === "" ? undefined : JSON.parse(text), learned: learnedFrom(response.headers, route) };
    },
    classify(error) {
      if (error instanceof TooMany) return { kind: "retry", after: error.after, everywhere: true };
      if (error instanceof RateLimitError)
        return { kind: "retry", after: Math.max(error.retryAfter, error.timeToReset, 50), everywhere: error.global };
      if (error instanceof DiscordAPIError) return meaning(Number(error.code), error.status, error.message);
      if (error instanceof HTTPError) return error.status >= 500 ? { kind: "retry" } : { kind: "unknown" };
      if (error instanceof Refused) return { kind: "refused", why: error.message };
      return isConnection(error) ? { kind: "retry" } : { kind: "unknown" };
    },
  };
}

/** What we will not send: it would be seen by others, or nobody can be reached. */
export class Refused extends Error {}

/** One more invalid request, and Discord might listen to nobody at our address. */
class TooMany extends Error {
  readonly after: number;
  constructor(after: number) {
    super("Discord refused too much of late; nothing is sent for a while.");
    this.after = after;
  }
}

/** A token that Discord does not know is mended by a person. Until then nothing is lost, and little is asked. */
const UNKNOWN_TOKEN_MS = 60_000;

// Unknown channel, unknown server, missing access.
const GONE = new Set([10003, 10004, 50001]);

function meaning(code: number, status: number, why: string): Trouble {
  if (GONE.has(code)) return { kind: "gone" };
  if (status === 429 || status >= 500) return { kind: "retry" };
  if (status === 401) return { kind: "retry", after: UNKNOWN_TOKEN_MS };
  return { kind: "refused", why: `Discord ${code}: ${why.slice(0, 300)}` };
}

function isConnection(error: unknown): boolean {
  const { name = "", code = "", cause } = (error ?? {}) as { name?: string; code?: unknown; cause?: unknown };
  if (name === "AbortError" || name === "TimeoutError") return true;
  if (/^(E(CONN|PIPE|NETUNREACH|HOSTUNREACH|AI_AGAIN|NOTFOUND|TIMEDOUT)|UND_ERR)/.test(String(code))) return true;
  return cause !== undefined && cause !== error && isConnection(cause);
}

/** Discord names a bucket without saying of what: one channel's is not another's. */
function learnedFrom(headers: { get(name: string): string | null }, route: string): Learned {
  const number = (name: string): number | undefined => {
    const raw = headers.get(`x-ratelimit-${name}`);
    return raw === null || raw === "" || !Number.isFinite(Number(raw)) ? undefined : Number(raw);
  };
  const [bucket, limit, remaining, seconds] = [
    headers.get("x-ratelimit-bucket"),
    number("limit"),
    number("remaining"),
    number("reset-after"),
  ];
  const major = route
    .split("/")
    .slice(1, route.startsWith("/webhooks/") ? 4 : 3)
    .join("/");
  return {
    ...(bucket ? { bucket: `${bucket}\n${major}` } : {}),
    ...(limit === undefined ? {} : { limit }),
    ...(remaining === undefined ? {} : { remaining }),
    ...(seconds === undefined ? {} : { resetAfter: seconds * 1000 }),
  };
}

/** The number of the application that the token is of. */
export async function appOf(api: Api): Promise<string> {
  const { data } = await api.call({ method: "GET", route: "/applications/@me", bot: true });
  return (data as { id: string }).id;
}
