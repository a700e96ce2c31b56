// A test stand: the product as a process of its own, one platform's emulator, and a database to look into.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as after } from "node:timers/promises";
import { inject } from "vitest";
import { open } from "../../db/connect.ts";
import { startEmbedded } from "../../db/embedded.ts";
import { type At, type Driver, type Happening, type Platform, postTo, type Way } from "../contract/driver.ts";
import { freePort } from "../emulators/slack/port.ts";
import { openProduct, type Run, ready } from "../product.ts";

/** The long form, for the record; the suite runs a small one. */
export const FULL = process.env.CHAOS === "1";

const OWNER_TOKEN = "the-owner-of-the-test-stand";

export type Stand = {
  platform: Platform;
  sql: ReturnType<typeof open>;
  /** The process that runs now. */
  run: Run;
  /** Somebody in a place of the workspace, alone with the bot. */
  somebody(role?: "owner"): Promise<At>;
  start(): Promise<void>;
  /** Without warning. */
  kill(): Promise<void>;
  /** What every life of the process logged as an error. */
  errors(): string[];
  close(): Promise<void>;
};

export async function openStand(driver: Driver, way: Way, env: Record<string, string> = {}): Promise<Stand> {
  const server = FULL ? await durable() : undefined;
  const product = openProduct(server?.url ?? inject("server").url);
  const platform = await driver.open(way, () => new Date());
  const DATABASE_URL = await product.database();
  const sql = open(DATABASE_URL, { max: 2 });
  // The same address for every life of the process.
  const port = await freePort();
  platform.bot.url = `http://127.0.0.1:${port}`;
  let people = 0;
  const runs: Run[] = [];
  const stand: Stand = {
    platform,
    sql,
    run: {} as Run,
    async start() {
      stand.run = product.start({
        DATABASE_URL,
        OWNER_TOKEN,
        PORT: String(port),
        BASE_URL: platform.bot.url,
        ...platform.env,
        ...env,
      });
      runs.push(stand.run);
      await ready(stand.run);
    },
    async kill() {
      stand.run.child.kill("SIGKILL");
      await stand.run.ended;
    },
    errors: () =>
      runs.flatMap((run) =>
        run
          .err()
          .split("\n")
          .filter((line) => /"level":"?(50|60|error|fatal)/.test(line)),
      ),
    async somebody(role) {
      const who = platform.newPerson(`Person ${++people}`);
      const at: At = { who, where: platform.directPlace(who) };
      const [main] = await sql<{ workspace_id: string; person: string }[]>`
        select w.workspace_id, p.id as person from workspace w join person p using (workspace_id)
        where w.slug <> 'lobby' and p.role = 'owner' limit 1`;
      const tenant = at.where.tenant ?? platform.tenant;
      await sql`
        insert into place (workspace_id, id, surface, tenant, external, name, bound_by, created_at)
        values (${main!.workspace_id}, gen_random_uuid(), ${platform.surface}, ${tenant}, ${at.where.id}, '', ${main!.person}, now())`;
      if (!role) return at;
      await sendUntil(platform, platform.make(at, "whoami"));
      for (;;) {
        const changed = await sql`
          update person set role = ${role} where id = (select person_id from account where external = ${who.id}) returning id`;
        if (changed.length > 0) return at;
        await after(50);
      }
    },
    async close() {
      await platform.close();
      await sql.end();
      await product.close();
      await server?.stop();
    },
  };
  await stand.start();
  return stand;
}

/** The suite's own server keeps nothing on disk; what is measured for the record does, as the product's does. */
export async function durable(): Promise<{ url: string; stop(): Promise<void> }> {
  const dataDir = mkdtempSync(join(tmpdir(), "impresario-stand-"));
  const server = await startEmbedded({ dataDir, log: { info() {}, warn: console.warn, error: console.error } });
  return {
    url: server.ownerUrl,
    async stop() {
      await server.release();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** As a platform does that sends again what was not taken. */
export async function sendUntil(platform: Platform, happening: Happening): Promise<void> {
  for (let n = 0; n < 200; n++) {
    const { status, text } = await postTo(platform.bot.url, platform.delivery(happening));
    if (status === 200) return platform.acknowledged?.(happening, text);
    await after(100);
  }
  throw new Error("It was never taken.");
}

export const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
