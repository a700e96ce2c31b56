import type { Log } from "../../core/house.ts";
import { connect, type Database } from "../../db/connect.ts";
import { migrate } from "../../db/migrate.ts";
import { APP_ROLE } from "../../db/secure.ts";
import { keyFor, type Settings } from "../settings.ts";

export async function openDatabases(
  settings: Settings,
  log: Log,
): Promise<{ databases: Database[]; close(): Promise<void> }> {
  const embedded = settings.databaseUrl
    ? undefined
    : await (await import("../../db/embedded.ts")).startEmbedded({ dataDir: settings.dataDir, log });
  const ownerUrl = settings.databaseUrl ?? embedded?.ownerUrl ?? "";
  const password = keyFor(settings.secretKey, "app role").toString("base64url");
  await migrate(ownerUrl, password);
  const app = new URL(ownerUrl);
  app.username = APP_ROLE;
  app.password = password;
  const database = connect({ ownerUrl, appUrl: settings.databaseAppUrl ?? app.href });
  return {
    databases: [database],
    async close() {
      await database.close();
      await embedded?.release();
    },
  };
}
