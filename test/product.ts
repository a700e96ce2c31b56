// The product as processes of their own, each test with an empty database on the server of the suite.
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { open } from "../db/connect.ts";
import { TEST_SECRET_KEY, withDatabase } from "./server.ts";

export type Run = {
  child: ChildProcess;
  out: () => string;
  err: () => string;
  ended: Promise<{ code: number | null; signal: string | null }>;
};

const { PATH = "", NODE_COMPILE_CACHE = "" } = process.env;
const HANDED = { PATH, NODE_COMPILE_CACHE };
const QUIET = { PORT: "0", HOST: "127.0.0.1", METRICS_PORT: "0" };

export type Product = {
  /** An empty database of its own. */
  database(): Promise<string>;
  start(env: Record<string, string>, mode?: string): Run;
  close(): Promise<void>;
};

export function openProduct(serverUrl: string): Product {
  const folder = mkdtempSync(join(tmpdir(), "impresario-main-"));
  const admin = open(serverUrl, { max: 1 });
  const started: ChildProcess[] = [];
  const databases: string[] = [];

  return {
    async database() {
      const name = `product_${randomUUID().replaceAll("-", "")}`;
      await admin`create database ${admin(name)}`;
      databases.push(name);
      return withDatabase(serverUrl, name);
    },
    start(env, mode = "start") {
      const run = begin({ DATA_DIR: folder, ...env }, mode);
      started.push(run.child);
      return run;
    },
    async close() {
      for (const child of started) if (child.exitCode === null) child.kill("SIGKILL");
      for (const name of databases) await admin`drop database if exists ${admin(name)} with (force)`;
      await admin.end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function begin(env: Record<string, string>, mode: string): Run {
  let out = "";
  let err = "";
  const child = spawn(process.execPath, ["bots/main.ts", mode], {
    env: { ...QUIET, ...HANDED, SECRET_KEY: TEST_SECRET_KEY, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  child.stdout?.on("data", (part) => (out += part));
  child.stderr?.on("data", (part) => (err += part));
  const ended = new Promise<{ code: number | null; signal: string | null }>((done) =>
    child.once("close", (code, signal) => done({ code, signal })),
  );
  return { child, out: () => out, err: () => err, ended };
}

export async function ready(run: Run): Promise<{ url: string; enter: string; token: string | undefined }> {
  for (let n = 0; n < 600; n++) {
    if (run.err().includes('"msg":"ready"')) {
      const url = /^web +(\S+)$/m.exec(run.out())?.[1] ?? "";
      const enter = /^sign in +(\S+)/m.exec(run.out())?.[1] ?? "";
      return { url, enter, token: /^token +(\S+)/m.exec(run.out())?.[1] };
    }
    if (run.child.exitCode !== null) break;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error(`not ready:\n${run.out()}\n${run.err()}`);
}

export const ask = (url: string, name: string, token: string, more: { key?: string; body?: object } = {}) =>
  fetch(`${url}/api/v1/commands/${name}`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      ...(more.key ? { "idempotency-key": more.key } : {}),
    },
    body: JSON.stringify(more.body ?? {}),
  });
