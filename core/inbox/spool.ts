// Where a message waits while the database is away: a file of checked lines, on disk before it is acknowledged.
//
// Several processes may share the folder. All append to one file; who drains it renames it first. A writer looks after
// each write whether the file still has its name, and writes again into one of its own when not: a line may be there
// twice, never lost.
import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { appendFile, type FileHandle, open, readFile, rename, stat, unlink } from "node:fs/promises";
import { join } from "node:path";
import type { Log } from "../house.ts";
import { uuidv7 } from "../ids.ts";

const CURRENT = "inbox.jsonl";
const ASIDE = "aside.jsonl";
const TAKEN = /^taken-.*\.jsonl$/;
/** A message is about 1 kB: this is some 60,000 of them, minutes of a busy service. */
const MOST = 64 * 1024 * 1024;
const SOME = 200;

export type Spool = {
  /** Resolves when the line is on disk. Rejects when it cannot be: the disk is full, or the spool is. */
  append(line: object): Promise<void>;
  /** Something waits here: what comes now must wait behind it. */
  busy(): boolean;
  bytes(): number;
  /** Looks whether another process left something here. */
  look(): boolean;
  /** Hands all lines over in the order of arrival, some at a time, and forgets what was taken. Stops where `take` throws. */
  drain(take: (lines: unknown[]) => Promise<void>): Promise<void>;
  /** For a line that can never be handed over: it is kept for a person to look at. */
  setAside(line: unknown): Promise<void>;
  close(): Promise<void>;
};

export type SpoolOptions = { folder: string; log: Log; most?: number };

type Waiting = { line: string; done(): void; failed(error: unknown): void };

export function openSpool({ folder, log, most = MOST }: SpoolOptions): Spool {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  const current = join(folder, CURRENT);
  let bytes = sizeOf(folder);
  let waiting: Waiting[] = [];
  let flushing: Promise<void> | undefined;
  let alarmed = false;

  function alarm(): void {
    if (alarmed || bytes < most * 0.8) return;
    alarmed = true;
    log.error({ bytes, most }, "the spool is nearly full: messages will be refused unless the database comes back");
  }

  /** Writes what came together with one write and one fsync. */
  async function flush(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      try {
        bytes += await put(folder, Buffer.from(batch.map((w) => w.line).join("")));
        alarm();
        for (const one of batch) one.done();
      } catch (error) {
        for (const one of batch) one.failed(error);
      }
    }
    flushing = undefined;
  }

  async function drain(take: (lines: unknown[]) => Promise<void>): Promise<void> {
    for (;;) {
      const name = await oldest(folder, current);
      if (!name) break;
      const path = join(folder, name);
      const text = await readFile(path, "utf8").catch(goneIsEmpty);
      const lines = [...linesOf(text, log)];
      for (let at = 0; at < lines.length; at += SOME) await take(lines.slice(at, at + SOME));
      await unlink(path).catch(goneIsEmpty);
    }
    // While a line is being written it is busy anyway, and another round follows.
    if (!flushing) bytes = sizeOf(folder);
    alarmed &&= bytes >= most * 0.8;
  }

  return {
    append(line) {
      const json = JSON.stringify(line);
      if (bytes + json.length > most) return Promise.reject(new Error("The spool is full."));
      return new Promise((done, failed) => {
        // It begins on a line of its own, whatever a crash has left before it.
        waiting.push({ line: `\n${sumOf(json)} ${json}\n`, done, failed });
        flushing ??= flush();
      });
    },
    busy: () => flushing !== undefined || bytes > 0,
    bytes: () => bytes,
    look() {
      if (!flushing) bytes = sizeOf(folder);
      return bytes > 0;
    },
    drain,
    setAside: (line) => appendFile(join(folder, ASIDE), `${JSON.stringify(line)}\n`, { mode: 0o600, flush: true }),
    async close() {
      await flushing;
    },
  };
}

/** On disk. Whoever drained the file meanwhile did not see this: then it goes into a file of its own. Answers how much it was. */
async function put(folder: string, block: Buffer): Promise<number> {
  const current = join(folder, CURRENT);
  const file = await open(current, "a", 0o600);
  try {
    const before = await file.stat();
    if (before.size === 0) await syncFolder(folder);
    await writeAll(file, block);
    const named = await stat(current).catch(() => undefined);
    if (named?.ino !== before.ino || named.dev !== before.dev) await putAlone(folder, block);
  } finally {
    await file.close();
  }
  return block.length;
}

/** Nobody takes such a file before it has its name, so this ends however busy the drainers are. */
async function putAlone(folder: string, block: Buffer): Promise<void> {
  const path = join(folder, `own-${uuidv7()}`);
  const file = await open(path, "wx", 0o600);
  try {
    await writeAll(file, block);
  } finally {
    await file.close();
  }
  // Named after what was taken before: the order of one writer's lines is kept.
  await rename(path, join(folder, `taken-${uuidv7()}.jsonl`));
  await syncFolder(folder);
}

async function writeAll(file: FileHandle, block: Buffer): Promise<void> {
  const { bytesWritten } = await file.write(block);
  if (bytesWritten < block.length) throw Object.assign(new Error("No room on the disk."), { code: "ENOSPC" });
  await file.datasync();
}

const sumOf = (json: string) => createHash("sha256").update(json).digest("hex").slice(0, 8);

/** What a crash tore is skipped: it was not acknowledged. */
function* linesOf(text: string, log: Log): Generator<unknown> {
  for (const line of text.split("\n")) {
    if (line === "") continue;
    const json = line.slice(9);
    if (line[8] === " " && sumOf(json) === line.slice(0, 8)) yield JSON.parse(json);
    else log.warn({ length: line.length }, "a line of the spool was torn and is skipped");
  }
}

async function oldest(folder: string, current: string): Promise<string | undefined> {
  const taken = () =>
    readdirSync(folder)
      .filter((f) => TAKEN.test(f))
      .sort()[0];
  const before = taken();
  if (before || !existsSync(current)) return before;
  // Such ids begin with the time: the oldest file is the first by name.
  const name = `taken-${uuidv7()}.jsonl`;
  // Another process may have been quicker: then it drains that file, and so may we.
  await rename(current, join(folder, name)).catch(goneIsEmpty);
  return taken();
}

function goneIsEmpty(error: NodeJS.ErrnoException): string {
  if (error.code === "ENOENT") return "";
  throw error;
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  // Windows cannot sync a folder, and need not.
  await handle.sync().catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EPERM" && error.code !== "EISDIR" && error.code !== "EINVAL") throw error;
  });
  await handle.close();
}

const sizeOf = (folder: string): number =>
  readdirSync(folder)
    .filter((f) => f === CURRENT || TAKEN.test(f))
    .reduce((sum, f) => sum + (statSync(join(folder, f), { throwIfNoEntry: false })?.size ?? 0), 0);
