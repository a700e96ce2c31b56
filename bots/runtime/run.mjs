// Goes on with the right Node: in this process where it is the right one, else in another that lives and dies with us.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import module from "node:module";
import { constants } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

const FOLLOW = new URL("./follow.mjs", import.meta.url).href;
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP", "SIGUSR2"];

export const pathFor = (root, node) =>
  [dirname(node), join(root, "node_modules", ".bin"), process.env.PATH ?? ""].join(delimiter);

/** Becomes a program of ours. Answers with nothing when it goes on in this process. */
export async function become({ root, node }, file, args) {
  const path = join(root, file);
  // Code without its types, compiled, is kept: the next start takes half the time and 40 MB less.
  process.env.NODE_COMPILE_CACHE ??= join(root, ".runtime", "compiled");
  if (node === process.execPath) {
    module.enableCompileCache?.(process.env.NODE_COMPILE_CACHE);
    process.argv.splice(1, process.argv.length, path, ...args);
    followParent();
    await import(pathToFileURL(path).href);
    return undefined;
  }
  if (process.execve) {
    // Its warning that it is new is not for those who run us.
    process.removeAllListeners("warning");
    process.execve(node, [node, ...process.execArgv, path, ...args], process.env);
  }
  return run({ node }, [...process.execArgv, path, ...args]);
}

/** Runs Node with these arguments; signals go through, and so does the way it ends. */
export function run({ node }, args, { heard = () => {}, env = process.env } = {}) {
  const child = spawn(node, ["--import", FOLLOW, ...args], { env, stdio: ["inherit", "inherit", "inherit", "ipc"] });
  child.on("message", heard);
  const passOn = (signal) => child.kill(signal);
  for (const signal of SIGNALS) process.on(signal, passOn);
  followParent();
  return new Promise((done) => {
    const ended = (code) => {
      for (const signal of SIGNALS) process.off(signal, passOn);
      done(code);
    };
    child.once("error", (error) => {
      console.error(`${node} could not be started (${error.code ?? error}). Remove .runtime and start again.`);
      ended(1);
    });
    child.once("exit", (code, signal) => ended(code ?? 128 + (constants.signals[signal] ?? 0)));
  });
}

/** When the npm that started us is killed, nobody can stop us any more: we stop. */
function followParent() {
  if (!process.env.npm_lifecycle_event || process.platform === "win32") return;
  const before = parents();
  const timer = setInterval(() => {
    if (parents() === before) return;
    clearInterval(timer);
    process.kill(process.pid, "SIGTERM");
  }, 1000);
  timer.unref();
}

/** Who started us; and who started the shell between npm and us, which lives on when npm is killed. */
function parents() {
  const { ppid } = process;
  try {
    const [, name, above] = /\((.*)\) \S (\d+)/.exec(readFileSync(`/proc/${ppid}/stat`, "utf8"));
    return /^(da|ba)?sh$/.test(name) ? `${ppid} ${above}` : `${ppid}`;
  } catch {
    // Not Linux: there the shell makes room for us.
    return `${ppid}`;
  }
}
