// For tests of the embedded database: processes of ours that are started, watched and killed.
import { type ChildProcess, spawn } from "node:child_process";
import * as fs from "node:fs";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { open } from "../db/dial.ts";
import { scratch } from "./scratch.ts";

export const isRoot = process.getuid?.() === 0;
/** Somebody without a name, a home or a group. */
export const SOMEBODY = { uid: 54321, gid: 54321 };

type Said = { ownerUrl?: string; ms?: number; trouble?: string; message?: string; note?: string };
export type Process = {
  child: ChildProcess;
  pid: number;
  ownerUrl: string;
  ms: number;
  trouble: string;
  message: string;
  notes: string[];
  /** Asks it to leave, and waits. */
  leave(): Promise<void>;
  kill(): Promise<void>;
};

export type Run = { as?: { uid: number; gid: number }; checkout?: string; systemDir?: string };

/** Starts one, and waits until it has the database or says why not. */
export async function begin(
  dataDir: string,
  { as, checkout = resolve("."), systemDir = "" }: Run = {},
): Promise<Process> {
  const args = [join(checkout, "test/programs/embedded.ts"), dataDir, ...(systemDir ? [systemDir] : [])];
  const child = spawn(process.execPath, args, { cwd: "/", stdio: ["ignore", "pipe", "inherit"], ...as });
  const exit = new Promise<void>((done) => child.once("exit", () => done()));
  const notes: string[] = [];
  const said = await new Promise<Said>((done) => {
    createInterface({ input: child.stdout! }).on("line", (line) => {
      const what = JSON.parse(line) as Said;
      if (what.note) notes.push(what.note);
      else done(what);
    });
    child.once("exit", (code) => done({ trouble: "ended", message: `It ended with ${code}.` }));
  });
  const end = (signal: NodeJS.Signals) => async () => {
    child.kill(signal);
    await exit;
  };
  const { ownerUrl = "", ms = 0, trouble = "", message = "" } = said;
  return { child, pid: child.pid!, ownerUrl, ms, trouble, message, notes, leave: end("SIGTERM"), kill: end("SIGKILL") };
}

/** One statement over a connection of its own. */
export async function query<T extends object = Record<string, unknown>>(url: string, text: string): Promise<T[]> {
  const client = open(url, { max: 1 });
  try {
    return (await client.unsafe(text)) as unknown as T[];
  } finally {
    await client.end({ timeout: 1 });
  }
}

export async function until<T>(look: () => T | Promise<T>, ms = 8000): Promise<NonNullable<T>> {
  for (const begun = Date.now(); ; ) {
    const found = await look();
    if (found) return found as NonNullable<T>;
    if (Date.now() - begun > ms) throw new Error(`It did not come true in ${ms} ms: ${look}`);
    await new Promise((done) => setTimeout(done, 25));
  }
}

export const lives = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(fs.readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch (error) {
    return (error as { code?: string }).code === "EPERM";
  }
};

export const serverOf = (dataDir: string): number => {
  const file = join(dataDir, "postgres", "postmaster.pid");
  return fs.existsSync(file) ? Number.parseInt(fs.readFileSync(file, "utf8"), 10) : 0;
};

/** The leash: the process that started the server. */
export const leashOf = (dataDir: string): number =>
  Number(/^PPid:\s+(\d+)/m.exec(fs.readFileSync(`/proc/${serverOf(dataDir)}/status`, "utf8"))![1]);

/** A new folder, closed to others unless asked otherwise. */
export function folder(owner?: { uid: number; gid: number }, mode = 0o700): string {
  const path = fs.mkdtempSync(join(scratch(), "impresario-pg-"));
  fs.chmodSync(path, mode);
  if (owner) fs.chownSync(path, owner.uid, owner.gid);
  return path;
}
