// Brings a database to the schema of this version. Safe when two processes start at once: one waits for the other.
import { fileURLToPath } from "node:url";
import { drizzle } from "drizzle-orm/postgres-js";
import { migrate as apply } from "drizzle-orm/postgres-js/migrator";
import { open } from "./connect.ts";
import { secure } from "./secure.ts";

const LOCK = 7_304_118;
export const MIGRATIONS = fileURLToPath(new URL("./migrations", import.meta.url));

export async function migrate(ownerUrl: string, appPassword: string): Promise<void> {
  const owner = open(ownerUrl, { max: 1, connection: { application_name: "impresario migrate" } });
  try {
    await owner`select pg_advisory_lock(${LOCK})`;
    await apply(drizzle(owner), { migrationsFolder: MIGRATIONS });
    await secure(owner, appPassword);
  } finally {
    await owner.end({ timeout: 5 });
  }
}
