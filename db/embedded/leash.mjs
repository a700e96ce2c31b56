// The process that owns the embedded PostgreSQL. Each process of ours holds a connection to it, so that the server
// lives as long as somebody needs it and no longer, however that somebody ends. Plain JavaScript and no library: it is
// idle all day, and the type stripper alone would add half to its memory.
//
// Who may own the server is decided by PostgreSQL's own lock (postmaster.pid), never by ours: each leash listens on a
// socket of its own, starts the server, and only when that server has the lock does it put its socket in the place that
// everybody knows (a rename, so that a stale one is replaced in one step).
import { spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { ask, ownedByAnother } from "./others.mjs";

/** @type {import("./plan.ts").Plan} */
const plan = JSON.parse(process.argv[2]);
const front = join(plan.run, "leash.sock");
const mine = join(plan.run, `leash-${randomBytes(4).toString("hex")}.sock`);
const pidFile = join(plan.data, "postmaster.pid");
/** Of the server's log: enough to find a cause in. */
const LOG_BYTES = 5_000_000;

/** Everybody who is connected; those who said that they stay; those who said goodbye, and wait for the end. */
const clients = new Set();
const staying = new Set();
const leaving = new Set();
/** What the others are told. `server` is the process we own, from the moment it is spawned. */
const state = { state: "starting", server: 0 };
let child = null;
let linger = null;
/** Whoever started us reads no more. */
let forsaken = false;

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const line = () => `${JSON.stringify(state)}\n`;

function tell(change) {
  Object.assign(state, change);
  for (const client of clients) client.write(line());
  if (!forsaken) process.stdout.write(line());
}

/** Says it once more, and waits until that is read, or cannot be. */
function heard() {
  if (forsaken) return undefined;
  return new Promise((done) => {
    process.stdout.write(line(), (error) => {
      forsaken ||= Boolean(error);
      done();
    });
  });
}

function end(code) {
  fs.rmSync(mine, { force: true });
  if (plan.removeAfter) fs.rmSync(plan.removeAfter, { recursive: true, force: true });
  process.exit(code);
}

function fail(code, detail) {
  child?.kill("SIGQUIT");
  tell({ state: "failed", code, detail });
  setTimeout(() => end(1), 50);
  return new Promise(() => {});
}

// ── those who need the server ───────────────────────────────────────────────────────────────────────────────────────

const door = createServer((client) => {
  clients.add(client);
  clearTimeout(linger);
  client.on("error", () => {});
  client.on("close", () => {
    leaving.delete(client);
    staying.delete(client);
    if (clients.delete(client)) count();
  });
  client.on("data", (bytes) => {
    if (bytes.includes("stay")) staying.add(client);
    // A polite leave. The last one out keeps its connection, to hear when the server has stopped.
    if (bytes.includes("bye") && clients.delete(client)) {
      staying.delete(client);
      leaving.add(client);
    }
    count();
  });
  client.write(line());
});

/** Whoever leaves is let go when somebody stays. Others that are connected may stay, or only look how we are. */
function count() {
  if (staying.size > 0 || state.state === "starting") {
    for (const client of leaving) client.end();
    leaving.clear();
  } else if (clients.size === 0 && leaving.size > 0) void stop();
  else arm();
}

/** Stops the server when nobody is left, and nobody comes for a while. */
function arm() {
  if (clients.size > 0 || state.state === "starting") return;
  clearTimeout(linger);
  linger = setTimeout(() => clients.size === 0 && stop(), plan.lingerMs);
}

async function stop() {
  if (state.state === "stopping") return;
  // Only the owner of the running server gets here, so the socket that everybody knows is ours.
  fs.rmSync(front, { force: true });
  tell({ state: "stopping" });
  if (child) {
    const gone = exitOf(child);
    child.kill("SIGINT");
    const slow = setTimeout(() => child?.kill("SIGQUIT"), 60_000);
    await gone;
    clearTimeout(slow);
  }
  end(0);
}

// ── the server ──────────────────────────────────────────────────────────────────────────────────────────────────────

const exitOf = (one) =>
  new Promise((done) => {
    if (one.exitCode !== null || one.signalCode !== null) return done(one.exitCode ?? one.signalCode);
    one.once("error", (error) => done(String(error)));
    one.once("exit", (code, signal) => done(code ?? signal));
  });

function read(path) {
  try {
    return fs.readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function launch(wrap, program, args, stdio, more = {}) {
  const [first, ...rest] = [...wrap, join(plan.bin, program), ...args];
  const env = { PATH: process.env.PATH, LC_ALL: "C", ...more };
  return spawn(first, rest, { cwd: "/", stdio, env, ...plan.spawnAs });
}

/** The process that PostgreSQL's lock names, 0 when it is gone, and whether it is a server on this very folder. */
function holder() {
  const pid = Math.abs(Number.parseInt(read(pidFile), 10)) || 0;
  if (!pid) return { pid, ours: false };
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error.code !== "EPERM") return { pid: 0, ours: false };
  }
  const command =
    process.platform === "linux"
      ? read(`/proc/${pid}/cmdline`)
      : spawnSync("ps", ["-ww", "-o", "args=", "-p", String(pid)], { encoding: "utf8" }).stdout;
  return { pid, ours: command.includes("postgres") && command.includes(plan.data) };
}

/** Makes the database beside its place and moves it there whole: a half-made one is never taken for a database. */
async function create() {
  const fresh = `${plan.data}.new-${randomBytes(4).toString("hex")}`;
  let trouble = await initdb(fresh, plan.wrap);
  // A user without a name, as in some containers. Only initdb minds: it gets one in a namespace of its own.
  if (trouble.includes("could not look up effective user")) trouble = await initdb(fresh, [...plan.wrap, ...NAMED]);
  try {
    if (!trouble) fs.renameSync(fresh, plan.data);
  } catch (error) {
    // Another leash was quicker: its database is as good as ours.
    if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") trouble = String(error);
  }
  fs.rmSync(fresh, { recursive: true, force: true });
  if (trouble) await fail("initdb", trouble);
}

const NAMED = ["unshare", "--user", "--map-user=65534", "--map-group=65534"];

/** Answers "" when it went well, else what it said. */
async function initdb(folder, wrap) {
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (plan.owner) fs.chownSync(folder, plan.owner.uid, plan.owner.gid);
  const one = launch(wrap, "initdb", ["-D", folder, ...plan.initdb], ["ignore", "pipe", "pipe"]);
  let said = "";
  for (const stream of [one.stdout, one.stderr]) {
    stream.on("data", (bytes) => {
      said = (said + bytes).slice(-4000);
    });
  }
  const code = await exitOf(one);
  return code === 0 ? "" : said || `initdb ended with ${code}`;
}

/** One try to run the server. Answers "" when it is ready, else what it said. */
async function run(stranger) {
  if ((fs.statSync(plan.log, { throwIfNoEntry: false })?.size ?? 0) > LOG_BYTES)
    fs.renameSync(plan.log, `${plan.log}.1`);
  const log = fs.openSync(plan.log, "a", 0o600);
  const from = fs.fstatSync(log).size;
  // After a crash the lock may name a process that is by now somebody else's. This is PostgreSQL's own way to be told
  // so; its second guard, the shared memory of the folder, stays.
  const more = stranger ? { PG_GRANDPARENT_PID: String(stranger) } : {};
  child = launch(plan.wrap, "postgres", ["-D", plan.data, ...plan.settings], ["ignore", log, log], more);
  fs.closeSync(log);
  let ended = null;
  void exitOf(child).then((code) => {
    ended = code;
  });
  tell({ server: child.pid ?? 0 });
  for (;;) {
    if (ended !== null) {
      child = null;
      tell({ server: 0 });
      return read(plan.log).slice(from).slice(-4000) || `postgres ended with ${ended}`;
    }
    const lock = read(pidFile).split("\n");
    if (Number(lock[0]) === state.server && lock[7]?.startsWith("ready")) return "";
    await sleep(10);
  }
}

/** Until our server runs. Only one leash comes out of here at a time. */
async function begin() {
  for (let orphaned = 0, lost = 0; ; ) {
    // Whoever started us may be gone, or have found another's server meanwhile.
    await heard();
    if (forsaken && clients.size === 0) end(0);
    const { pid, ours } = holder();
    if (pid && ours) {
      if (await ownedByAnother(pid, { run: plan.run, front, mine })) {
        const other = await ask(front);
        if (other?.state === "ready") end(0);
      } else {
        // Its leash was killed. Nothing but its lock is known of it, so it is stopped, cleanly, and started anew.
        if (orphaned++ % 100 === 0) {
          try {
            process.kill(pid, orphaned > 1000 ? "SIGQUIT" : "SIGINT");
          } catch (error) {
            if (error.code !== "ESRCH") return fail("foreign", String(pid));
          }
        }
      }
      await sleep(30);
      continue;
    }
    const trouble = await run(pid);
    if (!trouble) return "";
    // Another was quicker, or what a crashed server left still ends: neither lasts.
    const passing = /lock file "[^"]+" already exists|pre-existing shared memory block|is still in use/.test(trouble);
    if (!passing || lost++ > 300) return trouble;
    await sleep(100);
  }
}

