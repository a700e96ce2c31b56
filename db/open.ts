// Opens every database that this deployment works with: checked, brought to this version's schema, with the app's role.
import { createHmac } from "node:crypto";
import postgres from "postgres";
import { connect, type Database, open } from "./connect.ts";
import { type Embedded, startEmbedded } from "./embedded.ts";
import { migrate } from "./migrate.ts";
import { APP_ROLE, setPassword } from "./secure.ts";
import { Trouble } from "./trouble.ts";

/** The first version with what our SQL uses, and the oldest that the suite runs on. */
export const LEAST = 15;
/** A server that is started together with us may need a moment. */
const WAIT_MS = 30_000;

type Log = {
  info(about: object, words?: string): void;
  warn(about: object, words?: string): void;
  error(about: object, words?: string): void;
};

export type OpenOptions = {
  /** DATABASE_URL; unset: the embedded server in `dataDir`. */
  databaseUrl?: string | undefined;
  /** DATABASE_APP_URL: the app's login, where the user of DATABASE_URL may not make it. */
  databaseAppUrl?: string | undefined;
  /** WORKSPACE_DATABASES: `eu=postgres://…,us=postgres://…`, databases whose workspaces live there alone. */
  workspaceDatabases?: string | undefined;
  dataDir: string;
  secretKey: string | Buffer;
  log: Log;
  /** Connections of the app to each. */
  max?: number;
  waitMs?: number;
};

export type Opened = {
  /** The first is the main one. */
  databases: Database[];
  close(): Promise<void>;
};

type Source = { name: string; variable: string; ownerUrl: string; appUrl: string | null };

type Located = { sources: Source[]; release(): Promise<void> };

/** Where the databases are, with the embedded server running if it is needed. Nothing is read or changed in them. */
export async function locate(
  options: Pick<OpenOptions, "databaseUrl" | "databaseAppUrl" | "workspaceDatabases" | "dataDir" | "log">,
): Promise<Located> {
  const others = parseList(options.workspaceDatabases ?? "");
  const appUrl = options.databaseAppUrl ? checkUrl("DATABASE_APP_URL", options.databaseAppUrl) : null;
  const main = options.databaseUrl ? checkUrl("DATABASE_URL", options.databaseUrl) : null;
  const embedded: Embedded | null = main ? null : await startEmbedded(options);
  const ownerUrl = main ?? embedded!.ownerUrl;
  return {
    sources: [{ name: "main", variable: "DATABASE_URL", ownerUrl, appUrl }, ...others],
    release: async () => embedded?.release(),
  };
}

