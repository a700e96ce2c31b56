// A database that comes with the product, people, and one ballot that all of them vote on.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { registry } from "../../core/command/index.ts";
import type { House } from "../../core/house.ts";
import { uuidv7 } from "../../core/ids.ts";
import { makeAct, readWho } from "../../core/inbox/index.ts";
import { deriveKeys } from "../../core/keys.ts";
import { openBallot } from "../../core/votes/index.ts";
import { createWorkspace } from "../../core/workspace/index.ts";
import { connect, inWorkspace, open, rawOf } from "../../db/connect.ts";
import { startEmbedded } from "../../db/embedded.ts";
import { migrate } from "../../db/migrate.ts";
import { appPassword } from "../../db/open.ts";
import { APP_ROLE } from "../../db/secure.ts";

export async function openWorld(count: number) {
  const folder = mkdtempSync(join(tmpdir(), "impresario-bench-"));
  const log = { debug() {}, info() {}, warn: console.warn, error: console.error };
  const server = await startEmbedded({ dataDir: folder, log, lingerMs: 200 });
  const password = appPassword("a key that only benchmarks have");
  await migrate(server.ownerUrl, password);
  const app = new URL(server.ownerUrl);
  app.username = APP_ROLE;
  app.password = password;
  const database = connect({ ownerUrl: server.ownerUrl, appUrl: app.href, max: 10 });
  const owner = open(server.ownerUrl, { max: 1 });
  const sources = { now: () => new Date(), newId: () => uuidv7(), random: Math.random };
  const nothing = () => {};
  const house: House = {
    databases: [database],
    commands: registry([]),
    sources,
    queue: { send: async () => {} },
    reactions: new Map(),
    log,
    meter: { command: nothing, duplicate: nothing, ack: nothing, job: nothing, decision: nothing, selection: nothing },
    inFlight: new Map(),
    keys: deriveKeys(Buffer.alloc(32, 1)),
    providers: [],
    files: folder,
  };
  const who = await createWorkspace(database, sources, { name: "Bench", slug: "bench" });
  const { workspaceId } = who;
  const people = Array.from({ length: count }, () => uuidv7());
  const made = await inWorkspace(database, workspaceId, async (tx) => {
    await rawOf(tx)`
      insert into person (workspace_id, id, name, role, created_at)
      select ${workspaceId}, id, 'P', 'member', now() from unnest(${people}::uuid[]) as p (id)`;
    const [person] = await readWho(tx, who.personId);
    const place = { surface: "http", tenant: "", external: "" };
    const { act } = makeAct(house, { database, tx }, who, person, sources.newId(), place);
    const closesAt = new Date(Date.now() + 3600_000);
    return openBallot(act, { question: "Which?", choices: ["a", "b", "c", "d"].map((label) => ({ label })), closesAt });
  });
  await owner`analyze`;
  return {
    database,
    workspaceId,
    personId: who.personId,
    house,
    owner,
    sources,
    people,
    ballot: made!.id,
    choices: made!.choices.map((c) => c.id),
    async close() {
      await database.close();
      await owner.end();
      await server.release();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export function spread(times: number[]): { p50: number; p99: number } {
  const sorted = times.toSorted((a, b) => a - b);
  const part = (p: number) => Math.round((sorted[Math.floor((sorted.length - 1) * p)] ?? 0) * 10) / 10;
  return { p50: part(0.5), p99: part(0.99) };
}
