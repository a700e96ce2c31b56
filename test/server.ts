// One PostgreSQL for the whole run, with a migrated template that each test file copies in a few milliseconds.
// With DATABASE_URL it is that server (CI: Debian's PostgreSQL 15); without, one of ours in a temporary folder.
import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { open } from "../db/connect.ts";
import { startEmbedded } from "../db/embedded.ts";
import { migrate } from "../db/migrate.ts";
import { appPassword } from "../db/open.ts";
import { scratch } from "./scratch.ts";

/** For tests that start the product on this server: the app's role has one password for all of them. */
export const TEST_SECRET_KEY = "a secret key that only tests have";
const APP_PASSWORD = appPassword(TEST_SECRET_KEY);
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

/** The product's own way to a server. Its leash stops it and removes the folder, also when this run is killed. */
async function startOwn(): Promise<{ url: string; stop(): Promise<void> }> {
  const dataDir = mkdtempSync(join(scratch(), "impresario-test-"));
  const quiet = { info() {}, warn: console.warn, error: console.error };
  const server = await startEmbedded({ dataDir, log: quiet, throwaway: true, lingerMs: 200 });
  return { url: server.ownerUrl, stop: server.release };
}

declare module "vitest" {
  interface ProvidedContext {
    server: { url: string; template: string; appPassword: string };
  }
}