export async function openDatabases(options: OpenOptions): Promise<Opened> {
  const { sources, release } = await locate(options);
  const databases: Database[] = [];
  const close = async () => {
    await Promise.all(databases.map((database) => database.close()));
    await release();
  };
  try {
    for (const source of sources) databases.push(await prepare(source, options));
    return { databases, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The app's password, the same for every process with this key, and written nowhere. */
export const appPassword = (secretKey: string | Buffer): string =>
  createHmac("sha256", secretKey).update(APP_ROLE).digest("base64url");

async function prepare(source: Source, { secretKey, log, max = 10, waitMs = WAIT_MS }: OpenOptions): Promise<Database> {
  const about = { name: source.variable, place: placeOf(source.ownerUrl) };
  await checkServer(source.ownerUrl, about, waitMs, log);
  const password = appPassword(secretKey);
  try {
    await migrate(source.ownerUrl, password);
  } catch (error) {
    if (!(error instanceof Trouble) && codeOf(error) === "42501") throw new Trouble("rights", about, causeOf(error));
    throw error;
  }
  const appUrl = source.appUrl ?? asApp(source.ownerUrl, password);
  await checkApp(source, appUrl, password, about);
  return connect({ name: source.name, ownerUrl: source.ownerUrl, appUrl, max });
}

type About = { name: string; place: string };

async function checkServer(url: string, about: About, waitMs: number, log: Log): Promise<void> {
  for (let begun = Date.now(), said = false; ; said = true) {
    const owner = open(url, { max: 1 });
    try {
      const [row] = await owner<{ version: number; text: string }[]>`
        select current_setting('server_version_num')::int as version, current_setting('server_version') as text`;
      if (row!.version < LEAST * 10_000) throw new Trouble("old", { ...about, found: row!.text });
      return;
    } catch (error) {
      const code = codeOf(error);
      if (error instanceof Trouble || code === "3D000")
        throw error instanceof Trouble ? error : new Trouble("away", about, error);
      if (code.startsWith("28")) throw new Trouble("login", about, error);
      if (Date.now() - begun > waitMs) throw new Trouble("away", about, error);
      if (!said) log.warn({ ...about, code }, "waiting for the database");
    } finally {
      await owner.end({ timeout: 1 });
    }
    await new Promise((done) => setTimeout(done, 250));
  }
}

/** Logs in as the app does, and proves that this login sees no workspace's rows by itself. */
async function checkApp(source: Source, appUrl: string, password: string, about: About): Promise<void> {
  let app = open(appUrl, { max: 1 });
  try {
    await app`select 1`.catch(async (error) => {
      if (!codeOf(error).startsWith("28")) throw error;
      if (source.appUrl) throw new Trouble("login", { ...about, name: "DATABASE_APP_URL" }, error);
      // SECRET_KEY was changed since the role was made.
      const other = await setPassword(source.ownerUrl, password).catch((denied) => {
        throw codeOf(denied) === "42501" ? new Trouble("roles", about, denied) : denied;
      });
      if (other) throw new Trouble("shared", { ...about, other });
      await app.end({ timeout: 1 });
      app = open(appUrl, { max: 1 });
    });
    const [who] = await app<{ name: string }[]>`select current_user as name`;
    if (who!.name !== APP_ROLE) throw new Trouble("app", { found: who!.name });
    const [may] = await app<{ through: string | null; sees: boolean }[]>`
      select exists (select from workspace) as sees, (
        select string_agg(distinct r.rolname, ', ') from pg_roles r
        where pg_has_role(current_user, r.oid, 'member') and (r.rolsuper or r.rolbypassrls or exists (
          select from pg_class c where c.relowner = r.oid and c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')))
      ) as through`;
    if (may!.through !== null || may!.sees)
      throw new Trouble("bypass", { ...about, cause: may!.through ?? "it sees rows" });
  } finally {
    await app.end({ timeout: 1 });
  }
}

export function asApp(ownerUrl: string, password: string): string {
  const url = new URL(ownerUrl);
  url.username = APP_ROLE;
  url.password = password;
  return url.href;
}

function checkUrl(name: string, text: string): string {
  const url = URL.parse(text);
  const there = url && /^postgres(ql)?:$/.test(url.protocol) && (url.hostname || url.searchParams.get("host"));
  if (!there || url.pathname.length < 2) throw new Trouble("url", { name });
  return text;
}

function parseList(text: string): Source[] {
  const sources: Source[] = [];
  // A comma may be part of an address; one before the next name ends it.
  for (const part of text.split(/,(?=\s*[^=,/?]+=postgres)/).filter((one) => one.trim())) {
    const [, name = "", url = ""] = /^\s*([a-z][a-z0-9-]*)=(\S+)\s*$/.exec(part) ?? [];
    if (!name || name === "main" || sources.some((one) => one.name === name))
      throw new Trouble("list", { part: part.split("=")[0]!.trim() || "its beginning" });
    const variable = `WORKSPACE_DATABASES (${name})`;
    sources.push({ name, variable, ownerUrl: checkUrl(variable, url), appUrl: null });
  }
  return sources;
}

export function placeOf(text: string): string {
  const url = new URL(text);
  return `${url.searchParams.get("host") ?? url.host}${url.pathname}`;
}

const causeOf = (error: unknown): unknown => {
  const { cause } = error as { cause?: unknown };
  return cause instanceof postgres.PostgresError ? cause : error;
};

export const codeOf = (error: unknown): string => (causeOf(error) as { code?: string }).code ?? "";
