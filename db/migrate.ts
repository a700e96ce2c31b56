// Brings a database to the schema of this version. Safe when two processes start at once: one waits for the other.
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { drizzle } from "drizzle-orm/postgres-js";
import { migrate as apply } from "drizzle-orm/postgres-js/migrator";
import { open } from "./connect.ts";
import { LOCKS } from "./locks.ts";
import { secure } from "./secure.ts";

export const MIGRATIONS = fileURLToPath(new URL("./migrations", import.meta.url));

export async function migrate(ownerUrl: string, appPassword: string): Promise<void> {
  const owner = open(ownerUrl, { max: 1, connection: { application_name: "impresario migrate" } });
  try {
    await owner`select pg_advisory_lock(${LOCKS.migrate})`;
    await apply(drizzle(owner), { migrationsFolder: MIGRATIONS });
    await secure(owner, appPassword);
  } finally {
    await owner.end({ timeout: 5 });
  }
}

/** Only the first so many migrations, and no rules yet: what a backup of an older version is poured into. */
export async function migrateTo(ownerUrl: string, count: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "impresario-migrations-"));
  const owner = open(ownerUrl, { max: 1, connection: { application_name: "impresario migrate" } });
  try {
    await cp(MIGRATIONS, folder, { recursive: true });
    const file = join(folder, "meta", "_journal.json");
    const journal = JSON.parse(await readFile(file, "utf8")) as { entries: unknown[] };
    if (journal.entries.length < count) {
      throw new Error(
        `The backup was made by a newer version (${count} migrations, this one has ${journal.entries.length}). Use that version or a later one.`,
      );
    }
    await writeFile(file, JSON.stringify({ ...journal, entries: journal.entries.slice(0, count) }));
    await owner`select pg_advisory_lock(${LOCKS.migrate})`;
    await apply(drizzle(owner), { migrationsFolder: folder });
  } finally {
    await owner.end({ timeout: 5 });
    await rm(folder, { recursive: true, force: true });
  }
}
