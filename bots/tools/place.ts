// What the doctor looks at on this machine: key, folder, disk, ports, programs.
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { openFfmpeg } from "../../core/ffmpeg/index.ts";
import type { Looked } from "../settings.ts";
import type { Finding } from "../surface.ts";

/** PostgreSQL stops when its disk is full. A few songs and videos are this much. */
const LEAST_FREE = 1024 ** 3;
const SHORTEST_KEY = 16;

export function keyed({ secretKey, keptKey, databaseUrl }: Looked): Finding {
  const kept = existsSync(keptKey);
  if (secretKey && kept && readFileSync(keptKey, "utf8").trim() !== secretKey)
    return {
      ok: false,
      what: `SECRET_KEY is set, and ${keptKey} keeps another: what was sealed with that one stays closed.`,
      mend: "Unset SECRET_KEY to go on with the kept one, or move that file away.",
    };
  if (secretKey) return { ok: true, what: "SECRET_KEY is set." };
  if (!kept) return { ok: true, what: `SECRET_KEY is made at the first start, in ${keptKey}.` };
  const { mode } = statSync(keptKey);
  if (process.platform !== "win32" && (mode & 0o077) !== 0)
    return { ok: false, what: `Others may read ${keptKey}.`, mend: `Run: chmod 600 ${keptKey}` };
  if (readFileSync(keptKey, "utf8").trim().length < SHORTEST_KEY)
    return { ok: false, what: `${keptKey} is cut short.`, mend: "Put it back from a backup." };
  const note = databaseUrl ? " Another machine on this database needs the same: set SECRET_KEY there." : "";
  return { ok: true, what: `SECRET_KEY is kept in ${keptKey}.${note}` };
}

/** The key that a start would use; undefined: it would make one. */
export const keptKeyOf = ({ keptKey }: Looked): string | undefined =>
  existsSync(keptKey) ? readFileSync(keptKey, "utf8").trim() : undefined;

export async function stored({ dataDir }: Looked): Promise<Finding[]> {
  const findings = [writable(dataDir), ...(await roomy(dataDir))];
  const spool = join(dataDir, "spool");
  const waits = sizeOf(join(spool, "inbox.jsonl"));
  if (waits > 0)
    findings.push({
      ok: false,
      what: `Messages wait on disk for the database (${kilobytes(waits)}).`,
      mend: "Start, with the database reachable: they are worked off.",
    });
  const aside = join(spool, "aside.jsonl");
  if (sizeOf(aside) > 0)
    findings.push({
      ok: false,
      what: "Some messages could not be read back from disk and were set aside.",
      mend: `Look at ${aside}, and remove it.`,
    });
  return findings;
}

const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;
const kilobytes = (bytes: number) => `${Math.ceil(bytes / 1024)} kB`;

function nearest(folder: string): string {
  return existsSync(folder) || dirname(folder) === folder ? folder : nearest(dirname(folder));
}

/** Proved by writing: rights say nothing of a disk that is mounted to be read only. */
function writable(dataDir: string): Finding {
  const at = nearest(dataDir);
  const file = join(at, `.doctor-${process.pid}`);
  try {
    writeFileSync(file, "", { flag: "wx" });
    rmSync(file);
    return { ok: true, what: `DATA_DIR is ${dataDir}.` };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const mend = "Give this user the folder, or set DATA_DIR to another.";
    return { ok: false, what: `${at} cannot be written (${code ?? "no reason given"}).`, mend };
  }
}

async function roomy(dataDir: string): Promise<Finding[]> {
  const { bavail, bsize, files, ffree } = await statfs(nearest(dataDir));
  const free = bavail * bsize;
  const gigabytes = (free / 1024 ** 3).toFixed(1);
  if (free < LEAST_FREE)
    return [
      { ok: false, what: `Only ${gigabytes} GB are free for DATA_DIR.`, mend: "Free some space, or set DATA_DIR." },
    ];
  // Some file systems count no files.
  if (files > 0 && ffree < 1000)
    return [{ ok: false, what: "The disk of DATA_DIR can hold no more files.", mend: "Remove some, or set DATA_DIR." }];
  return [{ ok: true, what: `${gigabytes} GB are free for it.` }];
}

export type Place = { port: number; host: string | undefined; proof: string };
/** `ours` answers as we do; other words are the system's own. */
export type Held = "free" | "ours" | "taken" | (string & {});

/** Whether a port can be had, or is ours already: then what is there answers as we do. */
export async function holds({ port, host, proof }: Place): Promise<Held> {
  const code = await tryPort(port, host);
  if (code === undefined) return "free";
  if (code !== "EADDRINUSE") return code;
  const at = host === undefined || host === "0.0.0.0" || host === "::" ? "localhost" : host;
  const [path = "", words = ""] = proof.split(" ");
  try {
    const answer = await fetch(`http://${at.includes(":") ? `[${at}]` : at}:${port}${path}`, {
      signal: AbortSignal.timeout(3_000),
    });
    return (await answer.text()).includes(words) ? "ours" : "taken";
  } catch {
    // Whoever has the port does not speak as we do.
    return "taken";
  }
}

function tryPort(port: number, host: string | undefined): Promise<string | undefined> {
  return new Promise((done) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => done(error.code ?? "error"));
    server.listen({ port, ...(host ? { host } : {}) }, () => server.close(() => done(undefined)));
  });
}

/** `must`: somebody chose it; another default gives way. */
export function port(variable: string, number: number, held: Held, must = true): Finding {
  if (held === "free") return { ok: true, what: `${variable} ${number} is free.` };
  if (held === "ours") return { ok: true, what: `${variable} ${number}: we are running there.` };
  if (held === "EACCES")
    return {
      ok: false,
      what: `${variable} ${number} may not be used by this user.`,
      mend: "Set it to one above 1023.",
    };
  if (held === "taken")
    return {
      ok: !must,
      what: `${variable} ${number} is taken by another program.`,
      mend: `Stop that one, or set ${variable} to another port.`,
    };
  return {
    ok: false,
    what: `${variable} ${number} cannot be used (${held}).`,
    mend: `Look at ${variable} and the host.`,
  };
}

/** Streams to other places and films of many shapes need one; the rest is done without. */
export async function ffmpeg({ env }: Looked): Promise<Finding> {
  const quiet = { info() {}, warn() {} };
  const set = env.FFMPEG_PATH?.trim();
  const found = await openFfmpeg({ env, log: quiet });
  if (set?.toLowerCase() === "off") return { ok: true, what: "FFMPEG_PATH is off: everything is made without one." };
  if (set && found?.from !== "FFMPEG_PATH")
    return { ok: false, what: "FFMPEG_PATH is no ffmpeg.", mend: "Set it to the program, or unset it." };
  if (!found)
    return {
      ok: true,
      what: "There is no ffmpeg. Films are made without one, more slowly; streams reach this house's own page only.",
    };
  const names = found.hostNames ? "" : " It crashes on host names: it is given numbers only.";
  const hardware = await found.hardware();
  const fast = hardware ? ` ${hardware} works.` : "";
  return { ok: true, what: `ffmpeg ${found.version} (${WHERE[found.from]}).${fast}${names}` };
}

const WHERE = { FFMPEG_PATH: "FFMPEG_PATH", system: "the system's", npm: "from npm" };
