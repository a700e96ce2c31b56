// The log: one line of JSON a fact, on standard error, with the run it belongs to. Never a secret, never a whole text
// of somebody's.
import { AsyncLocalStorage } from "node:async_hooks";
import { type DestinationStream, type Logger, pino } from "pino";

export type LogOptions = {
  level: string;
  format: "pretty" | "json";
  /** Where it goes; a test reads it. */
  to?: DestinationStream;
};

/** What every line within some work says besides: the run, the workspace. */
export type Around = Record<string, string>;
export type Scope = {
  within<T>(about: Around, work: () => T): T;
  current(): Around | undefined;
};

export function makeScope(): Scope {
  const storage = new AsyncLocalStorage<Around>();
  return {
    within: (about, work) => storage.run({ ...storage.getStore(), ...about }, work),
    current: () => storage.getStore(),
  };
}

/** Names of fields whose values are never written, at any depth of what is logged. */
const SECRET =
  /^(authorization|cookie|set-cookie|token|password|secret|secretkey|apikey|api_key|csrf|x-csrf|code|hash|signature|client_secret|access_token|refresh_token)$/i;
/** Secrets inside sentences: our tokens, bearer headers, passwords of addresses, one-time links. */
const INSIDE: [RegExp, string][] = [
  [/\b(Bearer\s+)[\w.~+/=-]{6,}/gi, "$1[hidden]"],
  [/\bimp_[A-Za-z0-9]{8,}/g, "[hidden]"],
  [/\b([a-z][a-z0-9+.-]*:\/\/[^\s:/@"]*:)[^\s@/"]+@/gi, "$1[hidden]@"],
  [/([?&](?:code|token|key|secret|signature)=)[^\s&#"]+/gi, "$1[hidden]"],
  [/\b(xox[abprs]-|[sr]k[-_](?:live_|test_)?|whsec_|ghp_)[\w-]{6,}/g, "$1[hidden]"],
];
/** What people wrote is theirs: a line shows enough to find the trouble. */
const MOST_TEXT = 300;
const MOST_STACK = 4_000;
const MOST_DEPTH = 6;

export const hideSecrets = (text: string): string => INSIDE.reduce((t, [what, by]) => t.replace(what, by), text);

/** The same object without secrets, clipped; errors as their name, message and stack. */
export function safe(value: unknown, depth = 0, most = MOST_TEXT): unknown {
  if (typeof value === "string") {
    // Clipped before it is searched: nobody may make us search a megabyte.
    const text = hideSecrets(value.slice(0, most * 2));
    return text.length > most ? `${text.slice(0, most)}…` : text;
  }
  if (typeof value === "bigint") return value.toString();
  if (value === null || typeof value !== "object") return typeof value === "function" ? undefined : value;
  if (depth >= MOST_DEPTH) return "…";
  if (value instanceof Date) return value;
  if (Buffer.isBuffer(value)) return `${value.length} bytes`;
  if (value instanceof Error) return safeError(value, depth);
  if (Array.isArray(value)) return value.slice(0, 50).map((v) => safe(v, depth + 1));
  const out: Record<string, unknown> = {};
  for (const [key, inner] of Object.entries(value).slice(0, 60))
    out[key] = SECRET.test(key) && inner !== undefined ? "[hidden]" : safe(inner, depth + 1);
  return out;
}

function safeError(error: Error, depth: number): Record<string, unknown> {
  const { name, message, stack, cause } = error;
  const code = (error as NodeJS.ErrnoException).code;
  return {
    type: name,
    message: safe(message, depth, 1_000),
    ...(code === undefined ? {} : { code }),
    stack: safe(stack ?? "", depth, MOST_STACK),
    ...(cause === undefined ? {} : { cause: safe(cause, depth + 1) }),
  };
}

export async function makeLog({ level, format, to }: LogOptions, scope: Scope): Promise<Logger> {
  const options = {
    level,
    base: null,
    formatters: {
      level: (label: string) => ({ level: label }),
      log: (about: object) => safe(about) as Record<string, unknown>,
    },
    // What is logged is made safe by `formatters.log`; pino's own form of errors would come before it.
    serializers: { err: (error: unknown) => error },
    timestamp: pino.stdTimeFunctions.isoTime,
    mixin: () => scope.current() ?? {},
    // The last fence, over the whole line: pino takes an error's own words where nobody gave any.
    hooks: { streamWrite: hideSecrets },
  };
  return pino(options, to ?? (await destination(format)));
}

async function destination(format: LogOptions["format"]): Promise<DestinationStream> {
  const stderr = 2;
  if (format === "json") return pino.destination({ dest: stderr, sync: true });
  const { PinoPretty } = await import("pino-pretty");
  return PinoPretty({ destination: stderr, sync: true, ignore: "pid,hostname", translateTime: "SYS:HH:MM:ss.l" });
}
