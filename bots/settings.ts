// What the environment asks for, checked once at the start. A wrong value stops us with its name and what is right.
import { hkdfSync, randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseEnv } from "node:util";
import { bucketSettings } from "../core/assets/index.ts";
import { openSources } from "../core/money/index.ts";
import { openProviders } from "../core/studio/index.ts";
import { DEFAULT_LIMITS, type Limits, readLimits } from "./web/limits.ts";

export type Settings = {
  databaseUrl: string | undefined;
  /** The same server as the role without rights of its own; unset: made from DATABASE_URL. */
  databaseAppUrl: string | undefined;
  /** Databases of their own for some workspaces, as they were written. */
  workspaceDatabases: string | undefined;
  dataDir: string;
  host: string | undefined;
  port: number;
  metricsHost: string;
  metricsPort: number;
  /** Somebody chose it: then it must be free. */
  metricsPortChosen: boolean;
  baseUrl: URL | undefined;
  ownerToken: string | undefined;
  secretKey: string;
  logLevel: LogLevel;
  logFormat: "pretty" | "json";
  /** How many proxies of ours stand in front and write X-Forwarded-For. */
  trustProxy: number;
  limits: Limits;
  otlpEndpoint: URL | undefined;
  /** Tests only: the clock may be moved over HTTP. Empty text starts it at the real time. */
  testClock: { start: Date | undefined } | undefined;
  test: boolean;
  /** Where the surfaces find their own variables. */
  env: Readonly<Env>;
};

export const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Everything that is wrong, at once: each line begins with the variable's name. */
export class WrongSettings extends Error {
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
    this.problems = problems;
  }
}

export type Env = Record<string, string | undefined>;

/** The file's values, under those of the environment: what was set by hand wins. */
export function withEnvFile(env: Env, file: string): Env {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return env;
    throw new WrongSettings([`.env: ${(error as Error).message}. Make ${file} readable, or remove it.`]);
  }
  return { ...parseEnv(text), ...env };
}

/** A variable that is set to nothing is not set. */
const given = (value: string | undefined) => (value === undefined || value.trim() === "" ? undefined : value.trim());

/** Reads a variable: undefined when it is not set; what cannot be parsed is a problem that says what is `right`. */
export type Read = <T>(name: string, parse: (value: string) => T, right: string) => T | undefined;

export function reader(env: Env): { read: Read; problems: string[] } {
  const problems: string[] = [];
  const read = <T>(name: string, parse: (value: string) => T, right: string): T | undefined => {
    const value = given(env[name]);
    if (value === undefined) return undefined;
    try {
      return parse(value);
    } catch (error) {
      const why = error instanceof Because && error.message ? ` ${error.message}` : "";
      problems.push(`${name} must be ${right}.${why}`);
      return undefined;
    }
  };
  return { read, problems };
}

/** As a start needs it: with a key, which is made when there is none. */
export function readSettings(env: Env, how: Reading = {}): Settings {
  const { keptKey, secretKey, ...settings } = lookAtSettings(env, how);
  return { ...settings, secretKey: secretKey ?? keptSecret(settings.dataDir) };
}

type Reading = { terminal?: boolean; cwd?: string };
/** What was set, read without changing anything: for tools that only look. */
export type Looked = Omit<Settings, "secretKey"> & { secretKey: string | undefined; keptKey: string };

