// As whom the server runs. PostgreSQL refuses to run as root, and no user of the system is made for it.
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import { dirname, join } from "node:path";
import { Trouble } from "../trouble.ts";

/** "nobody" on every Linux and macOS that we know, without asking their lists of users. */
const NOBODY = 65534;

export type Identity = { uid: number; gid: number; changed: boolean };

/** As root: whoever owns the database already, else nobody. Else: ourselves. */
export function identityFor(data: string): Identity {
  const uid = process.geteuid!();
  const there = fs.statSync(data, { throwIfNoEntry: false });
  if (uid !== 0) {
    if (there && there.uid !== uid) throw new Trouble("foreign", { path: data });
    return { uid, gid: process.getegid!(), changed: false };
  }
  if (there && there.uid !== 0) return { uid: there.uid, gid: there.gid, changed: true };
  return { uid: NOBODY, gid: NOBODY, changed: true };
}

/** The first folder on the way to `path` that this user may not pass through. */
export function barrier(path: string, who: Identity): string | null {
  for (let at = path; ; at = dirname(at)) {
    const stat = fs.statSync(at, { throwIfNoEntry: false });
    const bit = stat?.uid === who.uid ? 0o100 : stat?.gid === who.gid ? 0o010 : 0o001;
    if (stat?.isDirectory() && (stat.mode & bit) === 0) return at;
    if (at === dirname(at)) return null;
  }
}

const works = (command: string[]) =>
  spawnSync(command[0]!, [...command.slice(1), "true"], { stdio: "ignore" }).status === 0;

/**
 * How a program is started as that user. On Linux, setpriv also has the kernel stop the server, cleanly, when its leash
 * is killed; and it lends the one right to pass through a closed home, only where there is one.
 */
export function wrapFor(who: Identity, data: string): { wrap: string[]; spawnAs: { uid?: number; gid?: number } } {
  const spawnAs = who.changed ? { uid: who.uid, gid: who.gid } : {};
  const closed = who.changed ? barrier(dirname(data), who) : null;
  if (process.platform === "linux") {
    const user = who.changed ? [`--reuid=${who.uid}`, `--regid=${who.gid}`, "--clear-groups"] : [];
    const right = closed ? ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"] : [];
    const wrap = ["setpriv", "--pdeathsig=INT", ...user, ...right];
    if (works(wrap)) return { wrap, spawnAs: {} };
  }
  if (closed) throw new Trouble("home", { uid: who.uid, path: closed });
  return { wrap: [], spawnAs };
}

/** A folder of the system that others may enter, for what must not stay behind a closed door. */
export function systemFolder(): string {
  for (const base of ["/var/lib", "/usr/local/lib", "/var/tmp"]) {
    const path = join(base, "impresario");
    try {
      fs.mkdirSync(path, { recursive: true, mode: 0o755 });
      fs.accessSync(path, fs.constants.W_OK);
      const { uid, mode } = fs.lstatSync(path);
      if (uid === process.geteuid!() && (mode & 0o022) === 0) return path;
    } catch {
      // The next one may do.
    }
  }
  throw new Trouble("folder", { path: "/var/lib/impresario" });
}
