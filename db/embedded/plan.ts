// Where an embedded database lives, and how its server is started: everything the leash is told.
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import { dirname, join } from "node:path";
import { Trouble } from "../trouble.ts";
import { binaries } from "./binaries.ts";
import { barrier, type Identity, identityFor, wrapFor } from "./user.ts";

/** Of PostgreSQL: what is in the folder must be the same. */
export const MAJOR = 18;

/** Linux keeps 108 bytes for a socket's path, macOS 104, with a zero at the end. */
const SOCKET_BYTES = 103;

export type Plan = {
  /** The server's own folder. */
  data: string;
  /** Where the leash's sockets are. */
  run: string;
  /** Where the server's socket is. */
  socket: string;
  /** `run` and `socket` are outside DATA_DIR, because its path is too long for a socket. */
  short: boolean;
  bin: string;
  /** What stands before each program's name. */
  wrap: string[];
  /** For spawn, where `wrap` does not change the user. */
  spawnAs: { uid?: number; gid?: number };
  owner: { uid: number; gid: number } | null;
  initdb: string[];
  settings: string[];
  log: string;
  /** How long the server stays when the last one left without a word. */
  lingerMs: number;
  removeAfter: string | null;
};

export type Wish = {
  dataDir: string;
  log: { info(about: object, words?: string): void };
  /** For tests: nothing survives a power cut, and the folder goes when the server does. */
  throwaway?: boolean;
  lingerMs?: number;
  /** Where programs are copied to that the server's user cannot reach where they are. */
  systemDir?: string | undefined;
};

export function planFor(wish: Wish): Plan {
  const dataDir = makeFolder(wish.dataDir);
  const data = join(dataDir, "postgres");
  const who = identityFor(data);
  letThrough(dataDir, who);
  checkVersion(data);
  const bin = binaries(who, dataDir, wish);
  const { run, socket, short } = sockets(dataDir, data, who);
  return {
    data,
    run,
    socket,
    short,
    bin,
    ...wrapFor(who, data),
    owner: who.changed ? { uid: who.uid, gid: who.gid } : null,
    initdb: INITDB.concat(wish.throwaway ? ["--no-sync", "--no-data-checksums"] : ["--data-checksums"]),
    settings: settings({
      ...SETTINGS,
      ...(wish.throwaway ? THROWAWAY : {}),
      unix_socket_directories: socket,
    }),
    log: join(dataDir, "postgres.log"),
    lingerMs: wish.lingerMs ?? 2000,
    removeAfter: wish.throwaway ? dataDir : null,
  };
}

// The built-in C.UTF-8 sorts and folds the same on every machine, whatever its C library.
const INITDB = ["-U", "owner", "-A", "trust", "-E", "UTF8", "--no-instructions"].concat(
  "--locale=C --locale-provider=builtin --builtin-locale=C.UTF-8".split(" "),
);

/** For a small machine. Who outgrows these sets DATABASE_URL. */
const SETTINGS: Record<string, string> = {
  listen_addresses: "",
  unix_socket_permissions: "0700",
  shared_buffers: "64MB",
  max_connections: "100",
  // Its compile time is longer than our queries.
  jit: "off",
  max_wal_size: "512MB",
  // Until its tables were looked at once, a new database plans as if they were empty: in its first minute that counts.
  autovacuum_naptime: "10s",
  idle_in_transaction_session_timeout: "60s",
  // Every query of ours is known: slow ones are worth a line.
  log_min_duration_statement: "2s",
  log_line_prefix: "%m [%p] %a ",
  log_timezone: "UTC",
  timezone: "UTC",
  log_checkpoints: "off",
  cluster_name: "impresario",
  max_logical_replication_workers: "0",
  // Its workers are three processes more, for disks that gain from reading ahead.
  io_method: "sync",
};

const THROWAWAY: Record<string, string> = {
  fsync: "off",
  synchronous_commit: "off",
  full_page_writes: "off",
  max_connections: "200",
  autovacuum: "off",
  // Within its folder, so that nothing of it stays in /dev/shm.
  dynamic_shared_memory_type: "mmap",
};

const settings = (all: Record<string, string>) =>
  Object.entries(all).flatMap(([name, value]) => ["-c", `${name}=${value}`]);

function makeFolder(path: string): string {
  try {
    fs.mkdirSync(path, { recursive: true, mode: 0o700 });
    fs.accessSync(path, fs.constants.W_OK | fs.constants.X_OK);
    return fs.realpathSync(path);
  } catch (error) {
    throw new Trouble("folder", { path }, error);
  }
}

/** Where the server runs as another user than us, its group alone may pass through our folder, and not look into it. */
function letThrough(dataDir: string, who: Identity): void {
  const { uid, mode } = fs.statSync(dataDir);
  if (!who.changed || uid !== 0 || barrier(dataDir, who) !== dataDir) return;
  fs.chownSync(dataDir, uid, who.gid);
  fs.chmodSync(dataDir, (mode & 0o700) | 0o010);
}

function checkVersion(data: string): void {
  const file = join(data, "PG_VERSION");
  let found: string;
  try {
    found = fs.readFileSync(file, "utf8").trim();
  } catch (error) {
    if ((error as { code?: string }).code !== "ENOENT") throw new Trouble("foreign", { path: data }, error);
    const there = fs.existsSync(data) ? fs.readdirSync(data) : [];
    if (there.length === 0) return;
    throw new Trouble("no-database", { path: data });
  }
  if (found !== String(MAJOR)) throw new Trouble("major", { path: dirname(data), found, ours: String(MAJOR) });
}

/** Sockets live in the folder itself; a long path needs a short place for them, the same for whoever asks. */
function sockets(dataDir: string, data: string, who: Identity) {
  const longest = Buffer.byteLength(join(data, ".s.PGSQL.5432.lock"));
  if (longest <= SOCKET_BYTES) return { run: dataDir, socket: data, short: false };
  const key = createHash("sha256").update(dataDir).digest("hex").slice(0, 16);
  const run = `/tmp/impresario-${key}`;
  const socket = join(run, "postgres");
  ownFolder(run, process.geteuid!(), who.changed ? 0o711 : 0o700);
  ownFolder(socket, who.uid, 0o700);
  if (who.changed) fs.chownSync(socket, who.uid, who.gid);
  return { run, socket, short: true };
}

/** Everybody may write to /tmp, so what is there already is believed only when it is ours. */
function ownFolder(path: string, uid: number, mode: number): void {
  try {
    fs.mkdirSync(path, { mode });
    return;
  } catch (error) {
    if ((error as { code?: string }).code !== "EEXIST") throw new Trouble("folder", { path }, error);
  }
  const found = fs.lstatSync(path);
  const ours = found.isDirectory() && [uid, process.geteuid!()].includes(found.uid) && (found.mode & 0o022) === 0;
  if (!ours) throw new Trouble("taken", { path });
}