export function lookAtSettings(env: Env, { terminal = false, cwd = process.cwd() }: Reading = {}): Looked {
  const { read, problems } = reader(env);
  const port = (name: string) => read(name, portOf, "a port number from 0 to 65535 (0 takes any free one)");
  const test = env.NODE_ENV === "test";
  const dataDir = resolve(cwd, given(env.DATA_DIR) ?? "data");
  const postgres = "a PostgreSQL address such as postgres://user:password@host:5432/name";
  const settings = {
    databaseUrl: read("DATABASE_URL", postgresOf, postgres),
    databaseAppUrl: read("DATABASE_APP_URL", postgresOf, postgres),
    workspaceDatabases: given(env.WORKSPACE_DATABASES),
    dataDir,
    host: given(env.HOST),
    port: port("PORT") ?? 8080,
    metricsHost: given(env.METRICS_HOST) ?? "127.0.0.1",
    metricsPort: port("METRICS_PORT") ?? 9464,
    metricsPortChosen: given(env.METRICS_PORT) !== undefined,
    baseUrl: read("BASE_URL", baseOf, "a public address such as https://radio.example, without a path"),
    ownerToken: read("OWNER_TOKEN", tokenOf, "at least 8 letters, digits or signs without spaces"),
    logLevel: read("LOG_LEVEL", oneOf(LOG_LEVELS), `one of ${LOG_LEVELS.join(", ")}`) ?? "info",
    logFormat: read("LOG_FORMAT", oneOf(["pretty", "json"]), "pretty or json") ?? (terminal ? "pretty" : "json"),
    trustProxy: read("TRUST_PROXY", wholeOf(0, 10), "the number of proxies in front, from 0 to 10") ?? 0,
    limits: read("LIMITS", readLimits, "off, or such as address=100/400,token=2000/20000") ?? DEFAULT_LIMITS,
    otlpEndpoint: read("OTEL_EXPORTER_OTLP_ENDPOINT", httpOf, "an address such as http://localhost:4318"),
    testClock: read("TEST_CLOCK", clockOf, "a moment such as 2026-11-20T12:00:00Z, or 1 for the real time"),
    test,
    env,
  } satisfies Omit<Settings, "secretKey">;
  if (settings.testClock && !test)
    problems.push("TEST_CLOCK must be unset: the clock may be moved only with NODE_ENV=test.");
  if (settings.databaseAppUrl && !settings.databaseUrl)
    problems.push("DATABASE_APP_URL must be unset without DATABASE_URL: it is the app's way into that database.");
  // Opened once to hear what is wrong with them; the house opens them again.
  openProviders({ read });
  openSources({ read });
  bucketSettings({ read, problems });
  const secretKey = read("SECRET_KEY", secretOf, "at least 16 letters that nobody can guess");
  if (problems.length > 0) throw new WrongSettings(problems);
  return { ...settings, secretKey, keptKey: keyFile(dataDir) };
}

const keyFile = (dataDir: string) => join(dataDir, "secret.key");

/** One key for each purpose: whoever learns one knows nothing of the others. */
export const keyFor = (secretKey: string, purpose: string, length = 32): Buffer =>
  Buffer.from(hkdfSync("sha256", secretKey, "impresario", purpose, length));

/** The key of this installation: made once, readable by its user only. Two processes that start at once agree. */
function keptSecret(dataDir: string): string {
  const file = keyFile(dataDir);
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    try {
      writeFileSync(file, `${randomBytes(32).toString("base64url")}\n`, { flag: "wx", mode: 0o600 });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    return secretOf(readFileSync(file, "utf8").trim());
  } catch (error) {
    const why = error instanceof Because ? `${file} is cut short; put the key back from a backup.` : String(error);
    throw new WrongSettings([`DATA_DIR must be a directory we may write to (or set SECRET_KEY). ${why}`]);
  }
}

class Because extends Error {}

function portOf(value: string): number {
  return wholeOf(0, 65_535)(value);
}

function wholeOf(min: number, max: number): (value: string) => number {
  return (value) => {
    const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
    if (!(number >= min && number <= max)) throw new Because();
    return number;
  };
}

function oneOf<const T extends string>(values: readonly T[]): (value: string) => T {
  return (value) => {
    const found = values.find((v) => v === value.toLowerCase());
    if (found === undefined) throw new Because();
    return found;
  };
}

function postgresOf(value: string): string {
  const { protocol } = new URL(value);
  if (protocol !== "postgres:" && protocol !== "postgresql:") throw new Because();
  return value;
}

function httpOf(value: string): URL {
  const url = new URL(value);
  if (url.protocol !== "http:" && url.protocol !== "https:") throw new Because();
  return url;
}

function baseOf(value: string): URL {
  const url = httpOf(value);
  if (url.pathname !== "/" || url.search !== "" || url.hash !== "") throw new Because("It may not have a path.");
  return url;
}

function tokenOf(value: string): string {
  if (!/^[\x21-\x7e]{8,512}$/.test(value)) throw new Because();
  return value;
}

function secretOf(value: string): string {
  if (value.length < 16) throw new Because(`It has ${value.length}.`);
  return value;
}

function clockOf(value: string): { start: Date | undefined } {
  if (value === "1" || value === "true") return { start: undefined };
  const start = new Date(value);
  if (!/^\d{4}-\d\d-\d\d/.test(value) || Number.isNaN(start.getTime())) throw new Because();
  return { start };
}