/** The server ended by itself. It is started again for as long as somebody is there. */
async function mend(code) {
  child = null;
  for (let tries = 0; state.state !== "stopping"; tries++) {
    tell({ state: "down", server: 0, code: "ended", detail: `postgres ended with ${code}` });
    await sleep(Math.min(tries * 500, 5000));
    if (state.state === "stopping") return;
    const trouble = await begin();
    if (!trouble) return watch();
    tell({ state: "down", code: "start", detail: trouble });
    if (clients.size === 0) return stop();
  }
}

function watch() {
  const one = child;
  tell({ state: "ready" });
  arm();
  void exitOf(one).then((code) => state.state !== "stopping" && mend(code));
}

process.umask(0o077);
process.stdout.on("error", () => {
  forsaken = true;
});
process.stderr.on("error", () => {});
process.on("SIGINT", () => {});
process.on("SIGHUP", () => {});
// The machine goes down: those who need the server end first, then we do, without waiting for new ones.
process.on("SIGTERM", () => {
  plan.lingerMs = 0;
  arm();
});
process.on("uncaughtException", (error) => fail("leash", String(error.stack)));
door.on("error", (error) => fail("leash", String(error)));
// On a busy machine whoever started us may have found another's server, and left, before we begin: nothing is touched then.
await heard();
if (forsaken) process.exit(0);
door.listen(mine, async () => {
  if (!fs.existsSync(join(plan.data, "PG_VERSION"))) await create();
  const trouble = await begin();
  if (trouble) await fail("start", trouble);
  fs.renameSync(mine, front);
  // A cleaner of temporary folders takes what looks unused.
  if (plan.short) setInterval(() => fs.utimesSync(front, new Date(), new Date()), 3_600_000);
  watch();
});
